#include "ffi_gates_suite.h"
#include "puppet.h"

static int sums(void) { return puppet_sum(2, 3) == 5 ? 0 : 1; }

const suite_test suite_tests[] = {{"sums", sums}, {NULL, NULL}};
