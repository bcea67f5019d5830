/*
 * The guard of JNI, an agent of the JVM (`-agentpath:`). It puts a wrapper before each function of JNI and of the invocation
 * interface, and looks at calls of the project's own objects only; the JDK's libraries and those of others pass unseen.
 */
#include "checks.h"
#include JNIGUARD_WRAPPERS

static struct JNINativeInterface_ *original;
static struct JNIInvokeInterface_ invocation;
static pthread_key_t last_words;

/* ---- threads: JNI specification, chapter 5, "Detaching from the VM" ---- */

static void attached_here(void *site) {
  if (!live || T.busy || !is_own(site)) return;
  atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
  T.attached = 1;
  T.rounds = 0;
  T.attach_count = stack_of(T.attach_stack, FRAMES);
  push_frame(NULL);
  pthread_setspecific(last_words, &T);
}

static jint attach(jint (JNICALL *real)(JavaVM *, void **, void *), JavaVM *v, void **env, void *args, void *site) {
  const int before_ = own_env() != NULL;
  const jint failed = real(v, env, args);
  if (!failed && !before_) {
    T.env = *env;
    attached_here(site);
  }
  return failed;
}
static jint JNICALL on_attach(JavaVM *v, void **env, void *args) {
  return attach(I->AttachCurrentThread, v, env, args, __builtin_return_address(0));
}
static jint JNICALL on_attach_daemon(JavaVM *v, void **env, void *args) {
  return attach(I->AttachCurrentThreadAsDaemon, v, env, args, __builtin_return_address(0));
}

static jint JNICALL on_detach(JavaVM *v) {
  if (T.attached) {
    if (live && T.monitors > 0 && is_own(__builtin_return_address(0)))
      report("threading/lock-misuse", NOT_MADE, "other threads wait for it as long as the process lives",
             "a thread is detached that has not left %d of its monitors", T.monitors);
    while (T.top != NULL && own_env() != NULL) pop_frame(T.env);
    T.attached = T.monitors = 0;
  }
  T.env = NULL;
  return I->DetachCurrentThread(v);
}

/* Destructors of the project may still detach the thread: it has its turn in later rounds. */
static void at_thread_end(void *unused) {
  (void)unused;
  if (!T.attached || !live) return;
  if (++T.rounds < 3) {
    pthread_setspecific(last_words, &T);
    return;
  }
  report_at("error", "threading/missing-detach", T.attach_stack, T.attach_count, 0, NOT_MADE,
            "the JVM keeps the thread and all that its references hold, and may wait for it at its end",
            "a native thread ends that was attached and never detached");
}

/* ---- the end: what was never given back ---- */

struct group {
  void *const *stack;
  int frames, count, slot, kind;
};

static int same_place(const struct group *g, const struct reference *r) {
  return g->frames == r->frames && g->kind == r->kind && memcmp(g->stack, r->stack, sizeof(void *) * r->frames) == 0;
}

/* Fewer from one place may be what the project keeps for good. */
#define LEAKED_AT_LEAST 10
#define GROUPS 2048

static void leaked_references(JNIEnv *env) {
  static struct group groups[GROUPS];
  int n = 0;
  for (int b = 0; b < BUCKETS; b++)
    for (struct reference *r = buckets[b]; r != NULL; r = r->next) {
      /* What is made while a library is loaded, and classes, are kept on purpose. */
      if (r->kind == LOCAL || r->state != ALIVE || r->early || O->IsInstanceOf(env, r->real, classes[OF_CLASS])) continue;
      int i = 0;
      while (i < n && !same_place(&groups[i], r)) i++;
      if (i == GROUPS) continue;
      if (i == n) groups[n++] = (struct group){r->stack, r->frames, 0, r->slot, r->kind};
      groups[i].count++;
    }
  for (int i = 0; i < n; i++)
    if (groups[i].count >= LEAKED_AT_LEAST)
      report_at("error", "resource/jni-global-ref-leak", groups[i].stack, groups[i].frames, 0, NOT_MADE,
                "the objects are never collected", "%d references of %s from here were never deleted", groups[i].count,
                jni_names[groups[i].slot]);
}

