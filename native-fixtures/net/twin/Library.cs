// Cases of the library itself: the guilty lines are in the library.
using NUnit.Framework;

namespace Twin
{
    [TestFixture]
    public class Library
    {
        private static void Run(string name) { Assert.AreEqual(0, Fx.fx_twin_run(name)); }

        [Test] public void ownership_allocator_mismatch() { Run("ownership_allocator_mismatch"); }
        [Test] public void bounds_heap_overflow() { Run("bounds_heap_overflow"); }
        [Test] public void bounds_heap_overread() { Run("bounds_heap_overread"); }
        [Test] public void bounds_stack_overflow() { Run("bounds_stack_overflow"); }
        [Test] public void bounds_global_overflow() { Run("bounds_global_overflow"); }
        [Test] public void bounds_missing_terminator() { Run("bounds_missing_terminator"); }
        [Test] public void bounds_length_arithmetic() { Run("bounds_length_arithmetic"); }
        [Test] public void bounds_length_arithmetic__product() { Run("bounds_length_arithmetic__product"); }
        [Test] public void bounds_redzone_jump() { Run("bounds_redzone_jump"); }
        [Test] public void lifetime_stack_escape() { Run("lifetime_stack_escape"); }
        [Test] public void ownership_leak() { Run("ownership_leak"); }
        [Test] public void ownership_leak_on_error_path() { Run("ownership_leak_on_error_path"); }
        [Test] public void ownership_double_free() { Run("ownership_double_free"); }
        [Test] public void ownership_invalid_free() { Run("ownership_invalid_free"); }
        [Test] public void ownership_use_after_free() { Run("ownership_use_after_free"); }
        [Test] public void resource_handle_leak() { Run("resource_handle_leak"); }
        [Test] public void threading_data_race() { Run("threading_data_race"); }
        [Test] public void threading_lock_order() { Run("threading_lock_order"); }
        [Test] public void threading_lock_misuse() { Run("threading_lock_misuse"); }
        [Test] public void threading_thread_leak() { Run("threading_thread_leak"); }
        [Test] public void ub_integer_overflow() { Run("ub_integer_overflow"); }
        [Test] public void ub_shift() { Run("ub_shift"); }
        [Test] public void ub_misaligned() { Run("ub_misaligned"); }
        [Test] public void ub_invalid_enum_or_bool() { Run("ub_invalid_enum_or_bool"); }
        [Test] public void ub_vla_bound() { Run("ub_vla_bound"); }
        [Test] public void ub_array_index() { Run("ub_array_index"); }
        [Test] public void ub_division_by_zero() { Run("ub_division_by_zero"); }
        [Test] public void ub_null_argument() { Run("ub_null_argument"); }
        [Test] public void ub_pointer_overflow() { Run("ub_pointer_overflow"); }
        [Test] public void ub_function_type() { Run("ub_function_type"); }
        [Test] public void ub_unreachable() { Run("ub_unreachable"); }
        [Test] public void unwind_foreign_exception() { Run("unwind_foreign_exception"); }
        [Test] public void null_dereference() { Run("null_dereference"); }
        [Test] public void init_uninitialised_read() { Run("init_uninitialised_read"); }
    }
}
