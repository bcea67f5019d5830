package twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.sun.jna.Callback;
import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.PointerType;
import com.sun.jna.Structure;
import com.sun.jna.ptr.IntByReference;
import org.junit.jupiter.api.Test;

/** Declarations as the header has them, and others that differ from it and are right. */
class DeclaredTests {
  private static <T extends Library> T load(Class<T> library) {
    return Native.load("fixture", library);
  }

  /** A handle with a type of its own. */
  public static class Box extends PointerType {}

  interface Pointers extends Library {
    Box fx_box_new(int value);

    int fx_box_get(Box box);

    void fx_box_free(Box box);
  }

  private static final Pointers POINTERS = load(Pointers.class);

  @Test
  void abi_truncated_pointer() {
    Box box = POINTERS.fx_box_new(7);
    assertEquals(7, POINTERS.fx_box_get(box));
    POINTERS.fx_box_free(box);
  }

  static final class Direct {
    static native Pointer fx_find(String name);
  }

  @Test
  void abi_truncated_pointer__direct() {
    Native.register(Direct.class, "fixture");
    assertNull(Direct.fx_find("two"));
  }

  /** An integer of its own size, signed or not, as JNA's NativeLong is. */
  public static class Unsigned extends IntegerType {
    public Unsigned() {
      super(4, 0, true);
    }
  }

  interface Numbers extends Library {
    long fx_wide(long a, long b);

    Unsigned fx_unsigned_max();

    double fx_mean(double a, float b, int n);
  }

  private static final Numbers NUMBERS = load(Numbers.class);

  @Test
  void abi_wrong_width() {
    assertEquals((1L << 31) + 1, NUMBERS.fx_wide(1L << 31, 1));
  }

  @Test
  void abi_wrong_signedness() {
    assertEquals(0xffffffffL, NUMBERS.fx_unsigned_max().longValue());
  }

  @Test
  void abi_arity() {
    assertEquals(1, NUMBERS.fx_mean(1, 2, 3));
  }

  @Test
  void abi_calling_convention() {
    assertEquals(2, NUMBERS.fx_mean(1, 3, 2));
  }

  interface Event extends Callback {
    int call(int value, Pointer user);
  }

  interface Events extends Library {
    void fx_on_event(Event callback, Pointer user);

    int fx_fire(int value);
  }

  private static final Events EVENTS = load(Events.class);

  private static void listens() {
    Event event = (value, user) -> value + 1;
    EVENTS.fx_on_event(event, null);
    assertEquals(3, EVENTS.fx_fire(2));
    EVENTS.fx_on_event(null, null);
  }

  @Test
  void abi_wrong_width__callback() {
    listens();
  }

  interface Versions extends Library {
    long fx_scale(long value, double factor);

    int fx_scale_all(int value);
  }

  private static final Versions VERSIONS = Native.load("fxversions", Versions.class);

  @Test
  void abi_symbol() {
    assertEquals(6, VERSIONS.fx_scale(2, 3));
  }

  @Test
  void abi_no_result() {
    listens();
  }

  @Structure.FieldOrder({"kind", "count", "tag", "weight"})
  public static class Item extends Structure {
    public byte kind = 1;
    public int count = 2;
    public short tag = 3;
    public double weight = 0.5;
  }

  interface Layouts extends Library {
    long fx_record_digest(Item record);
  }

  private static final Layouts LAYOUTS = load(Layouts.class);

  @Test
  void abi_struct_layout() {
    assertEquals(821, LAYOUTS.fx_record_digest(new Item()));
  }

  interface Texts extends Library {
    NativeLong fx_utf8_points(String text);
  }

  private static final Texts TEXTS = load(Texts.class);

  @Test
  void abi_encoding() {
    assertEquals(4, TEXTS.fx_utf8_points("cafe").longValue());
  }

  interface Results extends Library {
    int fx_measure(int want, IntByReference out);
  }

  private static final Results RESULTS = load(Results.class);

  @Test
  void abi_pointee_size() {
    IntByReference out = new IntByReference();
    assertEquals(0, RESULTS.fx_measure(3, out));
    assertEquals(6, out.getValue());
  }

  /** A handle as a structure of one field. */
  @Structure.FieldOrder("address")
  public static class Handle extends Structure implements Structure.ByValue {
    public Pointer address;
  }

  @Structure.FieldOrder({"kind", "count"})
  public static class Head extends Structure {
    public byte kind = 1;
    public int count = 2;
  }

  /** Nested here, flat there, and with a last field of a newer header. */
  @Structure.FieldOrder({"head", "tag", "weight", "added"})
  public static class Newer extends Structure {
    public Head head = new Head();
    public short tag = 3;
    public double weight = 0.5;
    public long added;
  }

  /** An older header's: the library's own is longer. */
  @Structure.FieldOrder({"kind", "count", "tag"})
  public static class Older extends Structure {
    public byte kind;
    public int count;
    public short tag;
  }

  interface Unusual extends Library {
    Handle fx_box_new(int value);

    int fx_box_get(Handle box);

    void fx_box_free(Handle box);

    /** A pointer to anything, for what only the library knows. */
    Pointer fx_arena_new(NativeLong capacity);

    void fx_arena_free(Pointer arena);

    long fx_record_digest(Newer record);

    Older fx_record_sample();

    /** A flag. */
    boolean fx_may_throw(boolean really);

    /** Wider than the library reads. */
    int fx_fire(long value);

    int fx_sum_varargs(int n, Object... more);
  }

  private static final Unusual UNUSUAL = load(Unusual.class);

  @Test
  void abi_unusual() {
    Handle box = UNUSUAL.fx_box_new(7);
    assertEquals(7, UNUSUAL.fx_box_get(box));
    UNUSUAL.fx_box_free(box);
    UNUSUAL.fx_arena_free(UNUSUAL.fx_arena_new(new NativeLong(16)));
    assertEquals(821, UNUSUAL.fx_record_digest(new Newer()));
    assertEquals(2, UNUSUAL.fx_record_sample().count);
    assertEquals(false, UNUSUAL.fx_may_throw(false));
    assertEquals(-1, UNUSUAL.fx_fire(1));
    assertEquals(7, UNUSUAL.fx_sum_varargs(2, 3, 4));
  }
}
