/* fixture.Seam, kept: the jobs of shim/hazard.c, done by the rules. */
#include "seam.h"

#define RIGHT(type, name) JNIEXPORT type JNICALL Java_twin_Right_##name

SEAM(jint, pendingException)(JNIEnv *env, jclass cls, jobject list) {
  jclass type = (*env)->GetObjectClass(env, list);
  jmethodID get = (*env)->GetMethodID(env, type, "get", "(I)Ljava/lang/Object;");
  jmethodID size = (*env)->GetMethodID(env, type, "size", "()I");
  (void)cls;
  (*env)->CallObjectMethod(env, list, get, -1);
  if ((*env)->ExceptionCheck(env)) (*env)->ExceptionClear(env);
  return (*env)->CallIntMethod(env, list, size);
}

SEAM(jint, localRefs)(JNIEnv *env, jclass cls, jint n) {
  int made = 0;
  (void)cls;
  for (jint i = 0; i < n; i++) {
    jstring text = (*env)->NewStringUTF(env, "kept");
    made += text != NULL;
    (*env)->DeleteLocalRef(env, text);
  }
  return made;
}

SEAM(void, badRelease)(JNIEnv *env, jclass cls, jbyteArray array) {
  (void)cls;
  jbyte *bytes = (*env)->GetByteArrayElements(env, array, NULL);
  (*env)->ReleaseByteArrayElements(env, array, bytes, 0);
}

SEAM(jint, badReference)(JNIEnv *env, jclass cls, jstring text) {
  jobject global = (*env)->NewGlobalRef(env, text);
  (void)cls;
  const jint length = (*env)->GetStringLength(env, global);
  (*env)->DeleteGlobalRef(env, global);
  return length;
}

SEAM(jint, wrongType)(JNIEnv *env, jclass cls, jobject list) {
  jclass type = (*env)->GetObjectClass(env, list);
  jmethodID size = (*env)->GetMethodID(env, type, "size", "()I");
  (void)cls;
  return (*env)->CallIntMethod(env, list, size);
}

static void *use_own_env(void *arg) {
  JavaVM *vm = arg;
  JNIEnv *env;
  if ((*vm)->AttachCurrentThread(vm, (void **)&env, NULL) != JNI_OK) return NULL;
  (*env)->NewStringUTF(env, "mine");
  (*vm)->DetachCurrentThread(vm);
  return NULL;
}

SEAM(void, wrongThread)(JNIEnv *env, jclass cls) {
  (void)cls;
  on_thread(use_own_env, vm_of(env));
}

static void *attach_and_detach(void *arg) {
  JavaVM *vm = arg;
  JNIEnv *env;
  if ((*vm)->AttachCurrentThreadAsDaemon(vm, (void **)&env, NULL) == JNI_OK) (*vm)->DetachCurrentThread(vm);
  return NULL;
}

SEAM(void, missingDetach)(JNIEnv *env, jclass cls) {
  (void)cls;
  on_thread(attach_and_detach, vm_of(env));
}

static jobject kept;

SEAM(void, keep)(JNIEnv *env, jclass cls, jobject object) {
  (void)cls;
  kept = (*env)->NewGlobalRef(env, object);
}

SEAM(jboolean, isKept)(JNIEnv *env, jclass cls, jobject object) {
  (void)cls;
  const jboolean same = (*env)->IsSameObject(env, kept, object);
  (*env)->DeleteGlobalRef(env, kept);
  return same;
}

SEAM(void, globalRef)(JNIEnv *env, jclass cls, jobject object) {
  (void)cls;
  (*env)->DeleteGlobalRef(env, (*env)->NewGlobalRef(env, object));
}

SEAM(jint, characters)(JNIEnv *env, jclass cls, jstring text) {
  const char *chars = (*env)->GetStringUTFChars(env, text, NULL);
  (void)cls;
  if (chars == NULL) return -1;
  const jint length = (jint)fx_text_length(chars);
  (*env)->ReleaseStringUTFChars(env, text, chars);
  return length;
}

SEAM(jint, elements)(JNIEnv *env, jclass cls, jbyteArray array) {
  jbyte *bytes = (*env)->GetByteArrayElements(env, array, NULL);
  (void)cls;
  if (bytes == NULL) return -1;
  const jint first = bytes[0];
  (*env)->ReleaseByteArrayElements(env, array, bytes, JNI_ABORT);
  return first;
}

