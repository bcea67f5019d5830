/* What the cases with threads start them with, and the locks of those that take two. */
#ifndef FIXTURE_THREADS_H
#define FIXTURE_THREADS_H
#include <pthread.h>

static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;

static void on_thread(void *(*body)(void *), void *arg) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, arg) == 0) pthread_join(thread, NULL);
}

/* Both at once. */
static void on_two_threads(void *(*body)(void *)) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, body, NULL);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void *first_then_second(void *unused) {
  (void)unused;
  pthread_mutex_lock(&first);
  pthread_mutex_lock(&second);
  pthread_mutex_unlock(&second);
  pthread_mutex_unlock(&first);
  return NULL;
}
#endif
