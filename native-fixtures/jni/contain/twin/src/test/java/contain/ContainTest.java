package contain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;

/** A service that contains what its worker does, in the situations in which those of the hazards do not. */
class ContainTest {
  /** Somebody is answered in the end, however busy the machine is. */
  private static boolean isAnswered(Supervisor service) throws Exception {
    for (int i = 0; i < 40; i++) if (service.ask("z").equals(OptionalInt.of('z'))) return true;
    return false;
  }

  private static Void use(String... texts) throws Exception {
    try (Supervisor service = new Supervisor()) {
      for (String text : texts) {
        OptionalInt sum = service.ask(text);
        if (sum.isPresent()) assertEquals(text.chars().sum(), sum.getAsInt());
      }
      assertTrue(isAnswered(service));
    }
    return null;
  }

  @Test
  void trust_crash_not_contained__death() throws Exception {
    use("ab");
  }

  @Test
  void trust_crash_not_contained__hang() throws Exception {
    use("");
  }

  @Test
  void trust_crash_not_contained__answer() throws Exception {
    use("ok 7");
  }

  @Test
  void trust_crash_not_contained__replacement() throws Exception {
    use();
  }

  /** Two workers: what befalls one does not concern the other. */
  @Test
  void trust_crash_not_contained__process() throws Exception {
    Callable<Void> tenant = ContainTest::use;
    FutureTask<Void> other = new FutureTask<>(tenant);
    new Thread(other).start();
    use();
    other.get();
  }

  @Test
  void trust_crash_not_contained__memory() throws Exception {
    use("a", "b");
  }
}
