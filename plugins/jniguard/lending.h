/*
 * Arrays and strings that the JVM lends. What is lent of an array is a copy that ends at a page that nobody may touch, and that
 * nobody may touch at all once it is returned: the fault is the report, with the very access, and then the access is let pass.
 */
#ifndef JNIGUARD_LENDING_H
#define JNIGUARD_LENDING_H
#include "guard-crash.h"
#include "references.h"
#include <signal.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE 4096ul
#define SLOT (1ul << 20)
#define SLOTS 1024
/* Every loan of a place up to this number is guarded by pages, then one of SAMPLE. */
#define ALWAYS 256
#define SAMPLE 32
#define FILLED 0xc5

struct loan {
  void *given, *real;
  struct loan *next;
  size_t bytes;
  int slot, guarded; /* slot of the arena, or -1 */
  jobject array;     /* a weak reference, outside of critical regions */
  void *site;
};

/* What lies in a slot of the arena. */
static struct {
  _Atomic int live, used;
  size_t bytes, pages;
  int by;
  void *site;
} slots[SLOTS];
static char *arena;
static _Atomic unsigned slot_at;
static struct loan *loans[4096];
static pthread_mutex_t loans_lock = PTHREAD_MUTEX_INITIALIZER;

static int in_arena(const void *p) { return arena != NULL && (char *)p >= arena && (char *)p < arena + SLOTS * SLOT; }
static char *end_of(int slot) { return arena + (size_t)(slot + 1) * SLOT - PAGE; }

static int take_slot(size_t bytes, int by, void *site) {
  static _Atomic unsigned times[4096];
  const unsigned before = times[hash_of(site) % 4096]++;
  if ((before >= ALWAYS && before % SAMPLE) || arena == NULL || bytes > SLOT - 2 * PAGE) return -1;
  for (int attempt = 0; attempt < 64; attempt++) {
    const int slot = (int)(slot_at++ % SLOTS);
    int none = 0;
    if (!atomic_compare_exchange_strong(&slots[slot].live, &none, 1)) continue;
    const size_t pages = (bytes + PAGE - 1) / PAGE;
    /* An access that was reported may have opened any of it. */
    if (slots[slot].used) mprotect(arena + (size_t)slot * SLOT, SLOT, PROT_NONE);
    if (pages > 0 && mprotect(end_of(slot) - pages * PAGE, pages * PAGE, PROT_READ | PROT_WRITE)) {
      slots[slot].live = 0;
      return -1;
    }
    slots[slot].bytes = bytes;
    slots[slot].pages = pages;
    slots[slot].by = by;
    slots[slot].site = site;
    slots[slot].used = 1;
    return slot;
  }
  return -1;
}

static size_t padded(size_t bytes) { return (bytes + 7) & ~7ul; }

static void *lend(JNIEnv *env, int by, jobject array, void *real, size_t bytes, void *site) {
  struct loan *l = calloc(1, sizeof *l);
  if (l == NULL) return real;
  const int slot = array != NULL ? take_slot(padded(bytes), by, site) : -1;
  *l = (struct loan){.given = real, .real = real, .bytes = bytes, .slot = by, .guarded = slot, .site = site};
  if (slot >= 0) {
    char *p = end_of(slot) - padded(bytes);
    memcpy(p, real, bytes);
    memset(p + bytes, FILLED, padded(bytes) - bytes);
    l->given = p;
  }
  if (array != NULL && !T.critical) l->array = O->NewWeakGlobalRef(env, array);
  struct loan **at = &loans[hash_of(l->given) % 4096];
  pthread_mutex_lock(&loans_lock);
  l->next = *at;
  *at = l;
  pthread_mutex_unlock(&loans_lock);
  return l->given;
}

