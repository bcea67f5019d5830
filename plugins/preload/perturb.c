/*
 * Makes rare thread schedules common: now and then a thread of the project waits a little before it locks, unlocks,
 * joins, posts, or does anything at all. Comes first in LD_PRELOAD, before a checker's runtime, which then sees each
 * call as if nothing were in between.
 *
 *   FFI_GATES_PERTURB        probability of a wait, 0 to 1
 *   FFI_GATES_PERTURB_SEED   which waits: the same for the same seed, thread by thread
 *   FFI_GATES_OWN            the project's code (own.h). Calls from elsewhere never wait: hosts lock thousands of
 *                            times for themselves.
 *   FFI_GATES_PERTURB_COUNT  a file that each process writes "waits of calls" to, with its id in the name
 */
#define _GNU_SOURCE
#include "own.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The longest wait of the fastest thread, in nanoseconds. Each thread has a pace of its own, up to 2^5 times slower: what
 * must be late then is late as a whole, and not only where chance delays it again and again.
 */
#define LONGEST 1000000
#define PACES 6
/* A call site waits with the full probability this often. After that waits become rarer, so that loops end. */
#define SHARE 64

static uint64_t seed, threshold;
static _Atomic uint64_t threads = 1;

/* In a file, since processes end in ways that run no destructor: a line of fixed length for each process. */
static _Atomic uint64_t calls, waits;
static int counting = -1;
static pid_t counter;

static __thread uint64_t state;
static __thread unsigned pace;

/* Call sites by return address. Threads that write at once lose at most each other's counts. */
static struct site { _Atomic uintptr_t at; _Atomic int known; _Atomic uint32_t seen; } sites[4096];

__attribute__((constructor)) static void begin(void) {
  const char *p = getenv("FFI_GATES_PERTURB"), *s = getenv("FFI_GATES_PERTURB_SEED");
  double share = p ? strtod(p, NULL) : 0;
  threshold = share >= 1 ? UINT32_MAX : share <= 0 ? 0 : (uint64_t)(share * UINT32_MAX);
  seed = s ? strtoull(s, NULL, 10) : 0;
}

static void count(void) {
  if (counter != getpid()) {
    const char *file = getenv("FFI_GATES_PERTURB_COUNT");
    counter = getpid();
    if (counting >= 0) close(counting);
    counting = -1;
    if (file == NULL) return;
    char name[4096];
    if ((size_t)snprintf(name, sizeof name, "%s.%d", file, (int)counter) < sizeof name)
      counting = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  if (counting < 0) return;
  char line[64];
  int length = snprintf(line, sizeof line, "%020llu of %020llu\n", (unsigned long long)waits, (unsigned long long)calls);
  /* Not the libc's wrapper: checkers watch it, and their shadow of it may not be ready. */
  syscall(SYS_pwrite64, counting, line, (size_t)length, (off_t)0);
}

static uint64_t next(void) {
  if (state == 0) {
    uint64_t thread = atomic_fetch_add(&threads, 1);
    state = (seed + 1) * 0x9e3779b97f4a7c15u ^ thread * 0xbf58476d1ce4e5b9u;
    if (state == 0) state = 1;
    /* The first numbers of neighbouring states are alike. */
    for (int i = 0; i < 8; i++) next();
    pace = (unsigned)((next() >> 32) % PACES);
  }
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void wait_a_little(void) {
  struct timespec pause = {0, (long)((next() >> 8) % ((uint64_t)LONGEST << pace))};
  atomic_fetch_add(&waits, 1);
  syscall(SYS_nanosleep, &pause, NULL);
  count();
}

static void maybe_wait(void *at, int starting) {
  if (threshold == 0) return;
  int saved = errno;
  struct site *site = &sites[((uintptr_t)at >> 2) % (sizeof sites / sizeof *sites)];
  if (site->at != (uintptr_t)at) {
    site->at = 0;
    site->seen = 0;
    site->known = of_project(at, starting);
    site->at = (uintptr_t)at;
  }
  if (site->known) {
    uint32_t seen = site->seen++;
    uint64_t limit = seen < SHARE ? threshold : threshold * SHARE / seen;
    if (atomic_fetch_add(&calls, 1) == 0) count();
    if ((next() >> 32) < limit) wait_a_little();
  }
  errno = saved;
}

/* The definition that comes after ours: the checker's, else the libc's. */
#define NEXT(name) \
  static __typeof__(&name) real; \
  if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* The call is the last thing that a wrapper does. The compiler makes it a jump, so that no frame of ours is in a stack. */
#define BEFORE(result, name, declared, given) \
  result name declared { \
    NEXT(name); \
    maybe_wait(__builtin_return_address(0), 0); \
    return real given; \
  }

BEFORE(int, pthread_mutex_lock, (pthread_mutex_t *m), (m))
BEFORE(int, pthread_mutex_trylock, (pthread_mutex_t *m), (m))
BEFORE(int, pthread_mutex_unlock, (pthread_mutex_t *m), (m))
BEFORE(int, pthread_spin_lock, (pthread_spinlock_t *s), (s))
BEFORE(int, pthread_rwlock_rdlock, (pthread_rwlock_t *l), (l))
BEFORE(int, pthread_rwlock_wrlock, (pthread_rwlock_t *l), (l))
BEFORE(int, pthread_rwlock_unlock, (pthread_rwlock_t *l), (l))
BEFORE(int, pthread_join, (pthread_t t, void **result), (t, result))
BEFORE(int, sched_yield, (void), ())

struct start { void *(*run)(void *); void *given; };

static void *started(void *given) {
  struct start start = *(struct start *)given;
  free(given);
  int saved = errno;
  if (atomic_fetch_add(&calls, 1) == 0) count();
  if ((next() >> 32) < threshold) wait_a_little();
  errno = saved;
  return start.run(start.given);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *given) {
  NEXT(pthread_create);
  struct start *start;
  if (threshold == 0 || !of_project(__builtin_return_address(0), 1) || (start = malloc(sizeof *start)) == NULL)
    return real(thread, attributes, run, given);
  *start = (struct start){run, given};
  /* If it fails, these few bytes are lost: a jump leaves no frame, and cannot look back. */
  return real(thread, attributes, started, start);
}
