/* fixture.Fx: the library's functions for Java, without mistakes of its own. */
#include <errno.h>
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>

#include "fixture.h"

#define FX(type, name) JNIEXPORT type JNICALL Java_fixture_Fx_##name

FX(jint, run)(JNIEnv *env, jclass cls, jboolean hazard, jstring name) {
  (void)cls;
  const char *text = (*env)->GetStringUTFChars(env, name, NULL);
  const int done = hazard ? fx_hazard_run(text) : fx_twin_run(text);
  (*env)->ReleaseStringUTFChars(env, name, text);
  return done;
}

FX(jlong, labelNew)(JNIEnv *env, jclass cls, jstring text) {
  (void)cls;
  const char *chars = (*env)->GetStringUTFChars(env, text, NULL);
  char *label = fx_label_new(chars); //~ ownership_leak__result: memcheck = ownership/leak
  (*env)->ReleaseStringUTFChars(env, text, chars);
  return (jlong)(intptr_t)label;
}

FX(void, labelFree)(JNIEnv *env, jclass cls, jlong label) {
  (void)env, (void)cls;
  fx_label_free((char *)(intptr_t)label);
}

FX(jlong, arenaNew)(JNIEnv *env, jclass cls, jint capacity) {
  (void)env, (void)cls;
  return (jlong)(intptr_t)fx_arena_new((size_t)capacity);
}

FX(jlong, arenaAlloc)(JNIEnv *env, jclass cls, jlong arena, jint size) {
  (void)env, (void)cls;
  return (jlong)(intptr_t)fx_arena_alloc((fx_arena *)(intptr_t)arena, (size_t)size);
}

FX(void, arenaFree)(JNIEnv *env, jclass cls, jlong arena) {
  (void)env, (void)cls;
  fx_arena_free((fx_arena *)(intptr_t)arena);
}

FX(jlong, boxNew)(JNIEnv *env, jclass cls, jint value) {
  (void)env, (void)cls;
  return (jlong)(intptr_t)fx_box_new(value);
}

FX(jint, boxGet)(JNIEnv *env, jclass cls, jlong box) {
  (void)env, (void)cls;
  return fx_box_get((fx_box *)(intptr_t)box);
}

FX(void, boxFree)(JNIEnv *env, jclass cls, jlong box) {
  (void)env, (void)cls;
  fx_box_free((fx_box *)(intptr_t)box);
}

FX(jlong, find)(JNIEnv *env, jclass cls, jstring name) {
  (void)cls;
  const char *chars = (*env)->GetStringUTFChars(env, name, NULL);
  fx_box *box = fx_find(chars);
  (*env)->ReleaseStringUTFChars(env, name, chars);
  return (jlong)(intptr_t)box;
}

FX(jint, parse)(JNIEnv *env, jclass cls, jstring text) {
  (void)cls;
  const char *chars = (*env)->GetStringUTFChars(env, text, NULL);
  char *error = NULL;
  const int value = fx_parse(chars, &error);
  fx_label_free(error);
  (*env)->ReleaseStringUTFChars(env, text, chars);
  return value;
}

FX(jobject, lend)(JNIEnv *env, jclass cls, jint size) {
  (void)cls;
  return (*env)->NewDirectByteBuffer(env, calloc(1, (size_t)size), size);
}

FX(void, unlend)(JNIEnv *env, jclass cls, jobject buffer) {
  (void)cls;
  free((*env)->GetDirectBufferAddress(env, buffer));
}

FX(jint, sum)(JNIEnv *env, jclass cls, jobject buffer, jint n) {
  (void)cls;
  return fx_sum((*env)->GetDirectBufferAddress(env, buffer), (size_t)n);
}

FX(jint, copySlice)(JNIEnv *env, jclass cls, jint capacity, jbyteArray src, jint from, jint to) {
  (void)cls;
  unsigned char *dst = calloc(1, (size_t)capacity);
  if (dst == NULL) return -1;
  jbyte *bytes = (*env)->GetByteArrayElements(env, src, NULL);
  const int copied = fx_copy_slice(dst, (size_t)capacity, (unsigned char *)bytes, from, to);
  (*env)->ReleaseByteArrayElements(env, src, bytes, JNI_ABORT);
  free(dst);
  return copied;
}

FX(jlong, wide)(JNIEnv *env, jclass cls, jlong a, jlong b) {
  (void)env, (void)cls;
  return fx_wide(a, b);
}

FX(jint, unsignedMax)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return (jint)fx_unsigned_max();
}

FX(jint, openMissing)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return fx_open_missing();
}

FX(jint, openMissingErrno)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return fx_open_missing() < 0 ? -errno : 0;
}

FX(jint, openSelf)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return fx_open_self();
}

FX(jint, close)(JNIEnv *env, jclass cls, jint fd) {
  (void)env, (void)cls;
  return fx_close(fd);
}

FX(jint, mayThrow)(JNIEnv *env, jclass cls, jboolean really) {
  (void)env, (void)cls;
  return fx_may_throw(really);
}

FX(jint, count)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return fx_count();
}

FX(jint, countLocked)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return fx_count_locked();
}

/* The function that the running fire() calls. */
static JNIEnv *fired_env;
static jobject fired;
static int fire_function(int value, void *user) {
  jmethodID apply = (*fired_env)->GetMethodID(fired_env, (*fired_env)->GetObjectClass(fired_env, fired), "applyAsInt", "(I)I");
  (void)user;
  return (*fired_env)->CallIntMethod(fired_env, fired, apply, value);
}

FX(jint, fire)(JNIEnv *env, jclass cls, jobject function, jint value) {
  (void)cls;
  fired_env = env;
  fired = function;
  fx_on_event(fire_function, NULL);
  return fx_fire(value);
}

FX(void, workerStart)(JNIEnv *env, jclass cls, jboolean locked, jint times) {
  (void)env, (void)cls;
  fx_worker_start(locked, times);
}

FX(void, workerJoin)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  fx_worker_join();
}

FX(void, scribbleStart)(JNIEnv *env, jclass cls, jobject cell, jint times) {
  (void)cls;
  fx_scribble_start((*env)->GetDirectBufferAddress(env, cell), times);
}

FX(void, scribbleJoin)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  fx_scribble_join();
}
