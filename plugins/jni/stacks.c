/*
 * Preloaded into a JVM under memcheck. HotSpot's interpreter writes below the stack pointer of its thread at every call, to
 * reach the guard page early. memcheck treats each such write as an error, tens of millions in a run of JUnit, which takes
 * as long as the run itself. Therefore invalid addresses on the stacks of threads are left to the compilers' sanitizers.
 * Uninitialised values there, and all heap blocks, are still checked.
 *
 * The requests are those of valgrind/memcheck.h from Valgrind's package. Without this header nothing is excluded.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#if defined __has_include && __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define VALGRIND_DISABLE_ADDR_ERROR_REPORTING_IN_RANGE(low, size) ((void)(low), (void)(size))
#define VALGRIND_ENABLE_ADDR_ERROR_REPORTING_IN_RANGE(low, size) ((void)(low), (void)(size))
#endif

typedef void *(*body)(void *);

struct beginning {
  body run;
  void *arg;
};

struct stack {
  void *low;
  size_t size;
};

/* The memory may become part of a heap. */
static void watch(void *of) {
  struct stack *s = of;
  if (s->size > 0) VALGRIND_ENABLE_ADDR_ERROR_REPORTING_IN_RANGE(s->low, s->size);
}

static void *run_unwatched(void *given) {
  struct beginning b = *(struct beginning *)given;
  struct stack s = {NULL, 0};
  pthread_attr_t attributes;
  void *result;
  free(given);
  if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
    if (pthread_attr_getstack(&attributes, &s.low, &s.size) != 0) s.size = 0;
    pthread_attr_destroy(&attributes);
  }
  if (s.size > 0) VALGRIND_DISABLE_ADDR_ERROR_REPORTING_IN_RANGE(s.low, s.size);
  pthread_cleanup_push(watch, &s);
  result = b.run(b.arg);
  pthread_cleanup_pop(1);
  return result;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, body run, void *arg) {
  int (*create)(pthread_t *, const pthread_attr_t *, body, void *);
  struct beginning *b = malloc(sizeof *b);
  int failed;
  *(void **)&create = dlsym(RTLD_NEXT, "pthread_create");
  if (b == NULL) return create(thread, attributes, run, arg);
  b->run = run;
  b->arg = arg;
  failed = create(thread, attributes, run_unwatched, b);
  if (failed) free(b);
  return failed;
}
