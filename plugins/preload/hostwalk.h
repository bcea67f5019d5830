/*
 * How the stacks of the JVM, of mono and of Node are walked. Included by the libraries that ask hosts for their lines; functions
 * of hosts are looked up when they are needed, as these libraries also enter shells and other helpers.
 */
#ifndef FFI_GATES_HOSTWALK_H
#define FFI_GATES_HOSTWALK_H
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "hoststack.h"
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#ifdef HOST_STACK_JVM
#include <jvmti.h>

/* ---- JVM: JVMTI from outside. What it needs is granted to a running VM ---- */

static int line_of(jvmtiEnv *ti, const jvmtiFrameInfo *frame) {
  jvmtiLineNumberEntry *lines = NULL;
  jint count = 0;
  int line = 0;
  if ((*ti)->GetLineNumberTable(ti, frame->method, &count, &lines) != JVMTI_ERROR_NONE) return 0;
  for (jint i = 0; i < count; i++)
    if (lines[i].start_location <= frame->location) line = lines[i].line_number;
  (*ti)->Deallocate(ti, (unsigned char *)lines);
  return line;
}

/* `Lpkg/Class;` as `pkg.Class.method`, and its file as `pkg/Class.java`: a class file holds no directory. */
static void java_frame(jvmtiEnv *ti, JNIEnv *env, const jvmtiFrameInfo *frame) {
  char *name = NULL, *class = NULL, *file = NULL, full[500], path[500];
  const char *last;
  jclass owner = NULL;
  if (host_knows((uint64_t)(uintptr_t)frame->method, (uint64_t)frame->location)) return;
  (*ti)->GetMethodName(ti, frame->method, &name, NULL, NULL);
  if ((*ti)->GetMethodDeclaringClass(ti, frame->method, &owner) == JVMTI_ERROR_NONE) {
    (*ti)->GetClassSignature(ti, owner, &class, NULL);
    (*ti)->GetSourceFileName(ti, owner, &file);
  }
  last = class == NULL ? NULL : strrchr(class, '/');
  snprintf(path, sizeof path, "%.*s%s", last == NULL ? 0 : (int)(last - class), class == NULL ? "" : class + 1,
           file == NULL ? "" : file);
  if (class != NULL)
    for (char *c = class; *c != 0; c++)
      if (*c == '/' || *c == ';') *c = *c == '/' ? '.' : 0;
  snprintf(full, sizeof full, "%s.%s", class == NULL ? "?" : class + 1, name == NULL ? "?" : name);
  host_frame(full, file == NULL ? NULL : path, frame->location < 0 ? 0 : line_of(ti, frame), 0);
  (*ti)->Deallocate(ti, (unsigned char *)name);
  (*ti)->Deallocate(ti, (unsigned char *)class);
  (*ti)->Deallocate(ti, (unsigned char *)file);
  if (owner != NULL) (*env)->DeleteLocalRef(env, owner);
}

/* The VM of this process, if this thread is attached to it. */
static JavaVM *vm_of_thread(JNIEnv **env) {
  static jint (*vms)(JavaVM **, jsize, jsize *);
  static JavaVM *vm;
  jsize count = 0;
  if (vms == NULL) *(void **)&vms = dlsym(RTLD_DEFAULT, "JNI_GetCreatedJavaVMs");
  if (vms == NULL || (vm == NULL && (vms(&vm, 1, &count) != JNI_OK || count == 0))) return NULL;
  return (*vm)->GetEnv(vm, (void **)env, JNI_VERSION_1_8) == JNI_OK ? vm : NULL;
}

static int frames_of_jvm(int most) {
  static jvmtiEnv *shared;
  jvmtiEnv *ti = shared;
  JNIEnv *env;
  JavaVM *vm = vm_of_thread(&env);
  jint n = 0;
  jvmtiFrameInfo stack[HOST_FRAMES];
  if (vm == NULL) return 0;
  if (ti == NULL) {
    jvmtiCapabilities wanted;
    if ((*vm)->GetEnv(vm, (void **)&ti, JVMTI_VERSION_1_2) != JNI_OK) return 0;
    memset(&wanted, 0, sizeof wanted);
    wanted.can_get_line_numbers = 1;
    wanted.can_get_source_file_name = 1;
    (*ti)->AddCapabilities(ti, &wanted);
    shared = ti;
  }
  if ((*ti)->GetStackTrace(ti, NULL, 0, most, stack, &n) != JVMTI_ERROR_NONE) return 0;
  for (jint i = 0; i < n; i++) java_frame(ti, env, &stack[i]);
  return 1;
}
#endif

/* ---- mono: its own walker (mono/metadata/appdomain.h, mono-debug.h) ---- */

struct mono_place {
  char *file;
  uint32_t row, column, il;
};

static struct {
  void (*walk)(int (*)(void *, int32_t, int32_t, int, void *), void *);
  struct mono_place *(*place)(void *method, uint32_t native, void *domain);
  char *(*name)(void *method, int signature);
  void *(*domain)(void);
} mono;

static int mono_frame(void *method, int32_t native, int32_t il, int managed, void *left) {
  struct mono_place *at;
  char *name;
  (void)il, (void)managed;
  if (method == NULL) return 0;
  if (!host_knows((uint64_t)(uintptr_t)method, (uint64_t)(uint32_t)native)) {
    name = mono.name(method, 0);
    at = mono.place == NULL ? NULL : mono.place(method, (uint32_t)native, mono.domain());
    host_frame(name == NULL ? "?" : name, at == NULL ? NULL : at->file, at == NULL ? 0 : (int)at->row, 0);
  }
  return --*(int *)left <= 0;
}

static int frames_of_mono(int most) {
  if (mono.walk == NULL) {
    *(void **)&mono.place = dlsym(RTLD_DEFAULT, "mono_debug_lookup_source_location");
    *(void **)&mono.name = dlsym(RTLD_DEFAULT, "mono_method_full_name");
    *(void **)&mono.domain = dlsym(RTLD_DEFAULT, "mono_domain_get");
    *(void **)&mono.walk = dlsym(RTLD_DEFAULT, "mono_stack_walk");
  }
  if (mono.walk == NULL || mono.name == NULL || mono.domain == NULL || mono.domain() == NULL) return 0;
  mono.walk(mono_frame, &most);
  return 1;
}

#endif
