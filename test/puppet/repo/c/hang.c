#include "ffi_gates_suite.h"
#include "puppet.h"

static int hangs(void) {
  for (;;) pause();
}

const suite_test suite_tests[] = {{"hangs", hangs}, {NULL, NULL}};
