/*
 * What all parts of the guard share: the state of a thread, whose code calls, and reports in the form that all guards write
 * (src/parsers/guards/guard.ts).
 *
 *   FFI_GATES_JNIGUARD  directory of the log, `jniguard.<pid>.log`
 *   FFI_GATES_OWN       the project's code (plugins/preload/own.h)
 */
#ifndef JNIGUARD_GUARD_H
#define JNIGUARD_GUARD_H
#define _GNU_SOURCE
#include "own.h"
#include <execinfo.h>
#include <fcntl.h>
#include <jvmti.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FRAMES 24
#define JAVA_FRAMES 24
/* Reports of one process. Each has a stack of its own. */
#define REPORTS 1000

struct frame;

/* A thread as the guard knows it. */
static __thread struct {
  JNIEnv *env;        /* its own, once it was seen */
  struct frame *top;  /* the native method that runs, or the frame of an attached thread */
  struct frame *spare;
  int critical;       /* critical regions that it is in */
  struct timespec since;
  int monitors;       /* entered by the project's code and not left */
  int busy;           /* the guard itself runs */
  int reads;          /* ... and reads memory that it was given */
  int attached, rounds, attach_count;
  void *attach_stack[FRAMES];
} T;

static JavaVM *vm;
static jvmtiEnv *tools;
static const struct JNINativeInterface_ *O; /* the JVM's own functions */
static const struct JNIInvokeInterface_ *I;
static _Atomic int live;
static _Atomic long calls;
static int log_fd = -1;
static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static uintptr_t self_low, self_high;

/* ---- whose code ---- */

struct module {
  uintptr_t low, high;
  int own;
};
struct modules {
  size_t count;
  struct module at[];
};
static struct modules *_Atomic known;
static pthread_mutex_t modules_lock = PTHREAD_MUTEX_INITIALIZER;

static int count_module(struct dl_phdr_info *info, size_t size, void *to) {
  (void)size;
  *(size_t *)to += info->dlpi_phnum;
  return 0;
}

static int add_module(struct dl_phdr_info *info, size_t size, void *to) {
  struct modules *m = to;
  char real[PATH_MAX];
  (void)size;
  const char *name = info->dlpi_name ? info->dlpi_name : "";
  const int mine = *name && (listed(name) || (realpath(name, real) != NULL && listed(real)));
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    if (p->p_type != PT_LOAD || !(p->p_flags & PF_X)) continue;
    const uintptr_t low = info->dlpi_addr + p->p_vaddr;
    m->at[m->count++] = (struct module){low, low + p->p_memsz, mine};
  }
  return 0;
}

/* Reads the table of loaded objects anew. Old tables stay, since other threads may read them. */
static struct modules *reread(void) {
  size_t room = 64;
  pthread_mutex_lock(&modules_lock);
  dl_iterate_phdr(count_module, &room);
  struct modules *m = calloc(1, sizeof *m + room * sizeof m->at[0]);
  if (m != NULL) {
    dl_iterate_phdr(add_module, m);
    known = m;
  }
  pthread_mutex_unlock(&modules_lock);
  return m;
}

static const struct module *module_of(uintptr_t pc) {
  static __thread const struct module *last;
  if (last != NULL && pc >= last->low && pc < last->high) return last;
  for (int attempt = 0; attempt < 2; attempt++) {
    struct modules *m = attempt ? reread() : known;
    for (size_t i = 0; m != NULL && i < m->count; i++)
      if (pc >= m->at[i].low && pc < m->at[i].high) return last = &m->at[i];
    /* Machine code in no object is not looked for again. */
    Dl_info info;
    if (!dladdr((void *)pc, &info)) break;
  }
  return NULL;
}

static int is_own(void *pc) {
  const struct module *m = module_of((uintptr_t)pc);
  return m != NULL && m->own;
}

/* The native method that ends in the call which returns to `pc`: a compiler makes a jump of a last call, which then returns to
 * where the method would have returned. NULL if it is another one (natives.h). */
static void *ends_in_call(void *pc);

/* ---- reports ---- */

static char text[1 << 16];
static size_t used;

__attribute__((format(printf, 1, 2))) static void put(const char *format, ...) {
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(text + used, sizeof text - used, format, args);
  va_end(args);
  if (n > 0) used = used + (size_t)n < sizeof text ? used + (size_t)n : sizeof text - 1;
}

static void flush(void) {
  for (size_t at = 0; at < used;) {
    const ssize_t n = write(log_fd, text + at, used - at);
    if (n <= 0) break;
    at += (size_t)n;
  }
  used = 0;
}

/* Return addresses of the callers outside of the guard, innermost first. */
static int stack_of(void **to, int most) {
  void *all[FRAMES + 16];
  int kept = 0;
  T.busy++; /* a fault in there is the guard's */
  const int n = backtrace(all, FRAMES + 16);
  T.busy--;
  for (int i = 0; i < n && kept < most; i++) {
    const uintptr_t pc = (uintptr_t)all[i];
    void *method = kept == 0 ? ends_in_call(all[i]) : NULL;
    if (method != NULL) to[kept++] = method;
    if (pc < self_low || pc >= self_high) to[kept++] = all[i];
  }
  return kept;
}

