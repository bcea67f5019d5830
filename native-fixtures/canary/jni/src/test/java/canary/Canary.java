package canary;

/** The planted bugs. */
final class Canary {
  static {
    System.loadLibrary("canary_jni");
  }

  private Canary() {}

  static native int noop();

  static native void heap();

  static native void uaf();

  static native void leak();

  static native void uninit();

  static native void errorcode();

  static native void reentry();

  static native void errorpath();

  static native void handle();

  static native void race();

  static native void lockorder();

  static native void ub();

  static native void segv();

  static native void abort();

  static native void pending();

  static native void wrongtype();

  static native void keep(Object object);

  static native void stale();

  static native long wide(long value);

  static native long sign();

  static native int slot(int at);
}
