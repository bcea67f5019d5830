package twin;

import fixture.Fx;
import org.junit.jupiter.api.Test;

/* The library's own cases. A class each, because surefire isolates classes. */

class LibraryTests {
  @Test
  void ownership_allocator_mismatch() {
    Fx.twin("ownership_allocator_mismatch");
  }

  @Test
  void ownership_leak() {
    Fx.twin("ownership_leak");
  }

  @Test
  void ownership_leak_on_error_path() {
    Fx.twin("ownership_leak_on_error_path");
  }

  @Test
  void ownership_leak_on_error_path__allocation() {
    Fx.twin("ownership_leak_on_error_path__allocation");
  }

  @Test
  void ownership_double_free() {
    Fx.twin("ownership_double_free");
  }

  @Test
  void ownership_invalid_free() {
    Fx.twin("ownership_invalid_free");
  }

  @Test
  void ownership_use_after_free() {
    Fx.twin("ownership_use_after_free");
  }

  @Test
  void bounds_heap_overflow() {
    Fx.twin("bounds_heap_overflow");
  }

  @Test
  void bounds_heap_overread() {
    Fx.twin("bounds_heap_overread");
  }

  @Test
  void bounds_stack_overflow() {
    Fx.twin("bounds_stack_overflow");
  }

  @Test
  void bounds_global_overflow() {
    Fx.twin("bounds_global_overflow");
  }

  @Test
  void bounds_missing_terminator() {
    Fx.twin("bounds_missing_terminator");
  }

  @Test
  void bounds_length_arithmetic() {
    Fx.twin("bounds_length_arithmetic");
  }

  @Test
  void bounds_length_arithmetic__product() {
    Fx.twin("bounds_length_arithmetic__product");
  }

  @Test
  void bounds_redzone_jump() {
    Fx.twin("bounds_redzone_jump");
  }

  @Test
  void lifetime_stack_escape() {
    Fx.twin("lifetime_stack_escape");
  }

  @Test
  void resource_handle_leak__map() {
    Fx.twin("resource_handle_leak__map");
  }

  @Test
  void resource_handle_leak__temporary() {
    Fx.twin("resource_handle_leak__temporary");
  }

  @Test
  void resource_handle_leak() {
    Fx.twin("resource_handle_leak");
  }

  @Test
  void threading_data_race() {
    Fx.twin("threading_data_race");
  }

  @Test
  void threading_lock_order() {
    Fx.twin("threading_lock_order");
  }

  @Test
  void threading_lock_misuse() {
    Fx.twin("threading_lock_misuse");
  }

  @Test
  void threading_lock_misuse__error_path() {
    Fx.twin("threading_lock_misuse__error_path");
  }

  @Test
  void threading_thread_leak() {
    Fx.twin("threading_thread_leak");
  }

  @Test
  void ub_integer_overflow() {
    Fx.twin("ub_integer_overflow");
  }

  @Test
  void ub_shift() {
    Fx.twin("ub_shift");
  }

  @Test
  void ub_misaligned() {
    Fx.twin("ub_misaligned");
  }

  @Test
  void ub_invalid_enum_or_bool() {
    Fx.twin("ub_invalid_enum_or_bool");
  }

  @Test
  void ub_vla_bound() {
    Fx.twin("ub_vla_bound");
  }

  @Test
  void ub_array_index() {
    Fx.twin("ub_array_index");
  }

  @Test
  void ub_division_by_zero() {
    Fx.twin("ub_division_by_zero");
  }

  @Test
  void ub_null_argument() {
    Fx.twin("ub_null_argument");
  }

  @Test
  void ub_pointer_overflow() {
    Fx.twin("ub_pointer_overflow");
  }

  @Test
  void ub_function_type() {
    Fx.twin("ub_function_type");
  }

  @Test
  void ub_unreachable() {
    Fx.twin("ub_unreachable");
  }

  @Test
  void unwind_foreign_exception() {
    Fx.twin("unwind_foreign_exception");
  }

  @Test
  void null_dereference() {
    Fx.twin("null_dereference");
  }

  @Test
  void null_dereference__allocation() {
    Fx.twin("null_dereference__allocation");
  }

  @Test
  void init_uninitialised_read() {
    Fx.twin("init_uninitialised_read");
  }
}
