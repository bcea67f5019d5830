/*
 * The host's own lines in what a guard writes: those of this thread, if the library that asks hosts is loaded (`hoststack.c`). A
 * host that does not answer costs its lines.
 */
#ifndef FFI_GATES_LOG_HOST_H
#define FFI_GATES_LOG_HOST_H
#include "guard-log.h"

static struct {
  log_text *to;
  int in_one_line, shown;
} host_lines;

static void take_frame(const char *function, const char *file, int line) {
  char name[200];
  if (host_lines.to == NULL || file == NULL || line <= 0) return;
  /* Mono puts the arguments behind a space. */
  snprintf(name, sizeof name, "%.*s", (int)strcspn(function, " ("), function);
  const char *known = *name ? name : "?";
  if (host_lines.in_one_line) log_add(host_lines.to, "\t%s %s:%d", known, file, line);
  else log_add(host_lines.to, "    #%d %s %s:%d\n", host_lines.shown, known, file, line);
  host_lines.shown++;
}

/* Adds them behind a head, as lines of a stack or in one line. Nothing is added where there are none. */
static void log_host(log_text *to, const char *head, int in_one_line) {
  static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
  static int (*host_frames)(void (*take)(const char *function, const char *file, int line));
  if (pthread_mutex_trylock(&one) != 0) return;
  if (host_frames == NULL) *(void **)&host_frames = dlsym(RTLD_DEFAULT, "ffi_gates_host_frames");
  if (host_frames != NULL) {
    const size_t before = to->length;
    log_add(to, "%s", head);
    host_lines.to = to;
    host_lines.in_one_line = in_one_line;
    host_lines.shown = 0;
    host_frames(take_frame);
    host_lines.to = NULL;
    if (host_lines.shown == 0) to->length = before;
    to->text[to->length] = 0;
  }
  pthread_mutex_unlock(&one);
}

#endif
