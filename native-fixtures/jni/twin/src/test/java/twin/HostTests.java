package twin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fixture.Fx;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/* The Java side of the seam is right: it keeps the contract of fixture.h. */

class HostTests {
  @Test
  void ownership_leak__result() {
    long label = Fx.labelNew("mine now");
    assertNotEquals(0, label);
    Fx.labelFree(label);
  }

  @Test
  void threading_reentrancy() {
    List<Integer> queued = new ArrayList<>();
    Fx.fire(n -> queued.add(n) ? n : -1, 0);
    assertEquals(List.of(0), queued);
  }

  @Test
  void ownership_double_free__handle() {
    long box = Fx.boxNew(1);
    Fx.boxFree(box);
  }

  @Test
  void ownership_use_after_free__handle() {
    long box = Fx.boxNew(1);
    assertEquals(1, Fx.boxGet(box));
    Fx.boxFree(box);
  }

  @Test
  void ownership_use_after_free__direct_buffer() {
    ByteBuffer lent = Fx.lend(64);
    assertEquals(0, Fx.sum(lent, 64));
    Fx.unlend(lent);
  }

  @Test
  void ownership_use_after_free__host_read() {
    ByteBuffer lent = Fx.lend(64);
    assertEquals(0, lent.get(3));
    Fx.unlend(lent);
  }

  @Test
  void ownership_invalid_free__arena() {
    long arena = Fx.arenaNew(256);
    assertNotEquals(0, Fx.arenaAlloc(arena, 32));
    Fx.arenaFree(arena);
  }

  @Test
  void bounds_length_arithmetic__slice() {
    Fx.copySlice(16, new byte[16], 8, 12);
  }

  @Test
  void bounds_heap_overread__direct_buffer() {
    ByteBuffer lent = Fx.lend(64);
    Fx.sum(lent, lent.capacity());
    Fx.unlend(lent);
  }

  @Test
  void null_dereference__unchecked() {
    long box = Fx.find("two");
    if (box != 0) Fx.boxGet(box);
  }

  @Test
  void threading_data_race__host_thread() {
    Fx.workerStart(true, 5_000);
    for (int i = 0; i < 5_000; i++) Fx.countLocked();
    Fx.workerJoin();
  }

  @Test
  void threading_host_memory_race() {
    ByteBuffer cell = Fx.lend(4).order(ByteOrder.nativeOrder());
    Fx.scribbleStart(cell, 100_000);
    Fx.scribbleJoin();
    for (int i = 0; i < 1_000; i++) cell.putInt(0, cell.getInt(0) + 1);
    Fx.unlend(cell);
  }

  @Test
  void unwind_foreign_exception__call() {
    assertEquals(0, Fx.mayThrow(false));
  }

  @Test
  void unwind_error_ignored() {
    int parsed = Fx.parse("7");
    if (parsed < 0) throw new IllegalArgumentException("7");
    assertEquals(23, 16 + parsed);
    assertTrue(Fx.parse("many") < 0);
  }

  @Test
  void errno_clobbered() {
    assertEquals(-2, Fx.openMissingErrno());
  }

  @Test
  void resource_handle_leak__fd() {
    assertEquals(0, Fx.close(Fx.openSelf()));
  }

  @Test
  void abi_wrong_width__cast() {
    long handle = 1L << 32 | 5;
    assertEquals(handle + 1, Fx.wide(handle, 1));
  }

  @Test
  void abi_wrong_signedness__cast() {
    assertEquals(4294967295L, Integer.toUnsignedLong(Fx.unsignedMax()));
  }

  @Test
  void abi_truncated_pointer() {
    Right.box_free(Right.boxNew(1));
  }

  @Test
  void abi_wrong_width() {
    assertEquals((1L << 32) + 6, Right.Inner.wide(1L << 32 | 5));
  }

  @Test
  void abi_wrong_signedness() {
    assertEquals(65535, Right.unsignedMax());
  }

  @Test
  void abi_arity() {
    Right.count();
    Right.count(2);
  }

  @Test
  void abi_calling_convention() {
    assertEquals(1.0, new Right().mean(1, 2, 3, new int[0], "text"));
  }
}
