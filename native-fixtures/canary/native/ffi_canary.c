#include "ffi_canary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

static volatile long sink;
static volatile int shared;
static pthread_mutex_t first = PTHREAD_MUTEX_INITIALIZER, second = PTHREAD_MUTEX_INITIALIZER;

/* A pointer of which the compiler knows nothing, so that it cannot prove a bug away. */
static void *opaque(void *p) {
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

static void on_thread(void *(*body)(void *)) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, NULL) == 0) pthread_join(thread, NULL);
}

int canary_noop(void) { return 42; }

void canary_handle(void) {
  sink += open("/", O_RDONLY | O_CLOEXEC); //~ canary_handle: fdguard = resource/handle-leak
}

void canary_heap(void) {
  volatile char *p = opaque(malloc(24));
  p[24] = 1; //~ canary_heap: asan memcheck goasan rsasan = bounds/heap-overflow
  free((void *)p);
}

void canary_uaf(void) {
  char *p = opaque(calloc(1, 24));
  free(p);
  sink += ((char *)opaque(p))[8]; //~ canary_uaf: asan memcheck = ownership/use-after-free
}

void canary_leak(void) {
  for (int i = 0; i < 8; i++)
    sink += (long)opaque(malloc(40)) & 1; //~ canary_leak on c py pyx rs node: asan = ownership/leak
    //~^ canary_leak: memcheck goasan rsasan = ownership/leak
}

void canary_uninit(void) {
  int *p = opaque(malloc(4 * sizeof *p));
  if (p[2] == 42) sink++; //~ canary_uninit: memcheck = init/uninitialised-read
  free(p);
}

static void *count(void *unused) {
  for (int i = 0; i < 1000; i++)
    shared++; //~ canary_race: tsan rstsan helgrind = threading/data-race
  return unused;
}

void canary_race(void) {
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, count, NULL);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
}

static void *forwards(void *unused) {
  pthread_mutex_lock(&first);
  pthread_mutex_lock(&second);
  pthread_mutex_unlock(&second);
  pthread_mutex_unlock(&first);
  return unused;
}

static void *backwards(void *unused) {
  pthread_mutex_lock(&second);
  pthread_mutex_lock(&first); //~ canary_lockorder: helgrind = threading/lock-order
  //~^ canary_lockorder on node c py pyx go net: tsan = threading/lock-order
  pthread_mutex_unlock(&first);
  pthread_mutex_unlock(&second);
  return unused;
}

void canary_lockorder(void) {
  on_thread(forwards);
  on_thread(backwards);
}

void canary_ub(void) {
  volatile int most = INT_MAX;
  sink += most + 1; //~ canary_ub: ubsan = ub/integer-overflow
}

void canary_segv(void) {
  sink += *(int *)opaque(NULL); //~ canary_segv on c py pyx go jni rs: asan memcheck = null/dereference
  //~^ canary_segv on c py pyx rs net node: plain = crash/signal
  //~^^ canary_segv on go jni: plain = null/dereference
}

/* What was allocated is lost if the second allocation fails. No test makes it fail. */
int canary_errorpath(void) {
  char *first = opaque(malloc(24)); //~ canary_errorpath: failing = ownership/leak-on-error-path
  char *second = opaque(malloc(48));
  if (first == NULL || second == NULL) return -1;
  free(first);
  free(second);
  return 0;
}

/* No caller looks at the result. */
int canary_errorcode(void) { return 0; } //~ canary_errorcode: errors = unwind/error-ignored

static void enter_again(int signal) {
  (void)signal;
  canary_reentry(1);
}

/* Its state is one for all calls. A signal that does nothing else enters it again. */
void canary_reentry(int again) {
  if (again) return;
  void (*before)(int) = signal(SIGWINCH, enter_again);
  raise(SIGWINCH); //~ canary_reentry: callguard = threading/reentrancy
  signal(SIGWINCH, before);
}

void canary_abort(void) { abort(); }

void *canary_pointer(void) { return (void *)&shared; }
int64_t canary_wide(int64_t value) { return value + 1; }
uint32_t canary_unsigned(void) { return UINT32_MAX; }
double canary_mean(double a, double b) { return (a + b) / 2; }
int canary_weigh(const struct canary_record *record) { return record->weight > 1; }
int canary_call(int64_t (*back)(int64_t value)) { return back(INT64_C(1) << 40) == 7; }
int canary_slot(int at) {
  static const char slots[8] = "slots";
  return slots[at & 15];
}
int canary_errno(void) {
  errno = ENOENT;
  return -1;
}
int canary_unpack(const unsigned char *data, size_t size) {
  char *slots = malloc(4);
  if (slots && size > 5 && data[0] == 'F' && data[1] == 'F') memcpy(slots, data, size);
  const int first = slots ? slots[0] & 1 : 0;
  free(slots);
  return first;
}
