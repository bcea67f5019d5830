/* fixture.Seam, broken: native methods that break the rules of JNI or of the library from the native side of the seam. */
#include <errno.h>

#include "seam.h"

#define WRONG(type, name) JNIEXPORT type JNICALL Java_hazard_Wrong_##name

SEAM(jint, pendingException)(JNIEnv *env, jclass cls, jobject list) {
  jclass type = (*env)->GetObjectClass(env, list);
  jmethodID get = (*env)->GetMethodID(env, type, "get", "(I)Ljava/lang/Object;");
  jmethodID size = (*env)->GetMethodID(env, type, "size", "()I");
  (void)cls;
  (*env)->CallObjectMethod(env, list, get, -1);
  return (*env)->CallIntMethod(env, list, size); //~ unwind_pending_exception: xcheck jniguard = unwind/pending-exception
}

SEAM(jint, localRefs)(JNIEnv *env, jclass cls, jint n) {
  int made = 0;
  (void)cls;
  for (jint i = 0; i < n; i++)
    made += (*env)->NewStringUTF(env, "kept") != NULL; //~ resource_jni_local_ref_overflow: jniguard = resource/jni-local-ref-overflow
    //~^ resource_jni_local_ref_overflow: xcheck(java<17.0.17) = resource/jni-local-ref-overflow
  return made;
}

SEAM(void, badRelease)(JNIEnv *env, jclass cls, jbyteArray array) {
  (void)cls;
  jbyte *bytes = (*env)->GetByteArrayElements(env, array, NULL);
  (*env)->ReleaseByteArrayElements(env, array, bytes + 8, 0); //~ rules_jni_bad_release: xcheck jniguard = rules/jni-bad-release
}

SEAM(jint, badReference)(JNIEnv *env, jclass cls, jstring text) {
  jobject global = (*env)->NewGlobalRef(env, text);
  (void)cls;
  (*env)->DeleteGlobalRef(env, global);
  return (*env)->GetStringLength(env, global); //~ rules_jni_bad_reference: xcheck jniguard = rules/jni-bad-reference
}

SEAM(jint, wrongType)(JNIEnv *env, jclass cls, jobject list) {
  jclass string = (*env)->FindClass(env, "java/lang/String");
  jmethodID length = (*env)->GetMethodID(env, string, "length", "()I");
  (void)cls;
  return (*env)->CallIntMethod(env, list, length); //~ rules_jni_wrong_type: xcheck jniguard = rules/jni-wrong-type
}

static void *use_foreign_env(void *arg) {
  JNIEnv *env = arg;
  (*env)->GetVersion(env); //~ threading_wrong_thread_env: jniguard = threading/wrong-thread-env
  (*env)->NewStringUTF(env, "not mine"); //~ threading_wrong_thread_env: xcheck = threading/wrong-thread-env
  return NULL;
}

SEAM(void, wrongThread)(JNIEnv *env, jclass cls) {
  (void)cls;
  on_thread(use_foreign_env, env);
}

static void *attach_only(void *arg) {
  JavaVM *vm = arg;
  JNIEnv *env;
  (*vm)->AttachCurrentThreadAsDaemon(vm, (void **)&env, NULL); //~ threading_missing_detach: jniguard = threading/missing-detach
  return NULL;
}

SEAM(void, missingDetach)(JNIEnv *env, jclass cls) {
  (void)cls;
  on_thread(attach_only, vm_of(env));
}

static jobject kept;

SEAM(void, keep)(JNIEnv *env, jclass cls, jobject object) {
  (void)env, (void)cls;
  kept = object; /* a local reference: dead when this call returns */
}

SEAM(jboolean, isKept)(JNIEnv *env, jclass cls, jobject object) {
  (void)cls;
  return (*env)->IsSameObject(env, kept, object); //~ lifetime_stale_local_ref: jniguard = lifetime/stale-local-ref
}

SEAM(void, globalRef)(JNIEnv *env, jclass cls, jobject object) {
  (void)cls;
  (*env)->NewGlobalRef(env, object); //~ resource_jni_global_ref_leak: jniguard = resource/jni-global-ref-leak
}

SEAM(jint, characters)(JNIEnv *env, jclass cls, jstring text) {
  const char *chars = (*env)->GetStringUTFChars(env, text, NULL); //~ ownership_leak__string_chars: memcheck jniguard = ownership/leak
  (void)cls;
  return chars ? (jint)fx_text_length(chars) : -1;
}

SEAM(jint, elements)(JNIEnv *env, jclass cls, jbyteArray array) {
  jbyte *bytes = (*env)->GetByteArrayElements(env, array, NULL); //~ ownership_leak__array_elements: memcheck jniguard = ownership/leak
  (void)cls;
  return bytes ? bytes[0] : -1;
}

/* Memory of the tool interface, which only its Deallocate gives back. */
SEAM(jint, toolMemory)(JNIEnv *env, jclass cls) {
  jvmtiEnv *jvmti = tools_of(env);
  unsigned char *bytes = NULL;
  (void)cls;
  if (jvmti == NULL) return -1;
  (*jvmti)->Allocate(jvmti, 48, &bytes); //~ ownership_leak__jvmti: memcheck = ownership/leak
  (*jvmti)->DisposeEnvironment(jvmti);
  return bytes ? 48 : -1;
}

