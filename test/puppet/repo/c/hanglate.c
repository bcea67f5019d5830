#include "ffi_gates_suite.h"
#include "puppet.h"

/* Reports, then hangs: what was logged before the end of the time counts. */
static int overflows(void) { return puppet_overflow(7) == 0; }
static int hangs(void) {
  for (;;) pause();
}

const suite_test suite_tests[] = {{"overflows", overflows}, {"hangs", hangs}, {NULL, NULL}};
