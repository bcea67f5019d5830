#include "ffi_gates_suite.h"
#include "puppet.h"

static int leaks(void) {
  puppet_leak();
  return 0;
}

const suite_test suite_tests[] = {{"leaks", leaks}, {NULL, NULL}};