SEAM(jint, callInCritical)(JNIEnv *env, jclass cls, jbyteArray array) {
  jboolean copy;
  (void)cls;
  void *bytes = (*env)->GetPrimitiveArrayCritical(env, array, &copy);
  jint version = (*env)->GetVersion(env); //~ rules_jni_call_in_critical: jniguard = rules/jni-call-in-critical
  //~^ rules_jni_call_in_critical: xcheck(java<22) = rules/jni-call-in-critical
  (*env)->ReleasePrimitiveArrayCritical(env, array, bytes, JNI_ABORT);
  return version;
}

SEAM(jstring, text)(JNIEnv *env, jclass cls) {
  (void)cls;
  return (*env)->NewStringUTF(env, "caf\xe9"); //~ abi_encoding: jniguard = abi/encoding
}

SEAM(void, fill)(JNIEnv *env, jclass cls, jbyteArray array, jint n) {
  (void)cls;
  jbyte *bytes = (*env)->GetByteArrayElements(env, array, NULL);
  fx_fill((unsigned char *)bytes, (size_t)n, 1); //~ bounds_host_buffer_too_small: asan memcheck = bounds/heap-overflow
  //~^ bounds_host_buffer_too_small: jniguard = bounds/host-buffer-too-small
  (*env)->ReleaseByteArrayElements(env, array, bytes, 0); //~ bounds_host_buffer_too_small: xcheck = bounds/host-buffer-too-small
}

SEAM(void, fillCritical)(JNIEnv *env, jclass cls, jbyteArray array, jint n) {
  (void)cls;
  jbyte *bytes = (*env)->GetPrimitiveArrayCritical(env, array, NULL);
  fx_fill((unsigned char *)bytes, (size_t)n, 1); //~ bounds_host_buffer_too_small__critical: jniguard = bounds/host-buffer-too-small
  (*env)->ReleasePrimitiveArrayCritical(env, array, bytes, 0); //~ bounds_host_buffer_too_small__critical: xcheck = bounds/host-buffer-too-small
}

SEAM(jint, textLength)(JNIEnv *env, jclass cls, jbyteArray text) {
  const jsize n = (*env)->GetArrayLength(env, text);
  char *copy = malloc((size_t)n);
  (void)cls;
  (*env)->GetByteArrayRegion(env, text, 0, n, (jbyte *)copy);
  const jint length = (jint)fx_text_length(copy); //~ bounds_missing_terminator__array: asan memcheck = bounds/heap-overread
  free(copy);
  return length;
}

SEAM(void, hold)(JNIEnv *env, jclass cls, jbyteArray array) {
  const jsize n = (*env)->GetArrayLength(env, array);
  (void)cls;
  void *bytes = (*env)->GetPrimitiveArrayCritical(env, array, NULL);
  fx_hold(bytes, (size_t)n);
  (*env)->ReleasePrimitiveArrayCritical(env, array, bytes, JNI_ABORT);
}

SEAM(jint, heldSum)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  const jint sum = fx_held_sum(); //~ lifetime_host_buffer_moved: jniguard = lifetime/host-buffer-moved
  fx_release();
  return sum;
}

SEAM(jint, measure)(JNIEnv *env, jclass cls, jint want) {
  int out;
  (void)env, (void)cls;
  fx_measure(want, &out);
  return out > 10; //~ init_uninitialised_out_parameter: memcheck = init/uninitialised-read
}

SEAM(jint, localAddress)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return fx_read_int(fx_local_address()); //~ lifetime_stack_escape__kept: asan = lifetime/stack-escape
}

SEAM(jint, apply)(JNIEnv *env, jclass cls, jobject function, jint value) {
  char *label = fx_label_new("freed on success only"); //~ ownership_leak_on_error_path__host_throws: memcheck = ownership/leak
  jmethodID apply = (*env)->GetMethodID(env, (*env)->GetObjectClass(env, function), "applyAsInt", "(I)I");
  (void)cls;
  const jint result = (*env)->CallIntMethod(env, function, apply, value);
  if ((*env)->ExceptionCheck(env)) return -1;
  fx_label_free(label);
  return result;
}

/* hazard.Wrong: its native methods were changed, these functions were not, or the other way round. */
WRONG(fx_box *, boxNew)(JNIEnv *env, jclass cls, jint value) {
  (void)env, (void)cls;
  return fx_box_new(value);
}

WRONG(jlong, wide)(JNIEnv *env, jclass cls, jint a) {
  (void)env, (void)cls;
  return fx_wide(a, 1);
}

WRONG(jchar, unsignedMax)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return (jchar)fx_unsigned_max();
}

WRONG(jint, countLocked)(JNIEnv *env, jclass cls, jint step, jint limit) {
  (void)env, (void)cls, (void)step, (void)limit;
  return fx_count_locked();
}

WRONG(jdouble, mean)(JNIEnv *env, jclass cls, jdouble a, jfloat b, jint n) {
  (void)env, (void)cls;
  return fx_mean(a, b, n);
}

WRONG(jint, lastErrno)(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  return errno; //~ errno_clobbered: declared = errno/clobbered
}
