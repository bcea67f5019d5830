/* Pointers that the library keeps: a buffer and a callback. Both must outlive the keeping. */
#include <pthread.h>

#include "case.h"
#include "fixture.h"

static const unsigned char *held;
static size_t held_size;
static fx_callback callback;
static void *callback_user;

void fx_hold(const unsigned char *buf, size_t n) {
  held = buf;
  held_size = n;
}

int fx_held_sum(void) {
  int sum = 0;
  for (size_t i = 0; i < held_size; i++)
    sum += held[i];
  return sum;
}

void fx_release(void) {
  held = NULL;
  held_size = 0;
}

/* Escapes by a global: a frame with inline assembly is not watched for use after return by clang. */
static int *volatile escaped;

FX_NOINLINE int *fx_local_address(void) {
  int local[4] = {42, 42, 42, 42};
  escaped = local;
  return escaped;
}

int fx_read_int(const int *p) {
  return *p;
}

void fx_on_event(fx_callback cb, void *user) {
  callback = cb;
  callback_user = user;
}

int fx_fire(int value) {
  if (!callback) return -1;
  return callback(value, callback_user);
}

typedef struct {
  int value, times, last;
} shots;

static void *fire_all(void *arg) {
  shots *s = arg;
  for (int i = 0; i < s->times; i++)
    s->last = fx_fire(s->value);
  return NULL;
}

int fx_fire_on_thread(int value, int times) {
  shots s = {value, times, -1};
  pthread_t thread;
  if (pthread_create(&thread, NULL, fire_all, &s)) return -1;
  pthread_join(thread, NULL);
  return s.last;
}
