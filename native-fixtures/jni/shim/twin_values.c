/* twin.Values: each value crosses as it is, or not at all. */
#include <jni.h>
#include <stdint.h>

#include "fixture.h"

#define VALUES(type, name) JNIEXPORT type JNICALL Java_twin_Values_##name

static jint refuse(JNIEnv *env, const char *why) {
  (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/IllegalArgumentException"), why);
  return 0;
}

VALUES(jlong, wide)(JNIEnv *env, jclass cls, jlong a, jlong b) {
  (void)env, (void)cls;
  return fx_wide(a, b);
}

VALUES(jlong, wideArgument)(JNIEnv *env, jclass cls, jlong a, jlong b) {
  (void)env, (void)cls;
  return fx_wide(a, b);
}

VALUES(jlong, wideAlone)(JNIEnv *env, jclass cls, jlong a, jlong b) {
  (void)env, (void)cls;
  return fx_wide(a, b);
}

VALUES(jlong, unsignedMax)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return fx_unsigned_max();
}

VALUES(jlong, digest)(JNIEnv *env, jclass cls, jshort kind, jlong count, jint tag, jdouble weight) {
  const fx_record r = {(uint8_t)kind, (uint32_t)count, (uint16_t)tag, weight};
  (void)cls;
  if (r.kind != kind || r.count != count || r.tag != tag) return refuse(env, "beyond the record's field");
  return fx_record_digest(&r);
}

VALUES(jdouble, mean)(JNIEnv *env, jclass cls, jdouble a, jfloat b, jint n) {
  (void)env, (void)cls;
  return fx_mean(a, b, n);
}

/* UTF-8 with the NUL that Java put behind it. */
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
  const jint sum = fx_sum((const unsigned char *)bytes, (size_t)(*env)->GetArrayLength(env, data));
  (*env)->ReleaseByteArrayElements(env, data, bytes, JNI_ABORT);
  return sum;
}

VALUES(jint, box)(JNIEnv *env, jclass cls, jint value) {
  fx_box *box = fx_box_new(value);
  (void)env, (void)cls;
  const jint got = fx_box_get(box);
  fx_box_free(box);
  return got;
}

VALUES(jint, slice)(JNIEnv *env, jclass cls, jint from, jint to) {
  static unsigned char dst[64], src[64];
  (void)cls;
  if (from < 0 || from > to || to > 64) return refuse(env, "no slice of 64 bytes");
  return fx_copy_slice(dst, sizeof dst, src, from, to);
}

VALUES(jint, twice)(JNIEnv *env, jclass cls, jint want) {
  int out = 0;
  (void)cls;
  if (want > 0x3fffffff || fx_measure(want, &out) != 0) return refuse(env, "no measure");
  return out;
}