SEAM(jint, toolMemory)(JNIEnv *env, jclass cls) {
  jvmtiEnv *jvmti = tools_of(env);
  unsigned char *bytes = NULL;
  (void)cls;
  if (jvmti == NULL) return -1;
  (*jvmti)->Allocate(jvmti, 48, &bytes);
  const jint size = bytes ? 48 : -1;
  (*jvmti)->Deallocate(jvmti, bytes);
  (*jvmti)->DisposeEnvironment(jvmti);
  return size;
}

SEAM(jint, callInCritical)(JNIEnv *env, jclass cls, jbyteArray array) {
  jboolean copy;
  (void)cls;
  void *bytes = (*env)->GetPrimitiveArrayCritical(env, array, &copy);
  (*env)->ReleasePrimitiveArrayCritical(env, array, bytes, JNI_ABORT);
  return (*env)->GetVersion(env);
}

SEAM(jstring, text)(JNIEnv *env, jclass cls) {
  (void)cls;
  return (*env)->NewStringUTF(env, "caf\xc3\xa9");
}

SEAM(void, fill)(JNIEnv *env, jclass cls, jbyteArray array, jint n) {
  const jsize room = (*env)->GetArrayLength(env, array);
  (void)cls;
  jbyte *bytes = (*env)->GetByteArrayElements(env, array, NULL);
  fx_fill((unsigned char *)bytes, (size_t)(n < room ? n : room), 1);
  (*env)->ReleaseByteArrayElements(env, array, bytes, 0);
}

SEAM(void, fillCritical)(JNIEnv *env, jclass cls, jbyteArray array, jint n) {
  const jsize room = (*env)->GetArrayLength(env, array);
  (void)cls;
  jbyte *bytes = (*env)->GetPrimitiveArrayCritical(env, array, NULL);
  fx_fill((unsigned char *)bytes, (size_t)(n < room ? n : room), 1);
  (*env)->ReleasePrimitiveArrayCritical(env, array, bytes, 0);
}

SEAM(jint, textLength)(JNIEnv *env, jclass cls, jbyteArray text) {
  const jsize n = (*env)->GetArrayLength(env, text);
  char *copy = calloc(1, (size_t)n + 1);
  (void)cls;
  if (copy == NULL) return -1;
  (*env)->GetByteArrayRegion(env, text, 0, n, (jbyte *)copy);
  const jint length = (jint)fx_text_length(copy);
  free(copy);
  return length;
}

static jbyte *copied;

SEAM(void, hold)(JNIEnv *env, jclass cls, jbyteArray array) {
  const jsize n = (*env)->GetArrayLength(env, array);
  (void)cls;
  copied = calloc(1, (size_t)n);
  if (copied == NULL) return;
  (*env)->GetByteArrayRegion(env, array, 0, n, copied);
  fx_hold((unsigned char *)copied, (size_t)n);
}

SEAM(jint, heldSum)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  const jint sum = fx_held_sum();
  fx_release();
  free(copied);
  return sum;
}

SEAM(jint, measure)(JNIEnv *env, jclass cls, jint want) {
  int out = 0;
  (void)env, (void)cls;
  if (fx_measure(want, &out) < 0) return 0;
  return out > 10;
}

SEAM(jint, localAddress)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  const int own = 42;
  return fx_read_int(&own);
}

SEAM(jint, apply)(JNIEnv *env, jclass cls, jobject function, jint value) {
  char *label = fx_label_new("freed on every path");
  jmethodID apply = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, function), "applyAsInt", "(I)I");
  (void)cls;
  const jint result = (*env)->CallIntMethod(env, function, apply, value);
  fx_label_free(label);
  return (*env)->ExceptionCheck(env) ? -1 : result;
}

/* twin.Right */
RIGHT(fx_box *, boxNew)(JNIEnv *env, jclass cls, jint value) {
  (void)env, (void)cls;
  return fx_box_new(value);
}

RIGHT(void, box_1free)(JNIEnv *env, jclass cls, fx_box *box) {
  (void)env, (void)cls;
  fx_box_free(box);
}

RIGHT(uint16_t, unsignedMax)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return UINT16_MAX;
}

RIGHT(jint, count__)(void *env, jobject cls) {
  (void)env, (void)cls;
  return fx_count_locked();
}

RIGHT(jint, count__I)(JNIEnv *env, jclass cls, jint step) {
  (void)env, (void)cls;
  return step * fx_count_locked();
}

RIGHT(jdouble, mean)(JNIEnv *env, jobject self, jdouble a, jfloat b, jint n, jarray ignored, jobject text) {
  (void)env, (void)self, (void)ignored, (void)text;
  return fx_mean(a, b, n);
}

RIGHT(int64_t, 00024Inner_wide)(JNIEnv *env, jclass cls, int64_t a) {
  (void)env, (void)cls;
  return fx_wide(a, 1);
}
