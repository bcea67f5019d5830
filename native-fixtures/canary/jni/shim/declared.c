/* canary.Declared: correct functions, which Java declares wrongly. None uses the parameters that do not fit. */
#include <jni.h>
#include <stdint.h>

#include "ffi_canary.h"

#define DECLARED(type, name) JNIEXPORT type JNICALL Java_canary_Declared_##name

DECLARED(void *, pointer)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return canary_pointer();
}

DECLARED(jint, wide)(JNIEnv *env, jclass cls, jlong value) {
  (void)env, (void)cls, (void)value;
  return 0;
}

DECLARED(uint16_t, sign)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return UINT16_MAX;
}

DECLARED(jdouble, mean)(JNIEnv *env, jclass cls, jdouble a, jdouble b) {
  (void)env, (void)cls, (void)b;
  return canary_mean(a, a);
}

DECLARED(jdouble, register)(JNIEnv *env, jclass cls, jdouble a, jdouble b) {
  (void)env, (void)cls, (void)b;
  return canary_mean(a, a);
}

DECLARED(jint, text)(JNIEnv *env, jclass cls, jstring text) {
  (void)env, (void)cls, (void)text;
  return 0;
}
