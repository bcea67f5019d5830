package hazard

import "testing"

func Test_ownership_double_free__host(t *testing.T)            { doubleFree() }
func Test_ownership_invalid_free__interior(t *testing.T)       { invalidFreeBorrowed() }
func Test_ownership_use_after_free__handle(t *testing.T)       { useHandleAfterFree() }
func Test_ownership_use_after_free__host_read(t *testing.T)    { readAfterFree() }
func Test_ownership_leak__cstring(t *testing.T)                { leakCString() }
func Test_ownership_leak_on_error_path__host(t *testing.T)     { leakErrorText() }
func Test_lifetime_stack_escape__host(t *testing.T)            { readDeadFrame() }
func Test_lifetime_go_pointer_kept(t *testing.T)               { keepGoPointer() }
func Test_bounds_host_buffer_too_small(t *testing.T)           { bufferTooSmall() }
func Test_bounds_host_buffer_too_small__c_memory(t *testing.T) { cBufferTooSmall() }
func Test_bounds_missing_terminator__host(t *testing.T)        { missingTerminator() }
func Test_bounds_length_arithmetic__host(t *testing.T)         { negativeLength() }
func Test_null_dereference__host(t *testing.T)                 { nullHandle() }
func Test_init_uninitialised_out_parameter(t *testing.T)       { unsetOutParameter() }
func Test_resource_handle_leak__host(t *testing.T)             { openAndForget() }
func Test_unwind_panic(t *testing.T)                           { panicThroughC() }
func Test_unwind_foreign_exception__host(t *testing.T)         { throwFromC() }
func Test_unwind_error_ignored(t *testing.T)                   { ignoreError() }
func Test_errno_clobbered(t *testing.T)                        { readErrnoLate() }
func Test_rules_cgo_pointer_to_pointer(t *testing.T)           { pointerToPointer() }
func Test_rules_cgo_go_pointer_in_c_memory(t *testing.T)       { storeInC() }
func Test_threading_go_race(t *testing.T)                      { raceInGo() }
func Test_threading_data_race__caller(t *testing.T)            { raceInLibrary() }
func Test_threading_host_memory_race(t *testing.T)             { raceOnHostMemory() }
func Test_threading_starved_runtime(t *testing.T)              { starve() }
func Test_abi_wrong_width(t *testing.T)                        { narrow() }
func Test_abi_wrong_signedness(t *testing.T)                   { signed() }
func Test_abi_struct_layout(t *testing.T)                      { wrongLayout() }
func Test_abi_encoding(t *testing.T)                           { latin1() }
