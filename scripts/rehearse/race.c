/* A race that the order in which two threads take a lock hides, and its twin, for rehearsals. */
#include <pthread.h>
#include "race.h"
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int entries, shared, guarded;
static void enter(void) { pthread_mutex_lock(&lock); entries++; pthread_mutex_unlock(&lock); }
static void work(void) { for (volatile int i = 0; i < 200000; i++); }
static void *early(void *p) { shared = 1; enter(); return p; }
static void *late(void *p) { work(); enter(); shared = 2; return p; }
static void *early_guarded(void *p) { pthread_mutex_lock(&lock); guarded = 1; pthread_mutex_unlock(&lock); return p; }
static void *late_guarded(void *p) { work(); pthread_mutex_lock(&lock); guarded = 2; pthread_mutex_unlock(&lock); return p; }
static int both(void *(*a)(void *), void *(*b)(void *)) {
  pthread_t s, t;
  if (pthread_create(&s, 0, a, 0) || pthread_create(&t, 0, b, 0)) return 1;
  return pthread_join(s, 0) || pthread_join(t, 0);
}
int racy(void) { return both(early, late); }
int right(void) { return both(early_guarded, late_guarded); }
