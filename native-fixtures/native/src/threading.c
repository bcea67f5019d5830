/* Native threads beside the host's: a counter, and a thread that writes to memory the host owns. */
#include <pthread.h>
#include <time.h>

#include "fixture.h"

static int counter;
static pthread_mutex_t counter_lock = PTHREAD_MUTEX_INITIALIZER;

typedef struct {
  pthread_t thread;
  int running, locked, times;
  int *cell;
} worker;

static worker counting, scribbling;

int fx_count(void) {
  return ++counter;
}

int fx_count_locked(void) {
  pthread_mutex_lock(&counter_lock);
  const int now = ++counter;
  pthread_mutex_unlock(&counter_lock);
  return now;
}

static void *count_all(void *arg) {
  const worker *w = arg;
  for (int i = 0; i < w->times; i++) {
    if (w->locked)
      fx_count_locked();
    else
      fx_count();
  }
  return NULL;
}

static void *scribble_all(void *arg) {
  const worker *w = arg;
  for (int i = 0; i < w->times; i++)
    ++*w->cell;
  return NULL;
}

static void join(worker *w) {
  if (w->running) pthread_join(w->thread, NULL);
  w->running = 0;
}

void fx_worker_start(int locked, int times) {
  join(&counting);
  counting.locked = locked;
  counting.times = times;
  counting.running = pthread_create(&counting.thread, NULL, count_all, &counting) == 0;
}

void fx_worker_join(void) { join(&counting); }

void fx_scribble_start(int *cell, int times) {
  join(&scribbling);
  scribbling.cell = cell;
  scribbling.times = times;
  scribbling.running = pthread_create(&scribbling.thread, NULL, scribble_all, &scribbling) == 0;
}

void fx_scribble_join(void) { join(&scribbling); }

void fx_sleep_ms(int ms) {
  const struct timespec span = {ms / 1000, (long)(ms % 1000) * 1000000L};
  nanosleep(&span, NULL);
}
