#include "ffi_gates_suite.h"
#include "puppet.h"

/* Prints without end. */
static int fine(void) { return puppet_sum(1, 1) == 2 ? 0 : 1; }
static int floods(void) {
  for (;;) puts("the same line, again and again and again and again");
}

const suite_test suite_tests[] = {{"first", fine}, {"floods", floods}, {"last", fine}, {NULL, NULL}};
