/*
 * Watches the calls of Node-API that the project's addons make. Their global offset tables are rewritten when Node has loaded
 * them; the calls of other addons are left alone. The wrappers are generated where this is compiled, from the headers of the
 * Node that runs (src/gates/programs/napi-wrappers.ts); the rules are in napi-rules.h.
 *
 *   FFI_GATES_NAPIGUARD  directory of logs
 *   FFI_GATES_OWN        the project's code (own.h)
 */
#define NAPI_EXPERIMENTAL 1
#include "own.h"
#include "got.h"
#include "guard-crash.h"
#include "guard-log.h"
#include <math.h>
#include <node_api.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/syscall.h>

#define NAPI_NAMES
#include "napi-wrappers.h"
#undef NAPI_NAMES
#include "napi-rules.h"

#define CALLER __builtin_return_address(0)

/* Which env a call needs: one that may run JavaScript, one for calls while garbage is collected, or none, on any thread. */
enum access { FULL, BASIC, ANY_THREAD };
struct call {
  int function;
  napi_env env;
  enum access access;
  /* Whether an exception was pending before; whether the call is made on a thread that is not the env's. */
  int pending, astray;
  void *caller;
};

static void *originals[FUNCTIONS];
#define ORIGINAL(name) ((__typeof__(&name))originals[F_##name])

/* What the guard knows of a thread. It is asked in each call: variables of a library that is loaded first have a fixed place,
 * and need no call to be found. Threads that have ended are kept for their count. */
struct thread {
  _Atomic unsigned long watched;
  /* The env that it used last. */
  napi_env current;
  /* An exception may be pending: one was, and nobody has asked since. */
  int may_be_pending;
  /* A weak reference had lost its value. */
  int was_collected;
  /* Depth of addons that are being initialised: what they make then is made to stay. */
  int initialising;
  struct thread *next;
};
#define PER_THREAD static __thread __attribute__((tls_model("initial-exec")))
PER_THREAD struct thread *my_thread;
/* Set while the guard itself works: a fault is then its own. */
PER_THREAD volatile int inside;
static struct thread *_Atomic threads;

static __attribute__((noinline, cold)) struct thread *new_thread(void) {
  /* Without memory, threads share one. */
  static struct thread shared;
  struct thread *t = calloc(1, sizeof *t);
  if (t == NULL) return &shared;
  t->next = atomic_load(&threads);
  while (!atomic_compare_exchange_weak(&threads, &t->next, t)) {}
  return my_thread = t;
}
static inline struct thread *me(void) { return __builtin_expect(my_thread != NULL, 1) ? my_thread : new_thread(); }

__attribute__((format(printf, 3, 4))) static void report(const struct call *call, int rule, const char *format, ...) {
  inside++;
  pthread_mutex_lock(&log_lock);
  if (!log_enough(rules[rule].hazard, call->caller)) {
    static log_text text;
    text.length = 0;
    log_add(&text, "ffi-gates guard napiguard: %s %s: %s ", rules[rule].tier, rules[rule].hazard, function_names[call->function]);
    va_list args;
    va_start(args, format);
    char what[512];
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    void *frames[LOG_FRAMES];
    log_add(&text, "%s\n  fault:\n", what);
    log_stack(&text, frames, backtrace(frames, LOG_FRAMES));
    log_add(&text, "  effect: %s (Node-API, \"%s\")\n", rules[rule].effect, rules[rule].section);
    log_write(text.text, text.length);
  }
  pthread_mutex_unlock(&log_lock);
  inside--;
}

/* ---- Envs and their threads ---- */

struct env {
  napi_env env;
  long thread;
  /* Node is taking it down, or has: another may get its address. */
  int over;
  struct env *next;
};
static struct env *envs;
static pthread_mutex_t envs_lock = PTHREAD_MUTEX_INITIALIZER;
static void env_is_over(void *env);

/* Whether the env belongs to this thread; the first that uses it is its own. */
static __attribute__((noinline)) int is_mine(napi_env env) {
  const long thread = syscall(SYS_gettid);
  int mine = 1, is_new = 0;
  pthread_mutex_lock(&envs_lock);
  struct env *e = envs;
  while (e != NULL && e->env != env) e = e->next;
  if (e == NULL && (e = calloc(1, sizeof *e)) != NULL) {
    e->next = envs;
    envs = e;
    is_new = 1;
  } else if (e != NULL && e->over && e->thread != thread)
    is_new = 1;
  if (is_new) {
    e->env = env;
    e->thread = thread;
    e->over = 0;
  }
  mine = e == NULL || e->thread == thread;
  pthread_mutex_unlock(&envs_lock);
  if (is_new) ORIGINAL(napi_add_env_cleanup_hook)(env, env_is_over, env);
  if (mine) me()->current = env;
  return mine;
}

