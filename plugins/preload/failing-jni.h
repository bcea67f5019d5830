/*
 * The JVM's own ways to get memory: functions of JNI that make an object, a reference, or a copy that is lent. They stand in a table
 * of the VM's, which is changed when the first code of the project is loaded. How each fails follows the specification of JNI: what
 * makes objects throws OutOfMemoryError, what only lends or refers to one returns NULL.
 */
#ifndef FFI_GATES_FAILING_JNI_H
#define FFI_GATES_FAILING_JNI_H
#ifdef FAILING_JNI
#include <jvmti.h>

static struct JNINativeInterface_ jni;

/* The VM is out of memory, as it says that itself. An exception that is pending stays. */
static void throw_out_of_memory(JNIEnv *env) {
  if (jni.ExceptionCheck(env)) return;
  const jclass error = jni.FindClass(env, "java/lang/OutOfMemoryError");
  if (error == NULL) return;
  jni.ThrowNew(env, error, "ffi-gates made a call of JNI fail");
  jni.DeleteLocalRef(env, error);
}

#define MAKES(type, name, declared, given, failed) \
  static type JNICALL jni_##name declared { \
    if (FAILS(#name)) { \
      throw_out_of_memory(env); \
      return failed; \
    } \
    return jni.name given; \
  }
#define REFERS(name) \
  static jobject JNICALL jni_##name(JNIEnv *env, jobject o) { return FAILS(#name) ? NULL : jni.name(env, o); }
/* What is lent is a block that has to be given back. */
#define LENDS(type, of, name, throws) \
  static type JNICALL jni_##name(JNIEnv *env, of from, jboolean *copied) { \
    if (FAILS(#name)) { \
      if (throws) throw_out_of_memory(env); \
      return NULL; \
    } \
    return LISTENING ? jni.name(env, from, copied) : (type)allocated((void *)jni.name(env, from, copied)); \
  }
#define OF_PRIMITIVES(type, name) \
  MAKES(type##Array, New##name##Array, (JNIEnv *env, jsize n), (env, n), NULL) \
  LENDS(type *, type##Array, Get##name##ArrayElements, 1)

MAKES(jobject, AllocObject, (JNIEnv *env, jclass c), (env, c), NULL)
MAKES(jobject, NewObjectV, (JNIEnv *env, jclass c, jmethodID m, va_list v), (env, c, m, v), NULL)
MAKES(jobject, NewObjectA, (JNIEnv *env, jclass c, jmethodID m, const jvalue *v), (env, c, m, v), NULL)
MAKES(jstring, NewString, (JNIEnv *env, const jchar *text, jsize n), (env, text, n), NULL)
MAKES(jstring, NewStringUTF, (JNIEnv *env, const char *text), (env, text), NULL)
MAKES(jobjectArray, NewObjectArray, (JNIEnv *env, jsize n, jclass c, jobject o), (env, n, c, o), NULL)
MAKES(jobject, NewDirectByteBuffer, (JNIEnv *env, void *at, jlong n), (env, at, n), NULL)
MAKES(jweak, NewWeakGlobalRef, (JNIEnv *env, jobject o), (env, o), NULL)
MAKES(jint, PushLocalFrame, (JNIEnv *env, jint n), (env, n), JNI_ENOMEM)
MAKES(jint, EnsureLocalCapacity, (JNIEnv *env, jint n), (env, n), JNI_ENOMEM)
REFERS(NewGlobalRef)
REFERS(NewLocalRef)
OF_PRIMITIVES(jboolean, Boolean)
OF_PRIMITIVES(jbyte, Byte)
OF_PRIMITIVES(jchar, Char)
OF_PRIMITIVES(jshort, Short)
OF_PRIMITIVES(jint, Int)
OF_PRIMITIVES(jlong, Long)
OF_PRIMITIVES(jfloat, Float)
OF_PRIMITIVES(jdouble, Double)
LENDS(const jchar *, jstring, GetStringChars, 0)
LENDS(const char *, jstring, GetStringUTFChars, 0)
LENDS(const jchar *, jstring, GetStringCritical, 0)
LENDS(void *, jarray, GetPrimitiveArrayCritical, 0)

static jobject JNICALL jni_NewObject(JNIEnv *env, jclass c, jmethodID m, ...) {
  if (FAILS("NewObject")) {
    throw_out_of_memory(env);
    return NULL;
  }
  va_list v;
  va_start(v, m);
  const jobject made = jni.NewObjectV(env, c, m, v);
  va_end(v);
  return made;
}

/* Leads the functions of the VM of this process elsewhere, once. */
static void jni_look(void) {
  static int looked;
  static jint (*vms)(JavaVM **, jsize, jsize *);
  JavaVM *vm;
  jvmtiEnv *ti;
  struct JNINativeInterface_ *table, *kept;
  jsize count = 0;
  if (looked) return;
  if (vms == NULL) *(void **)&vms = dlsym(RTLD_DEFAULT, "JNI_GetCreatedJavaVMs");
  if (vms == NULL || vms(&vm, 1, &count) != JNI_OK || count == 0) return;
  if ((*vm)->GetEnv(vm, (void **)&ti, JVMTI_VERSION_1_2) != JNI_OK) return;
  if ((*ti)->GetJNIFunctionTable(ti, &kept) != JVMTI_ERROR_NONE) return;
  jni = *kept;
  if ((*ti)->GetJNIFunctionTable(ti, &table) != JVMTI_ERROR_NONE) return;
#define LED(name) table->name = jni_##name;
#define LED_PRIMITIVES(name) LED(New##name##Array) LED(Get##name##ArrayElements)
  LED(AllocObject) LED(NewObject) LED(NewObjectV) LED(NewObjectA) LED(NewString) LED(NewStringUTF) LED(NewObjectArray)
  LED(NewDirectByteBuffer) LED(NewWeakGlobalRef) LED(PushLocalFrame) LED(EnsureLocalCapacity) LED(NewGlobalRef) LED(NewLocalRef)
  LED_PRIMITIVES(Boolean) LED_PRIMITIVES(Byte) LED_PRIMITIVES(Char) LED_PRIMITIVES(Short)
  LED_PRIMITIVES(Int) LED_PRIMITIVES(Long) LED_PRIMITIVES(Float) LED_PRIMITIVES(Double)
  LED(GetStringChars) LED(GetStringUTFChars) LED(GetStringCritical) LED(GetPrimitiveArrayCritical)
  looked = (*ti)->SetJNIFunctionTable(ti, table) == JVMTI_ERROR_NONE;
  (*ti)->Deallocate(ti, (unsigned char *)table);
  (*ti)->Deallocate(ti, (unsigned char *)kept);
}

#else
static void jni_look(void) {}
#endif
#endif
