/* A caller that checks errors, reads errno at once, orders its threads and closes descriptors. */
#include <errno.h>
#include <stdlib.h>

#include "fixture.h"

static volatile long sink;

int unwind_foreign_exception__call(void) { return fx_may_throw(0); }

int unwind_error_ignored(void) {
  char *error = NULL;
  const int value = fx_parse("7", &error);
  if (value < 0) return free(error), 1;
  sink += value * 10;
  return fx_parse("x", &error) != -1 || (free(error), 0);
}

int errno_clobbered(void) {
  const int fd = fx_open_missing();
  const int reason = errno;
  fx_close(-1);
  return !(fd < 0 && reason == ENOENT);
}

int threading_data_race__worker(void) {
  fx_worker_start(1, 20000);
  for (int i = 0; i < 20000; i++) sink += fx_count_locked();
  fx_worker_join();
  return 0;
}

int threading_host_memory_race(void) {
  static int cell;
  fx_scribble_start(&cell, 20000);
  fx_scribble_join();
  return cell != 20000;
}

static int queue(int value, void *user) {
  *(int *)user = value + 1;
  return value;
}

int threading_reentrancy(void) {
  int queued = -1;
  fx_on_event(queue, &queued);
  fx_fire(0);
  fx_on_event(NULL, NULL);
  return queued != 1;
}

int resource_handle_leak__descriptor(void) {
  const int fd = fx_open_self();
  return fd < 0 || fx_close(fd) != 0;
}
