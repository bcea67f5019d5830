#include "ffi_gates_suite.h"
#include "puppet.h"

/* A checker that nobody here has heard of. */
static int says(void) {
  puts("==1==ERROR: FooSanitizer: foo on address 0x10");
  return 0;
}

const suite_test suite_tests[] = {{"says", says}, {NULL, NULL}};
