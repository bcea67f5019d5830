/* The callee writes into a frame that is still alive. */
#include "../case.h"

static FX_NOINLINE void fill_local(int *out) {
  for (int i = 0; i < 8; i++) out[i] = i + 1;
}

static void lifetime_stack_escape(void) {
  int local[8];
  fill_local(fx_opaque(local));
  fx_sink += local[3];
}

const fx_case fx_twin_lifetime[] = {FX_LIFETIME_CASES(FX_CASE) FX_END};
