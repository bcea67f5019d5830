/*
 * Which test is running: the plugin of the test framework writes its number and its name into a file in memory whose descriptor is
 * in FFI_GATES_HOST_STACK_TEST_FD, and names stay known by these numbers.
 */
#ifndef FFI_GATES_HOSTTESTS_H
#define FFI_GATES_HOSTTESTS_H
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define TESTS (1 << 15)
#define TEST_CHARS 504

/* As the plugin writes it: number 0 is no test. */
typedef struct {
  volatile int64_t number;
  char name[TEST_CHARS];
} test_note;

static int test_fd = -1;
static test_note *running_test;
/* Names by number; those of long ago make room. */
static test_note *test_names;

/* The file of this process. */
static void map_tests(int fd) {
  void *room;
  test_fd = fd;
  running_test = NULL;
  if (fd < 0 || ftruncate(fd, sizeof *running_test) != 0) return;
  room = mmap(NULL, sizeof *running_test, PROT_READ, MAP_SHARED, fd, 0);
  if (room == MAP_FAILED) return;
  running_test = room;
  if (test_names != NULL) return;
  room = mmap(NULL, TESTS * sizeof *test_names, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room != MAP_FAILED) test_names = room;
}

/* The number of the test that is running, 0 if there is none. */
static uint32_t test_here(void) {
  if (running_test == NULL || test_names == NULL) return 0;
  const int64_t n = running_test->number;
  if (n <= 0 || n > UINT32_MAX) return 0;
  test_note *t = &test_names[n % TESTS];
  if (t->number != n) {
    memcpy(t->name, running_test->name, TEST_CHARS - 1);
    t->number = n;
  }
  return (uint32_t)n;
}

/* The name of a test, or NULL. */
static const char *test_name(uint32_t number) {
  if (number == 0 || test_names == NULL) return NULL;
  const test_note *t = &test_names[number % TESTS];
  return t->number == number && t->name[0] != 0 ? t->name : NULL;
}

#endif
