/*
 * Native methods of the project. Each gets a piece of machine code in front that says when it begins and, by way of its return
 * address, when it ends: that is how long its local references live (JNI specification, chapter 2, "Global and Local
 * References"). Only x86-64; elsewhere local references are not watched.
 */
#ifndef JNIGUARD_NATIVES_H
#define JNIGUARD_NATIVES_H
#include "lending.h"

#ifdef __x86_64__
struct ending {
  jobject value;
  void *back;
};

extern char jniguard_begin[], jniguard_end[];
/* %r11: the method. All registers that carry arguments are kept; the arguments on the stack stay where they are. */
__asm__(".text\n"
        "jniguard_begin:\n push %rbp\n mov %rsp,%rbp\n sub $176,%rsp\n"
        " mov %rdi,0(%rsp)\n mov %rsi,8(%rsp)\n mov %rdx,16(%rsp)\n mov %rcx,24(%rsp)\n mov %r8,32(%rsp)\n mov %r9,40(%rsp)\n"
        " movups %xmm0,48(%rsp)\n movups %xmm1,64(%rsp)\n movups %xmm2,80(%rsp)\n movups %xmm3,96(%rsp)\n"
        " movups %xmm4,112(%rsp)\n movups %xmm5,128(%rsp)\n movups %xmm6,144(%rsp)\n movups %xmm7,160(%rsp)\n"
        " mov %r11,%rdi\n mov %rsp,%rsi\n lea 8(%rbp),%rdx\n call jniguard_enter\n mov %rax,%r11\n"
        " mov 0(%rsp),%rdi\n mov 8(%rsp),%rsi\n mov 16(%rsp),%rdx\n mov 24(%rsp),%rcx\n mov 32(%rsp),%r8\n mov 40(%rsp),%r9\n"
        " movups 48(%rsp),%xmm0\n movups 64(%rsp),%xmm1\n movups 80(%rsp),%xmm2\n movups 96(%rsp),%xmm3\n"
        " movups 112(%rsp),%xmm4\n movups 128(%rsp),%xmm5\n movups 144(%rsp),%xmm6\n movups 160(%rsp),%xmm7\n"
        " leave\n jmp *%r11\n"
        "jniguard_end:\n sub $32,%rsp\n movups %xmm0,0(%rsp)\n mov %rax,%rdi\n call jniguard_leave\n"
        " movups 0(%rsp),%xmm0\n add $32,%rsp\n jmp *%rdx\n");

__attribute__((used, visibility("hidden"))) void *jniguard_enter(struct method *m, jobject *registers, void **back) {
  JNIEnv *env = (JNIEnv *)registers[0];
  T.env = env;
  struct frame *f = push_frame(m);
  f->back = *back;
  f->monitors = T.monitors;
  for (int i = 0; i < m->objects; i++) {
    jobject *at = m->at[i] < 6 ? &registers[m->at[i]] : (jobject *)(back + 1 + (m->at[i] - 6));
    *at = add_local(env, *at, -1, m->code);
  }
  /* Room is guaranteed beside the arguments. */
  f->capacity += f->count;
  *back = jniguard_end;
  return m->code;
}

static void *ends_in_call(void *pc) {
  const struct frame *f = pc == jniguard_end ? T.top : NULL;
  /* As return addresses are: behind the call. */
  return f != NULL && f->method != NULL ? (char *)f->method->code + 1 : NULL;
}

static void left_in_critical(const struct frame *f) {
  void *at = f->method->code;
  report_at("error", "rules/jni-call-in-critical", &at, 1, 1, NOT_MADE,
            "the garbage collector waits for the end of the critical region, and with it every thread",
            "%s returns between Get...Critical and Release...Critical", f->method->name);
}

/* JNI allows that, and another method may leave it. */
static void holds_monitor(const struct frame *f) {
  void *at = f->method->code;
  report_at("warning", "threading/lock-misuse", &at, 1, 1, NOT_MADE, "other threads wait until this one calls MonitorExit",
            "%s returns with a monitor that it has entered", f->method->name);
}

