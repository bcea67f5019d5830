/*
 * Handles of the garbage collector that are never freed, under Mono. A pinned handle keeps its object where it is, and any strong
 * one keeps it alive, for good. This is a profiler of the runtime (`mono --profile=ffigates`), which finds its entry point
 * in the program itself because the library is preloaded. For the gate `monoguard` (src/gates/monoguard.ts).
 * Source of the interface: mono/metadata/profiler.h and profiler-events.h.
 */
#include "guard-log.h"
#include <stdint.h>
#include <stdlib.h>

enum { NORMAL = 2, PINNED = 3 };
#define FRAMES 16
#define BUCKETS (1 << 14)
/* Handles of one place that nobody frees are a leak from so many on. Fewer may be meant to last as long as the process. */
#define MANY 8

typedef struct {
  void *method;
  uint32_t offset;
} frame;
typedef struct handle {
  uint32_t id;
  int kind, count;
  frame frames[FRAMES];
  int depth;
  struct handle *next;
} handle;
typedef struct {
  char *file;
  uint32_t row, column, offset;
} source;

static handle *handles[BUCKETS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long watched;

static void *(*create)(void *);
static void (*on_created)(void *, void (*)(void *, uint32_t, int, void *));
static void (*on_deleted)(void *, void (*)(void *, uint32_t, int));
static void (*on_shutdown)(void *, void (*)(void *));
static void (*walk)(int (*)(void *, int32_t, int32_t, int, void *), void *);
static char *(*full_name)(void *, int);
static void *(*domain)(void);
static source *(*locate)(void *, uint32_t, void *);
static void (*release)(void *);

static int take(void *method, int32_t native, int32_t il, int managed, void *to) {
  (void)il, (void)managed;
  handle *h = to;
  if (method != NULL) h->frames[h->depth++] = (frame){method, (uint32_t)native};
  return h->depth == FRAMES;
}

static void created(void *unused, uint32_t id, int kind, void *object) {
  (void)unused, (void)object;
  __atomic_add_fetch(&watched, 1, __ATOMIC_RELAXED);
  if (kind != NORMAL && kind != PINNED) return;
  handle *h = calloc(1, sizeof *h);
  if (h == NULL) return;
  h->id = id;
  h->kind = kind;
  walk(take, h);
  if (h->depth == 0) {
    free(h); /* the runtime's own */
    return;
  }
  pthread_mutex_lock(&lock);
  h->next = handles[id % BUCKETS];
  handles[id % BUCKETS] = h;
  pthread_mutex_unlock(&lock);
}

static void deleted(void *unused, uint32_t id, int kind) {
  (void)unused, (void)kind;
  pthread_mutex_lock(&lock);
  for (handle **at = &handles[id % BUCKETS]; *at; at = &(*at)->next)
    if ((*at)->id == id) {
      handle *gone = *at;
      *at = gone->next;
      free(gone);
      break;
    }
  pthread_mutex_unlock(&lock);
}

static int begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

/* The platform, and what the runtime puts between. */
static int of_platform(const char *name) {
  return begins(name, "System.") || begins(name, "Mono.") || begins(name, "Microsoft.") || begins(name, "(wrapper");
}

/*
 * Writes the frames behind those of the platform. 0 if the handle is none that the code itself asked for, or is made where a
 * class is set up, to last.
 */
static int stack(log_text *to, const handle *h) {
  int shown = 0, asked = 0;
  for (int i = 0; i < h->depth; i++) {
    char *name = full_name(h->frames[i].method, 0);
    if (name == NULL) continue;
    const int platform = of_platform(name);
    if (platform && begins(name, "System.Runtime.InteropServices.GCHandle")) asked = 1;
    if (strstr(name, ":.cctor") != NULL) {
      release(name);
      return 0;
    }
    if (!begins(name, "(wrapper") && (!platform || shown > 0)) {
      source *at = locate(h->frames[i].method, h->frames[i].offset, domain());
      /* Names of generic methods have blanks. */
      for (char *c = name; *c; c++)
        if (*c == ' ') *c = '_';
      if (at != NULL && at->file != NULL)
        log_add(to, "    #%d %s %s:%u\n", shown++, name, at->file, (unsigned)at->row);
      else
        log_add(to, "    #%d %s (managed+0x%x)\n", shown++, name, (unsigned)h->frames[i].offset);
    }
    release(name);
  }
  return asked && shown > 0;
}

static int same(const handle *a, const handle *b) {
  return a->kind == b->kind && a->depth == b->depth && memcmp(a->frames, b->frames, sizeof a->frames) == 0;
}

static void report(const handle *h) {
  const int pinned = h->kind == PINNED, leak = h->count >= MANY;
  log_text frames = {.length = 0}, text = {.length = 0};
  if (!stack(&frames, h)) return;
  log_add(&text, "ffi-gates guard monoguard: %s %s: %d %s never freed\n", leak ? "error" : "warning",
          pinned ? "resource/pin-leak" : "ownership/leak", h->count,
          pinned ? (h->count == 1 ? "object was pinned and is" : "objects were pinned and are")
                 : (h->count == 1 ? "handle is" : "handles are"));
  log_add(&text, "  made:\n%.*s  exit:\n  effect: %s\n", (int)frames.length, frames.text,
          pinned ? "the object never moves nor dies; free the handle in finally" : "the object lives for good; free the handle when C has forgotten it");
  log_write(text.text, text.length);
}

/* How often each place is among what is left: the first of it counts, the others are zero. */
static void shutdown(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  size_t n = 0;
  for (size_t b = 0; b < BUCKETS; b++)
    for (handle *h = handles[b]; h; h = h->next) n++;
  handle **left = calloc(n + 1, sizeof *left);
  size_t places = 0;
  for (size_t b = 0; left != NULL && b < BUCKETS; b++)
    for (handle *h = handles[b]; h; h = h->next) {
      size_t p = 0;
      while (p < places && !same(left[p], h)) p++;
      if (p == places) left[places++] = h;
      left[p]->count++;
    }
  for (size_t p = 0; p < places; p++) report(left[p]);
  free(left);
  pthread_mutex_unlock(&lock);
  log_text text = {.length = 0};
  log_add(&text, "ffi-gates guard monoguard: done, %lu handles watched\n", watched);
  log_write(text.text, text.length);
}

#define FIND(variable, name) ((*(void **)&(variable) = dlsym(RTLD_DEFAULT, name)) != NULL)

/* Called by the runtime. What it lacks is a reason why nothing is watched: there is no last line then. */
__attribute__((visibility("default"))) void mono_profiler_init_ffigates(const char *description) {
  (void)description;
  const char *directory = getenv("FFI_GATES_MONOGUARD");
  if (directory == NULL) return;
  log_begin("monoguard", directory);
  if (!FIND(create, "mono_profiler_create") || !FIND(on_created, "mono_profiler_set_gc_handle_created_callback") ||
      !FIND(on_deleted, "mono_profiler_set_gc_handle_deleted_callback") ||
      !FIND(on_shutdown, "mono_profiler_set_runtime_shutdown_begin_callback") || !FIND(walk, "mono_stack_walk_no_il") ||
      !FIND(full_name, "mono_method_full_name") || !FIND(domain, "mono_domain_get") ||
      !FIND(locate, "mono_debug_lookup_source_location") || !FIND(release, "mono_free")) {
    static const char failed[] = "ffi-gates guard monoguard: failed: this Mono has another interface for profilers\n";
    log_write(failed, sizeof failed - 1);
    return;
  }
  void *profiler = create(NULL);
  on_created(profiler, created);
  on_deleted(profiler, deleted);
  on_shutdown(profiler, shutdown);
}
