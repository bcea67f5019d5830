#include "ffi_gates_suite.h"
#include "puppet.h"

const suite_test suite_tests[] = {{NULL, NULL}};