__attribute__((used, visibility("hidden"))) struct ending jniguard_leave(jobject value) {
  struct frame *f = T.top;
  struct ending e = {value, f->back};
  struct method *m = f->method;
  if (T.monitors > f->monitors) holds_monitor(f);
  if (T.critical && (f->up == NULL || f->up->method == NULL)) {
    left_in_critical(f);
    T.critical = 0;
  }
  if (m->gives_object && value != NULL && is_handle(value)) {
    struct reference r;
    if (look_up(value, &r, NULL)) {
      e.value = r.real;
      if (r.state != ALIVE) {
        void *at = m->code;
        report_at("error", r.kind == LOCAL ? "lifetime/stale-local-ref" : "rules/jni-bad-reference", &at, 1, 1, made_by(&r),
                  "Java gets whatever object is at that place now", "%s returns a reference that ended with %s", m->name, r.where);
        e.value = NULL;
      }
    }
  }
  pop_frame(T.env);
  return e;
}

static void *thunk_for(struct method *m) {
  static unsigned char *pool;
  static size_t taken = 1 << 16;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  if (taken + 32 > 1 << 16) {
    void *p = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED) {
      pthread_mutex_unlock(&lock);
      return NULL;
    }
    pool = p;
    taken = 0;
  }
  unsigned char *p = pool + taken;
  taken += 32;
  pthread_mutex_unlock(&lock);
  const void *to = jniguard_begin;
  memcpy(p, "\x49\xbb", 2); /* mov $m, %r11 */
  memcpy(p + 2, &m, 8);
  memcpy(p + 10, "\x48\xb8", 2); /* mov $jniguard_begin, %rax */
  memcpy(p + 12, &to, 8);
  memcpy(p + 20, "\xff\xe0", 2); /* jmp *%rax */
  return p;
}

/* Where the arguments of a signature are: System V ABI, "Parameter Passing"; JNIEnv and the object or class come first. */
static int place_arguments(struct method *m, const char *signature) {
  int integers = 1, floats = 0, stacked = 0;
  m->at[m->objects++] = (short)integers++;
  const char *s = signature + 1;
  for (; *s && *s != ')'; s++) {
    const int object = *s == 'L' || *s == '[', real = *s == 'F' || *s == 'D';
    while (*s == '[') s++;
    if (*s == 'L')
      while (*s && *s != ';') s++;
    int place = -1;
    if (real && floats < 8) floats++;
    else if (real) stacked++;
    else place = integers < 6 ? integers++ : 6 + stacked++;
    if (object && m->objects < (int)(sizeof m->at / sizeof m->at[0])) m->at[m->objects++] = (short)place;
    if (*s == 0) return 0;
  }
  m->gives_object = *s == ')' && (s[1] == 'L' || s[1] == '[');
  return *s == ')';
}
#else
static void *ends_in_call(void *pc) {
  (void)pc;
  return NULL;
}
#endif

static void JNICALL on_bind(jvmtiEnv *t, JNIEnv *env, jthread thread, jmethodID id, void *address, void **new_address) {
  (void)thread;
#ifdef __x86_64__
  jvmtiPhase phase;
  char *name = NULL, *signature = NULL, *class_name = NULL;
  jclass class = NULL;
  struct method *m;
  if (!live || (*t)->GetPhase(t, &phase) || phase != JVMTI_PHASE_LIVE || !is_own(address)) return;
  if ((*t)->GetMethodName(t, id, &name, &signature, NULL)) return;
  if (!(*t)->GetMethodDeclaringClass(t, id, &class) && class != NULL) {
    (*t)->GetClassSignature(t, class, &class_name, NULL);
    O->DeleteLocalRef(env, class);
  }
  m = calloc(1, sizeof *m);
  if (m != NULL) {
    m->code = address;
    size_t n = 0;
    for (const char *s = class_name && *class_name == 'L' ? class_name + 1 : ""; *s && *s != ';' && n < 200; s++)
      m->name[n++] = *s == '/' ? '.' : *s;
    snprintf(m->name + n, sizeof m->name - n, ".%s", name);
    void *thunk = place_arguments(m, signature) ? thunk_for(m) : NULL;
    if (thunk != NULL) *new_address = thunk;
  }
  (*t)->Deallocate(t, (unsigned char *)name);
  (*t)->Deallocate(t, (unsigned char *)signature);
  (*t)->Deallocate(t, (unsigned char *)class_name);
#else
  (void)t, (void)env, (void)id, (void)address, (void)new_address;
#endif
}

#endif