static struct loan *take_loan(void *given, int by) {
  pthread_mutex_lock(&loans_lock);
  struct loan **at = &loans[hash_of(given) % 4096];
  /* Two loans may have one address: a string is lent to several. */
  while (*at != NULL && ((*at)->given != given || (by >= 0 && (*at)->slot != by))) at = &(*at)->next;
  struct loan *l = *at;
  if (l != NULL) *at = l->next;
  pthread_mutex_unlock(&loans_lock);
  return l;
}

static void keep_loan(struct loan *l) {
  pthread_mutex_lock(&loans_lock);
  struct loan **at = &loans[hash_of(l->given) % 4096];
  l->next = *at;
  *at = l;
  pthread_mutex_unlock(&loans_lock);
}

static void close_slot(int slot) {
  const size_t pages = slots[slot].pages;
  char *from = end_of(slot) - pages * PAGE;
  if (pages > 0) mprotect(from, pages * PAGE, PROT_NONE);
  if (pages > 16) madvise(from, pages * PAGE, MADV_DONTNEED);
  slots[slot].live = 0;
}

/* ---- the access that faults ---- */

static struct sigaction before;

/* Whether a fault is the guard's own: in its code, or in that of a library while it works. What it reads for the project may
 * be anything, and the JVM's own code, and what that has compiled, faults on purpose. */
static int is_our_fault(void *pc) {
  Dl_info at;
  if (T.reads) return 0;
  if ((uintptr_t)pc >= self_low && (uintptr_t)pc < self_high) return 1;
  return T.busy && dladdr(pc, &at) && at.dli_fname != NULL && strstr(at.dli_fname, "libjvm") == NULL;
}

static void pass_on(int signal_, siginfo_t *info, void *context) {
  if (before.sa_flags & SA_SIGINFO) before.sa_sigaction(signal_, info, context);
  else if (before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN) signal(signal_, SIG_DFL);
  else before.sa_handler(signal_);
}

static void on_fault(int signal_, siginfo_t *info, void *context) {
  char *at = info->si_addr;
  void *pc = crash_pc(context);
  if (!in_arena(at)) {
    static char words[8192];
    static volatile sig_atomic_t told;
    if (!told && is_our_fault(pc)) {
      told = 1;
      const size_t n = crash_report(words, sizeof words, "jniguard", pc);
      if (write(log_fd, words, n) < 0) _exit(99);
      /* The JVM would write that the project's code has crashed. */
      signal(signal_, SIG_DFL);
      return;
    }
    pass_on(signal_, info, context);
    return;
  }
  const int slot = (int)((size_t)(at - arena) / SLOT);
  char *page = (char *)((uintptr_t)at & ~(PAGE - 1));
  const int released = !slots[slot].live;
  /* The access is let pass. Beyond the end lies nothing that anybody needs. */
  mprotect(page, PAGE, PROT_READ | PROT_WRITE);
  void *pcs[FRAMES], *rest[FRAMES];
  const int count = stack_of(rest, FRAMES);
  int from = 0, n = 0;
  while (from < count && rest[from] != pc) from++;
  pcs[n++] = pc;
  for (int i = from < count ? from + 1 : 0; i < count && n < FRAMES; i++) pcs[n++] = rest[i];
  const struct made made = {"the memory, lent by", &slots[slot].site, 1};
  const char *by = jni_names[slots[slot].by];
  if (released)
    report_at("error", "lifetime/host-buffer-moved", pcs, n, 1, made,
              "the collector may have moved or freed the array; this reads or writes what lies there now",
              "memory that %s lent is used after it was released", by);
  else
    report_at("error", "bounds/host-buffer-too-small", pcs, n, 1, made, "memory of the Java heap behind the array is overwritten or read",
              "an access outside of the %zu bytes that %s lent", slots[slot].bytes, by);
}

static void guard_pages(void) {
  void *p = mmap(NULL, SLOTS * SLOT + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED) return;
  struct sigaction action = {0};
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER;
  if (sigaction(SIGSEGV, &action, &before) == 0) arena = (char *)p + PAGE;
}

#endif
