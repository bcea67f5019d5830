/* The C driver's hazard suite: the library's own bugs, and those of a C caller. */
#include "ffi_gates_suite.h"
#include "fixture.h"

#define LIBRARY(name) \
  static int name(void) { return fx_hazard_run(#name); }
LIBRARY(ownership_leak)
LIBRARY(ownership_leak_on_error_path)
LIBRARY(ownership_double_free)
LIBRARY(ownership_invalid_free)
LIBRARY(ownership_use_after_free)
LIBRARY(ownership_allocator_mismatch)
LIBRARY(lifetime_stack_escape)
LIBRARY(bounds_heap_overflow)
LIBRARY(bounds_heap_overread)
LIBRARY(bounds_stack_overflow)
LIBRARY(bounds_global_overflow)
LIBRARY(bounds_missing_terminator)
LIBRARY(bounds_length_arithmetic)
LIBRARY(bounds_length_arithmetic__product)
LIBRARY(bounds_redzone_jump)
LIBRARY(null_dereference)
LIBRARY(init_uninitialised_read)
LIBRARY(threading_data_race)
LIBRARY(threading_lock_order)
LIBRARY(threading_lock_misuse)
LIBRARY(threading_thread_leak)
LIBRARY(unwind_foreign_exception)
LIBRARY(resource_handle_leak)
LIBRARY(ub_integer_overflow)
LIBRARY(ub_shift)
LIBRARY(ub_misaligned)
LIBRARY(ub_invalid_enum_or_bool)
LIBRARY(ub_vla_bound)
LIBRARY(ub_array_index)
LIBRARY(ub_division_by_zero)
LIBRARY(ub_null_argument)
LIBRARY(ub_pointer_overflow)
LIBRARY(ub_function_type)
LIBRARY(ub_unreachable)

int ownership_leak__result(void);
int ownership_leak_on_error_path__message(void);
int ownership_double_free__handle(void);
int ownership_invalid_free__arena(void);
int ownership_invalid_free__borrowed(void);
int ownership_use_after_free__handle(void);
int ownership_use_after_free__borrowed(void);
int lifetime_host_buffer_freed(void);
int lifetime_callback_collected(void);
int bounds_host_buffer_too_small(void);
int bounds_missing_terminator__argument(void);
int bounds_length_arithmetic__slice(void);
int null_dereference__unchecked(void);
int init_uninitialised_out_parameter(void);
int abi_wrong_width(void);
int abi_wrong_signedness(void);
int abi_struct_layout(void);
int abi_arity(void);
int abi_calling_convention(void);
int abi_encoding(void);
int unwind_foreign_exception__call(void);
int unwind_error_ignored(void);
int errno_clobbered(void);
int threading_data_race__worker(void);
int threading_host_memory_race(void);
int threading_reentrancy(void);
int resource_handle_leak__descriptor(void);

#define TEST(function) {#function, function}
const suite_test suite_tests[] = {
    TEST(ownership_leak),
    TEST(ownership_leak_on_error_path),
    TEST(ownership_double_free),
    TEST(ownership_invalid_free),
    TEST(ownership_use_after_free),
    TEST(ownership_allocator_mismatch),
    TEST(lifetime_stack_escape),
    TEST(bounds_heap_overflow),
    TEST(bounds_heap_overread),
    TEST(bounds_stack_overflow),
    TEST(bounds_global_overflow),
    TEST(bounds_missing_terminator),
    TEST(bounds_length_arithmetic),
    TEST(bounds_length_arithmetic__product),
    TEST(bounds_redzone_jump),
    TEST(null_dereference),
    TEST(init_uninitialised_read),
    TEST(threading_data_race),
    TEST(threading_lock_order),
    TEST(threading_lock_misuse),
    TEST(threading_thread_leak),
    TEST(unwind_foreign_exception),
    TEST(resource_handle_leak),
    TEST(ub_integer_overflow),
    TEST(ub_shift),
    TEST(ub_misaligned),
    TEST(ub_invalid_enum_or_bool),
    TEST(ub_vla_bound),
    TEST(ub_array_index),
    TEST(ub_division_by_zero),
    TEST(ub_null_argument),
    TEST(ub_pointer_overflow),
    TEST(ub_function_type),
    TEST(ub_unreachable),
    TEST(ownership_leak__result),
    TEST(ownership_leak_on_error_path__message),
    TEST(ownership_double_free__handle),
    TEST(ownership_invalid_free__arena),
    TEST(ownership_invalid_free__borrowed),
    TEST(ownership_use_after_free__handle),
    TEST(ownership_use_after_free__borrowed),
    TEST(lifetime_host_buffer_freed),
    TEST(lifetime_callback_collected),
    TEST(bounds_host_buffer_too_small),
    TEST(bounds_missing_terminator__argument),
    TEST(bounds_length_arithmetic__slice),
    TEST(null_dereference__unchecked),
    TEST(init_uninitialised_out_parameter),
    TEST(abi_wrong_width),
    TEST(abi_wrong_signedness),
    TEST(abi_struct_layout),
    TEST(abi_arity),
    TEST(abi_calling_convention),
    TEST(abi_encoding),
    TEST(unwind_foreign_exception__call),
    TEST(unwind_error_ignored),
    TEST(errno_clobbered),
    TEST(threading_data_race__worker),
    TEST(threading_host_memory_race),
    TEST(threading_reentrancy),
    TEST(resource_handle_leak__descriptor),
    {NULL, NULL},
};
