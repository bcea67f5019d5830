/*
 * Stacks of calls that open something. Unwinding one costs more than the call, and suites open the same things again and again:
 * a stack is unwound once for each frame in which the call lies, and known again by its return addresses, which then lie where they
 * lay before. Entries stay for good, so that readers need no lock. One is looked at by its own thread alone: where that of another one lay
 * there may be no memory now.
 */
#ifndef FFI_GATES_FDGUARD_STACKS_H
#define FFI_GATES_FDGUARD_STACKS_H
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unwind.h>

#define FRAMES 32
#define STACKS 8192
/* Entries beyond the first one that fits. */
#define STACK_TRIES 16

typedef struct stack {
  int count;
  pthread_t thread;
  /* Whether the call is the project's. */
  int own;
  unsigned number;
  /* The process in whose journal it stands. */
  _Atomic pid_t told;
  void *at[FRAMES];
  /* Where each lies; none for those that are told otherwise, as behind a signal. */
  void **slot[FRAMES];
  int known_again;
} stack;

static _Atomic(stack *) stacks[STACKS];
static _Atomic unsigned stack_numbers;

typedef struct {
  stack *to;
  void **first;
  int begun;
} unwinding;

static _Unwind_Reason_Code unwind_frame(struct _Unwind_Context *context, void *data) {
  unwinding *u = data;
  void *at = (void *)_Unwind_GetIP(context);
  if (at == NULL) return _URC_END_OF_STACK;
  /* From the caller on: frames of this library are nobody's business. */
  if (!u->begun && at != *u->first) return _URC_NO_REASON;
  u->begun = 1;
  stack *s = u->to;
#if defined(__x86_64__)
  /* The caller's canonical frame begins behind the return address. */
  void **slot = s->count == 0 ? u->first : (void **)_Unwind_GetCFA(context) - 1;
  if (s->known_again && (s->count == 0 || (slot > s->slot[s->count - 1] && slot < s->slot[s->count - 1] + (1 << 17))) && *slot == at)
    s->slot[s->count] = slot;
  else
    s->known_again = 0;
#else
  s->known_again = 0;
#endif
  s->at[s->count++] = at;
  return s->count == FRAMES ? _URC_END_OF_STACK : _URC_NO_REASON;
}

static int is_same(const stack *s, void **first) {
  if (s->slot[0] != first || s->thread != pthread_self()) return 0;
  for (int i = 0; i < s->count; i++)
    if (*s->slot[i] != s->at[i]) return 0;
  return 1;
}

/* The stack of the call that returns to what stands at `first`. `spare` is used where it cannot be kept. */
static stack *stack_of_call(void **first, stack *spare, int (*is_own_stack)(const stack *)) {
  const size_t begin = (((uintptr_t)*first ^ (uintptr_t)first * 3) * 0x9E3779B97F4A7C15u >> 40) % STACKS;
  _Atomic(stack *) *free_slot = NULL;
  for (size_t i = 0; i < STACK_TRIES; i++) {
    stack *s = stacks[(begin + i) % STACKS];
    if (s == NULL) {
      free_slot = &stacks[(begin + i) % STACKS];
      break;
    }
    if (is_same(s, first)) return s;
  }
  memset(spare, 0, sizeof *spare);
  spare->known_again = 1;
  spare->thread = pthread_self();
  _Unwind_Backtrace(unwind_frame, &(unwinding){.to = spare, .first = first});
  if (spare->count == 0) spare->at[spare->count++] = *first, spare->known_again = 0;
  spare->own = is_own_stack(spare);
  spare->number = ++stack_numbers;
  if (!spare->known_again || free_slot == NULL) return spare;
  stack *kept = (stack *)syscall(SYS_mmap, NULL, sizeof *kept, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (kept == MAP_FAILED) return spare;
  memcpy(kept, spare, sizeof *kept);
  stack *none = NULL;
  if (atomic_compare_exchange_strong(free_slot, &none, kept)) return kept;
  syscall(SYS_munmap, kept, sizeof *kept);
  return spare;
}

#endif
