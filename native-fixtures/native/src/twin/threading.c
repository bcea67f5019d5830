/* Native threads that agree. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../case.h"
#include "../threads.h"

static volatile int shared;
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

static void *count_guarded(void *unused) {
  (void)unused;
  for (int i = 0; i < 1000; i++) {
    pthread_mutex_lock(&shared_lock);
    shared++;
    pthread_mutex_unlock(&shared_lock);
  }
  return NULL;
}

static void threading_data_race(void) { on_two_threads(count_guarded); }

static void threading_lock_order(void) {
  on_thread(first_then_second, NULL);
  on_thread(first_then_second, NULL);
}

static void *take_and_give_back(void *lock) {
  pthread_mutex_lock(lock);
  pthread_mutex_unlock(lock);
  return NULL;
}

static void threading_lock_misuse(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  on_thread(take_and_give_back, &lock);
}

static FX_NOINLINE int note_word(const char *word) {
  static pthread_mutex_t noting = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&noting);
  char *copy = fx_opaque(malloc(strlen(word) + 1));
  const int result = copy ? 0 : -1;
  if (copy) fx_sink += strlen(strcpy(copy, word));
  free(copy);
  pthread_mutex_unlock(&noting);
  return result;
}

static void threading_lock_misuse__error_path(void) { fx_sink += note_word("word"); }

static void *nothing(void *unused) { return unused; }

static void threading_thread_leak(void) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_join(thread, NULL);
}

const fx_case fx_twin_threading[] = {FX_THREADING_CASES(FX_CASE) FX_END};
