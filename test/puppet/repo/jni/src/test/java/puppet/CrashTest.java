package puppet;

import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The JVM takes its own faults and must pass on those of C. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CrashTest {
  private static Object none;

  @Test
  @Order(1)
  void catchesItsOwn() {
    for (int i = 0; i < 20_000; i++) assertThrows(NullPointerException.class, () -> none.hashCode());
  }

  @Test
  @Order(2)
  void warns() {
    Puppet.pending();
  }

  @Test
  @Order(3)
  void crashes() {
    Puppet.crash();
  }
}
