package hazard;

/** Native methods that compile and load, and disagree with shim/hazard.c. */
final class Wrong {
  static {
    System.loadLibrary("fixture_jni");
  }

  private Wrong() {}

  static native int lastErrno();

  static native int boxNew(int value); //~ abi_truncated_pointer: declared = abi/truncated-pointer

  static native long wide(long a); //~ abi_wrong_width: declared = abi/wrong-width

  static native short unsignedMax(); //~ abi_wrong_signedness: declared = abi/wrong-signedness

  static native int countLocked(int step); //~ abi_arity: declared = abi/arity

  static native double mean(double a, long b, int n); //~ abi_calling_convention: declared = abi/calling-convention
}
