package canary;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Structure;
import org.junit.jupiter.api.Test;

/** The canaries of declarations that JNA is told, beside native methods. */
class ForeignTest {
  private static <T extends Library> T load(Class<T> library) {
    return Native.load("fficanary", library);
  }

  interface Right extends Library {
    int canary_noop();
  }

  @Test
  void canary_noop() {
    load(Right.class).canary_noop();
  }

  interface Signs extends Library {
    int canary_unsigned(); //~ canary_declared_sign: declared = abi/wrong-signedness
  }

  @Test
  void canary_declared_sign() {
    load(Signs.class).canary_unsigned();
  }

  interface Registers extends Library {
    double canary_mean(double a, long b); //~ canary_declared_register: declared = abi/calling-convention
  }

  @Test
  void canary_declared_register() {
    load(Registers.class).canary_mean(1, 2);
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

  @Test
  void canary_declared_layout() {
    load(Layouts.class).canary_weigh(new Packed());
  }

  interface Back extends Callback {
    void call(long value);
  }

  interface Calls extends Library {
    int canary_call(Back back); //~ canary_declared_callback: declared = abi/no-result
  }

  @Test
  void canary_declared_callback() {
    load(Calls.class).canary_call(value -> {});
  }
}
