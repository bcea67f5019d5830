/*
 * Locks that the project takes, and does not give back where a call fails: still held when the host has its result. Which calls keep
 * a lock on purpose, as a library's own `lock` does, is known from calls in which nothing failed: `keeps KEY` in the log when
 * calls are listed, FFI_GATES_FAIL_KEEPS when one is made to fail.
 */
#ifndef FFI_GATES_FAILING_LOCKS_H
#define FFI_GATES_FAILING_LOCKS_H
#include <threads.h>

#define HELD 1024
#define KEEPERS 1024

enum lock_kind { MUTEX, WRITER, READER, SPIN, PYTHON };

typedef struct {
  void *lock;
  enum lock_kind kind;
  const crossing *by;
  pid_t tid;
  call site;
} held_lock;

static held_lock held[HELD];
static int held_count;
static uint64_t keepers[KEEPERS];
static int keeper_count;
static atomic_flag held_busy = ATOMIC_FLAG_INIT;

static void held_begin(void) {
  while (atomic_flag_test_and_set(&held_busy)) thrd_yield();
}
static void held_end(void) { atomic_flag_clear(&held_busy); }

static void read_keepers(const char *list) {
  for (char *end; list && *list && keeper_count < KEEPERS; list = *end == ',' ? end + 1 : end) {
    const uint64_t key = strtoull(list, &end, 16);
    if (end == list) break;
    keepers[keeper_count++] = key;
  }
}

static void took(void *lock, enum lock_kind kind, uintptr_t frame, void *at) {
  crossing *c = mine;
  if (!watching || !is_innermost(c, frame)) return;
  const int saved = errno;
  held_lock now = {.lock = lock, .kind = kind, .by = c, .tid = (pid_t)syscall(SYS_gettid), .site = {.function = "lock"}};
  locate(&now.site, c, (uintptr_t)at);
  held_begin();
  if (now.site.count > 0 && held_count < HELD) held[held_count++] = now;
  held_end();
  errno = saved;
}

/* By whichever thread, and from wherever in the project. */
static void gave_back(const void *lock) {
  if (held_count == 0) return;
  held_begin();
  for (int i = held_count; i-- > 0;)
    if (held[i].lock == lock) {
      memmove(&held[i], &held[i + 1], (size_t)(--held_count - i) * sizeof *held);
      break;
    }
  held_end();
}

/* What lies there may be unmapped. */
static int is_read(const void *at, void *to, size_t size) {
  const struct iovec here = {to, size}, there = {(void *)at, size};
  return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* Others may have given it back, and memory in which it lay may be released. */
static int is_still_held(const held_lock *h, const crossing *c) {
  const uintptr_t at = (uintptr_t)h->lock;
  if (is_poisoned && is_poisoned(h->lock)) return 0;
  /* A variable of a function that has returned. */
  if (at < c->frames[0] && at > (uintptr_t)__builtin_frame_address(0) - (1 << 20)) return 0;
  if (h->kind == MUTEX) {
    pthread_mutex_t mutex;
    return is_read(h->lock, &mutex, sizeof mutex) && mutex.__data.__lock != 0 && mutex.__data.__owner == h->tid;
  }
  if (h->kind == WRITER || h->kind == READER) {
    pthread_rwlock_t lock;
    if (!is_read(h->lock, &lock, sizeof lock)) return 0;
    return h->kind == WRITER ? lock.__data.__cur_writer == h->tid : lock.__data.__readers >> 3 > 0;
  }
  if (h->kind == PYTHON) {
    int (*acquire)(void *, int) = (int (*)(void *, int))dlsym(RTLD_DEFAULT, "PyThread_acquire_lock");
    void (*release)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "PyThread_release_lock");
    if (acquire == NULL || release == NULL) return 0;
    if (!acquire(h->lock, 0)) return 1;
    release(h->lock);
    return 0;
  }
  char byte;
  return is_read(h->lock, &byte, 1);
}

static void report_held(const held_lock *h) {
  log_text text = {.length = 0};
  log_add(&text, "ffi-gates guard failing: error threading/lock-misuse: a lock that nobody gave back\n  fault:\n");
  int shown = 0;
  void *frames[CALLERS];
  for (int i = 0; i < h->site.count; i++) {
    char place[1024] = "";
    frames[i] = (void *)(h->site.at[i] + 1);
    if (symbolize) symbolize(frames[i], "%f %s:%l", place, sizeof place);
    if (*place && *place != '<' && strchr(place, '/') != NULL) log_add(&text, "    #%d %s\n", shown++, place);
  }
  if (shown == 0) log_stack(&text, frames, h->site.count);
  log_add(&text, "  effect: who wants it next waits for it in vain\n");
  log_write(text.text, text.length);
}

