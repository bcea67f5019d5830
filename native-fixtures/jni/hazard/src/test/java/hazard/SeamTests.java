package hazard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fixture.Seam;
import java.util.List;
import org.junit.jupiter.api.Test;

/* The native side of the seam is guilty: the annotations are in shim/hazard.c. */

class UnwindPendingExceptionTest {
  @Test
  void unwind_pending_exception() {
    try {
      Seam.pendingException(List.of(1, 2));
    } catch (IndexOutOfBoundsException expected) {
      return;
    }
  }
}

class ResourceJniLocalRefOverflowTest {
  @Test
  void resource_jni_local_ref_overflow() {
    assertEquals(100, Seam.localRefs(100));
  }
}

class RulesJniBadReleaseTest {
  @Test
  void rules_jni_bad_release() {
    Seam.badRelease(new byte[64]);
  }
}

class RulesJniBadReferenceTest {
  @Test
  void rules_jni_bad_reference() {
    Seam.badReference(new String("text"));
  }
}

class RulesJniWrongTypeTest {
  @Test
  void rules_jni_wrong_type() {
    Seam.wrongType(List.of(1, 2));
  }
}

class ThreadingWrongThreadEnvTest {
  @Test
  void threading_wrong_thread_env() {
    Seam.wrongThread();
  }
}

class ThreadingMissingDetachTest {
  @Test
  void threading_missing_detach() {
    Seam.missingDetach();
  }
}

class LifetimeStaleLocalRefTest {
  @Test
  void lifetime_stale_local_ref() {
    Object object = new Object();
    Seam.keep(object);
    Seam.isKept(object);
  }
}

class ResourceJniGlobalRefLeakTest {
  @Test
  void resource_jni_global_ref_leak() {
    for (int i = 0; i < 100; i++) Seam.globalRef(new byte[10]);
  }
}

class OwnershipLeakStringCharsTest {
  @Test
  void ownership_leak__string_chars() {
    for (int i = 0; i < 8; i++) assertEquals(15, Seam.characters("nobody frees me"));
  }
}

class OwnershipLeakArrayElementsTest {
  @Test
  void ownership_leak__array_elements() {
    for (int i = 0; i < 8; i++) assertEquals(0, Seam.elements(new byte[48]));
  }
}

class OwnershipLeakJvmtiTest {
  @Test
  void ownership_leak__jvmti() {
    for (int i = 0; i < 8; i++) assertEquals(48, Seam.toolMemory());
  }
}

class RulesJniCallInCriticalTest {
  @Test
  void rules_jni_call_in_critical() {
    Seam.callInCritical(new byte[16]);
  }
}

class AbiEncodingTest {
  @Test
  void abi_encoding() {
    Seam.text();
  }
}

class BoundsHostBufferTooSmallTest {
  @Test
  void bounds_host_buffer_too_small() {
    Seam.fill(new byte[16], 24); //~ calls bounds_host_buffer_too_small
  }
}

class BoundsHostBufferTooSmallCriticalTest {
  @Test
  void bounds_host_buffer_too_small__critical() {
    Seam.fillCritical(new byte[16], 24);
  }
}

class BoundsMissingTerminatorArrayTest {
  @Test
  void bounds_missing_terminator__array() {
    Seam.textLength("xxxxxxxx".getBytes()); //~ calls bounds_missing_terminator__array
  }
}

class LifetimeHostBufferMovedTest {
  @Test
  void lifetime_host_buffer_moved() {
    Seam.hold(new byte[64]);
    System.gc();
    Seam.heldSum();
  }
}

class InitUninitialisedOutParameterTest {
  @Test
  void init_uninitialised_out_parameter() {
    if (Seam.measure(0) == 1) Thread.yield();
  }
}

class LifetimeStackEscapeKeptTest {
  @Test
  void lifetime_stack_escape__kept() {
    Seam.localAddress(); //~ calls lifetime_stack_escape__kept
  }
}

class OwnershipLeakOnErrorPathHostThrowsTest {
  @Test
  void ownership_leak_on_error_path__host_throws() {
    for (int i = 0; i < 8; i++) assertThrows(ArithmeticException.class, Seam::applyThrowing);
  }
}
