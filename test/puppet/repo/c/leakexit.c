#include "ffi_gates_suite.h"
#include "puppet.h"

/* A leak whose check never runs: the process leaves without atexit. */
static int leaks(void) {
  puppet_leak();
  fflush(stdout);
  _exit(0);
}

const suite_test suite_tests[] = {{"leaks", leaks}, {NULL, NULL}};