/* ---- What is made and has to be ended ---- */

#define MADE_FRAMES 12
struct thing {
  int kind;
  void *handle;
  napi_env env;
  int count;
  /* Its env was taken down and it was still there. */
  int left;
  int frames;
  void *at[MADE_FRAMES];
  struct thing *next;
};
#define BUCKETS 65536
static struct thing *things[BUCKETS];
static pthread_mutex_t things_lock = PTHREAD_MUTEX_INITIALIZER;

static struct thing **thing_of(int kind, void *handle) {
  struct thing **at = &things[(((size_t)handle >> 4) * 31 + (size_t)kind) % BUCKETS];
  while (*at != NULL && ((*at)->handle != handle || (*at)->kind != kind)) at = &(*at)->next;
  return at;
}

static void made(const struct call *call, int kind, void *handle, int count) {
  if (me()->initialising || handle == NULL) return;
  inside++;
  struct thing *t = calloc(1, sizeof *t);
  if (t != NULL) {
    t->kind = kind;
    t->handle = handle;
    t->env = call->env;
    t->count = count;
    t->frames = backtrace(t->at, MADE_FRAMES);
    pthread_mutex_lock(&things_lock);
    struct thing **old = thing_of(kind, handle);
    if (*old != NULL) { /* ended where nobody watches */
      struct thing *gone = *old;
      *old = gone->next;
      free(gone);
    }
    struct thing **at = thing_of(kind, handle);
    t->next = *at;
    *at = t;
    pthread_mutex_unlock(&things_lock);
  }
  inside--;
}

static void ended(int kind, void *handle) {
  inside++;
  pthread_mutex_lock(&things_lock);
  struct thing **at = thing_of(kind, handle);
  if (*at != NULL) {
    struct thing *gone = *at;
    *at = gone->next;
    free(gone);
  }
  pthread_mutex_unlock(&things_lock);
  inside--;
}

static void counted(int kind, void *handle, int more) {
  pthread_mutex_lock(&things_lock);
  struct thing *t = *thing_of(kind, handle);
  if (t != NULL) t->count += more;
  pthread_mutex_unlock(&things_lock);
}

/* Runs before the finalizers of the env, which may end more. */
static void env_is_over(void *env) {
  pthread_mutex_lock(&envs_lock);
  for (struct env *e = envs; e != NULL; e = e->next)
    if (e->env == env) e->over = 1;
  pthread_mutex_unlock(&envs_lock);
  if (me()->current == env) me()->current = NULL;
  pthread_mutex_lock(&things_lock);
  for (int b = 0; b < BUCKETS; b++)
    for (struct thing *t = things[b]; t != NULL; t = t->next)
      if (t->env == env) t->left = 1;
  pthread_mutex_unlock(&things_lock);
}

static int is_leak(const struct thing *t) { return t->kind != FUNCTION && t->left && t->count > 0; }

/* Things of one kind are of one place if the project's frames that made them are the same. */
static int of_one_place(const struct thing *a, const struct thing *b) {
  if (a->kind != b->kind) return 0;
  for (int i = 0; i < a->frames && i < b->frames; i++) {
    if (a->at[i] != b->at[i]) return 0;
    if (i > 1 && !of_project(a->at[i], 0)) break;
  }
  return 1;
}

static void report_leaks(void) {
  static log_text text;
  for (int b = 0; b < BUCKETS; b++)
    for (struct thing *t = things[b]; t != NULL; t = t->next) {
      if (!is_leak(t)) continue;
      int same = 0;
      for (int c = b; c < BUCKETS; c++)
        for (struct thing *o = c == b ? t : things[c]; o != NULL; o = o->next)
          if (is_leak(o) && of_one_place(t, o)) {
            same++;
            if (o != t) o->left = 0;
          }
      if (same < LEAKS_FROM) continue;
      const struct machine *m = &machines[t->kind];
      text.length = 0;
      log_add(&text, "ffi-gates guard napiguard: error %s: %d %s\n  exit:\n  made:\n", m->hazard, same, m->what);
      log_stack(&text, t->at, t->frames);
      log_add(&text, "  effect: %s (Node-API, \"%s\")\n", m->effect, m->section);
      log_write(text.text, text.length);
    }
}

