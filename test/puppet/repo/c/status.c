#include "ffi_gates_suite.h"
#include "puppet.h"

/* Ends with the status by which a checker says that it found something, but nothing was found. */
static int ends(void) { _exit(99); }

const suite_test suite_tests[] = {{"ends", ends}, {NULL, NULL}};
