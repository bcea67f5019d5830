/*
 * Which of the project's functions are running, thread by thread. They are compiled with -finstrument-functions, so that each
 * tells when it begins and ends: a call can then be told from one that the host makes, and what a call from the host did from
 * what earlier ones did. Hosts, their runtimes and test programs are not compiled so.
 */
#ifndef FFI_GATES_CROSSINGS_H
#define FFI_GATES_CROSSINGS_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/* Deeper calls are counted, and nothing is known of them. */
#define DEPTH 4096
/* Blocks that one crossing may have. Further ones are never called leaked. */
#define BLOCKS 65536

typedef struct crossing {
  struct crossing *next;
  unsigned depth;
  /* The failure was made in the crossing that is under way. */
  int failed;
  int inside;
  /* LeakSanitizer was told to leave out what this thread allocates: it counts that by thread. */
  int muted;
  size_t blocks;
  /* Where the outermost function returns to, while its return is led elsewhere. */
  uintptr_t resume;
  uintptr_t frames[DEPTH];
  void *block[BLOCKS];
} crossing;

/*
 * What to do when the host calls the project, when that call has ended, and when its outermost function, with this frame and
 * return address, is about to return: whether the end is still to come.
 */
static void crossing_begins(crossing *c);
static void crossing_ends(crossing *c);
static int crossing_returns(crossing *c, uintptr_t frame, void *site);

static _Atomic(crossing *) all_crossings;
static __thread crossing *mine __attribute__((tls_model("initial-exec")));

#define QUIET __attribute__((no_instrument_function))
#define FRAME_OF_CALLER ((uintptr_t)*(void **)__builtin_frame_address(0))

/* Untouched pages cost nothing. Kept when the thread ends: it may be asked for until the process does. */
QUIET static crossing *of_thread(void) {
  if (mine != NULL) return mine;
  crossing *made = mmap(NULL, sizeof *made, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (made == MAP_FAILED) return NULL;
  made->next = all_crossings;
  while (!atomic_compare_exchange_weak(&all_crossings, &made->next, made)) {
  }
  return mine = made;
}

/* Frames below this one are gone, whichever way they were left: the stack grows downwards. */
QUIET static void drop_below(crossing *c, uintptr_t frame) {
  while (c->depth > 0 && c->frames[c->depth - 1] < frame) c->depth--;
}

QUIET void __cyg_profile_func_enter(void *function, void *site) {
  (void)function, (void)site;
  crossing *c = of_thread();
  if (c == NULL || c->inside) return;
  const uintptr_t frame = FRAME_OF_CALLER;
  const unsigned before = c->depth;
  if (before <= DEPTH) drop_below(c, frame);
  if (c->depth == 0 && before > 0) crossing_ends(c);
  if (c->depth == 0) crossing_begins(c);
  if (c->depth < DEPTH) c->frames[c->depth] = frame;
  c->depth++;
}

QUIET void __cyg_profile_func_exit(void *function, void *site) {
  (void)function;
  crossing *c = mine;
  if (c == NULL || c->inside || c->depth == 0) return;
  const uintptr_t frame = FRAME_OF_CALLER;
  if (c->depth <= DEPTH) drop_below(c, frame);
  if (c->depth > 0) c->depth--;
  if (c->depth == 0 && !crossing_returns(c, frame, site)) crossing_ends(c);
}

/* Whether the function with this frame is the project's innermost one: it makes the call itself. */
QUIET static int is_innermost(const crossing *c, uintptr_t frame) {
  return c != NULL && !c->inside && c->depth > 0 && c->depth <= DEPTH && c->frames[c->depth - 1] == frame;
}

#endif
