// Cases of the library itself, which has the guilty lines and their twins.
using NUnit.Framework;

/// A suite derives from it and says how a case is run by name.
public abstract class LibraryCases
{
    protected abstract int Run(string name);

    private void Case(string name) { Assert.AreEqual(0, Run(name)); }

    [Test] public void ownership_allocator_mismatch() { Case("ownership_allocator_mismatch"); }
    [Test] public void bounds_heap_overflow() { Case("bounds_heap_overflow"); }
    [Test] public void bounds_heap_overread() { Case("bounds_heap_overread"); }
    [Test] public void bounds_stack_overflow() { Case("bounds_stack_overflow"); }
    [Test] public void bounds_global_overflow() { Case("bounds_global_overflow"); }
    [Test] public void bounds_missing_terminator() { Case("bounds_missing_terminator"); }
    [Test] public void bounds_length_arithmetic() { Case("bounds_length_arithmetic"); }
    [Test] public void bounds_length_arithmetic__product() { Case("bounds_length_arithmetic__product"); }
    [Test] public void bounds_redzone_jump() { Case("bounds_redzone_jump"); }
    [Test] public void lifetime_stack_escape() { Case("lifetime_stack_escape"); }
    [Test] public void ownership_leak() { Case("ownership_leak"); }
    [Test] public void ownership_leak_on_error_path() { Case("ownership_leak_on_error_path"); }
    [Test] public void ownership_leak_on_error_path__allocation() { Case("ownership_leak_on_error_path__allocation"); }
    [Test] public void ownership_double_free() { Case("ownership_double_free"); }
    [Test] public void ownership_invalid_free() { Case("ownership_invalid_free"); }
    [Test] public void ownership_use_after_free() { Case("ownership_use_after_free"); }
    [Test] public void resource_handle_leak() { Case("resource_handle_leak"); }
    [Test] public void resource_handle_leak__map() { Case("resource_handle_leak__map"); }
    [Test] public void resource_handle_leak__temporary() { Case("resource_handle_leak__temporary"); }
    [Test] public void threading_data_race() { Case("threading_data_race"); }
    [Test] public void threading_lock_order() { Case("threading_lock_order"); }
    [Test] public void threading_lock_misuse() { Case("threading_lock_misuse"); }
    [Test] public void threading_lock_misuse__error_path() { Case("threading_lock_misuse__error_path"); }
    [Test] public void threading_thread_leak() { Case("threading_thread_leak"); }
    [Test] public void ub_integer_overflow() { Case("ub_integer_overflow"); }
    [Test] public void ub_shift() { Case("ub_shift"); }
    [Test] public void ub_misaligned() { Case("ub_misaligned"); }
    [Test] public void ub_invalid_enum_or_bool() { Case("ub_invalid_enum_or_bool"); }
    [Test] public void ub_vla_bound() { Case("ub_vla_bound"); }
    [Test] public void ub_array_index() { Case("ub_array_index"); }
    [Test] public void ub_division_by_zero() { Case("ub_division_by_zero"); }
    [Test] public void ub_null_argument() { Case("ub_null_argument"); }
    [Test] public void ub_pointer_overflow() { Case("ub_pointer_overflow"); }
    [Test] public void ub_function_type() { Case("ub_function_type"); }
    [Test] public void ub_unreachable() { Case("ub_unreachable"); }
    [Test] public void unwind_foreign_exception() { Case("unwind_foreign_exception"); }
    [Test] public void null_dereference() { Case("null_dereference"); }
    [Test] public void null_dereference__allocation() { Case("null_dereference__allocation"); }
    [Test] public void init_uninitialised_read() { Case("init_uninitialised_read"); }
}
