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
 *   FFI_GATES_FAIL_SERIES   several may fail in a process, one after the other: each in a call from the host of its own
 *   FFI_GATES_FAIL_KEEPS    keys of calls that keep a lock on purpose (failing-locks.h)
 *   FFI_GATES_FAIL_SCAN     leaks are looked for here (unreachable.h), and not by LeakSanitizer
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
#include "log-host.h"
#include "objects.h"
#include "unreachable.h"
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
static int watching, scans, in_series;

/* The checker's own functions, where it is there. */
static int (*is_owned)(const void *), (*is_poisoned)(const void *);
static size_t (*size_of)(const void *), (*stack_of)(void *, void **, size_t, int *);
static void (*shadow_of)(size_t *, size_t *);
static void (*symbolize)(void *, const char *, char *, size_t);
static void (*lsan_disable)(void), (*lsan_enable)(void), (*lsan_ignore)(const void *);

/* ---- what a call from the host allocated ---- */

static void mute(crossing *c, int on) {
  if (scans || key_count == 0 || c == NULL || c->muted == on) return;
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
  if (!c->failed && lsan_ignore && !scans)
    for (size_t i = 0; i < c->blocks; i++) lsan_ignore(c->block[i]);
  c->blocks = 0;
}

/* The report of a block, with the stack by which it was allocated, from the project's innermost function on. */
static void report_lost(const suspect *block) {
  void *frames[LOG_FRAMES];
  int thread;
  const int count = stack_of ? (int)stack_of((void *)block->start, frames, LOG_FRAMES, &thread) : 0;
  int first = 0;
  while (first < count && object_of((uintptr_t)frames[first] - 1) == NULL) first++;
  log_text text = {.length = 0};
  log_add(&text, "ffi-gates guard failing: error ownership/leak-on-error-path: %zu bytes that nothing refers to\n  fault:\n", (size_t)block->size);
  /* The checker knows the places of machine code that no file is written for, and of programs that moved. */
  int shown = 0;
  for (int i = first; i < count && symbolize; i++) {
    char place[1024] = "";
    symbolize(frames[i], "%f %s:%l", place, sizeof place);
    if (*place == 0 || *place == '<' || strchr(place, '/') == NULL) break;
    log_add(&text, "    #%d %s\n", shown++, place);
  }
  if (shown == 0) log_stack(&text, frames + first, count - first);
  log_add(&text, "  effect: they stay allocated until the process ends\n");
  log_write(text.text, text.length);
}

/* Which blocks of this call from the host are lost now that the host has its result, in these registers or in memory. */
static void look_for_lost(crossing *c, uintptr_t sp, const uintptr_t *registers, size_t register_count) {
  if (c->blocks == 0 || is_owned == NULL || size_of == NULL) return;
  const size_t room = (c->blocks * sizeof(suspect) + PAGE - 1) / PAGE * PAGE;
  suspect *suspects = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (suspects == MAP_FAILED) return;
  search s = {.suspects = suspects, .is_poisoned = is_poisoned};
  for (size_t i = 0; i < c->blocks; i++)
    if (is_owned(c->block[i]))
      suspects[s.count++] = (suspect){.start = (uintptr_t)c->block[i], .size = size_of(c->block[i])};
  size_t scale = 0, offset = 0;
  if (shadow_of) shadow_of(&scale, &offset);
  const extent except[] = {
    {(uintptr_t)c, (uintptr_t)(c + 1)},
    {(uintptr_t)suspects, (uintptr_t)suspects + room},
    {offset, offset + ((size_t)1 << 47 >> scale)},
    {0, 0},
  };
  if (s.count > 0 && find_unreachable(&s, except, sp, registers, register_count))
    for (size_t i = 0; i < s.count; i++)
      if (!suspects[i].rooted && !suspects[i].held) report_lost(&suspects[i]);
  munmap(suspects, room);
}

static void look_at_locks(const crossing *c);

static void crossing_over(crossing *c, uintptr_t sp, const uintptr_t *registers, size_t register_count) {
  const int saved = errno;
  c->inside = 1;
  look_at_locks(c);
  if (key_count == 0) {
    c->inside = 0;
    return;
  }
  if (c->failed) {
    if (scans) look_for_lost(c, sp, registers, register_count);
    log_text line = {.length = 0};
    log_add(&line, "ffi-gates guard failing: note: returned %016llx\n", (unsigned long long)failed_key);
    log_write(line.text, line.length);
    if (in_series) failed_here = 0;
  }
  forget_blocks(c);
  c->failed = 0;
  c->inside = 0;
  mute(c, 1);
  errno = saved;
}

static void crossing_ends(crossing *c) {
  const uintptr_t nothing = 0;
  crossing_over(c, (uintptr_t)__builtin_frame_address(0), &nothing, 1);
}

#if defined(__x86_64__)
/*
 * The outermost function of a call from the host may lose a block of which its frame still has the address, or return it. So its
 * return is led here, where it is over and the host's result is in registers.
 */
