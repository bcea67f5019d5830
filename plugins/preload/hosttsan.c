/*
 * The host's own lines in the stacks of ThreadSanitizer, on both sides of a race and wherever a block, a lock or a thread was made.
 *
 * ThreadSanitizer keeps the stack of each thread itself: instrumented functions tell it when they begin and end. Where one is
 * called by code that is not the project's, the frames of the host are put in front of it, as addresses of the kind that
 * `__tsan_symbolize_external_ex` names (tsan_external.h: bit 60 is set). They come out as frames of the report:
 *
 *     #2 [jvm] hazard.RaceTest.race hazard/RaceTest.java:12
 *
 * The host is asked at the call, never from a report: the runtime holds locks then.
 *
 * FFI_GATES_HOST_STACK names the host: python, jvm, mono, node. Read by src/parsers/sanitizers/tsan-host.ts.
 */
#include "hostwalk.h"
#include "hostcache.h"
#include "hostguard.h"
#include "hostplaces.h"
#include <errno.h>
#include <link.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#define EXTERNAL (1ull << 60)
/* Calls from the host into the project that are under way at once: host → native → host → native. */
#define DEEP 64
#define RANGES 128
#define SELDOM 32

/* ---- Lines of the host, by number ---- */

typedef struct {
  uintptr_t frame;
  int frames;
} call;

static __thread struct {
  int busy, top;
  int range; /* where the last address was found that is inside */
  uint32_t at[FRAMES];
  lines lines;
  cache answers;
  call calls[DEEP];
} me __attribute__((tls_model("initial-exec")));

static const char *host_name;
static int (*walk_host)(int most);
static layout interpreter;
static int is_python;

int host_knows(uint64_t code, uint64_t place) { return note_place(&me.lines, code, place); }

void host_frame(const char *function, const char *file, int line, int column) {
  char mark[20];
  (void)column;
  snprintf(mark, sizeof mark, "[%s] ", host_name);
  name_place(&me.lines, mark, function, file, line);
}

static void *pc_of(uint32_t place) { return (void *)(EXTERNAL | ((uint64_t)place + 1) << 4); }

/* Called by the runtime, which looks for the instruction before a return address. */
__attribute__((visibility("default"))) void __tsan_symbolize_external_ex(
    uintptr_t pc, void (*add)(void *, const char *, const char *, int, int), void *context) {
  const uint64_t i = ((pc & ~EXTERNAL) + 15) >> 4;
  if (places == NULL || i == 0 || i > PLACES || !atomic_load(&places[i - 1].ready)) return;
  const struct place *p = &places[i - 1];
  add(context, p->function, p->file[0] ? p->file : NULL, p->line, -1);
}

/* ---- Whose code an address is ---- */

/* Code of instrumented objects, and of libraries that belong to no host: a call from there is none of the host's. */
static struct { uintptr_t from, to; } inside[RANGES];
static atomic_int insides;
/* From the first of them to the last: code that a host compiled itself usually lies elsewhere. */
static struct { uintptr_t from, to; } hull = {UINTPTR_MAX, 0};
static atomic_flag learning = ATOMIC_FLAG_INIT;

static int is_inside(uintptr_t pc) {
  if (pc - inside[me.range].from < inside[me.range].to - inside[me.range].from) return 1;
  if (pc < hull.from || pc >= hull.to) return 0;
  for (int k = 0, n = atomic_load_explicit(&insides, memory_order_acquire); k < n; k++) {
    if (pc - inside[k].from >= inside[k].to - inside[k].from) continue;
    me.range = k;
    return 1;
  }
  return 0;
}

static int is_plain(const char *path) {
  static const char *const names[] = {"libc.so", "libstdc++.so", "libtsan.so", "libclang_rt.tsan", "ld-linux", "libgcc_s.so"};
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strncmp(name, names[i], strlen(names[i])) == 0) return 1;
  return 0;
}

/* Notes the object at an address, and those that belong to no host. */
static int note_object(struct dl_phdr_info *object, size_t size, void *wanted) {
  (void)size;
  for (int k = 0; k < object->dlpi_phnum; k++) {
    const ElfW(Phdr) *p = &object->dlpi_phdr[k];
    const uintptr_t from = object->dlpi_addr + p->p_vaddr, to = from + p->p_memsz;
    const int n = atomic_load(&insides);
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_X) || n >= RANGES || is_inside(from)) continue;
    if ((uintptr_t)wanted - from >= to - from && !is_plain(object->dlpi_name)) continue;
    inside[n].from = from;
    inside[n].to = to;
    if (from < hull.from) hull.from = from;
    if (to > hull.to) hull.to = to;
    atomic_store_explicit(&insides, n + 1, memory_order_release);
  }
  return 0;
}

static void learn(uintptr_t instrumented) {
  if (atomic_flag_test_and_set(&learning)) return;
  dl_iterate_phdr(note_object, (void *)instrumented);
  atomic_flag_clear(&learning);
}

