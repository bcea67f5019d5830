/* Memory made by one allocator and freed by another. */
#include <cstdlib>

#include "../case.h"

static void ownership_allocator_mismatch() {
  char *p = static_cast<char *>(fx_opaque(new char[24]));
  p[0] = 1;
  free(fx_opaque(p)); //~ ownership_allocator_mismatch: asan goasan memcheck = ownership/allocator-mismatch
  fx_sink = fx_sink + 1; /* or the call above becomes a jump, and its frame is gone */
}

const fx_case fx_hazard_allocator[] = {FX_ALLOCATOR_CASES(FX_CASE) FX_END};
