package hazard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fixture.Fx;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/* The Java side of the seam is guilty: it breaks the contract of fixture.h. */

class OwnershipLeakResultTest {
  @Test
  void ownership_leak__result() {
    for (int i = 0; i < 8; i++) {
      long label = Fx.labelNew("mine now"); // the finding is at the call in shim/library.c
      assertNotEquals(0, label);
    }
  }
}

class OwnershipDoubleFreeHandleTest {
  @Test
  void ownership_double_free__handle() {
    long box = Fx.boxNew(1);
    Fx.boxFree(box);
    Fx.boxFree(box); //~ ownership_double_free__handle: asan memcheck = ownership/double-free
  }
}

class OwnershipUseAfterFreeHandleTest {
  @Test
  void ownership_use_after_free__handle() {
    long box = Fx.boxNew(1);
    Fx.boxFree(box);
    Fx.boxGet(box); //~ ownership_use_after_free__handle: asan memcheck = ownership/use-after-free
  }
}

class OwnershipUseAfterFreeDirectBufferTest {
  @Test
  void ownership_use_after_free__direct_buffer() {
    ByteBuffer lent = Fx.lend(64);
    Fx.unlend(lent);
    Fx.sum(lent, 64); //~ ownership_use_after_free__direct_buffer: asan memcheck = ownership/use-after-free
  }
}

class OwnershipUseAfterFreeHostReadTest {
  @Test
  void ownership_use_after_free__host_read() {
    ByteBuffer lent = Fx.lend(64);
    Fx.unlend(lent);
    lent.get(3); //~ ownership_use_after_free__host_read: memcheck = ownership/use-after-free
  }
}

class OwnershipInvalidFreeArenaTest {
  @Test
  void ownership_invalid_free__arena() {
    long arena = Fx.arenaNew(256);
    Fx.arenaAlloc(arena, 32);
    Fx.labelFree(Fx.arenaAlloc(arena, 32)); //~ ownership_invalid_free__arena: asan memcheck = ownership/invalid-free
    Fx.arenaFree(arena);
  }
}

class ThreadingReentrancyTest {
  @Test
  void threading_reentrancy() {
    Fx.fire(n -> n == 0 ? Fx.fire(m -> m, 1) : n, 0); //~ threading_reentrancy: callguard = threading/reentrancy
  }
}

class BoundsLengthArithmeticSliceTest {
  @Test
  void bounds_length_arithmetic__slice() {
    Fx.copySlice(16, new byte[16], 12, 8); //~ bounds_length_arithmetic__slice: asan = bounds/length-arithmetic
  }
}

class BoundsHeapOverreadDirectBufferTest {
  @Test
  void bounds_heap_overread__direct_buffer() {
    ByteBuffer lent = Fx.lend(64);
    Fx.sum(lent, 65); //~ bounds_heap_overread__direct_buffer: asan memcheck = bounds/heap-overread
    Fx.unlend(lent);
  }
}

class NullDereferenceUncheckedTest {
  @Test
  void null_dereference__unchecked() {
    Fx.boxGet(Fx.find("two")); //~ null_dereference__unchecked: asan = null/dereference
  }
}

class ThreadingDataRaceHostThreadTest {
  @Test
  void threading_data_race__host_thread() {
    Fx.workerStart(false, 100_000);
    for (int i = 0; i < 100_000; i++) Fx.count(); //~ threading_data_race__host_thread: tsan helgrind = threading/data-race
    Fx.workerJoin();
  }
}

class ThreadingHostMemoryRaceTest {
  @Test
  void threading_host_memory_race() {
    ByteBuffer cell = Fx.lend(4).order(ByteOrder.nativeOrder());
    Fx.scribbleStart(cell, 100_000);
    for (int i = 0; i < 1_000; i++) cell.putInt(0, cell.getInt(0) + 1); //~ threading_host_memory_race: helgrind = threading/data-race
    Fx.scribbleJoin();
    Fx.unlend(cell);
  }
}

class UnwindForeignExceptionCallTest {
  @Test
  void unwind_foreign_exception__call() {
    Fx.mayThrow(true); //~ unwind_foreign_exception__call: plain = unwind/foreign-exception
  }
}

class UnwindErrorIgnoredTest {
  @Test
  void unwind_error_ignored() {
    int size = 16 + Fx.parse("7"); //~ unwind_error_ignored: errors = unwind/error-ignored
    assertTrue(size > 0);
  }
}

class ErrnoClobberedTest {
  @Test
  void errno_clobbered() {
    Fx.openMissing();
    System.getenv("nothing");
    new java.io.File("/nonexistent/other").exists();
    Wrong.lastErrno(); // the finding is in shim/hazard.c: any caller is too late
  }
}

class ResourceHandleLeakFdTest {
  @Test
  void resource_handle_leak__fd() {
    assertTrue(Fx.openSelf() > 0); //~ resource_handle_leak__fd: fdguard = resource/handle-leak
  }
}

class AbiWrongWidthCastTest {
  @Test
  void abi_wrong_width__cast() {
    long handle = 1L << 32 | 5;
    assertEquals(6, Fx.wide((int) handle, 1)); //~ abi_wrong_width__cast: blind = abi/wrong-width
  }
}

class AbiWrongSignednessCastTest {
  @Test
  void abi_wrong_signedness__cast() {
    assertTrue(Fx.unsignedMax() < 0); //~ abi_wrong_signedness__cast: blind = abi/wrong-signedness
  }
}

/* Native methods whose C has other types; the guilty lines are in Wrong.java. */

class AbiTruncatedPointerTest {
  @Test
  void abi_truncated_pointer() {
    Wrong.boxNew(1);
  }
}

class AbiWrongWidthTest {
  @Test
  void abi_wrong_width() {
    assertEquals(6, Wrong.wide(1L << 32 | 5));
  }
}

class AbiWrongSignednessTest {
  @Test
  void abi_wrong_signedness() {
    assertTrue(Wrong.unsignedMax() < 0);
  }
}

class AbiArityTest {
  @Test
  void abi_arity() {
    Wrong.countLocked(2);
  }
}

class AbiCallingConventionTest {
  @Test
  void abi_calling_convention() {
    Wrong.mean(1, 2, 3);
  }
}
