/* Memory freed by the allocator that made it. */
#include <new>

#include "../case.h"

static void ownership_allocator_mismatch() {
  char *p = static_cast<char *>(fx_opaque(new (std::nothrow) char[24]));
  if (p) p[0] = 1;
  delete[] static_cast<char *>(fx_opaque(p));
}

const fx_case fx_twin_allocator[] = {FX_ALLOCATOR_CASES(FX_CASE) FX_END};