/* ---- Each call ---- */

static inline __attribute__((always_inline)) void call_begins(struct call *call) {
  struct thread *t = me();
  atomic_store_explicit(&t->watched, atomic_load_explicit(&t->watched, memory_order_relaxed) + 1, memory_order_relaxed);
  if (call->access == ANY_THREAD || call->env == NULL) return;
  if (__builtin_expect(call->env != t->current, 0) && !is_mine(call->env)) {
    call->astray = 1;
    report(call, WRONG_THREAD, "is called on another thread than that of its env");
    return;
  }
  /* Asked only where a call has thrown, or has said that one is pending: in most calls there is nothing to ask. */
  if (__builtin_expect(t->may_be_pending, 0) && call->access == FULL && !MEANT_FOR_EXCEPTIONS(call->function)) {
    bool pending = false;
    if (ORIGINAL(napi_is_exception_pending)(call->env, &pending) == napi_ok) t->may_be_pending = call->pending = pending;
  }
}

static inline __attribute__((always_inline)) void call_ended(const struct call *call, napi_status status) {
  if (__builtin_expect(status != napi_pending_exception, 1) || call->access == ANY_THREAD) return;
  if (call->pending) report(call, EXCEPTION_PENDING, "is called while an exception is pending");
  if (!call->astray) me()->may_be_pending = 1;
}

static void used(const struct call *call, napi_threadsafe_function function) {
  pthread_mutex_lock(&things_lock);
  const struct thing *t = *thing_of(FUNCTION, function);
  const int gone = t != NULL && t->count <= 0;
  pthread_mutex_unlock(&things_lock);
  if (gone) report(call, TSFN_RELEASED, "uses a thread-safe function that all its threads have released");
}

static void null_function(const struct call *call) {
  if (me()->was_collected)
    report(call, CALLBACK_COLLECTED, "is to call a function that was collected: its reference gave NULL");
  else
    report(call, NULL_FUNCTION, "is to call NULL");
}

/* `range` is the number of values of a type that keeps the low bits of a number of the other sign, or 0. */
static __attribute__((noinline, cold)) void number_read(const struct call *call, double passed, double read, double range) {
  const double whole = trunc(passed);
  if (whole == read)
    report(call, NUMBER_FRACTION, "reads %.17g as %.17g", passed, read);
  else if (range != 0 && fabs(whole - read) == range && whole >= -range / 2 && whole < range)
    report(call, NUMBER_SIGN, "reads %.17g as %.17g", passed, read);
  else
    report(call, NUMBER_TRUNCATED, "reads %.17g as %.17g", passed, read);
}

/* Within these bounds the conversions are defined. */
#define FITS(type, number) \
  ((number) >= -9007199254740992.0 && (number) <= 9007199254740992.0 && (double)(type)(int64_t)(number) == (number))
#define READ_NUMBER(type, function, range)                                                                    \
  ({                                                                                                          \
    double passed = 0;                                                                                        \
    const int asked = !call.astray && a2 != NULL && ORIGINAL(napi_get_value_double)(a0, a1, &passed) == napi_ok; \
    napi_status given = napi_ok;                                                                              \
    if (asked && FITS(type, passed))                                                                          \
      *a2 = (type)passed;                                                                                     \
    else {                                                                                                    \
      given = ORIGINAL(function)(a0, a1, a2);                                                                 \
      if (asked && given == napi_ok && (double)*a2 != passed) number_read(&call, passed, (double)*a2, range);  \
    }                                                                                                         \
    given;                                                                                                    \
  })

#include "napi-wrappers.h"

/* ---- A fault of the guard itself ---- */

static struct sigaction before_fault;
static void on_fault(int signal, siginfo_t *info, void *context) {
  if (inside) {
    static char text[8192];
    inside = 0;
    log_write(text, crash_report(text, sizeof text, log_guard, crash_pc(context)));
  } else if (before_fault.sa_flags & SA_SIGINFO) {
    before_fault.sa_sigaction(signal, info, context);
    return;
  }
  sigaction(signal, &before_fault, NULL);
}

/* Not before the first addon is loaded: Node sets a handler of its own when it starts, and asks none that was there before. */
static void watch_faults(void) {
  static atomic_flag done = ATOMIC_FLAG_INIT;
  const struct sigaction ours = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
  if (!atomic_flag_test_and_set(&done)) sigaction(SIGSEGV, &ours, &before_fault);
}

