/*
 * Finds the calls of the project's code that could fail, and makes one of them fail: an allocation, an open, a thread that
 * does not start. Comes first in LD_PRELOAD, before AddressSanitizer, and rewrites the tables of the project's objects alone.
 *
 *   FFI_GATES_FAILING       directory of the logs
 *   FFI_GATES_OWN           the project's code (own.h); only what was compiled for this gate counts (crossings.h)
 *   FFI_GATES_FAIL          keys of calls, separated by ','. Each fails once in all processes, at most one in each of them.
 *                           Without it calls are only listed.
 *   FFI_GATES_FAIL_STATE    a file with a byte for each key: whether it has failed. Without it each process that was started,
 *                           with those that it forks, begins anew.
 *
 * Lines are notes in the form of guard-log.h: `site KEY` of each call that is listed; `failed KEY`, and `returned KEY`
 * when the host has its result; the last line says how many were listed. Behind a key come the function that is called, its
 * caller, the caller of that, and so on, each after a tab: OBJECT+OFFSET, or the function and its place in the source.
 * A call is told by the places that lead to it, since a wrapper of malloc has one call for everybody.
 */
#include "own.h"
#include "crossings.h"
#include "got.h"
#include "guard-log.h"
#include "objects.h"
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Callers that tell a call. */
#define CALLERS 6
#define SITES (1u << 16)
#define KEYS 4096

static _Atomic uint64_t sites[SITES];
static _Atomic unsigned listed_sites;
static uint64_t keys[KEYS];
static unsigned key_count;
static _Atomic unsigned char *key_states;
static _Atomic int failed_here;
static uint64_t failed_key;
static int watching;

/* The checker's own functions, where it is there. */
static void (*symbolize)(void *, const char *, char *, size_t);
static void (*lsan_disable)(void), (*lsan_enable)(void), (*lsan_ignore)(const void *);

/* ---- what a call from the host allocated ---- */

static void mute(crossing *c, int on) {
  if (key_count == 0 || c == NULL || c->muted == on) return;
  void (*tell)(void) = on ? lsan_disable : lsan_enable;
  if (tell == NULL) return;
  tell();
  c->muted = on;
}

/*
 * A leak of an error path is a block that was allocated by the very call from the host in which something failed. A test that
 * ends early does not release what earlier calls gave it, and that is no leak of the library's.
 */
static void crossing_begins(crossing *c) {
  c->blocks = 0;
  c->failed = 0;
  mute(c, 0);
}

static void forget_blocks(crossing *c) {
  if (!c->failed && lsan_ignore)
    for (size_t i = 0; i < c->blocks; i++) lsan_ignore(c->block[i]);
  c->blocks = 0;
}

static void crossing_ends(crossing *c) {
  if (key_count == 0) return;
  c->inside = 1;
  forget_blocks(c);
  if (c->failed) {
    log_text line = {.length = 0};
    log_add(&line, "ffi-gates guard failing: note: returned %016llx\n", (unsigned long long)failed_key);
    log_write(line.text, line.length);
  }
  c->failed = 0;
  c->inside = 0;
  mute(c, 1);
}

static void *allocated(void *block) {
  crossing *c = mine;
  if (key_count == 0 || block == NULL || c == NULL || c->depth == 0 || c->failed) return block;
  if (c->blocks < BLOCKS) c->block[c->blocks++] = block;
  else if (lsan_ignore) lsan_ignore(block);
  return block;
}

/* ---- calls ---- */

