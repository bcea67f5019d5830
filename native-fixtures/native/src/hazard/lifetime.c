/* A pointer that outlives its stack frame. */
#include "../case.h"

/* Escapes by a global: a frame with inline assembly is not watched for use after return by clang. */
static int *volatile escaped;

static FX_NOINLINE int *dead_local(void) {
  int local[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  escaped = local;
  return escaped;
}

static void lifetime_stack_escape(void) {
  int *p = dead_local();
  fx_sink += p[3]; //~ lifetime_stack_escape: asan goasan rsasan = lifetime/stack-escape
}

const fx_case fx_hazard_lifetime[] = {FX_LIFETIME_CASES(FX_CASE) FX_END};
