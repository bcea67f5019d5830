/*
 * The form in which guards report, in C (in Python: plugins/pytest/ffi_gates_guard.py): a head, stacks under titles, and the
 * line `effect`, which ends a report. Read by src/parsers/guards/guard.ts.
 */
#ifndef FFI_GATES_GUARD_LOG_H
#define FFI_GATES_GUARD_LOG_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_FRAMES 24

static const char *log_guard;
static char log_file[PATH_MAX];
__attribute__((unused)) static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
/* Of a report: at most this many for one place and rule, so that a loop does not fill the disk. */
#define LOG_REPEATS 20
#define LOG_PLACES 1024
static struct {
  const char *rule;
  void *at;
  int times;
} log_places[LOG_PLACES];

static void log_begin(const char *guard, const char *directory) {
  log_guard = guard;
  if ((size_t)snprintf(log_file, sizeof log_file, "%s/%s.%d.log", directory, guard, (int)getpid()) >= sizeof log_file)
    log_file[0] = 0;
  /* Loads what it needs now, and not inside a call. */
  void *frame[1];
  backtrace(frame, 1);
}

/* Opened for each report: tests close descriptors that they do not know, and count those that are open. */
static void log_write(const char *text, size_t length) {
  const int fd = log_file[0] ? open(log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;
  if (fd < 0) return;
  while (length > 0) {
    const ssize_t n = write(fd, text, length);
    if (n <= 0) break;
    text += n;
    length -= (size_t)n;
  }
  close(fd);
}

typedef struct {
  char text[16384];
  size_t length;
} log_text;

__attribute__((format(printf, 2, 3))) static void log_add(log_text *to, const char *format, ...) {
  va_list args;
  va_start(args, format);
  const size_t room = sizeof to->text - to->length;
  const int n = vsnprintf(to->text + to->length, room, format, args);
  va_end(args);
  if (n > 0) to->length += (size_t)n < room ? (size_t)n : room - 1;
}

/* Frames of the guard itself are left out. Return addresses are those of calls, less one. */
__attribute__((unused)) static void log_stack(log_text *to, void *const *frames, int count) {
  Dl_info self, info;
  int shown = 0;
  if (!dladdr((void *)log_stack, &self)) return;
  for (int i = 0; i < count; i++) {
    char *at = (char *)frames[i] - 1;
    if (!dladdr(at, &info) || info.dli_fname == NULL) {
      if (shown > 0) break; /* machine code of the host, behind which nothing can be unwound */
      continue;
    }
    if (info.dli_fbase == self.dli_fbase) continue;
    /* A program that is not relocated knows its own addresses. */
    const ElfW(Ehdr) *header = info.dli_fbase;
    const char *base = header->e_type == ET_EXEC ? NULL : info.dli_fbase;
    log_add(to, "    #%d %p (%s+0x%zx)\n", shown++, (void *)at, info.dli_fname, (size_t)(at - base));
  }
}

/* Whether this place has been reported often enough. */
__attribute__((unused)) static int log_enough(const char *rule, void *at) {
  const size_t first = ((size_t)at >> 2) % LOG_PLACES;
  for (size_t i = 0; i < LOG_PLACES; i++) {
    const size_t slot = (first + i) % LOG_PLACES;
    if (log_places[slot].times == 0) {
      log_places[slot].rule = rule;
      log_places[slot].at = at;
    } else if (log_places[slot].rule != rule || log_places[slot].at != at)
      continue;
    return ++log_places[slot].times > LOG_REPEATS;
  }
  return 1;
}

#endif
