#include "ffi_gates_suite.h"
#include "puppet.h"

/* Leaks, passes, and leaves by the door at which nobody looks for leaks, with status 0. */
static void leave(void) { _exit(0); }
static int leaks(void) {
  puppet_leak();
  return atexit(leave);
}

const suite_test suite_tests[] = {{"leaks", leaks}, {NULL, NULL}};
