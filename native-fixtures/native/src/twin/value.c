/* The same with values. */
#include <stdlib.h>

#include "../case.h"

static void null_dereference(void) {
  int value = 1;
  int *p = fx_opaque(fx_unknown(0) ? &value : NULL);
  if (p) fx_sink += *p;
}

static void null_dereference__allocation(void) {
  int *p = fx_opaque(malloc(sizeof *p));
  if (!p) return;
  *p = 1;
  fx_sink += *p;
  free(p);
}

static void init_uninitialised_read(void) {
  int *p = fx_opaque(calloc(4, sizeof *p));
  if (p && p[2] == 42) fx_sink++;
  free(p);
}

const fx_case fx_twin_value[] = {FX_VALUE_CASES(FX_CASE) FX_END};
