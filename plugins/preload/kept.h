/*
 * Threads of a host's runtime that calls of the project keep from it: Node's event loop, and the threads of Go, of which each
 * blocked call takes one. A thread of this library looks, four times in the span that is allowed, which calls sleep in the kernel
 * since the last look. A machine that is busy makes the looks rarer, and never the calls longer.
 */
#ifndef FFI_GATES_KEPT_H
#define FFI_GATES_KEPT_H
#include "callers.h"
#include <sys/uio.h>
#include <time.h>

#define LOOKS 4
#define DEFAULT_MS 100
/* Threads of Go that are blocked at once. */
#define MOST_THREADS 32
#define STACK_WORDS 8192

static enum { NO_HOST, NODE, GO } runtime_of_host;
static int allowed_ms = DEFAULT_MS;
static const char *kept_tier = "warning";
static _Atomic int kept_most;

/* The state of a thread as the kernel names it, and where its stack ends if it sleeps. */
static int sleeps(pid_t tid, uintptr_t *sp) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/self/task/%d/syscall", (int)tid);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  const ssize_t n = read(fd, text, sizeof text - 1);
  close(fd);
  if (n <= 0) return 0;
  text[n] = 0;
  /* `running`, or the number of the call, its arguments, the stack pointer and the instruction. */
  unsigned long long at;
  if (sscanf(text, "%*d %*x %*x %*x %*x %*x %*x %llx", &at) != 1) return 0;
  *sp = (uintptr_t)at;
  return 1;
}

/*
 * The places in which a sleeping thread is, from the project's innermost function on. 0 if code of the host runs inside that
 * function, as in a callback, or nobody knows what runs there.
 */
static int places_of(const thread *t, uintptr_t sp, void **places, int room) {
  static uintptr_t words[STACK_WORDS];
  const unsigned depth = t->depth;
  if (depth == 0 || depth > DEPTH) return 0;
  const call *last = &t->calls[depth - 1];
  if (last->frame <= sp || last->frame - sp > sizeof words) return 0;
  const size_t count = (last->frame - sp) / sizeof *words;
  const struct iovec to = {words, count * sizeof *words}, from = {(void *)sp, count * sizeof *words};
  /* It may wake up and end meanwhile. */
  if (process_vm_readv(getpid(), &to, 1, &from, 1, 0) != (ssize_t)to.iov_len) return 0;
  int n = 0;
  for (size_t i = 0; i < count && n == 0; i++) {
    Dl_info info;
    if (object_of(words[i])) {
      const function *f = function_at(words[i] - 1);
      if (f != NULL && f->start == last->function) places[n++] = (void *)words[i];
    } else if (words[i] > 4096 && dladdr((void *)words[i], &info) && info.dli_sname && !of_system(words[i]))
      return 0;
  }
  if (n == 0) places[n++] = (void *)(last->function + 1);
  for (unsigned i = depth; i-- > 0 && n < room;) places[n++] = (void *)t->calls[i].site;
  return n;
}

static void list_kept(const char *what, void *const *places, int count) {
  log_text text = {.length = 0};
  log_add(&text, "ffi-gates guard callguard: %s threading/starved-runtime: %s\n  fault:\n", kept_tier, what);
  log_stack(&text, places, count);
  log_add(&text, "  effect: the runtime has these threads back when the calls end\n");
  log_write(text.text, text.length);
}

static void *sample(void *unused) {
  (void)unused;
  const struct timespec pause = {allowed_ms / LOOKS / 1000, (long)(allowed_ms * 1000L / LOOKS % 1000000L) * 1000L};
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  of_thread()->inside = 1;
  while (watching) {
    nanosleep(&pause, NULL);
    void *places[LOG_FRAMES], *shown[LOG_FRAMES];
    int kept = 0, count = 0;
    for (thread *t = threads; t != NULL; t = t->next) {
      const unsigned turn = t->turn;
      uintptr_t sp = 0;
      if (!t->taken || t->depth == 0 || t->tid == 0 || !sleeps(t->tid, &sp) || turn != t->sampled_turn) {
        t->sampled_turn = turn;
        t->samples = t->listed = 0;
        continue;
      }
      if (++t->samples < LOOKS) continue;
      const int n = places_of(t, sp, places, LOG_FRAMES);
      if (n == 0 || turn != t->turn) continue;
      kept++;
      if (runtime_of_host == NODE && t->tid == getpid() && !t->listed++ && !log_enough("kept", places[0])) {
        char what[200];
        snprintf(what, sizeof what, "the event loop waits for a call that sleeps (listed from %d ms on)", allowed_ms);
        list_kept(what, places, n);
      }
      if (kept == 1) memcpy(shown, places, sizeof shown), count = n;
    }
    if (runtime_of_host != GO || kept <= kept_most || kept < MOST_THREADS) continue;
    if (kept_most == 0) {
      char what[200];
      snprintf(what, sizeof what, "calls that sleep take %d or more of Go's threads at once (listed when they do for %d ms)", MOST_THREADS, allowed_ms);
      list_kept(what, shown, count);
    }
    kept_most = kept;
  }
  return NULL;
}

/* Begins with the first call of the host: earlier there may be no host. */
static void host_begins(void) {
  pthread_t looks;
  if (runtime_of_host == NO_HOST) return;
  if (pthread_create(&looks, NULL, sample, NULL) == 0) pthread_detach(looks);
}

static void read_kept(const char *host, const char *ms, int strict) {
  if (host && strcmp(host, "node") == 0) runtime_of_host = NODE;
  if (host && strcmp(host, "go") == 0) runtime_of_host = GO;
  if (ms && atoi(ms) >= LOOKS) allowed_ms = atoi(ms);
  if (strict) kept_tier = "error";
}

#endif
