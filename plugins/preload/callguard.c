/*
 * Watches from where the project's functions are called: one that may run once at a time is entered again while it runs, or calls
 * keep the threads of a host's runtime (kept.h).
 *
 *   FFI_GATES_CALLS           directory of the logs
 *   FFI_GATES_OWN             the project's code (own.h); only what was compiled for this gate counts (callers.h)
 *   FFI_GATES_NONREENTRANT    groups of functions of which one may run at a time: names and globs, `,` within and `;` between groups
 *   FFI_GATES_CALLS_HOST      the host whose threads are watched: node, go
 *   FFI_GATES_KEPT_MS         milliseconds for which a call may keep a thread
 *   FFI_GATES_KEPT_STRICT     a call that keeps a thread longer is an error
 *
 * Reports in the form of guard-log.h.
 */
#include "callers.h"
#include "kept.h"
#include "log-host.h"
#include <errno.h>
#include <setjmp.h>

static const char *name_of(uintptr_t at) {
  const function *f = function_at(at);
  return f ? f->name : "a function";
}

/* This thread enters a group that runs on `other`, which may be the same. */
static void report(const thread *t, const thread *other, int group, const char *how) {
  const call *now = &t->calls[t->depth - 1];
  void *frames[LOG_FRAMES];
  if (log_enough(how, (void *)now->site)) return;
  const int count = backtrace(frames, LOG_FRAMES);
  log_text text = {.length = 0};
  log_add(&text, "ffi-gates guard callguard: error threading/reentrancy: %s is entered %s\n  fault:\n", name_of(now->function), how);
  log_stack(&text, frames, count);
  log_add(&text, "  other: what runs was entered here\n");
  log_stack(&text, other->first[group].frames, other->first[group].count);
  /* A handler of signals may have interrupted the host anywhere. One that does not answer costs its lines. */
  if (strstr(how, "signal") == NULL) log_host(&text, "  managed:\n", 0);
  log_add(&text, "  effect: it may find half of the other call's state\n");
  log_write(text.text, text.length);
}

/* Whether a handler of signals leads to this call since the call of this number. The handler need not be the project's. */
static int in_handler(const thread *t, unsigned number) {
  void *frames[LOG_FRAMES];
  const int count = backtrace(frames, LOG_FRAMES);
  for (int i = 0; i < count && (uintptr_t)frames[i] != t->calls[number].site; i++)
    if (ends_signal((uintptr_t)frames[i])) return 1;
  return 0;
}

static int group_begins(thread *t, int group) {
  const int saved = errno;
  if (t->running[group] > 0) {
    /* Since the last one of the group began, has anybody but the project itself called? */
    enum caller who = PROJECT;
    unsigned i = t->depth - 1;
    for (; i > 0 && t->calls[i].group != group; i--) {
      const enum caller its = caller_of(t, i);
      if (its == SIGNAL || who == PROJECT) who = its;
    }
    if (who == PROJECT) return 0;
    t->running[group]++;
    report(t, t, group, who == SIGNAL || in_handler(t, i) ? "by a handler of signals, while this thread runs it" : "by a callback, while this thread runs it");
  } else {
    t->first[group].count = backtrace(t->first[group].frames, LOG_FRAMES);
    t->running[group]++;
    for (thread *other = threads; other != NULL; other = other->next)
      if (other != t && other->running[group] > 0) {
        report(t, other, group, "while another thread runs it");
        break;
      }
  }
  errno = saved;
  return 1;
}

/* ---- calls that are left in other ways than by their ends ---- */

#if defined(__x86_64__)
#define SP_OF(env, to) \
  uintptr_t to = ((const uintptr_t *)(env))[6]; \
  __asm__("rorq $17, %0\n\txorq %%fs:0x30, %0" : "+r"(to))
#else
#define SP_OF(env, to) uintptr_t to = UINTPTR_MAX
#endif

static void leave(uintptr_t sp) {
  thread *t = mine;
  if (t == NULL) return;
  const uintptr_t here = (uintptr_t)__builtin_frame_address(0);
  /* What nobody understands leaves all calls: better none is found than one that has long ended. */
  const int known = sp > here && sp - here < ((uintptr_t)1 << 30);
  while (t->depth > 0 && (!known || t->calls[t->depth - 1].frame < sp)) drop_last(t);
}

#define JUMP(name, symbol) \
  __attribute__((noreturn)) void jump_##name(struct __jmp_buf_tag env[1], int value) __asm__(symbol); \
  void jump_##name(struct __jmp_buf_tag env[1], int value) { \
    static void (*real)(struct __jmp_buf_tag *, int); \
    if (real == NULL) real = (void (*)(struct __jmp_buf_tag *, int))dlsym(RTLD_NEXT, symbol); \
    SP_OF(env, sp); \
    leave(sp); \
    real(env, value); \
    __builtin_unreachable(); \
  }
JUMP(plain, "longjmp")
JUMP(old, "_longjmp")
JUMP(signals, "siglongjmp")
JUMP(checked, "__longjmp_chk")

/* ---- objects and processes ---- */

void *dlopen(const char *name, int mode) {
  static __typeof__(&dlopen) real;
  if (real == NULL) real = (__typeof__(&dlopen))dlsym(RTLD_NEXT, "dlopen");
  void *handle = real(name, mode);
  if (watching && handle != NULL && !(mode & RTLD_NOLOAD)) look_around();
  return handle;
}

static void begin_process(void) {
  log_begin("callguard", getenv("FFI_GATES_CALLS"));
  host_calls = 0;
  kept_most = 0;
  for (thread *t = threads; t != NULL; t = t->next)
    if (t != mine) {
      forget_thread(t);
      t->taken = 0;
    }
  if (mine) mine->tid = getpid();
}

__attribute__((constructor(102))) static void begin(void) {
  if (getenv("FFI_GATES_CALLS") == NULL || pthread_key_create(&at_thread_end, end_thread) != 0) return;
  read_groups(getenv("FFI_GATES_NONREENTRANT"));
  read_kept(getenv("FFI_GATES_CALLS_HOST"), getenv("FFI_GATES_KEPT_MS"), getenv("FFI_GATES_KEPT_STRICT") != NULL);
  begin_process();
  pthread_atfork(NULL, NULL, begin_process);
  watching = 1;
  look_around();
}

__attribute__((destructor)) static void end(void) {
  if (!watching) return;
  watching = 0;
  log_text line = {.length = 0};
  if (kept_most > 0) log_add(&line, "ffi-gates guard callguard: note: %d threads at most were kept at once\n", kept_most);
  log_add(&line, "ffi-gates guard callguard: done, %u calls\n", host_calls);
  log_write(line.text, line.length);
}