static int is_keeper(uint64_t key) {
  for (int i = 0; i < keeper_count; i++)
    if (keepers[i] == key) return 1;
  return 0;
}

/* The locks of a call from the host that is over. */
static void look_at_locks(const crossing *c) {
  if (held_count == 0) return;
  const int saved = errno;
  static held_lock left[HELD];
  int count = 0;
  held_begin();
  for (int i = 0; i < held_count;) {
    if (held[i].by != c) {
      i++;
      continue;
    }
    if (is_still_held(&held[i], c)) left[count++] = held[i];
    memmove(&held[i], &held[i + 1], (size_t)(--held_count - i) * sizeof *held);
  }
  for (int i = 0; i < count; i++) {
    if (is_keeper(left[i].site.key)) continue;
    if (c->failed) {
      report_held(&left[i]);
      continue;
    }
    if (keeper_count < KEEPERS) keepers[keeper_count++] = left[i].site.key;
    if (key_count > 0) continue;
    log_text line = {.length = 0};
    log_add(&line, "ffi-gates guard failing: note: keeps %016llx\n", (unsigned long long)left[i].site.key);
    log_write(line.text, line.length);
  }
  held_end();
  errno = saved;
}

#define TAKEN(name, declared, given, kind, taken) \
  static int call_##name declared { \
    REAL(name); \
    const int result = real given; \
    if (taken) took((void *)lock, kind, FRAME_OF_CALLER, __builtin_return_address(0)); \
    return result; \
  }
#define GIVEN(name, type) \
  static int call_##name(type *lock) { \
    REAL(name); \
    gave_back((const void *)lock); \
    return real(lock); \
  }
typedef const struct timespec *until;
/* A robust mutex is taken as well when its last owner has died. */
#define GOT_IT (result == 0 || result == EOWNERDEAD)
TAKEN(pthread_mutex_lock, (pthread_mutex_t *lock), (lock), MUTEX, GOT_IT)
TAKEN(pthread_mutex_trylock, (pthread_mutex_t *lock), (lock), MUTEX, GOT_IT)
TAKEN(pthread_mutex_timedlock, (pthread_mutex_t *lock, until t), (lock, t), MUTEX, GOT_IT)
TAKEN(pthread_rwlock_wrlock, (pthread_rwlock_t *lock), (lock), WRITER, result == 0)
TAKEN(pthread_rwlock_trywrlock, (pthread_rwlock_t *lock), (lock), WRITER, result == 0)
TAKEN(pthread_rwlock_rdlock, (pthread_rwlock_t *lock), (lock), READER, result == 0)
TAKEN(pthread_rwlock_tryrdlock, (pthread_rwlock_t *lock), (lock), READER, result == 0)
TAKEN(pthread_spin_lock, (pthread_spinlock_t *lock), ((void *)lock), SPIN, result == 0)
TAKEN(pthread_spin_trylock, (pthread_spinlock_t *lock), ((void *)lock), SPIN, result == 0)
TAKEN(mtx_lock, (mtx_t *lock), (lock), MUTEX, result == thrd_success)
TAKEN(mtx_trylock, (mtx_t *lock), (lock), MUTEX, result == thrd_success)
GIVEN(pthread_mutex_unlock, pthread_mutex_t)
GIVEN(pthread_rwlock_unlock, pthread_rwlock_t)
GIVEN(pthread_spin_unlock, pthread_spinlock_t)

static void call_mtx_unlock(mtx_t *lock) {
  REAL(mtx_unlock);
  gave_back(lock);
  real(lock);
}

/* CPython's, known by name alone. */
static int call_PyThread_acquire_lock(void *lock, int waits) {
  KNOWN("PyThread_acquire_lock", int (*)(void *, int));
  const int result = real(lock, waits);
  if (result) took(lock, PYTHON, FRAME_OF_CALLER, __builtin_return_address(0));
  return result;
}
static void call_PyThread_release_lock(void *lock) {
  KNOWN("PyThread_release_lock", void (*)(void *));
  gave_back(lock);
  real(lock);
}

#endif
