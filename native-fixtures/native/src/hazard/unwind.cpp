/* A C++ exception on its way into C frames, which have no handler for it. */
#include <stdexcept>

#include "../case.h"

static void unwind_foreign_exception() {
  throw std::runtime_error("crosses extern C"); //~ unwind_foreign_exception: plain = unwind/foreign-exception
}

const fx_case fx_hazard_unwind[] = {FX_UNWIND_CASES(FX_CASE) FX_END};
