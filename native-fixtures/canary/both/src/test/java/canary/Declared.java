package canary;

/** Native methods that compile, load, and disagree with ../jni/shim/declared.c. */
final class Declared {
  static {
    System.loadLibrary("canary_jni");
  }

  private Declared() {}

  static native int pointer(); //~ canary_declared_pointer: declared = abi/truncated-pointer

  static native int wide(int value); //~ canary_declared_width: declared = abi/wrong-width

  static native double mean(double a); //~ canary_declared_arity: declared = abi/arity

  static native int text(byte[] text); //~ canary_declared_reference: declared = rules/jni-wrong-type
}