/* ---- Calls ---- */

static void (*enter)(void *);
static void (*leave)(void);
/* What the host's own locks order is not ordered by the project (tsan_interface_ann.h). */
static void (*ignore_locks)(const char *, int), (*heed_locks)(const char *, int);

static void look_up(void) {
  *(void **)&leave = dlsym(RTLD_NEXT, "__tsan_func_exit");
  *(void **)&ignore_locks = dlsym(RTLD_NEXT, "AnnotateIgnoreSyncBegin");
  *(void **)&heed_locks = dlsym(RTLD_NEXT, "AnnotateIgnoreSyncEnd");
  *(void **)&enter = dlsym(RTLD_NEXT, "__tsan_func_entry");
}

/* The frame of the instrumented function that called: it keeps its frame pointer. */
#define FRAME_OF_CALLER ((uintptr_t)*(void **)__builtin_frame_address(0))

/* Asks the host for the lines of this call. False if it runs none on this thread. */
static int ask(void) {
  me.lines = (lines){FRAMES, 0, me.at, NULL};
  /* Frames of Python are read where they lie, which neither crashes nor takes time. */
  const int error = errno;
  if (is_python) {
    const int answered = walk_host(FRAMES);
    errno = error;
    return answered;
  }
  if (ignore_locks) ignore_locks(__FILE__, __LINE__);
  const int answered = guarded(walk_host, FRAMES);
  if (heed_locks) heed_locks(__FILE__, __LINE__);
  errno = error;
  return answered;
}

/* The lines of this call, from the host or as it answered before. */
static int lines_of(uintptr_t frame) {
  uint64_t code, place;
  cache *c = &me.answers;
  /* A thread that calls seldom needs no room for answers. */
  if (is_python || c->walks++ < SELDOM || !open_cache(c)) return ask();
  const answer *a = known_answer(c, frame, &interpreter, &code, &place);
  if (a != NULL) {
    me.lines.noted = a->frames;
    memcpy(me.at, a->at, sizeof me.at);
    return 1;
  }
  const int answered = ask();
  if (answered) keep_answer(c, code, place, me.at, me.lines.noted);
  return answered;
}

void host_moved(void) { me.answers.age++; }

static void call_begins(uintptr_t frame) {
  /* Calls that were left by longjmp: the runtime has forgotten their frames. */
  while (me.top > 0 && me.calls[me.top - 1].frame <= frame) me.top--;
  if (me.top == DEEP) return;
  me.busy = 1;
  if (lines_of(frame) && me.lines.noted > 0) {
    for (int i = me.lines.noted; i-- > 0;) enter(pc_of(me.at[i]));
    me.calls[me.top++] = (call){frame, me.lines.noted};
  }
  me.busy = 0;
}

__attribute__((visibility("default"))) void __tsan_func_entry(void *pc) {
  if (__builtin_expect(enter == NULL, 0)) look_up();
  if (__builtin_expect(!is_inside((uintptr_t)pc), 0) && walk_host != NULL && !me.busy) {
    const uintptr_t function = (uintptr_t)__builtin_return_address(0);
    const int is_known = is_inside(function);
    if (!is_known) learn(function);
    if (is_known || !is_inside((uintptr_t)pc)) call_begins(FRAME_OF_CALLER);
  }
  enter(pc);
}

__attribute__((visibility("default"))) void __tsan_func_exit(void) {
  leave();
  if (__builtin_expect(me.top > 0 && me.calls[me.top - 1].frame == FRAME_OF_CALLER, 0))
    for (int n = me.calls[--me.top].frames; n-- > 0;) leave();
}

/* ---- Beginning ---- */

static const struct {
  const char *name;
  int (*walk)(int most);
  layout interpreter;
} hosts[] = {
#ifdef HOST_STACK_PYTHON
    {"python", host_frames_of_python, {{0, 0}}},
#endif
#ifdef HOST_STACK_JVM
    /* frame_x86.hpp: method and bytecode */
    {"jvm", frames_of_jvm, {{-3, -8}}},
#endif
    {"mono", frames_of_mono, {{0, 0}}},
#ifdef HOST_STACK_NODE
    /* V8's frame-constants.h: bytecode array and offset */
    {"node", host_frames_of_node, {{-4, -5}}},
#endif
};

__attribute__((constructor)) static void begin(void) {
  const char *wanted = getenv("FFI_GATES_HOST_STACK");
  for (size_t i = 0; wanted != NULL && i < sizeof hosts / sizeof *hosts; i++) {
    if (strcmp(hosts[i].name, wanted) != 0) continue;
    if (!open_places()) return;
    host_name = hosts[i].name;
    interpreter = hosts[i].interpreter;
    walk_host = hosts[i].walk;
    is_python = strcmp(host_name, "python") == 0;
  }
}
