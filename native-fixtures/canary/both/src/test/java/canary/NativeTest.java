package canary;

import org.junit.jupiter.api.Test;

/** The canaries of native methods beside declarations to JNA. */
class NativeTest {
  @Test
  void canary_declared_pointer() {
    Declared.pointer();
  }

  @Test
  void canary_declared_width() {
    Declared.wide(1);
  }

  @Test
  void canary_declared_arity() {
    Declared.mean(1);
  }

  @Test
  void canary_declared_reference() {
    Declared.text(new byte[1]);
  }
}