static uint64_t hashed(uint64_t hash, const void *bytes, size_t n) {
  for (size_t i = 0; i < n; i++) hash = (hash ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
  return hash;
}

typedef struct {
  const char *function;
  uintptr_t at[CALLERS];
  int count;
  uint64_t key;
} call;

/* The callers as far as they are the project's; each once, so that a recursion is one place. */
static void locate(call *out, const crossing *c, uintptr_t caller) {
  uintptr_t at = caller - 1, frame = c->frames[c->depth - 1];
  out->key = hashed(0xcbf29ce484222325u, out->function, strlen(out->function));
  for (unsigned d = c->depth; out->count < CALLERS;) {
    const struct object *object = object_of(at);
    if (object == NULL) break;
    int known = 0;
    for (int i = 0; i < out->count; i++) known |= out->at[i] == at;
    if (!known) {
      const uintptr_t offset = at - object->base;
      const char *name = strrchr(object->name, '/');
      name = name ? name + 1 : object->name;
      out->key = hashed(hashed(out->key, name, strlen(name)), &offset, sizeof offset);
      out->at[out->count++] = at;
    }
    /* Functions that were compiled into their callers have the frame of these. The outermost returns to the host. */
    while (d > 0 && c->frames[d - 1] == frame) d--;
    if (d == 0) break;
    at = *(uintptr_t *)(frame + sizeof(void *)) - 1;
    frame = c->frames[d - 1];
  }
}

static void tell(const char *word, const call *which) {
  log_text line = {.length = 0};
  log_add(&line, "ffi-gates guard failing: note: %s %016llx\t%s", word, (unsigned long long)which->key, which->function);
  for (int i = 0; i < which->count; i++) {
    const struct object *object = object_of(which->at[i]);
    char place[1024] = "";
    if (key_count > 0 && symbolize) symbolize((void *)(which->at[i] + 1), "%f (%s:%l)", place, sizeof place);
    if (*place) log_add(&line, "\t%s", place);
    else if (object) log_add(&line, "\t%s+0x%zx", object->name, (size_t)(which->at[i] - object->base));
  }
  log_add(&line, "\n");
  log_write(line.text, line.length);
}

/* Whether the key is new. A full table lists no more. */
static int is_new(uint64_t key) {
  for (unsigned i = 0, slot = (unsigned)key % SITES; i < SITES / 2; i++, slot = (slot + 1) % SITES) {
    uint64_t there = 0;
    if (atomic_compare_exchange_strong(&sites[slot], &there, key)) return 1;
    if (there == key) return 0;
  }
  return 0;
}

static int due(uint64_t key) {
  for (unsigned i = 0; i < key_count; i++)
    if (keys[i] == key) {
      unsigned char open = 0;
      return atomic_compare_exchange_strong(&key_states[i], &open, 1);
    }
  return 0;
}

/* Whether this call is to fail. `frame` is its caller's, `at` where it returns to. */
static int fails(const char *function, uintptr_t frame, void *at) {
  crossing *c = mine;
  if (!watching || !is_innermost(c, frame) || (key_count > 0 && failed_here)) return 0;
  const int saved = errno;
  call which = {.function = function};
  c->inside = 1;
  locate(&which, c, (uintptr_t)at);
  int now = 0;
  if (which.count > 0 && key_count == 0) {
    if (is_new(which.key)) {
      listed_sites++;
      tell("site", &which);
    }
  } else if (which.count > 0 && due(which.key)) {
    failed_here = c->failed = now = 1;
    failed_key = which.key;
    tell("failed", &which);
  }
  c->inside = 0;
  errno = saved;
  return now;
}

#define FAILS(name) fails(name, FRAME_OF_CALLER, __builtin_return_address(0))
#define REAL(name) \
  static __typeof__(&name) real; \
  if (real == NULL) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#include "failing-calls.h"

static void *instead(const char *name) {
  for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
    if (strcmp(replaced[i].name, name) == 0) return replaced[i].with;
  return NULL;
}

/* ---- objects ---- */

static void look_around(void) { objects_look(instead); }

void *dlopen(const char *name, int mode) {
  REAL(dlopen);
  void *handle = real(name, mode);
  if (watching && handle != NULL) look_around();
  return handle;
}

/* ---- processes ---- */

static void begin_process(void) {
  log_begin("failing", getenv("FFI_GATES_FAILING"));
  failed_here = 0;
  listed_sites = 0;
}

static void read_keys(void) {
  const char *list = getenv("FFI_GATES_FAIL"), *state = getenv("FFI_GATES_FAIL_STATE");
  if (list == NULL) return;
  const int fd = state ? open(state, O_RDWR | O_CREAT | O_CLOEXEC, 0666) : -1;
  if (state && (fd < 0 || ftruncate(fd, KEYS) != 0)) return;
  void *shared = mmap(NULL, KEYS, PROT_READ | PROT_WRITE, MAP_SHARED | (state ? 0 : MAP_ANONYMOUS), fd, 0);
  if (fd >= 0) close(fd);
  if (shared == MAP_FAILED) return;
  key_states = shared;
  for (char *end; *list && key_count < KEYS; list = *end == ',' ? end + 1 : end) {
    keys[key_count] = strtoull(list, &end, 16);
    if (end == list) break;
    key_count++;
  }
}

__attribute__((constructor(102))) static void begin(void) {
  if (getenv("FFI_GATES_FAILING") == NULL) return;
  begin_process();
  read_keys();
  if (key_count > 0) {
    symbolize = (void (*)(void *, const char *, char *, size_t))dlsym(RTLD_DEFAULT, "__sanitizer_symbolize_pc");
    lsan_disable = (void (*)(void))dlsym(RTLD_DEFAULT, "__lsan_disable");
    lsan_enable = (void (*)(void))dlsym(RTLD_DEFAULT, "__lsan_enable");
    lsan_ignore = (void (*)(const void *))dlsym(RTLD_DEFAULT, "__lsan_ignore_object");
    mute(of_thread(), 1);
  }
  pthread_atfork(NULL, NULL, begin_process);
  watching = 1;
  look_around();
}

static void end_process(void) {
  if (!watching) return;
  watching = 0;
  for (crossing *c = all_crossings; key_count > 0 && c != NULL; c = c->next) forget_blocks(c);
  log_text line = {.length = 0};
  log_add(&line, "ffi-gates guard failing: done, %u calls that could fail\n", listed_sites);
  log_write(line.text, line.length);
}

__attribute__((destructor)) static void end(void) { end_process(); }
