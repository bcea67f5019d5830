package ffigates;

import java.io.File;

/** Builds one JSON object. */
final class Json {
  private final StringBuilder out = new StringBuilder("{");

  Json text(String key, String value) {
    return raw(key, quote(value));
  }

  Json number(String key, long value) {
    return raw(key, Long.toString(value));
  }

  /** An object that maps file names to sizes in bytes. Omitted if the directory does not exist. */
  Json sizes(String key, String dir) {
    File[] files = dir == null ? null : new File(dir).listFiles();
    if (files == null) return this;
    Json sizes = new Json();
    for (File f : files) {
      if (f.isFile()) sizes.number(f.getName(), f.length());
    }
    return raw(key, sizes.toString());
  }

  Json raw(String key, String value) {
    if (out.length() > 1) out.append(',');
    out.append(quote(key)).append(':').append(value);
    return this;
  }

  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') quoted.append('\\').append(c);
      else if (c < ' ' || Character.isSurrogate(c)) quoted.append(String.format("\\u%04x", (int) c));
      else quoted.append(c);
    }
    return quoted.append('"').toString();
  }

  @Override
  public String toString() {
    return out + "}";
  }
}
