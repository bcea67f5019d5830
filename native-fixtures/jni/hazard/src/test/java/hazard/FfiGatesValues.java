package hazard;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Arrays;

/**
 * Puts boundary values through a wrapper, for the gate {@code values} of ffi-gates. Copied by {@code ffi-gates values
 * --scaffold}.
 *
 * <pre>FfiGatesValues.check("add", a -> MyLib.add(a[0].asLong(), a[1].asInt()));</pre>
 *
 * Without the gate a check does nothing. Java 8 or later, no other library. Where Java holds an unsigned number in a
 * signed type, convert it as users of the wrapper are told to ({@code Integer.toUnsignedLong}, {@link #unsigned}).
 */
final class FfiGatesValues {
  private FfiGatesValues() {}

  /** Thrown where the asked type cannot hold a value, so that nothing is asked. */
  static final class Unable extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  interface Call {
    Object with(Value[] arguments) throws Throwable;
  }

  /** In a line that is not filled in yet. */
  static Object todo(Object... arguments) {
    throw new UnsupportedOperationException("call the wrapper in this line");
  }

  /** A {@code size_t} or {@code uint64_t} that arrived in a {@code long}. */
  static BigInteger unsigned(long bits) {
    return new BigInteger(Long.toUnsignedString(bits));
  }

  /** One argument of a vector. */
  static final class Value {
    private final String rest;

    private Value(String word) {
      rest = word.substring(2);
    }

    private long within(long least, long most) {
      BigInteger n = new BigInteger(rest);
      if (n.bitLength() > 63 || n.longValue() < least || n.longValue() > most) throw new Unable();
      return n.longValue();
    }

    BigInteger asBigInteger() {
      return new BigInteger(rest);
    }

    long asLong() {
      return within(Long.MIN_VALUE, Long.MAX_VALUE);
    }

    int asInt() {
      return (int) within(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    short asShort() {
      return (short) within(Short.MIN_VALUE, Short.MAX_VALUE);
    }

    byte asByte() {
      return (byte) within(Byte.MIN_VALUE, Byte.MAX_VALUE);
    }

    boolean asBoolean() {
      return within(0, 1) == 1;
    }

    double asDouble() {
      return Double.longBitsToDouble(Long.parseUnsignedLong(rest, 16));
    }

    float asFloat() {
      return (float) asDouble();
    }

    byte[] asBytes() {
      byte[] bytes = new byte[rest.length() / 2];
      for (int i = 0; i < bytes.length; i++)
        bytes[i] =
            (byte) (Character.digit(rest.charAt(2 * i), 16) << 4 | Character.digit(rest.charAt(2 * i + 1), 16));
      return bytes;
    }

    /** Text, which may have half a surrogate pair. */
    String asString() {
      char[] units = new char[rest.length() / 4];
      for (int i = 0; i < units.length; i++)
        units[i] = (char) Integer.parseInt(rest.substring(4 * i, 4 * i + 4), 16);
      return new String(units);
    }
  }

  private static String hex(byte[] bytes) {
    StringBuilder text = new StringBuilder("b:");
    for (byte b : bytes)
      text.append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
    return text.toString();
  }

  private static String wordOf(Object value) {
    if (value == null) return "n:";
    if (value instanceof Boolean) return (Boolean) value ? "i:1" : "i:0";
    if (value instanceof Character) return "i:" + (int) (Character) value;
    if (value instanceof Double || value instanceof Float)
      return String.format("f:%016x", Double.doubleToRawLongBits(((Number) value).doubleValue()));
    if (value instanceof Number) return "i:" + value;
    if (value instanceof byte[]) return hex((byte[]) value);
    if (value instanceof CharSequence) {
      StringBuilder text = new StringBuilder("s:");
      for (char c : value.toString().toCharArray()) text.append(String.format("%04x", (int) c));
      return text.toString();
    }
    throw new IllegalArgumentException(
        "a wrapper returned " + value.getClass() + "; return a number, text, bytes or null");
  }

  private static String answer(Call call, String[] words) {
    try {
      Value[] arguments = Arrays.stream(words).skip(2).map(Value::new).toArray(Value[]::new);
      return "ok " + wordOf(call.with(arguments));
    } catch (Unable e) {
      return "unable";
    } catch (Throwable e) {
      String text = e.toString().replaceAll("[^ -~]", "?");
      return "threw " + text.substring(0, Math.min(300, text.length()));
    }
  }

  /** {@code file:line} of the caller of {@code check}. */
  private static String place() {
    StackTraceElement caller = new Throwable().getStackTrace()[2];
    String[] names = caller.getClassName().split("\\.");
    names[names.length - 1] = String.valueOf(caller.getFileName());
    for (String tree : new String[] {"src/test/java", "src/test/kotlin", "test", ""}) {
      Path file = Paths.get(System.getProperty("user.dir"), tree, String.join("/", names));
      if (Files.exists(file)) return file + ":" + caller.getLineNumber();
    }
    return caller.getFileName() + ":" + caller.getLineNumber();
  }

  private static String pid() {
    return java.lang.management.ManagementFactory.getRuntimeMXBean().getName().split("@")[0];
  }

  private static void say(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Calls {@code call} with each vector for {@code function} and notes what it returns or throws. */
  static void check(String function, Call call) throws IOException {
    String vectors = System.getenv("FFI_GATES_VALUES");
    if (vectors == null) return;
    String only = System.getenv("FFI_GATES_VALUES_ONLY");
    String path = System.getenv("FFI_GATES_VALUES_ANSWERS") + "." + pid();
    try (OutputStream out = new FileOutputStream(path, true)) {
      say(out, "at " + function + " " + place());
      for (String line : Files.readAllLines(Paths.get(vectors), StandardCharsets.US_ASCII)) {
        String[] words = line.split(" ");
        if (!words[0].equals(function)) continue;
        if (only != null && !only.equals(function + ":" + words[1])) continue;
        // At once: the call may end the process.
        say(out, "begin " + words[1]);
        say(out, answer(call, words));
      }
    }
  }
}
