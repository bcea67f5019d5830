#include "ffi_gates_suite.h"
#include "puppet.h"

static int races(void) {
  puppet_race();
  return 0;
}

const suite_test suite_tests[] = {{"races", races}, {NULL, NULL}};
