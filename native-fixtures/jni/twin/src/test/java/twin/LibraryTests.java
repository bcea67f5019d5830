package twin;

import fixture.Fx;
import org.junit.jupiter.api.Test;

/* The library's own cases. A class each, because surefire isolates classes. */

class OwnershipAllocatorMismatchTest {
  @Test
  void ownership_allocator_mismatch() {
    Fx.twin("ownership_allocator_mismatch");
  }
}

class OwnershipLeakTest {
  @Test
  void ownership_leak() {
    Fx.twin("ownership_leak");
  }
}

class OwnershipLeakOnErrorPathTest {
  @Test
  void ownership_leak_on_error_path() {
    Fx.twin("ownership_leak_on_error_path");
  }
}

class OwnershipDoubleFreeTest {
  @Test
  void ownership_double_free() {
    Fx.twin("ownership_double_free");
  }
}

class OwnershipInvalidFreeTest {
  @Test
  void ownership_invalid_free() {
    Fx.twin("ownership_invalid_free");
  }
}

class OwnershipUseAfterFreeTest {
  @Test
  void ownership_use_after_free() {
    Fx.twin("ownership_use_after_free");
  }
}

class BoundsHeapOverflowTest {
  @Test
  void bounds_heap_overflow() {
    Fx.twin("bounds_heap_overflow");
  }
}

class BoundsHeapOverreadTest {
  @Test
  void bounds_heap_overread() {
    Fx.twin("bounds_heap_overread");
  }
}

class BoundsStackOverflowTest {
  @Test
  void bounds_stack_overflow() {
    Fx.twin("bounds_stack_overflow");
  }
}

class BoundsGlobalOverflowTest {
  @Test
  void bounds_global_overflow() {
    Fx.twin("bounds_global_overflow");
  }
}

class BoundsMissingTerminatorTest {
  @Test
  void bounds_missing_terminator() {
    Fx.twin("bounds_missing_terminator");
  }
}

class BoundsLengthArithmeticTest {
  @Test
  void bounds_length_arithmetic() {
    Fx.twin("bounds_length_arithmetic");
  }
}

class BoundsLengthArithmeticProductTest {
  @Test
  void bounds_length_arithmetic__product() {
    Fx.twin("bounds_length_arithmetic__product");
  }
}

class BoundsRedzoneJumpTest {
  @Test
  void bounds_redzone_jump() {
    Fx.twin("bounds_redzone_jump");
  }
}

class LifetimeStackEscapeTest {
  @Test
  void lifetime_stack_escape() {
    Fx.twin("lifetime_stack_escape");
  }
}

class ResourceHandleLeakTest {
  @Test
  void resource_handle_leak() {
    Fx.twin("resource_handle_leak");
  }
}

class ThreadingDataRaceTest {
  @Test
  void threading_data_race() {
    Fx.twin("threading_data_race");
  }
}

class ThreadingLockOrderTest {
  @Test
  void threading_lock_order() {
    Fx.twin("threading_lock_order");
  }
}

class ThreadingLockMisuseTest {
  @Test
  void threading_lock_misuse() {
    Fx.twin("threading_lock_misuse");
  }
}

class ThreadingThreadLeakTest {
  @Test
  void threading_thread_leak() {
    Fx.twin("threading_thread_leak");
  }
}

class UbIntegerOverflowTest {
  @Test
  void ub_integer_overflow() {
    Fx.twin("ub_integer_overflow");
  }
}

class UbShiftTest {
  @Test
  void ub_shift() {
    Fx.twin("ub_shift");
  }
}

class UbMisalignedTest {
  @Test
  void ub_misaligned() {
    Fx.twin("ub_misaligned");
  }
}

class UbInvalidEnumOrBoolTest {
  @Test
  void ub_invalid_enum_or_bool() {
    Fx.twin("ub_invalid_enum_or_bool");
  }
}

class UbVlaBoundTest {
  @Test
  void ub_vla_bound() {
    Fx.twin("ub_vla_bound");
  }
}

class UbArrayIndexTest {
  @Test
  void ub_array_index() {
    Fx.twin("ub_array_index");
  }
}

class UbDivisionByZeroTest {
  @Test
  void ub_division_by_zero() {
    Fx.twin("ub_division_by_zero");
  }
}

class UbNullArgumentTest {
  @Test
  void ub_null_argument() {
    Fx.twin("ub_null_argument");
  }
}

class UbPointerOverflowTest {
  @Test
  void ub_pointer_overflow() {
    Fx.twin("ub_pointer_overflow");
  }
}

class UbFunctionTypeTest {
  @Test
  void ub_function_type() {
    Fx.twin("ub_function_type");
  }
}

class UbUnreachableTest {
  @Test
  void ub_unreachable() {
    Fx.twin("ub_unreachable");
  }
}

class UnwindForeignExceptionTest {
  @Test
  void unwind_foreign_exception() {
    Fx.twin("unwind_foreign_exception");
  }
}

class NullDereferenceTest {
  @Test
  void null_dereference() {
    Fx.twin("null_dereference");
  }
}

class InitUninitialisedReadTest {
  @Test
  void init_uninitialised_read() {
    Fx.twin("init_uninitialised_read");
  }
}