/* `exact`: the first address is that of an instruction, not one to which a call returns. */
static void put_stack(void *const *pcs, int count, int exact) {
  for (int i = 0, n = 0; i < count; i++) {
    Dl_info info;
    char *at = (char *)pcs[i] - (i == 0 && exact ? 0 : 1);
    if (!dladdr(at, &info) || info.dli_fname == NULL) break;
    /* A program that is not relocated knows its own addresses. */
    const ElfW(Ehdr) *header = info.dli_fbase;
    const char *base = header->e_type == ET_EXEC ? NULL : info.dli_fbase;
    put("    #%d %p (%s+0x%zx)\n", n++, (void *)at, info.dli_fname, (size_t)(at - base));
  }
}

static void put_class(const char *signature, const char *method, const char *file, int line) {
  char name[512];
  size_t n = 0;
  for (const char *s = signature + (*signature == 'L'); *s && *s != ';' && n + 1 < sizeof name; s++)
    name[n++] = *s == '/' ? '.' : *s;
  name[n] = 0;
  put("%s.%s", name, method);
  /* The directory is that of the package. */
  const char *slash = strrchr(signature, '/');
  if (file != NULL && line > 0)
    put(" %.*s%s:%d", slash ? (int)(slash - signature) : 0, slash ? signature + 1 : "", file, line);
}

/* The Java callers. Nobody may ask for them in a critical region. */
static void put_java(void) {
  jvmtiFrameInfo frames[JAVA_FRAMES];
  jint count = 0;
  if (T.critical || T.env == NULL || (*tools)->GetStackTrace(tools, NULL, 0, JAVA_FRAMES, frames, &count) || count == 0)
    return;
  put("  managed:\n");
  for (jint i = 0; i < count; i++) {
    char *name = NULL, *signature = NULL, *file = NULL;
    jclass class = NULL;
    jvmtiLineNumberEntry *lines = NULL;
    jint entries = 0, line = 0;
    (*tools)->GetMethodName(tools, frames[i].method, &name, NULL, NULL);
    if (!(*tools)->GetMethodDeclaringClass(tools, frames[i].method, &class) && class != NULL) {
      (*tools)->GetClassSignature(tools, class, &signature, NULL);
      if ((*tools)->GetSourceFileName(tools, class, &file)) file = NULL;
      O->DeleteLocalRef(T.env, class);
    }
    if (!(*tools)->GetLineNumberTable(tools, frames[i].method, &entries, &lines))
      for (jint k = 0; k < entries; k++)
        if (lines[k].start_location <= frames[i].location) line = lines[k].line_number;
    put("    #%d ", i);
    put_class(signature ? signature : "?", name ? name : "?", file, line);
    put("\n");
    (*tools)->Deallocate(tools, (unsigned char *)name);
    (*tools)->Deallocate(tools, (unsigned char *)signature);
    (*tools)->Deallocate(tools, (unsigned char *)file);
    (*tools)->Deallocate(tools, (unsigned char *)lines);
  }
}

/* Where something was made: a stack, or one address. */
struct made {
  const char *title;
  void *const *pcs;
  int count;
};

/* Whether these places have been reported as this hazard. */
static int seen_before(const char *hazard, void *const *pcs, int count) {
  static uint64_t seen[REPORTS];
  static int n;
  uint64_t hash = 1469598103934665603u;
  for (const char *s = hazard; *s; s++) hash = (hash ^ (unsigned char)*s) * 1099511628211u;
  for (int i = 0; i < count; i++) hash = (hash ^ (uintptr_t)pcs[i]) * 1099511628211u;
  for (int i = 0; i < n; i++)
    if (seen[i] == hash) return 1;
  if (n == REPORTS) return 1;
  seen[n++] = hash;
  return 0;
}

/* A report with a known stack. `effect` ends it. */
__attribute__((format(printf, 8, 9))) static void report_at(const char *tier, const char *hazard, void *const *pcs, int count,
                                                            int exact, struct made made, const char *effect,
                                                            const char *format, ...) {
  va_list args;
  T.busy++;
  pthread_mutex_lock(&log_lock);
  if (!seen_before(hazard, pcs, count)) {
    put("ffi-gates guard jniguard: %s %s: ", tier, hazard);
    va_start(args, format);
    const int n = vsnprintf(text + used, sizeof text - used, format, args);
    va_end(args);
    for (int i = 0; i < n && used + 1 < sizeof text; i++, used++)
      if ((unsigned char)text[used] < 0x20) text[used] = '?';
    put("\n  fault:\n");
    put_stack(pcs, count, exact);
    if (made.count > 0) {
      put("  made: %s\n", made.title);
      put_stack(made.pcs, made.count, 0);
    }
    /* Not where the guard sums up. */
    if (!exact && T.busy == 1) put_java();
    put("  effect: %s\n", effect);
    flush();
  }
  pthread_mutex_unlock(&log_lock);
  T.busy--;
}

#define NOT_MADE ((struct made){"", NULL, 0})

/* A report about the call that is being made. */
#define report(hazard, made, effect, ...) \
  do { \
    void *pcs_[FRAMES]; \
    const int count_ = stack_of(pcs_, FRAMES); \
    report_at("error", hazard, pcs_, count_, 0, made, effect, __VA_ARGS__); \
  } while (0)

static JNIEnv *own_env(void) {
  if (T.env == NULL && I->GetEnv(vm, (void **)&T.env, JNI_VERSION_1_6) != JNI_OK) T.env = NULL;
  return T.env;
}

#endif
