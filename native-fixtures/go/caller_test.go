package fixture

import "testing"

func Test_ownership_double_free__host(t *testing.T)            { suite.DoubleFree() }
func Test_ownership_invalid_free__interior(t *testing.T)       { suite.InvalidFreeBorrowed() }
func Test_ownership_use_after_free__handle(t *testing.T)       { suite.UseHandleAfterFree() }
func Test_ownership_use_after_free__host_read(t *testing.T)    { suite.ReadAfterFree() }
func Test_ownership_leak__cstring(t *testing.T)                { suite.LeakCString() }
func Test_ownership_leak_on_error_path__host(t *testing.T)     { suite.LeakErrorText() }
func Test_lifetime_stack_escape__host(t *testing.T)            { suite.ReadDeadFrame() }
func Test_lifetime_go_pointer_kept(t *testing.T)               { suite.KeepGoPointer() }
func Test_bounds_host_buffer_too_small(t *testing.T)           { suite.BufferTooSmall() }
func Test_bounds_host_buffer_too_small__c_memory(t *testing.T) { suite.CBufferTooSmall() }
func Test_bounds_missing_terminator__host(t *testing.T)        { suite.MissingTerminator() }
func Test_bounds_length_arithmetic__host(t *testing.T)         { suite.NegativeLength() }
func Test_null_dereference__host(t *testing.T)                 { suite.NullHandle() }
func Test_init_uninitialised_out_parameter(t *testing.T)       { suite.UnsetOutParameter() }
func Test_resource_handle_leak__host(t *testing.T)             { suite.OpenAndForget() }
func Test_unwind_panic(t *testing.T)                           { suite.PanicThroughC() }
func Test_unwind_foreign_exception__host(t *testing.T)         { suite.ThrowFromC() }
func Test_unwind_error_ignored(t *testing.T)                   { suite.IgnoreError() }
func Test_errno_clobbered(t *testing.T)                        { suite.ReadErrnoLate() }
func Test_rules_cgo_pointer_to_pointer(t *testing.T)           { suite.PointerToPointer() }
func Test_rules_cgo_go_pointer_in_c_memory(t *testing.T)       { suite.StoreInC() }
func Test_threading_reentrancy(t *testing.T)                   { suite.FireAgain() }
func Test_threading_go_race(t *testing.T)                      { suite.RaceInGo() }
func Test_threading_data_race__caller(t *testing.T)            { suite.RaceInLibrary() }
func Test_threading_host_memory_race(t *testing.T)             { suite.RaceOnHostMemory() }
func Test_threading_starved_runtime(t *testing.T)              { suite.Starve() }
func Test_abi_wrong_width(t *testing.T)                        { suite.Narrow() }
func Test_abi_wrong_signedness(t *testing.T)                   { suite.Signed() }
func Test_abi_struct_layout(t *testing.T)                      { suite.WrongLayout() }
func Test_abi_encoding__bytes(t *testing.T)                    { suite.Latin1() }
func Test_abi_encoding(t *testing.T)                           { suite.Utf16() }
func Test_abi_truncated_pointer(t *testing.T)                  { suite.CutPointer() }
func Test_abi_arity(t *testing.T)                              { suite.LackParameter() }
func Test_abi_calling_convention(t *testing.T)                 { suite.OtherRegister() }
func Test_abi_pointee_size(t *testing.T)                       { suite.NarrowResult() }
func Test_abi_no_result(t *testing.T)                          { suite.SilentCallback() }
