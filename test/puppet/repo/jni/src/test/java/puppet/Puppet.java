package puppet;

final class Puppet {
  static {
    System.loadLibrary("puppet_jni");
  }

  static native void crash();

  static native void pending();

  private Puppet() {}
}
