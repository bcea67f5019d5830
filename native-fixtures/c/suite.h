/* The tests of both C suites: the library's own cases, and those of a C caller, which the suite has as functions.
 * A suite defines LIBRARY_RUN before, which runs a case of the library by name, and
 * OWN_CASES, which the other suite lacks. */
#include "ffi_gates_suite.h"
#include "fixture.h"
#include "fixture_cases.h"

#define CALLER_CASES(CASE)                    \
  CASE(ownership_leak__result)                \
  CASE(ownership_leak_on_error_path__message) \
  CASE(ownership_double_free__handle)         \
  CASE(ownership_invalid_free__arena)         \
  CASE(ownership_invalid_free__borrowed)      \
  CASE(ownership_use_after_free__handle)      \
  CASE(ownership_use_after_free__borrowed)    \
  CASE(lifetime_host_buffer_freed)            \
  CASE(lifetime_callback_collected)           \
  CASE(bounds_host_buffer_too_small)          \
  CASE(bounds_missing_terminator__argument)   \
  CASE(bounds_length_arithmetic__slice)       \
  CASE(null_dereference__unchecked)           \
  CASE(init_uninitialised_out_parameter)      \
  CASE(abi_truncated_pointer)                 \
  CASE(abi_wrong_width)                       \
  CASE(abi_wrong_signedness)                  \
  CASE(abi_struct_layout)                     \
  CASE(abi_arity)                             \
  CASE(abi_calling_convention)                \
  CASE(abi_pointee_size)                      \
  CASE(abi_no_result)                         \
  CASE(abi_encoding)                          \
  CASE(abi_encoding__bytes)                   \
  CASE(unwind_foreign_exception__call)        \
  CASE(unwind_error_ignored)                  \
  CASE(errno_clobbered)                       \
  CASE(threading_data_race__worker)           \
  CASE(threading_host_memory_race)            \
  CASE(threading_reentrancy)                  \
  CASE(resource_handle_leak__descriptor)

#define IN_LIBRARY(name) \
  static int name(void) { return LIBRARY_RUN(#name); }
#define IN_CALLER(name) int name(void);
FX_LIBRARY_CASES(IN_LIBRARY)
CALLER_CASES(IN_CALLER)
OWN_CASES(IN_CALLER)

#define TEST(name) {#name, name},
const suite_test suite_tests[] = {FX_LIBRARY_CASES(TEST) CALLER_CASES(TEST) OWN_CASES(TEST) {NULL, NULL}};
