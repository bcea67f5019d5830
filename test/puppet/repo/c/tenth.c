#include "ffi_gates_suite.h"
#include "puppet.h"

/* The third of ten ends the process under ASan; the others must still have their turn. */
static int sums(void) { return puppet_sum(2, 3) == 5 ? 0 : 1; }
static int third(void) {
  puppet_past_end();
  return 0;
}

const suite_test suite_tests[] = {
    {"t1", sums}, {"t2", sums}, {"t3", third}, {"t4", sums}, {"t5", sums},  {"t6", sums},
    {"t7", sums}, {"t8", sums}, {"t9", sums},  {"t10", sums}, {NULL, NULL},
};
