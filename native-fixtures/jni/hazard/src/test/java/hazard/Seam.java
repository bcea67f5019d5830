package hazard;

/** Native methods of shim/hazard.c: the seam is broken on the native side. */
final class Seam {
  static {
    System.loadLibrary("fixture_jni");
  }

  private Seam() {}

  static native int pendingException(java.util.List<?> list);

  static native int localRefs(int n);

  static native void badRelease(byte[] array);

  static native int badReference(String text);

  static native int wrongType(java.util.List<?> list);

  static native void wrongThread();

  static native void missingDetach();

  static native void keep(Object object);

  static native boolean isKept(Object object);

  static native void globalRef(Object object);

  static native int characters(String text);

  static native int elements(byte[] array);

  static native int toolMemory();

  static native int callInCritical(byte[] array);

  static native String text();

  static native void fill(byte[] array, int n);

  static native void fillCritical(byte[] array, int n);

  static native int textLength(byte[] text);

  static native void hold(byte[] array);

  static native int heldSum();

  static native int measure(int want);

  static native int localAddress();

  static native int apply(java.util.function.IntUnaryOperator function, int value);
}
