#include "ffi_gates_suite.h"
#include "puppet.h"

/* Prints much, within what it may: many lines, one line of 8 MiB, and bytes that are no text. All of it is read. */
static int many_lines(void) {
  for (int i = 0; i < 200000; i++) puts("one of many lines, none of which means anything");
  return puppet_sum(1, 1) == 2 ? 0 : 1;
}
static int one_line(void) {
  for (int i = 0; i < 8 << 20; i++) putchar('x');
  return 0;
}
static int no_text(void) {
  for (int i = 0; i < 1 << 20; i++) putchar(i * 7 & 0xff);
  return 0;
}

const suite_test suite_tests[] = {
    {"many_lines", many_lines}, {"one_line", one_line}, {"no_text", no_text}, {NULL, NULL}};
