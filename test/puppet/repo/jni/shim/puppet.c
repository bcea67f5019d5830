/* puppet.Puppet: a fault in C, and a call that -Xcheck:jni warns of while the test passes. */
#include <jni.h>

#include "puppet.h"

JNIEXPORT void JNICALL Java_puppet_Puppet_crash(JNIEnv *env, jclass cls) {
  (void)env, (void)cls;
  puppet_crash();
}

JNIEXPORT void JNICALL Java_puppet_Puppet_pending(JNIEnv *env, jclass cls) {
  (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/IllegalStateException"), "pending");
  (*env)->GetSuperclass(env, cls);
  (*env)->ExceptionClear(env);
}
