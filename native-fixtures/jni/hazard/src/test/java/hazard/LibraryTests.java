package hazard;

import fixture.Fx;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/* The library's own cases. A class each, because surefire isolates classes. */

class OwnershipAllocatorMismatchTest {
  @Test
  void ownership_allocator_mismatch() {
    Fx.hazard("ownership_allocator_mismatch");
  }
}

class OwnershipLeakTest {
  @Test
  void ownership_leak() {
    Fx.hazard("ownership_leak");
  }
}

class OwnershipLeakOnErrorPathTest {
  @Test
  void ownership_leak_on_error_path() {
    Fx.hazard("ownership_leak_on_error_path");
  }
}

class OwnershipLeakOnErrorPathAllocationTest {
  @Test
  void ownership_leak_on_error_path__allocation() {
    Fx.hazard("ownership_leak_on_error_path__allocation");
  }
}

class OwnershipDoubleFreeTest {
  @Test
  void ownership_double_free() {
    Fx.hazard("ownership_double_free");
  }
}

class OwnershipInvalidFreeTest {
  @Test
  void ownership_invalid_free() {
    Fx.hazard("ownership_invalid_free");
  }
}

class OwnershipUseAfterFreeTest {
  @Test
  void ownership_use_after_free() {
    Fx.hazard("ownership_use_after_free");
  }
}

class BoundsHeapOverflowTest {
  @Test
  void bounds_heap_overflow() {
    Fx.hazard("bounds_heap_overflow");
  }
}

class BoundsHeapOverreadTest {
  @Test
  void bounds_heap_overread() {
    Fx.hazard("bounds_heap_overread");
  }
}

class BoundsStackOverflowTest {
  @Test
  void bounds_stack_overflow() {
    Fx.hazard("bounds_stack_overflow");
  }
}

class BoundsGlobalOverflowTest {
  @Test
  void bounds_global_overflow() {
    Fx.hazard("bounds_global_overflow");
  }
}

class BoundsMissingTerminatorTest {
  @Test
  void bounds_missing_terminator() {
    Fx.hazard("bounds_missing_terminator");
  }
}

class BoundsLengthArithmeticTest {
  @Test
  void bounds_length_arithmetic() {
    Fx.hazard("bounds_length_arithmetic");
  }
}

class BoundsLengthArithmeticProductTest {
  @Test
  void bounds_length_arithmetic__product() {
    Fx.hazard("bounds_length_arithmetic__product");
  }
}

class BoundsRedzoneJumpTest {
  @Test
  void bounds_redzone_jump() {
    Fx.hazard("bounds_redzone_jump");
  }
}

class LifetimeStackEscapeTest {
  @Test
  void lifetime_stack_escape() {
    Fx.hazard("lifetime_stack_escape");
  }
}

class ResourceHandleLeakTest {
  @Test
  void resource_handle_leak() {
    Fx.hazard("resource_handle_leak");
  }
}

class ResourceHandleLeakMapTest {
  @Test
  void resource_handle_leak__map() {
    Fx.hazard("resource_handle_leak__map");
  }
}

class ResourceHandleLeakTemporaryTest {
  @Test
  void resource_handle_leak__temporary() {
    Fx.hazard("resource_handle_leak__temporary");
  }
}

class ThreadingDataRaceTest {
  @Test
  void threading_data_race() {
    Fx.hazard("threading_data_race");
  }
}

class ThreadingLockOrderTest {
  @Test
  void threading_lock_order() {
    Fx.hazard("threading_lock_order");
  }
}

class ThreadingLockMisuseTest {
  @Test
  void threading_lock_misuse() {
    Fx.hazard("threading_lock_misuse");
  }
}

class ThreadingLockMisuseErrorPathTest {
  @Test
  void threading_lock_misuse__error_path() {
    Fx.hazard("threading_lock_misuse__error_path");
  }
}

class ThreadingThreadLeakTest {
  @Test
  void threading_thread_leak() {
    Fx.hazard("threading_thread_leak");
  }
}

class UbIntegerOverflowTest {
  @Test
  void ub_integer_overflow() {
    Fx.hazard("ub_integer_overflow");
  }
}

class UbShiftTest {
  @Test
  void ub_shift() {
    Fx.hazard("ub_shift");
  }
}

class UbMisalignedTest {
  @Test
  void ub_misaligned() {
    Fx.hazard("ub_misaligned");
  }
}

class UbInvalidEnumOrBoolTest {
  @Test
  void ub_invalid_enum_or_bool() {
    Fx.hazard("ub_invalid_enum_or_bool");
  }
}

class UbVlaBoundTest {
  @Test
  void ub_vla_bound() {
    Fx.hazard("ub_vla_bound");
  }
}

class UbArrayIndexTest {
  @Test
  void ub_array_index() {
    Fx.hazard("ub_array_index");
  }
}

class ZUbDivisionByZeroTest {
  @Test
  void ub_division_by_zero() {
    Fx.hazard("ub_division_by_zero");
  }
}

class UbNullArgumentTest {
  @Test
  void ub_null_argument() {
    Fx.hazard("ub_null_argument");
  }
}

class UbPointerOverflowTest {
  @Test
  void ub_pointer_overflow() {
    Fx.hazard("ub_pointer_overflow");
  }
}

class UbFunctionTypeTest {
  @Test
  void ub_function_type() {
    Fx.hazard("ub_function_type");
  }
}

class ZUbUnreachableTest {
  @Test
  void ub_unreachable() {
    Fx.hazard("ub_unreachable");
  }
}

class UnwindForeignExceptionTest {
  @Test
  void unwind_foreign_exception() {
    Fx.hazard("unwind_foreign_exception");
  }
}

@Order(Integer.MAX_VALUE)
class ZzNullDereferenceTest {
  @Test
  void null_dereference() {
    Fx.hazard("null_dereference");
  }
}

class NullDereferenceAllocationTest {
  @Test
  void null_dereference__allocation() {
    Fx.hazard("null_dereference__allocation");
  }
}

class InitUninitialisedReadTest {
  @Test
  void init_uninitialised_read() {
    Fx.hazard("init_uninitialised_read");
  }
}
