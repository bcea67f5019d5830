/* Native threads that do not agree. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../case.h"
#include "../threads.h"

static volatile int shared;

static void *count_unguarded(void *unused) {
  (void)unused;
  for (int i = 0; i < 1000; i++)
    shared++; //~ threading_data_race: tsan rstsan helgrind = threading/data-race
  return NULL;
}

static void threading_data_race(void) { on_two_threads(count_unguarded); }

static void *second_then_first(void *unused) {
  (void)unused;
  pthread_mutex_lock(&second);
  pthread_mutex_lock(&first); //~ threading_lock_order: helgrind = threading/lock-order
  //~^ threading_lock_order on node c py pyx go net: tsan = threading/lock-order
  //~^^ threading_lock_order: rstsan = threading/lock-order
  pthread_mutex_unlock(&first);
  pthread_mutex_unlock(&second);
  return NULL;
}

/* One thread after the other: the order is wrong, but it cannot hang here. */
static void threading_lock_order(void) {
  on_thread(first_then_second, NULL);
  on_thread(second_then_first, NULL);
}

static void *take(void *lock) {
  pthread_mutex_lock(lock);
  return NULL;
}

static void threading_lock_misuse(void) {
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  on_thread(take, &lock);
  pthread_mutex_unlock(&lock); //~ threading_lock_misuse: helgrind = threading/lock-misuse
  //~^ threading_lock_misuse on node c py pyx go net: tsan = threading/lock-misuse
  //~^^ threading_lock_misuse: rstsan = threading/lock-misuse
}

/* No test makes the allocation fail. */
static FX_NOINLINE int note_word(const char *word) {
  static pthread_mutex_t noting = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&noting); //~ threading_lock_misuse__error_path: failing = threading/lock-misuse
  char *copy = fx_opaque(malloc(strlen(word) + 1));
  if (!copy) return -1;
  fx_sink += strlen(strcpy(copy, word));
  free(copy);
  return pthread_mutex_unlock(&noting);
}

static void threading_lock_misuse__error_path(void) { fx_sink += note_word("word"); }

static void *name_itself(void *tid) {
  atomic_store((_Atomic long *)tid, syscall(SYS_gettid));
  return NULL;
}

static void threading_thread_leak(void) {
  pthread_t thread;
  static _Atomic long tid;
  pthread_create(&thread, NULL, name_itself, &tid); //~ threading_thread_leak on c py pyx: tsan = threading/thread-leak
  //~^ threading_thread_leak on c py pyx jni rs net node: fdguard = threading/thread-leak
  while (atomic_load(&tid) == 0 || syscall(SYS_tgkill, (long)getpid(), atomic_load(&tid), 0L) == 0) sched_yield();
}

const fx_case fx_hazard_threading[] = {FX_THREADING_CASES(FX_CASE) FX_END};
