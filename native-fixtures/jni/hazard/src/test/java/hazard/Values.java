package hazard;

/** Native methods whose declarations agree with shim/hazard_values.c, and whose C passes other values on. */
final class Values {
  static {
    System.loadLibrary("fixture_jni");
  }

  private Values() {}

  static native long wide(long a, long b);

  static native long wideArgument(long a, long b);

  static native long wideAlone(long a, long b);

  static native long unsignedMax();

  static native long digest(short kind, long count, int tag, double weight);

  static native double mean(double a, float b, int n);

  static native long points(String text);

  static native long pointsOf(byte[] text);

  static native int sum(byte[] data);

  static native int box(int value);

  static native int slice(int from, int to);

  static native int twice(int want);
}
