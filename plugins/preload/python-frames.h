/*
 * The lines of Python that lead to the running call, as CPython's own handler of fatal errors finds them: it needs no lock, and
 * ctypes calls without the interpreter's.
 */
#ifndef FFI_GATES_PYTHON_FRAMES_H
#define FFI_GATES_PYTHON_FRAMES_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Frames of libraries say less than those of the project's tests. */
#define PYTHON_FRAMES 4

/* Writes `function FILE:LINE`, one a line, innermost first. Returns the length, 0 where there is no Python. */
static size_t python_frames(char *to, size_t room) {
  static void (*dump)(int, void *);
  static void *(*state)(void);
  if (state == NULL) state = (void *(*)(void))dlsym(RTLD_DEFAULT, "PyGILState_GetThisThreadState");
  if (dump == NULL) dump = (void (*)(int, void *))dlsym(RTLD_DEFAULT, "_Py_DumpTraceback");
  to[0] = 0;
  void *thread = state && dump ? state() : NULL;
  const int fd = thread ? memfd_create("ffi-gates-frames", MFD_CLOEXEC) : -1;
  if (fd < 0) return 0;
  char text[4096];
  dump(fd, thread);
  const ssize_t n = pread(fd, text, sizeof text - 1, 0);
  close(fd);
  if (n <= 0) return 0;
  text[n] = 0;
  size_t length = 0;
  int shown = 0;
  /* `  File "PATH", line N in NAME` */
  for (char *line = text; line && *line && shown < PYTHON_FRAMES;) {
    char *next = strchr(line, '\n'), file[1024], name[256];
    int number;
    if (next) *next++ = 0;
    if (sscanf(line, "  File \"%1023[^\"]\", line %d in %255s", file, &number, name) == 3 && strstr(file, "-packages/") == NULL) {
      const int written = snprintf(to + length, room - length, "%s %s:%d\n", name, file, number);
      if (written < 0 || (size_t)written >= room - length) break;
      length += (size_t)written;
      shown++;
    }
    line = next;
  }
  to[length] = 0;
  return length;
}

#endif
