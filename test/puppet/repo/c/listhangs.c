#include "ffi_gates_suite.h"
#include "puppet.h"

/* Prints one name of two and never ends. */
static int sums(void) { return puppet_sum(2, 3) == 5 ? 0 : 1; }
__attribute__((constructor)) static void list(int argc, char **argv) {
  if (argc != 2 || strcmp(argv[1], "--list") != 0) return;
  puts("sums");
  fflush(stdout);
  for (;;) pause();
}

const suite_test suite_tests[] = {{"sums", sums}, {"more", sums}, {NULL, NULL}};
