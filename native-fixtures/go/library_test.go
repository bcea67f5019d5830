package fixture

import "testing"

func inLibrary(t *testing.T, name string) {
	t.Helper()
	if !suite.Library(name) {
		t.Fatalf("the library has no case %s", name)
	}
}

func Test_ownership_allocator_mismatch(t *testing.T) { inLibrary(t, "ownership_allocator_mismatch") }
func Test_bounds_heap_overflow(t *testing.T)         { inLibrary(t, "bounds_heap_overflow") }
func Test_bounds_heap_overread(t *testing.T)         { inLibrary(t, "bounds_heap_overread") }
func Test_bounds_stack_overflow(t *testing.T)        { inLibrary(t, "bounds_stack_overflow") }
func Test_bounds_global_overflow(t *testing.T)       { inLibrary(t, "bounds_global_overflow") }
func Test_bounds_missing_terminator(t *testing.T)    { inLibrary(t, "bounds_missing_terminator") }
func Test_bounds_length_arithmetic(t *testing.T)     { inLibrary(t, "bounds_length_arithmetic") }
func Test_bounds_length_arithmetic__product(t *testing.T) {
	inLibrary(t, "bounds_length_arithmetic__product")
}
func Test_bounds_redzone_jump(t *testing.T)          { inLibrary(t, "bounds_redzone_jump") }
func Test_lifetime_stack_escape(t *testing.T)        { inLibrary(t, "lifetime_stack_escape") }
func Test_ownership_leak(t *testing.T)               { inLibrary(t, "ownership_leak") }
func Test_ownership_leak_on_error_path(t *testing.T) { inLibrary(t, "ownership_leak_on_error_path") }
func Test_ownership_leak_on_error_path__allocation(t *testing.T) {
	inLibrary(t, "ownership_leak_on_error_path__allocation")
}
func Test_ownership_double_free(t *testing.T)     { inLibrary(t, "ownership_double_free") }
func Test_ownership_invalid_free(t *testing.T)    { inLibrary(t, "ownership_invalid_free") }
func Test_ownership_use_after_free(t *testing.T)  { inLibrary(t, "ownership_use_after_free") }
func Test_resource_handle_leak(t *testing.T)      { inLibrary(t, "resource_handle_leak") }
func Test_resource_handle_leak__map(t *testing.T) { inLibrary(t, "resource_handle_leak__map") }
func Test_resource_handle_leak__temporary(t *testing.T) {
	inLibrary(t, "resource_handle_leak__temporary")
}
func Test_threading_data_race(t *testing.T)   { inLibrary(t, "threading_data_race") }
func Test_threading_lock_order(t *testing.T)  { inLibrary(t, "threading_lock_order") }
func Test_threading_lock_misuse(t *testing.T) { inLibrary(t, "threading_lock_misuse") }
func Test_threading_lock_misuse__error_path(t *testing.T) {
	inLibrary(t, "threading_lock_misuse__error_path")
}
func Test_threading_thread_leak(t *testing.T)        { inLibrary(t, "threading_thread_leak") }
func Test_ub_integer_overflow(t *testing.T)          { inLibrary(t, "ub_integer_overflow") }
func Test_ub_shift(t *testing.T)                     { inLibrary(t, "ub_shift") }
func Test_ub_misaligned(t *testing.T)                { inLibrary(t, "ub_misaligned") }
func Test_ub_invalid_enum_or_bool(t *testing.T)      { inLibrary(t, "ub_invalid_enum_or_bool") }
func Test_ub_vla_bound(t *testing.T)                 { inLibrary(t, "ub_vla_bound") }
func Test_ub_array_index(t *testing.T)               { inLibrary(t, "ub_array_index") }
func Test_ub_division_by_zero(t *testing.T)          { inLibrary(t, "ub_division_by_zero") }
func Test_ub_null_argument(t *testing.T)             { inLibrary(t, "ub_null_argument") }
func Test_ub_pointer_overflow(t *testing.T)          { inLibrary(t, "ub_pointer_overflow") }
func Test_ub_function_type(t *testing.T)             { inLibrary(t, "ub_function_type") }
func Test_ub_unreachable(t *testing.T)               { inLibrary(t, "ub_unreachable") }
func Test_unwind_foreign_exception(t *testing.T)     { inLibrary(t, "unwind_foreign_exception") }
func Test_null_dereference(t *testing.T)             { inLibrary(t, "null_dereference") }
func Test_null_dereference__allocation(t *testing.T) { inLibrary(t, "null_dereference__allocation") }
func Test_init_uninitialised_read(t *testing.T)      { inLibrary(t, "init_uninitialised_read") }
