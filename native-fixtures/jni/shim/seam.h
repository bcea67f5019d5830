/* fixture.Seam for a shim that defines its native methods: `SEAM(jint, measure)(JNIEnv *env, jclass cls, jint want)`. */
#include <jni.h>
#include <jvmti.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fixture.h"

#define SEAM(type, name) JNIEXPORT type JNICALL Java_fixture_Seam_##name

static void on_thread(void *(*body)(void *), void *arg) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, arg) == 0) pthread_join(thread, NULL);
}

static JavaVM *vm_of(JNIEnv *env) {
  JavaVM *vm;
  (*env)->GetJavaVM(env, &vm);
  return vm;
}

/* The JVM's tool interface; NULL when it has none. */
static jvmtiEnv *tools_of(JNIEnv *env) {
  JavaVM *vm = vm_of(env);
  jvmtiEnv *jvmti;
  return (*vm)->GetEnv(vm, (void **)&jvmti, JVMTI_VERSION_1_2) == JNI_OK ? jvmti : NULL;
}
