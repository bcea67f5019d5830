package twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fixture.Seam;
import java.util.List;
import org.junit.jupiter.api.Test;

/* The native side of the seam is right: shim/twin.c. */

class SeamTests {
  @Test
  void unwind_pending_exception() {
    assertEquals(2, Seam.pendingException(List.of(1, 2)));
  }

  @Test
  void resource_jni_local_ref_overflow() {
    assertEquals(100, Seam.localRefs(100));
  }

  @Test
  void rules_jni_bad_release() {
    Seam.badRelease(new byte[64]);
  }

  @Test
  void rules_jni_bad_reference() {
    Seam.badReference(new String("text"));
  }

  @Test
  void rules_jni_wrong_type() {
    Seam.wrongType(List.of(1, 2));
  }

  @Test
  void threading_wrong_thread_env() {
    Seam.wrongThread();
  }

  @Test
  void threading_missing_detach() {
    Seam.missingDetach();
  }

  @Test
  void lifetime_stale_local_ref() {
    Object object = new Object();
    Seam.keep(object);
    Seam.isKept(object);
  }

  @Test
  void resource_jni_global_ref_leak() {
    for (int i = 0; i < 100; i++) Seam.globalRef(new byte[10]);
  }

  @Test
  void ownership_leak__string_chars() {
    for (int i = 0; i < 8; i++) assertEquals(15, Seam.characters("nobody frees me"));
  }

  @Test
  void ownership_leak__array_elements() {
    for (int i = 0; i < 8; i++) assertEquals(0, Seam.elements(new byte[48]));
  }

  @Test
  void ownership_leak__jvmti() {
    for (int i = 0; i < 8; i++) assertEquals(48, Seam.toolMemory());
  }

  @Test
  void rules_jni_call_in_critical() {
    Seam.callInCritical(new byte[16]);
  }

  @Test
  void abi_encoding() {
    Seam.text();
  }

  @Test
  void bounds_host_buffer_too_small() {
    Seam.fill(new byte[16], 24);
  }

  @Test
  void bounds_host_buffer_too_small__critical() {
    Seam.fillCritical(new byte[16], 24);
  }

  @Test
  void bounds_missing_terminator__array() {
    assertEquals(8, Seam.textLength("xxxxxxxx".getBytes()));
  }

  @Test
  void lifetime_host_buffer_moved() {
    Seam.hold(new byte[64]);
    System.gc();
    Seam.heldSum();
  }

  @Test
  void init_uninitialised_out_parameter() {
    Seam.measure(0);
  }

  @Test
  void lifetime_stack_escape__kept() {
    Seam.localAddress();
  }

  @Test
  void ownership_leak_on_error_path__host_throws() {
    for (int i = 0; i < 8; i++) assertThrows(ArithmeticException.class, Seam::applyThrowing);
  }
}
