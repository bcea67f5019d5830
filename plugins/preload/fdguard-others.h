/*
 * What the project opens that is no descriptor: memory maps (`m` and the address), threads that somebody has to join (`t` and
 * their number) and temporary files (`f`), of which ffi-gates sees itself whether they are still there.
 */
#ifndef FFI_GATES_FDGUARD_OTHERS_H
#define FFI_GATES_FDGUARD_OTHERS_H
#include <stdatomic.h>

#define OTHERS 8192

/* Slots are taken for good by an id: addresses and threads come again. */
static struct other {
  _Atomic uintptr_t id;
  _Atomic size_t size;
  _Atomic unsigned char open;
} maps[OTHERS], started[OTHERS];
static _Atomic int maps_open;
/* A thread may end and detach itself before its starter has noted it. */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

static struct other *place_of(struct other *table, uintptr_t id, int make) {
  size_t slot = (id >> 4) * 0x9E3779B97F4A7C15u % OTHERS;
  for (int tries = 0; tries < OTHERS; tries++, slot = (slot + 1) % OTHERS) {
    uintptr_t nobody = 0;
    if (table[slot].id == id) return &table[slot];
    if (table[slot].id == 0 && (!make || atomic_compare_exchange_strong(&table[slot].id, &nobody, id))) return make ? &table[slot] : NULL;
    if (table[slot].id == id) return &table[slot];
  }
  return NULL;
}

/* `slot` is where it is marked as open, if ever it is closed here. */
static void note_other(char letter, uintptr_t id, const char *kind, const char *name, struct other *slot, void **caller) {
  static _Atomic unsigned char nowhere;
  const int saved = errno;
  stack spare;
  char text[32];
  inside = 1;
  stack *s = call_of_project(caller, &spare);
  snprintf(text, sizeof text, "%c%zx", letter, (size_t)id);
  if (s != NULL) note_opened(text, kind, name, slot ? &slot->open : &nowhere, s);
  inside = 0;
  errno = saved;
}

static void opened_other(char letter, uintptr_t id, const char *kind, const char *name, void **caller) {
  static _Atomic uintptr_t made;
  /* Several may have had one descriptor. */
  if (watching()) note_other(letter, letter == 'f' ? ++made : id, kind, name, NULL, caller);
}

static void closed_other(char letter, struct other *slot) {
  if (!atomic_exchange(&slot->open, 0)) return;
  if (letter == 'm') maps_open--;
  note("ffi-gates fdguard: closed %c%zx\n", letter, (size_t)slot->id);
}

static void forget_others(void) {
  for (int i = 0; i < OTHERS; i++) maps[i].open = started[i].open = 0;
  maps_open = 0;
  /* Another thread may have had it when this process was forked. */
  pthread_mutex_init(&starting, NULL);
}

/* ---- memory: the kernel is asked directly, since these are called before there is anything else ---- */

/* What lies there is mapped no more, or not as it was. */
static void unmapped(uintptr_t from, size_t size) {
  if (maps_open == 0 || !watching()) return;
  for (int i = 0; i < OTHERS; i++)
    if (maps[i].open && maps[i].id < from + size && from < maps[i].id + maps[i].size) closed_other('m', &maps[i]);
}

static void mapped(void *at, size_t size, void **caller) {
  if (at == MAP_FAILED || file == NULL || inside || !of_project(*caller, 0) || !watching()) return;
  struct other *slot = place_of(maps, (uintptr_t)at, 1);
  char name[32];
  if (slot == NULL) return;
  closed_other('m', slot);
  slot->size = size;
  snprintf(name, sizeof name, "%zu bytes", size);
  note_other('m', (uintptr_t)at, "map", name, slot, caller);
  if (slot->open) maps_open++;
}

static void *map_now(void *at, size_t size, int protection, int flags, int fd, off_t offset, void **caller) {
  if (flags & MAP_FIXED) unmapped((uintptr_t)at, size);
  void *there = (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
  mapped(there, size, caller);
  return there;
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset) {
  return map_now(at, size, protection, flags, fd, offset, CALLER);
}

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset) {
  return map_now(at, size, protection, flags, fd, offset, CALLER);
}

int munmap(void *at, size_t size) {
  const int failed = (int)syscall(SYS_munmap, at, size);
  if (!failed) unmapped((uintptr_t)at, size);
  return failed;
}

void *mremap(void *at, size_t before, size_t size, int flags, ...) {
  va_list more;
  va_start(more, flags);
  void *to = flags & MREMAP_FIXED ? va_arg(more, void *) : NULL;
  va_end(more);
  void *there = (void *)syscall(SYS_mremap, at, before, size, flags, to);
  if (there == MAP_FAILED) return there;
  struct other *slot = place_of(maps, (uintptr_t)at, 0);
  const int was = slot != NULL && slot->open;
  unmapped((uintptr_t)at, before ? before : 1);
  if (was) mapped(there, size, CALLER);
  return there;
}

/* ---- threads ---- */

static void joined(pthread_t thread) {
  struct other *slot = watching() ? place_of(started, (uintptr_t)thread, 0) : NULL;
  if (slot) closed_other('t', slot);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *how, void *(*run)(void *), void *arg) {
  static __typeof__(&pthread_create) real;
  if (real == NULL) real = (__typeof__(&pthread_create))dlsym(RTLD_NEXT, "pthread_create");
  int detached = PTHREAD_CREATE_JOINABLE;
  if (how) pthread_attr_getdetachstate(how, &detached);
  if (detached == PTHREAD_CREATE_DETACHED || !watching()) return real(thread, how, run, arg);
  pthread_mutex_lock(&starting);
  const int failed = real(thread, how, run, arg);
  struct other *slot = failed ? NULL : place_of(started, (uintptr_t)*thread, 1);
  if (slot) {
    /* The same number again: it was joined where nobody watches. */
    closed_other('t', slot);
    note_other('t', (uintptr_t)*thread, "thread", "", slot, CALLER);
  }
  pthread_mutex_unlock(&starting);
  return failed;
}

#define JOINS(name, declared, given) \
  int name declared { \
    static __typeof__(&name) real; \
    if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
    const int failed = real given; \
    if (!failed) joined(thread); \
    return failed; \
  }
JOINS(pthread_join, (pthread_t thread, void **result), (thread, result))
JOINS(pthread_tryjoin_np, (pthread_t thread, void **result), (thread, result))
JOINS(pthread_timedjoin_np, (pthread_t thread, void **result, const struct timespec *until), (thread, result, until))

int pthread_detach(pthread_t thread) {
  static __typeof__(&pthread_detach) real;
  if (real == NULL) real = (__typeof__(&pthread_detach))dlsym(RTLD_NEXT, "pthread_detach");
  pthread_mutex_lock(&starting);
  joined(thread);
  pthread_mutex_unlock(&starting);
  return real(thread);
}

/* A thread that still runs when the process ends is at work, and none that somebody forgot. */
static void end_others(void) {
  static int (*try_join)(pthread_t, void **);
  try_join = (int (*)(pthread_t, void **))dlsym(RTLD_NEXT, "pthread_tryjoin_np");
  for (int i = 0; i < OTHERS; i++) {
    if (maps[i].open && syscall(SYS_msync, maps[i].id & ~(uintptr_t)4095, 1, MS_ASYNC) != 0) closed_other('m', &maps[i]);
    if (started[i].open && (try_join == NULL || try_join((pthread_t)started[i].id, NULL) != 0)) closed_other('t', &started[i]);
  }
}

#endif
