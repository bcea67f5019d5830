package hazard;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.Structure;
import com.sun.jna.WString;
import com.sun.jna.ptr.ShortByReference;
import org.junit.jupiter.api.Test;

/** Declarations that JNA takes and that disagree with the library. An interface each: JNA reads one when it is loaded. */
class DeclaredTests {
  private static <T extends Library> T load(Class<T> library) {
    return Native.load("fixture", library);
  }

  interface Pointers extends Library {
    int fx_box_new(int value); //~ abi_truncated_pointer: declared = abi/truncated-pointer
  }

  private static final Pointers POINTERS = load(Pointers.class);

  @Test
  void abi_truncated_pointer() {
    POINTERS.fx_box_new(1);
  }

  static final class Direct {
    static native int fx_find(String name); //~ abi_truncated_pointer__direct: declared = abi/truncated-pointer
  }

  @Test
  void abi_truncated_pointer__direct() {
    Native.register(Direct.class, "fixture");
    Direct.fx_find("two");
  }

  interface Widths extends Library {
    int fx_wide(long a, long b); //~ abi_wrong_width: declared = abi/wrong-width
  }

  private static final Widths WIDTHS = load(Widths.class);

  @Test
  void abi_wrong_width() {
    WIDTHS.fx_wide(1L << 31, 1);
  }

  interface Wide extends Callback {
    int call(long value, Pointer user);
  }

  interface Events extends Library {
    void fx_on_event(Wide callback, Pointer user); //~ abi_wrong_width__callback: declared = abi/wrong-width
  }

  private static final Events EVENTS = load(Events.class);

  @Test
  void abi_wrong_width__callback() {
    EVENTS.fx_on_event(null, null);
  }

  interface Signs extends Library {
    int fx_unsigned_max(); //~ abi_wrong_signedness: declared = abi/wrong-signedness
  }

  private static final Signs SIGNS = load(Signs.class);

  @Test
  void abi_wrong_signedness() {
    SIGNS.fx_unsigned_max();
  }

  @Structure.FieldOrder({"kind", "count", "tag", "weight", "room"})
  public static class Packed extends Structure { //~ abi_struct_layout: declared = abi/struct-layout
    public byte kind = 1;
    public int count = 2;
    public short tag = 3;
    public double weight = 0.5;
    public long[] room = new long[2];

    public Packed() {
      super(ALIGN_NONE);
    }
  }

  interface Layouts extends Library {
    long fx_record_digest(Packed record);
  }

  private static final Layouts LAYOUTS = load(Layouts.class);

  @Test
  void abi_struct_layout() {
    LAYOUTS.fx_record_digest(new Packed());
  }

  interface Counts extends Library {
    double fx_mean(double a, float b); //~ abi_arity: declared = abi/arity
  }

  private static final Counts COUNTS = load(Counts.class);

  @Test
  void abi_arity() {
    COUNTS.fx_mean(1, 2);
  }

  interface Registers extends Library {
    double fx_mean(double a, double b, int n); //~ abi_calling_convention: declared = abi/calling-convention
  }

  private static final Registers REGISTERS = load(Registers.class);

  @Test
  void abi_calling_convention() {
    REGISTERS.fx_mean(1, 2, 3);
  }

  interface Texts extends Library {
    NativeLong fx_utf8_points(WString text); //~ abi_encoding: declared = abi/encoding
  }

  private static final Texts TEXTS = load(Texts.class);

  @Test
  void abi_encoding() {
    TEXTS.fx_utf8_points(new WString("cafe"));
  }

  interface Results extends Library {
    int fx_measure(int want, ShortByReference out); //~ abi_pointee_size: declared = abi/pointee-size
  }

  private static final Results RESULTS = load(Results.class);

  @Test
  void abi_pointee_size() {
    // Nothing is written where nothing is wanted.
    RESULTS.fx_measure(0, new ShortByReference());
  }

  interface Versions extends Library {
    int fx_scale(int value); //~ abi_symbol: declared = abi/symbol
  }

  private static final Versions VERSIONS = Native.load("fxversions", Versions.class);

  @Test
  void abi_symbol() {
    VERSIONS.fx_scale(2);
  }

  interface Silent extends Callback {
    void call(int value, Pointer user);
  }

  interface Listeners extends Library {
    void fx_on_event(Silent callback, Pointer user); //~ abi_no_result: declared = abi/no-result
  }

  private static final Listeners LISTENERS = load(Listeners.class);

  @Test
  void abi_no_result() {
    LISTENERS.fx_on_event(null, null);
  }
}