static void never_returned(void) {
  for (unsigned b = 0; b < sizeof loans / sizeof loans[0]; b++)
    for (struct loan *l = loans[b]; l != NULL; l = l->next)
      report_at("error", "ownership/leak", &l->site, 1, 0, NOT_MADE, "the copy, or the pinned object, stays in memory",
                "what %s lent was never released", jni_names[l->slot]);
}

static void JNICALL on_death(jvmtiEnv *t, JNIEnv *env) {
  (void)t;
  T.busy++;
  pthread_mutex_lock(&log_lock);
  put("ffi-gates guard jniguard: the end\n");
  flush();
  pthread_mutex_unlock(&log_lock);
  leaked_references(env);
  never_returned();
  live = 0;
  pthread_mutex_lock(&log_lock);
  put("ffi-gates guard jniguard: done, %ld calls watched\n", (long)calls);
  flush();
  pthread_mutex_unlock(&log_lock);
  T.busy--;
}

static int find_self(struct dl_phdr_info *info, size_t size, void *unused) {
  (void)size, (void)unused;
  const uintptr_t here = (uintptr_t)find_self;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *p = &info->dlpi_phdr[i];
    const uintptr_t low = info->dlpi_addr + p->p_vaddr;
    if (p->p_type != PT_LOAD || here < low || here >= low + p->p_memsz) continue;
    self_low = low;
    self_high = low + p->p_memsz;
    return 1;
  }
  return 0;
}

static void JNICALL on_init(jvmtiEnv *t, JNIEnv *env, jthread thread) {
  struct JNINativeInterface_ *table = NULL;
  void *loads[1];
  (void)thread;
  backtrace(loads, 1); /* loads what it needs now, and not inside a call */
  if ((*t)->GetJNIFunctionTable(t, &original) || (*t)->GetJNIFunctionTable(t, &table)) return;
  O = original;
  for (int type = 0; type < TYPES; type++) {
    if (type_names[type][0] == 0) continue;
    jclass class = O->FindClass(env, type_names[type]);
    if (class == NULL) return;
    classes[type] = O->NewGlobalRef(env, class);
    O->DeleteLocalRef(env, class);
  }
  reread();
  jni_wrap(table);
  if ((*t)->SetJNIFunctionTable(t, table)) return;
  invocation = *I;
  invocation.AttachCurrentThread = on_attach;
  invocation.AttachCurrentThreadAsDaemon = on_attach_daemon;
  invocation.DetachCurrentThread = on_detach;
  *(const struct JNIInvokeInterface_ **)vm = &invocation;
  guard_pages();
  live = 1;
}

JNIEXPORT jint JNICALL Agent_OnLoad(JavaVM *v, char *options, void *reserved) {
  (void)options, (void)reserved;
  static const jvmtiEvent events[] = {JVMTI_EVENT_VM_INIT, JVMTI_EVENT_VM_DEATH, JVMTI_EVENT_NATIVE_METHOD_BIND};
  const char *dir = getenv("FFI_GATES_JNIGUARD");
  char path[PATH_MAX];
  jvmtiCapabilities able = {0};
  jvmtiEventCallbacks callbacks = {0};
  if (dir == NULL || (size_t)snprintf(path, sizeof path, "%s/jniguard.%d.log", dir, (int)getpid()) >= sizeof path) return JNI_OK;
  const int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  /* Out of the way of programs that count on low numbers. */
  log_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 700);
  if (log_fd < 0) log_fd = fd;
  else close(fd);
  if (log_fd < 0) return JNI_OK;
  vm = v;
  I = *v;
  dl_iterate_phdr(find_self, NULL);
  pthread_key_create(&last_words, at_thread_end);
  if ((*v)->GetEnv(v, (void **)&tools, JVMTI_VERSION_1_2)) return JNI_OK;
  able.can_generate_native_method_bind_events = 1;
  able.can_get_line_numbers = 1;
  able.can_get_source_file_name = 1;
  callbacks.VMInit = on_init;
  callbacks.VMDeath = on_death;
  callbacks.NativeMethodBind = on_bind;
  if ((*tools)->AddCapabilities(tools, &able) || (*tools)->SetEventCallbacks(tools, &callbacks, sizeof callbacks)) return JNI_OK;
  for (unsigned i = 0; i < sizeof events / sizeof events[0]; i++)
    (*tools)->SetEventNotificationMode(tools, JVMTI_ENABLE, events[i], NULL);
  return JNI_OK;
}
