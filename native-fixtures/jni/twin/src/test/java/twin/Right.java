package twin;

/** Native methods that agree with shim/twin.c in ways that are not the usual ones. */
final class Right {
  static {
    System.loadLibrary("fixture_jni");
  }

  /** C returns the address itself, not a jlong. */
  static native long boxNew(int value);

  /** An underscore is `_1` in the symbol. */
  static native void box_free(long box);

  static native char unsignedMax();

  /* Overloaded: each symbol has the types in its name. */
  static native int count();

  static native int count(int step);

  /** C takes more general types, and a boolean as an int. */
  native double mean(double a, float b, int n, int[] ignored, Object text);

  static final class Inner {
    static native long wide(long a);
  }
}