/* ---- Loading ---- */

static void *wrapper_of(const char *name) {
  if (strncmp(name, "napi_", 5) != 0 && strncmp(name, "node_api_", 9) != 0) return NULL;
  for (int f = 0; f < FUNCTIONS; f++)
    if (originals[f] != NULL && strcmp(function_names[f], name) == 0) return wrappers[f];
  return NULL;
}

/* Addons in Rust look functions up by name. As a jump: the caller is part of the question. */
static void *project_dlsym(void *handle, const char *name) {
  void *wrapper = wrapper_of(name);
  return wrapper != NULL ? wrapper : dlsym(handle, name);
}
static void *project_choice(const char *name) {
  return strcmp(name, "dlsym") == 0 ? (void *)project_dlsym : wrapper_of(name);
}

/* What the project depends on is not the project's. */
static int is_own_object(const char *path) {
  char real[PATH_MAX];
  if (path == NULL || path[0] != '/' || realpath(path, real) == NULL) return 0;
  return (listed(path) || listed(real)) && strstr(real, "/node_modules/") == NULL;
}

static void watch_objects(void) {
  static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
  struct link_map *map = NULL;
  void *program = dlopen(NULL, RTLD_LAZY);
  Dl_info self;
  if (program == NULL || dlinfo(program, RTLD_DI_LINKMAP, &map) != 0 || !dladdr((void *)watch_objects, &self)) return;
  inside++;
  pthread_mutex_lock(&one);
  for (; map != NULL; map = map->l_next)
    if ((void *)map->l_addr != self.dli_fbase && is_own_object(map->l_name)) got_rewrite(map, project_choice);
  pthread_mutex_unlock(&one);
  inside--;
}

typedef napi_value initializer(napi_env env, napi_value exports);
PER_THREAD initializer *to_initialise;
static napi_value initialise(napi_env env, napi_value exports) {
  initializer *own_initializer = to_initialise;
  me()->initialising++;
  const napi_value result = own_initializer(env, exports);
  me()->initialising--;
  return result;
}

/* Node loads an addon, asks for its initializer and calls that at once. */
static void *node_dlopen(const char *path, int mode) {
  void *handle = dlopen(path, mode);
  watch_faults();
  if (handle != NULL) watch_objects();
  return handle;
}
static void *node_dlsym(void *handle, const char *name) {
  void *found = dlsym(handle, name);
  struct link_map *map = NULL;
  if (found == NULL || strncmp(name, "napi_register_module_v", 22) != 0 ||
      dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || !is_own_object(map->l_name))
    return found;
  to_initialise = (initializer *)found;
  return (void *)initialise;
}
static void *node_choice(const char *name) {
  return strcmp(name, "dlopen") == 0 ? (void *)node_dlopen : strcmp(name, "dlsym") == 0 ? (void *)node_dlsym : NULL;
}

/* ---- Begin and end ---- */

__attribute__((constructor(102))) static void begin(void) {
  const char *directory = getenv("FFI_GATES_NAPIGUARD");
  /* Programs that a test starts inherit this library; those without Node-API have nothing to watch. */
  if (directory == NULL || dlsym(RTLD_DEFAULT, "napi_create_reference") == NULL) return;
  for (int f = 0; f < FUNCTIONS; f++) originals[f] = dlsym(RTLD_DEFAULT, function_names[f]);
  log_begin("napiguard", directory);
  struct link_map *map = NULL;
  void *program = dlopen(NULL, RTLD_LAZY);
  if (program == NULL || dlinfo(program, RTLD_DI_LINKMAP, &map) != 0) return;
  for (; map != NULL; map = map->l_next) {
    const char *name = strrchr(map->l_name, '/');
    if (map->l_name[0] == 0 || (name && (strncmp(name, "/libnode", 8) == 0 || strncmp(name, "/libuv", 6) == 0)))
      got_rewrite(map, node_choice);
  }
}

__attribute__((destructor)) static void end(void) {
  if (log_guard == NULL) return;
  report_leaks();
  char line[128];
  unsigned long watched = 0;
  for (const struct thread *t = atomic_load(&threads); t != NULL; t = t->next) watched += t->watched;
  const int n = snprintf(line, sizeof line, "ffi-gates guard napiguard: done, %lu calls watched\n", watched);
  log_write(line, (size_t)n);
}
