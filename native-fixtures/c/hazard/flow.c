/* A caller that mistreats errors, errno, threads and descriptors. */
#include <errno.h>
#include <stdlib.h>

#include "fixture.h"

static volatile long sink;

int unwind_foreign_exception__call(void) {
  return fx_may_throw(1); //~ unwind_foreign_exception__call: plain = unwind/foreign-exception
}

int unwind_error_ignored(void) {
  char *error = NULL;
  const int value = fx_parse("7", &error);
  sink += value * 10; //~ unwind_error_ignored: errors = unwind/error-ignored
  free(error);
  return 0;
}

int errno_clobbered(void) {
  const int fd = fx_open_missing();
  fx_close(-1);
  if (fd < 0 && errno == ENOENT) sink++; //~ errno_clobbered: declared = errno/clobbered
  return 0;
}

int threading_data_race__worker(void) {
  fx_worker_start(0, 20000); //~ threading_data_race__worker: tsan helgrind = threading/data-race
  for (int i = 0; i < 20000; i++) sink += fx_count(); //~ threading_data_race__worker: tsan helgrind = threading/data-race
  fx_worker_join();
  return 0;
}

int threading_host_memory_race(void) {
  static int cell;
  fx_scribble_start(&cell, 20000);
  for (int i = 0; i < 20000; i++)
    sink += *(volatile int *)&cell; //~ threading_host_memory_race: tsan helgrind = threading/data-race
  fx_scribble_join();
  return 0;
}

static int fire_again(int value, void *user) {
  (void)user;
  if (value == 0) fx_on_event(NULL, NULL);
  return value == 0 ? fx_fire(1) : value; //~ threading_reentrancy: callguard = threading/reentrancy
}

int threading_reentrancy(void) {
  fx_on_event(fire_again, NULL);
  sink += fx_fire(0);
  return 0;
}

int resource_handle_leak__descriptor(void) {
  sink += fx_open_self(); //~ resource_handle_leak__descriptor: fdguard = resource/handle-leak
  return 0;
}
