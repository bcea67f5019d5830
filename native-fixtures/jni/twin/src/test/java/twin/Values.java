package twin;

/** The same methods as in the hazard suite; shim/twin_values.c takes what the library takes and refuses the rest. */
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

  static native long pointsOf(byte[] text);

  static native int sum(byte[] data);

  static native int box(int value);

  static native int slice(int from, int to);

  static native int twice(int want);
}
