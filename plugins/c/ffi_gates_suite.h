/* ffi_gates_suite.h: the protocol between a C test program and ffi-gates, as a single header.
 *
 * A program that includes it and names its tests in `suite_tests` can list them (`program --list`) and run them by name
 * (`program NAME…`; all without names). Each test is announced before it starts, so that a test that kills the process is
 * known. The line contains the sizes of the gate's logs, so that later reports in them can be assigned to the test:
 *
 *     # start NAME pid=123 logs=asan.123:0,memcheck.123.xml:512
 *     ok NAME ms=4
 *     not ok NAME ms=4 returned 1
 *
 * These lines are for people, and for programs that use the protocol without this header. The same is written as JSON, one
 * object per line, to the file that FFI_GATES_PROGRESS names. A test cannot spoil that file by its output or by closing
 * descriptors. Names may contain any characters.
 *
 * A test passes when it returns 0. */
#ifndef FFI_GATES_SUITE_H
#define FFI_GATES_SUITE_H
#include <dirent.h>
#include <fcntl.h>
#include <stdarg.h>
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

/* A line of text. Longer text is cut, which takes a name of thousands of characters. */
typedef struct {
  char text[16384];
  size_t length;
} suite_line;

static void suite_add(suite_line *line, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const size_t room = sizeof line->text - line->length;
  const int n = vsnprintf(line->text + line->length, room, format, args);
  va_end(args);
  if (n > 0) line->length += (size_t)n < room ? (size_t)n : room - 1;
}

/* A JSON string. */
static void suite_add_string(suite_line *line, const char *text) {
  suite_add(line, "\"");
  for (const char *c = text; *c; c++)
    if ((unsigned char)*c < 0x20 || *c == 0x7f)
      suite_add(line, "\\u%04x", (unsigned)(unsigned char)*c);
    else
      suite_add(line, *c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
  suite_add(line, "\"");
}

/* Copies, since a test may clear the environment. */
static char suite_progress[4096], suite_log_dir[4096];

static void suite_set(char setting[4096], const char *name) {
  const char *value = getenv(name);
  snprintf(setting, 4096, "%s", value ? value : "");
}

/* Writes one object to the progress file. Opens it for each line, since a test may have closed every descriptor. */
static void suite_tell(suite_line *line) {
  if (!*suite_progress) return;
  const int fd = open(suite_progress, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) return;
  suite_add(line, "}\n");
  for (size_t done = 0; done < line->length;) {
    const ssize_t n = write(fd, line->text + done, line->length - done);
    if (n <= 0) break;
    done += (size_t)n;
  }
  close(fd);
}

/* Adds the sizes of the gate's logs: as `=name:size,name:size` for the terminal, and as members of a JSON object. */
static void suite_add_log_sizes(suite_line *shown, suite_line *told) {
  DIR *open_dir = *suite_log_dir ? opendir(suite_log_dir) : NULL;
  suite_add(told, ",\"logs\":{");
  if (open_dir) {
    int n = 0;
    suite_add(shown, " logs");
    for (const struct dirent *entry; (entry = readdir(open_dir));) {
      char path[4096];
      struct stat st;
      snprintf(path, sizeof path, "%s/%s", suite_log_dir, entry->d_name);
      if (stat(path, &st) != 0 || !S_ISREG(st.st_mode)) continue;
      suite_add(shown, "%c%s:%lld", n ? ',' : '=', entry->d_name, (long long)st.st_size);
      if (n++) suite_add(told, ",");
      suite_add_string(told, entry->d_name);
      suite_add(told, ":%lld", (long long)st.st_size);
    }
    closedir(open_dir);
  }
  suite_add(told, "}");
}

static double suite_now_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void suite_begin(suite_line *told, const char *name, const char *outcome) {
  told->length = 0;
  suite_add(told, "{\"test\":");
  suite_add_string(told, name);
  suite_add(told, ",\"outcome\":\"%s\",\"pid\":%ld", outcome, (long)getpid());
}

static int suite_run_one(const suite_test *test) {
  static suite_line shown, told;
  shown.length = 0;
  suite_begin(&told, test->name, "started");
  suite_add(&shown, "# start %s pid=%ld", test->name, (long)getpid());
  suite_add_log_sizes(&shown, &told);
  printf("%s\n", shown.text);
  fflush(stdout);
  suite_tell(&told);
  const double start = suite_now_ms();
  const int result = test->run();
  const double ms = suite_now_ms() - start;
  suite_begin(&told, test->name, result == 0 ? "passed" : "failed");
  suite_add(&told, ",\"ms\":%.0f", ms);
  if (result != 0) suite_add(&told, ",\"message\":\"returned %d\"", result);
  suite_tell(&told);
  if (result == 0)
    printf("ok %s ms=%.0f\n", test->name, ms);
  else
    printf("not ok %s ms=%.0f returned %d\n", test->name, ms, result);
  fflush(stdout);
  return result == 0 ? 0 : 1;
}

/* Prints one line of the list: JSON after a marker, because a library may print when it is loaded. */
static void suite_list_one(const char *name) {
  static suite_line line;
  line.length = 0;
  suite_add_string(&line, name);
  printf("FFI_GATES_TEST %s\n", line.text);
}

int main(int argc, char **argv) {
  int failed = 0;
  suite_set(suite_progress, "FFI_GATES_PROGRESS");
  suite_set(suite_log_dir, "FFI_GATES_LOG_DIR");
  if (argc == 2 && strcmp(argv[1], "--list") == 0) {
    for (const suite_test *t = suite_tests; t->name; t++) suite_list_one(t->name);
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
