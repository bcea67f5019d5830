/*
 * Which functions of the project run, thread by thread, with the places from which they were called. They are compiled with
 * -finstrument-functions, so that each tells when it begins and ends.
 */
#ifndef FFI_GATES_CALLERS_H
#define FFI_GATES_CALLERS_H
#include "functions.h"
#include "guard-log.h"
#include <signal.h>
#include <sys/syscall.h>

/* Deeper calls are not followed. */
#define DEPTH 2048
/* Functions that have a place in the table of those that were called. */
#define SEEN (1u << 16)

typedef struct {
  uintptr_t function, site, frame;
  int group;
} call;

typedef struct thread {
  struct thread *next;
  _Atomic int taken;
  pid_t tid;
  /* Changes whenever the host calls or a call of its ends. */
  _Atomic unsigned turn;
  _Atomic unsigned depth;
  int inside;
  /* Groups whose functions run here, and where the first call of each came from. */
  _Atomic int running[GROUPS];
  struct {
    void *frames[LOG_FRAMES];
    int count;
  } first[GROUPS];
  /* What the sampler knows (kept.h). */
  unsigned sampled_turn;
  int samples, listed;
  call calls[DEPTH];
} thread;

static _Atomic(thread *) threads;
static __thread thread *mine __attribute__((tls_model("initial-exec")));
static pthread_key_t at_thread_end;
static int watching;
static _Atomic unsigned host_calls;

#define QUIET __attribute__((no_instrument_function))
#define FRAME_OF_CALLER ((uintptr_t)*(void **)__builtin_frame_address(0))

/* What to do when a function of this group begins, as the call that was noted last. False if the call does not count. */
static int group_begins(thread *t, int group);
/* The host has called for the first time in this process. */
static void host_begins(void);

static void forget_thread(thread *t) {
  t->depth = 0;
  for (int g = 0; g < group_count; g++) t->running[g] = 0;
}

static void end_thread(void *of) {
  thread *t = of;
  forget_thread(t);
  mine = NULL;
  t->taken = 0;
}

/* Untouched pages cost nothing. A record serves later threads. */
static thread *of_thread(void) {
  if (mine != NULL) return mine;
  thread *t = threads;
  for (int no = 0; t != NULL && !atomic_compare_exchange_strong(&t->taken, &no, 1); no = 0) t = t->next;
  if (t == NULL) {
    t = mmap(NULL, sizeof *t, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (t == MAP_FAILED) return NULL;
    t->taken = 1;
    t->next = threads;
    while (!atomic_compare_exchange_weak(&threads, &t->next, t)) {
    }
  }
  t->tid = (pid_t)syscall(SYS_gettid);
  t->inside = 0;
  pthread_setspecific(at_thread_end, t);
  return mine = t;
}

static void drop_last(thread *t) {
  const call *last = &t->calls[t->depth - 1];
  if (last->group >= 0) t->running[last->group]--;
  if (--t->depth == 0) t->turn++;
}

/* Frames below this one are gone, whichever way they were left: the stack grows downwards. */
static void drop_below(thread *t, uintptr_t frame) {
  if (t->depth == 0 || t->calls[t->depth - 1].frame >= frame) return;
  stack_t stack;
  /* A handler of signals may have a stack of its own. */
  if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_ONSTACK)) return;
  while (t->depth > 0 && t->calls[t->depth - 1].frame < frame) drop_last(t);
}

/* The group of a function that begins at this address, or -1. */
static int group_at(uintptr_t at) {
  static struct {
    _Atomic uintptr_t at;
    _Atomic int group;
  } seen[SEEN];
  /* 0 is a place that is being filled. */
  enum { NONE = 1, FIRST };
  size_t slot = (at >> 4) % SEEN;
  for (int tries = 0; tries < 64; tries++, slot = (slot + 1) % SEEN) {
    const int known = seen[slot].group;
    if (seen[slot].at == at && known != 0) return known - FIRST;
    if (seen[slot].at == 0) break;
  }
  const function *f = function_at(at);
  if (f == NULL) {
    look_around();
    f = function_at(at);
  }
  const int group = f && f->start == at ? f->group : -1;
  uintptr_t nobody = 0;
  if (atomic_compare_exchange_strong(&seen[slot].at, &nobody, at)) seen[slot].group = group < 0 ? NONE : group + FIRST;
  return group;
}

