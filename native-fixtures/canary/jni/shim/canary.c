/* canary.Canary: the planted bugs for Java, and three that only JNI itself can have. */
#include <jni.h>

#include "ffi_canary.h"

#define CANARY(type, name) JNIEXPORT type JNICALL Java_canary_Canary_##name

CANARY(jint, noop)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return canary_noop();
}

CANARY(void, heap)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_heap();
}

CANARY(void, uaf)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_uaf();
}

CANARY(void, leak)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_leak();
}

CANARY(void, uninit)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_uninit();
}

CANARY(void, errorcode)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_errorcode();
}

CANARY(void, reentry)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_reentry(0);
}

CANARY(void, errorpath)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_errorpath();
}

CANARY(void, handle)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_handle();
}

CANARY(void, race)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_race();
}

CANARY(void, lockorder)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_lockorder();
}

CANARY(void, ub)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_ub();
}

CANARY(void, segv)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_segv();
}

CANARY(void, abort)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  canary_abort();
}

CANARY(void, pending)(JNIEnv *env, jclass cls) {
  (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/IllegalStateException"), "planted");
  (*env)->GetSuperclass(env, cls); //~ canary_pending: xcheck jniguard = unwind/pending-exception
}

CANARY(void, wrongtype)(JNIEnv *env, jclass cls) {
  jclass string = (*env)->FindClass(env, "java/lang/String");
  jmethodID length = (*env)->GetMethodID(env, string, "length", "()I");
  (*env)->CallIntMethod(env, cls, length); //~ canary_wrongtype: xcheck jniguard = rules/jni-wrong-type
}

static jobject kept;

CANARY(void, keep)(JNIEnv *env, jclass cls, jobject object) {
  (void)env, (void)cls;
  kept = object; /* dead when this call returns */
}

CANARY(void, stale)(JNIEnv *env, jclass cls) {
  (*env)->IsSameObject(env, kept, cls); //~ canary_stale: jniguard = lifetime/stale-local-ref
}

CANARY(jlong, wide)(JNIEnv *env, jclass cls, jlong value) {
  (void)env, (void)cls;
  return (jint)canary_wide(value);
}

CANARY(jlong, sign)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return (jint)canary_unsigned();
}

CANARY(jint, slot)(JNIEnv *env, jclass cls, jint at) {
  (void)env, (void)cls;
  return canary_slot(at);
}
