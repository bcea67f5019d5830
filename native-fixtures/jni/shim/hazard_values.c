/* hazard.Values: each value crosses in a type that cannot hold it, or in another form than the library asks for. */
#include <jni.h>
#include <stdint.h>
#include <stdlib.h>

#include "fixture.h"

#define VALUES(type, name) JNIEXPORT type JNICALL Java_hazard_Values_##name

VALUES(jlong, wide)(JNIEnv *env, jclass cls, jlong a, jlong b) {
  (void)env, (void)cls;
  return (jint)fx_wide(a, b);
}

VALUES(jlong, wideArgument)(JNIEnv *env, jclass cls, jlong a, jlong b) {
  (void)env, (void)cls;
  return fx_wide((jint)a, b);
}

VALUES(jlong, wideAlone)(JNIEnv *env, jclass cls, jlong a, jlong b) {
  (void)env, (void)cls, (void)b;
  return fx_wide(a, 0);
}

VALUES(jlong, unsignedMax)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return (jint)fx_unsigned_max();
}

/* The record without its padding. */
typedef struct {
  uint8_t kind;
  uint32_t count;
  uint16_t tag;
  double weight;
  char room[8];
} __attribute__((packed)) packed_record;

VALUES(jlong, digest)(JNIEnv *env, jclass cls, jshort kind, jlong count, jint tag, jdouble weight) {
  _Alignas(16) packed_record r = {(uint8_t)kind, (uint32_t)count, (uint16_t)tag, weight, {0}};
  (void)env, (void)cls;
  return fx_record_digest((const void *)&r);
}

VALUES(jdouble, mean)(JNIEnv *env, jclass cls, jdouble a, jfloat b, jint n) {
  double (*with_a_double)(double, double, int) = (double (*)(double, double, int))(void *)fx_mean;
  (void)env, (void)cls;
  return with_a_double(a, b, n);
}

/* What JNI calls UTF is not UTF-8: a pair of surrogates has six bytes. */
VALUES(jlong, points)(JNIEnv *env, jclass cls, jstring text) {
  const char *chars = (*env)->GetStringUTFChars(env, text, NULL);
  (void)cls;
  const jlong points = (jlong)fx_utf8_points(chars);
  (*env)->ReleaseStringUTFChars(env, text, chars);
  return points;
}

VALUES(jlong, pointsOf)(JNIEnv *env, jclass cls, jbyteArray text) {
  jbyte *bytes = (*env)->GetByteArrayElements(env, text, NULL);
  (void)cls;
  const jlong points = (jlong)fx_utf8_points((const char *)bytes);
  (*env)->ReleaseByteArrayElements(env, text, bytes, JNI_ABORT);
  return points;
}

VALUES(jint, sum)(JNIEnv *env, jclass cls, jbyteArray data) {
  jbyte *bytes = (*env)->GetByteArrayElements(env, data, NULL);
  (void)cls;
  const jint sum = fx_sum((const unsigned char *)bytes, (jchar)(*env)->GetArrayLength(env, data));
  (*env)->ReleaseByteArrayElements(env, data, bytes, JNI_ABORT);
  return sum;
}

VALUES(jint, box)(JNIEnv *env, jclass cls, jint value) {
  const jint handle = (jint)(intptr_t)fx_box_new(value);
  (void)env, (void)cls;
  return fx_box_get((const fx_box *)(intptr_t)handle);
}

/* With room on both sides, so that small errors are not the JVM's end: C alone decides what is one. */
VALUES(jint, slice)(JNIEnv *env, jclass cls, jint from, jint to) {
  static unsigned char dst[3 << 16], src[3 << 16];
  (void)env, (void)cls;
  return fx_copy_slice(dst + (1 << 16), 64, src + (1 << 16), from, to);
}

VALUES(jint, twice)(JNIEnv *env, jclass cls, jint want) {
  int out = 0;
  (void)env, (void)cls;
  fx_measure(want, &out);
  return out;
}
