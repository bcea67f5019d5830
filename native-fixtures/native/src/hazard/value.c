/* Values that are not there: a null pointer, memory nobody wrote. */
#include <stdlib.h>

#include "../case.h"

static void null_dereference(void) {
  int *p = fx_opaque(NULL);
  fx_sink += *p; //~ null_dereference on c py pyx go jni rs: asan rsasan memcheck = null/dereference
}

/* No test makes the allocation fail. */
static void null_dereference__allocation(void) {
  int *p = fx_opaque(malloc(sizeof *p));
  *p = 1; //~ null_dereference__allocation on c py pyx go jni rs: failing = null/dereference
  //~^ null_dereference__allocation on net node: failing = crash/signal
  fx_sink += *p;
  free(p);
}

static void init_uninitialised_read(void) {
  int *p = fx_opaque(malloc(4 * sizeof *p));
  if (p[2] == 42) fx_sink++; //~ init_uninitialised_read: memcheck = init/uninitialised-read
  free(p);
}

const fx_case fx_hazard_value[] = {FX_VALUE_CASES(FX_CASE) FX_END};
