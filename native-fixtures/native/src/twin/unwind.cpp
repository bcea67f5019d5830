/* The exception is caught on the side that threw it. */
#include <stdexcept>

#include "../case.h"

static FX_NOINLINE void may_throw() { throw std::runtime_error("stays inside"); }

static void unwind_foreign_exception() {
  try {
    may_throw();
  } catch (const std::exception &) {
    fx_sink += 1;
  }
}

const fx_case fx_twin_unwind[] = {FX_UNWIND_CASES(FX_CASE) FX_END};