QUIET void __cyg_profile_func_enter(void *function, void *site) {
  if (!watching) return;
  thread *t = of_thread();
  if (t == NULL || t->inside) return;
  const uintptr_t frame = FRAME_OF_CALLER;
  drop_below(t, frame);
  if (t->depth == DEPTH) return;
  t->inside = 1;
  const int group = group_at((uintptr_t)function);
  if (t->depth == 0) {
    t->turn++;
    if (host_calls++ == 0) {
      /* Not every host ends its processes in a way that one notices. */
      static const char first[] = "ffi-gates guard callguard: note: watched 1 call\n";
      log_write(first, sizeof first - 1);
      host_begins();
    }
  }
  call *now = &t->calls[t->depth++];
  *now = (call){(uintptr_t)function, (uintptr_t)site, frame, -1};
  if (group >= 0 && group_begins(t, group)) now->group = group;
  t->inside = 0;
}

QUIET void __cyg_profile_func_exit(void *function, void *site) {
  (void)site;
  thread *t = mine;
  if (!watching || t == NULL || t->inside || t->depth == 0) return;
  const uintptr_t frame = FRAME_OF_CALLER;
  drop_below(t, frame);
  if (t->depth == 0) return;
  const call *last = &t->calls[t->depth - 1];
  if (last->frame == frame && last->function == (uintptr_t)function) drop_last(t);
}

/* ---- who calls ---- */

/* Whether a handler of signals returns there: to the instructions by which the kernel is told so. */
static int ends_signal(uintptr_t at) {
#if defined(__x86_64__)
  static const unsigned char code[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
#else
  static const unsigned char code[] = {0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4};
#endif
  return at != 0 && memcmp((const void *)at, code, sizeof code) == 0;
}

/* Libraries that call back on behalf of whoever called them. */
static int of_system(uintptr_t at) {
  static const char *const names[] = {"libc.so", "libc-", "libstdc++.so", "libc++", "libm.so", "libpthread", "libgomp.so", "ld-linux"};
  Dl_info info;
  if (!dladdr((void *)at, &info) || info.dli_fname == NULL) return 0;
  const char *name = strrchr(info.dli_fname, '/');
  name = name ? name + 1 : info.dli_fname;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strncmp(name, names[i], strlen(names[i])) == 0) return 1;
  return 0;
}

enum caller { PROJECT, SIGNAL, HOST };

/* Who made the call of this number, which is not the thread's first. */
static enum caller caller_of(const thread *t, unsigned number) {
  const uintptr_t site = t->calls[number].site - 1;
  const struct object *from = object_of(site);
  if (ends_signal(site + 1)) return SIGNAL;
  /* Another object of the project's is the binding's part, as in an addon. */
  if (from != NULL && from != object_of(t->calls[number].function)) return HOST;
  /* Functions that were compiled into their callers have the frame of these. */
  for (unsigned i = number; i-- > 0 && t->calls[i].frame == t->calls[number - 1].frame;) {
    const function *f = function_at(t->calls[i].function);
    /* Nobody knows where a function ends that has lost its symbols: its object takes its place. */
    if (f == NULL ? from == object_of(t->calls[i].function) : site >= f->start && site < f->end) return PROJECT;
  }
  const function *f = function_at(site);
  if (f != NULL && strstr(f->name, ".cold") != NULL) return PROJECT;
  return of_system(site) ? PROJECT : HOST;
}

#endif
