package contain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Services that do not contain what their worker does. Each is right but for one method. */
class ContainTest {
  private static void use(Supervisor kind) throws Exception {
    try (Supervisor service = kind) {
      for (String text : new String[] {"ab", "c", "d"}) {
        OptionalInt sum = service.ask(text);
        if (sum.isPresent()) assertEquals(text.chars().sum(), sum.getAsInt());
      }
    }
  }

  static class Dying extends Supervisor {
    Dying() throws Exception {}

    @Override
    protected void failed() {
      Runtime.getRuntime().halt(1); //~ trust_crash_not_contained__death: contain = trust/crash-not-contained
    }
  }

  static class Waiting extends Supervisor {
    Waiting() throws Exception {}

    @Override
    protected String receive() throws IOException, InterruptedException {
      return worker.lines.take().orElseThrow(IOException::new); //~ trust_crash_not_contained__hang: contain = trust/crash-not-contained
    }
  }

  static class Believing extends Supervisor {
    Believing() throws Exception {}

    @Override
    protected int checked(String line) {
      try {
        return Integer.parseInt(line.substring(3).strip());
      } catch (RuntimeException garbage) {
        return line.length(); //~ trust_crash_not_contained__answer: contain = trust/crash-not-contained
      }
    }
  }

  static class Resigning extends Supervisor {
    Resigning() throws Exception {}

    @Override
    protected void failed() throws IOException, InterruptedException {
      release(worker);
      worker = null; //~ trust_crash_not_contained__replacement: contain = trust/crash-not-contained
    }
  }

  static class Abandoning extends Supervisor {
    Abandoning() throws Exception {}

    @Override
    protected void release(Worker old) throws IOException {
      java.nio.file.Files.deleteIfExists(old.memory); //~ trust_crash_not_contained__process: contain = trust/crash-not-contained
      try {
        old.process.getOutputStream().close();
      } catch (IOException broken) {
        // Nobody reads any more.
      }
    }
  }

  static class Forgetting extends Supervisor {
    Forgetting() throws Exception {}

    @Override
    protected void failed() throws IOException, InterruptedException {
      worker.kill(); //~ trust_crash_not_contained__memory: contain = trust/crash-not-contained
      worker = start();
    }
  }

  @Test
  void trust_crash_not_contained__death() throws Exception {
    use(new Dying());
  }

  @Test
  void trust_crash_not_contained__hang() throws Exception {
    use(new Waiting());
  }

  @Test
  void trust_crash_not_contained__answer() throws Exception {
    use(new Believing());
  }

  @Test
  void trust_crash_not_contained__replacement() throws Exception {
    use(new Resigning());
  }

  @Test
  void trust_crash_not_contained__process() throws Exception {
    use(new Abandoning());
  }

  @Test
  void trust_crash_not_contained__memory() throws Exception {
    use(new Forgetting());
  }
}
