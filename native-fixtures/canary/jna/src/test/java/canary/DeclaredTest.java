package canary;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import org.junit.jupiter.api.Test;

/** The canaries of declarations that JNA is told. */
class DeclaredTest {
  private static <T extends Library> T load(Class<T> library) {
    return Native.load("fficanary", library);
  }

  interface Right extends Library {
    int canary_noop();
  }

  private static final Right RIGHT = load(Right.class);

  @Test
  void canary_noop() {
    RIGHT.canary_noop();
  }

  interface Pointers extends Library {
    int canary_pointer(); //~ canary_declared_pointer: declared = abi/truncated-pointer
  }

  private static final Pointers POINTERS = load(Pointers.class);

  @Test
  void canary_declared_pointer() {
    POINTERS.canary_pointer();
  }

  interface Widths extends Library {
    int canary_wide(long value); //~ canary_declared_width: declared = abi/wrong-width
  }

  private static final Widths WIDTHS = load(Widths.class);

  @Test
  void canary_declared_width() {
    WIDTHS.canary_wide(1);
  }

  interface Signs extends Library {
    int canary_unsigned(); //~ canary_declared_sign: declared = abi/wrong-signedness
  }

  private static final Signs SIGNS = load(Signs.class);

  @Test
  void canary_declared_sign() {
    SIGNS.canary_unsigned();
  }

  interface Counts extends Library {
    double canary_mean(double a); //~ canary_declared_arity: declared = abi/arity
  }

  private static final Counts COUNTS = load(Counts.class);

  @Test
  void canary_declared_arity() {
    COUNTS.canary_mean(1);
  }

  interface Registers extends Library {
    double canary_mean(double a, long b); //~ canary_declared_register: declared = abi/calling-convention
  }

  private static final Registers REGISTERS = load(Registers.class);

  @Test
  void canary_declared_register() {
    REGISTERS.canary_mean(1, 2);
  }

  @Structure.FieldOrder({"kind", "weight", "room"})
  public static class Packed extends Structure { //~ canary_declared_layout: declared = abi/struct-layout
    public byte kind;
    public double weight;
    public long room;

    public Packed() {
      super(ALIGN_NONE);
    }
  }

  interface Layouts extends Library {
    int canary_weigh(Packed packed);
  }

  private static final Layouts LAYOUTS = load(Layouts.class);

  @Test
  void canary_declared_layout() {
    LAYOUTS.canary_weigh(new Packed());
  }

  interface Back extends Callback {
    void call(long value);
  }

  interface Calls extends Library {
    int canary_call(Back back); //~ canary_declared_callback: declared = abi/no-result
  }

  private static final Calls CALLS = load(Calls.class);

  @Test
  void canary_declared_callback() {
    CALLS.canary_call(value -> {});
  }
}
