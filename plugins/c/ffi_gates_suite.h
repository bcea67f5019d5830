/* ffi_gates_suite.h: the protocol between a C test program and ffi-gates, as a single header.
 *
 * A program that includes it and names its tests in `suite_tests` can be listed (`program --list`) and run by name
 * (`program NAME…`; all without names). Each test is announced before it starts, so that a test that kills the process
 * is known, with the sizes of the gate's logs at that moment, so that what a log grew by is known to be the test's:
 *
 *     # start NAME pid=123 logs=asan.123:0,memcheck.123.xml:512
 *     ok NAME ms=4
 *     not ok NAME ms=4 returned 1
 *
 * A test passes when it returns 0. */
#ifndef FFI_GATES_SUITE_H
#define FFI_GATES_SUITE_H
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  const char *name;
  int (*run)(void);
} suite_test;

/* Defined by the program; ends with {NULL, NULL}. */
extern const suite_test suite_tests[];

static void suite_print_log_sizes(const char *dir) {
  DIR *open_dir = dir ? opendir(dir) : NULL;
  if (!open_dir) return;
  char separator = '=';
  printf(" logs");
  for (const struct dirent *entry; (entry = readdir(open_dir));) {
    char path[4096];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", dir, entry->d_name);
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
    printf("%c%s:%lld", separator, entry->d_name, (long long)st.st_size);
    separator = ',';
  }
  closedir(open_dir);
}

static double suite_now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int suite_run_one(const suite_test *test) {
  printf("# start %s pid=%ld", test->name, (long)getpid());
  suite_print_log_sizes(getenv("FFI_GATES_LOG_DIR"));
  printf("\n");
  fflush(stdout);
  const double start = suite_now_ms();
  const int result = test->run();
  const double ms = suite_now_ms() - start;
  if (result == 0)
    printf("ok %s ms=%.0f\n", test->name, ms);
  else
    printf("not ok %s ms=%.0f returned %d\n", test->name, ms, result);
  fflush(stdout);
  return result == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
  int failed = 0;
  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    for (const suite_test *t = suite_tests; t->name; t++) puts(t->name);
    return 0;
  }
  if (argc == 1)
    for (const suite_test *t = suite_tests; t->name; t++) failed += suite_run_one(t);
  for (int i = 1; i < argc; i++) {
    const suite_test *t = suite_tests;
    while (t->name && strcmp(t->name, argv[i]) != 0) t++;
    if (!t->name) {
      fprintf(stderr, "no test %s\n", argv[i]);
      return 2;
    }
    failed += suite_run_one(t);
  }
  return failed ? 1 : 0;
}
#endif