extern char ffi_gates_back[] __attribute__((visibility("hidden")));
__attribute__((visibility("hidden"), used)) uintptr_t ffi_gates_came_back(uintptr_t rax, uintptr_t rdx, uintptr_t sp) {
  crossing *c = mine;
  const uintptr_t resume = c->resume, registers[] = {rax, rdx};
  crossing_over(c, sp, registers, 2);
  return resume;
}
__asm__(
    ".text\n.p2align 4\n.hidden ffi_gates_back\n.globl ffi_gates_back\n.type ffi_gates_back, @function\nffi_gates_back:\n"
    "  .cfi_startproc\n  .cfi_undefined rip\n  endbr64\n  subq $8, %rsp\n  pushq %rax\n  pushq %rdx\n  subq $40, %rsp\n"
    "  movups %xmm0, (%rsp)\n  movups %xmm1, 16(%rsp)\n"
    "  movq %rax, %rdi\n  movq %rdx, %rsi\n  leaq 64(%rsp), %rdx\n  call ffi_gates_came_back\n  movq %rax, 56(%rsp)\n"
    "  movups (%rsp), %xmm0\n  movups 16(%rsp), %xmm1\n  addq $40, %rsp\n  popq %rdx\n  popq %rax\n  ret\n  .cfi_endproc\n"
    ".size ffi_gates_back, . - ffi_gates_back\n");

/* Whether a C++ exception is on its way: the function does not return then, and its frame is read to unwind it. */
static int is_thrown(void) {
  static void *(*globals)(void);
  if (globals == NULL) globals = (void *(*)(void))dlsym(RTLD_DEFAULT, "__cxa_get_globals");
  const struct {
    void *caught;
    unsigned uncaught;
  } *exceptions = globals ? globals() : NULL;
  return exceptions != NULL && exceptions->uncaught > 0;
}

static int crossing_returns(crossing *c, uintptr_t frame, void *site) {
  if (!scans || !c->failed || is_thrown()) return 0;
  uintptr_t *slot = (uintptr_t *)(frame + sizeof(void *));
  if (*slot != (uintptr_t)site) return 0;
  c->resume = *slot;
  *slot = (uintptr_t)ffi_gates_back;
  return 1;
}
#else
static int crossing_returns(crossing *c, uintptr_t frame, void *site) {
  (void)c, (void)frame, (void)site;
  return 0;
}
#endif

static void *allocated(void *block) {
  crossing *c = mine;
  if (key_count == 0 || block == NULL || c == NULL || c->depth == 0 || (c->failed && !scans)) return block;
  if (c->blocks < BLOCKS) c->block[c->blocks++] = block;
  else if (lsan_ignore && !scans) lsan_ignore(block);
  return block;
}

/* ---- calls ---- */

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
      out->key = hashed(hashed(out->key, &object->identity, sizeof object->identity), &offset, sizeof offset);
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

/* Which line of the host called: it may die of what it gets, or have moved on when a leak is found. */
static void tell_host(uint64_t key) {
  const char *name = getenv("FFI_GATES_HOST_STACK");
  char head[100];
  log_text line = {.length = 0};
  snprintf(head, sizeof head, "ffi-gates guard failing: note: called %016llx\t%s", (unsigned long long)key, name ? name : "");
  log_host(&line, head, 1);
  if (line.length == 0) return;
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
      if (listed_sites++ == 0) {
        /* Not every host ends its processes in a way that one notices. */
        static const char first[] = "ffi-gates guard failing: note: watched 1 call\n";
        log_write(first, sizeof first - 1);
      }
      tell("site", &which);
    }
  } else if (which.count > 0 && due(which.key)) {
    failed_here = c->failed = now = 1;
    failed_key = which.key;
    tell("failed", &which);
    tell_host(which.key);
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
#include "failing-jni.h"

static void *instead(const char *name) {
  for (size_t i = 0; i < sizeof replaced / sizeof *replaced; i++)
    if (strcmp(replaced[i].name, name) == 0) return replaced[i].with;
  return NULL;
}

/* ---- objects ---- */

static void look_around(void) {
  objects_look(instead);
  if (object_count > 0) jni_look();
}

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
  held_end();
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
  read_keepers(getenv("FFI_GATES_FAIL_KEEPS"));
  scans = getenv("FFI_GATES_FAIL_SCAN") != NULL;
  in_series = getenv("FFI_GATES_FAIL_SERIES") != NULL;
  if (key_count > 0) {
    is_owned = (int (*)(const void *))dlsym(RTLD_DEFAULT, "__sanitizer_get_ownership");
    size_of = (size_t (*)(const void *))dlsym(RTLD_DEFAULT, "__sanitizer_get_allocated_size");
    is_poisoned = (int (*)(const void *))dlsym(RTLD_DEFAULT, "__asan_address_is_poisoned");
    stack_of = (size_t (*)(void *, void **, size_t, int *))dlsym(RTLD_DEFAULT, "__asan_get_alloc_stack");
    shadow_of = (void (*)(size_t *, size_t *))dlsym(RTLD_DEFAULT, "__asan_get_shadow_mapping");
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
