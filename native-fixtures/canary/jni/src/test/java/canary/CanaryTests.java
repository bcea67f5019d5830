package canary;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/* A class each, because surefire isolates classes. */

class CanaryNoopTest {
  @Test
  void canary_noop() {
    assertEquals(42, Canary.noop());
  }
}

class CanaryHeapTest {
  @Test
  void canary_heap() {
    Canary.heap();
  }
}

class CanaryUafTest {
  @Test
  void canary_uaf() {
    Canary.uaf();
  }
}

class CanaryLeakTest {
  @Test
  void canary_leak() {
    Canary.leak();
  }
}

class CanaryErrorcodeTest {
  @Test
  void canary_errorcode() {
    Canary.errorcode();
  }
}

class CanaryReentryTest {
  @Test
  void canary_reentry() {
    Canary.reentry();
  }
}

class CanaryErrorpathTest {
  @Test
  void canary_errorpath() {
    Canary.errorpath();
  }
}

class CanaryHandleTest {
  @Test
  void canary_handle() {
    Canary.handle();
  }
}

class CanaryUninitTest {
  @Test
  void canary_uninit() {
    Canary.uninit();
  }
}

class CanaryRaceTest {
  @Test
  void canary_race() {
    Canary.race();
  }
}

class CanaryLockorderTest {
  @Test
  void canary_lockorder() {
    Canary.lockorder();
  }
}

class CanaryUbTest {
  @Test
  void canary_ub() {
    Canary.ub();
  }
}

@Order(Integer.MAX_VALUE)
class CanarySegvTest {
  @Test
  void canary_segv() {
    Canary.segv();
  }
}

@Order(Integer.MAX_VALUE)
class CanaryAbortTest {
  @Test
  void canary_abort() {
    Canary.abort();
  }
}

class CanaryPendingTest {
  @Test
  void canary_pending() {
    try {
      Canary.pending();
    } catch (IllegalStateException planted) {
      return;
    }
  }
}

class CanaryWrongtypeTest {
  @Test
  void canary_wrongtype() {
    Canary.wrongtype();
  }
}

class CanaryStaleTest {
  @Test
  void canary_stale() {
    Canary.keep(new Object());
    Canary.stale();
  }
}

class CanaryDeclaredPointerTest {
  @Test
  void canary_declared_pointer() {
    Declared.pointer();
  }
}

class CanaryDeclaredWidthTest {
  @Test
  void canary_declared_width() {
    Declared.wide(1);
  }
}

class CanaryDeclaredSignTest {
  @Test
  void canary_declared_sign() {
    Declared.sign();
  }
}

class CanaryDeclaredArityTest {
  @Test
  void canary_declared_arity() {
    Declared.mean(1);
  }
}

class CanaryDeclaredRegisterTest {
  @Test
  void canary_declared_register() {
    Declared.register(1, 2);
  }
}

class CanaryDeclaredReferenceTest {
  @Test
  void canary_declared_reference() {
    Declared.text(new byte[1]);
  }
}

class CanaryValuesTest {
  @Test
  void canary_values_width() throws IOException {
    FfiGatesValues.check("canary_wide", a -> Canary.wide(a[0].asLong())); //~ canary_values_width: values = abi/wrong-width
  }

  @Test
  void canary_values_sign() throws IOException {
    FfiGatesValues.check("canary_unsigned", a -> Canary.sign()); //~ canary_values_sign: values = abi/wrong-signedness
  }
}

/* Ends the JVM. */
class CanaryFuzzTest {
  @Test
  void canary_fuzz() throws IOException {
    FfiGatesValues.check("canary_slot", a -> Canary.slot(a[0].asInt())); //~ canary_fuzz: fuzz = trust/validation-gap
  }
}

class CanaryContainTest {
  @Test
  void canary_contain() throws IOException, InterruptedException {
    Process worker = new ProcessBuilder("cat").start();
    try (var to = worker.getOutputStream()) {
      to.write('7');
    } catch (IOException gone) {
      // It shows by the answer that does not come.
    }
    if (worker.getInputStream().read() != '7') {
      Runtime.getRuntime().halt(1); //~ canary_contain: contain = trust/crash-not-contained
    }
  }
}
