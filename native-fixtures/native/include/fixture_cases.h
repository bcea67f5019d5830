/* The names of the library's own cases, by the file in src/hazard and src/twin that has them: `CASE(name)` for each. */
#ifndef FIXTURE_CASES_H
#define FIXTURE_CASES_H

#define FX_OWNERSHIP_CASES(CASE)     \
  CASE(ownership_leak)               \
  CASE(ownership_leak_on_error_path) \
  CASE(ownership_leak_on_error_path__allocation) \
  CASE(ownership_double_free)        \
  CASE(ownership_invalid_free)       \
  CASE(ownership_use_after_free)

#define FX_ALLOCATOR_CASES(CASE) CASE(ownership_allocator_mismatch)

#define FX_LIFETIME_CASES(CASE) CASE(lifetime_stack_escape)

#define FX_BOUNDS_CASES(CASE)             \
  CASE(bounds_heap_overflow)              \
  CASE(bounds_heap_overread)              \
  CASE(bounds_stack_overflow)             \
  CASE(bounds_global_overflow)            \
  CASE(bounds_missing_terminator)         \
  CASE(bounds_length_arithmetic)          \
  CASE(bounds_length_arithmetic__product) \
  CASE(bounds_redzone_jump)

#define FX_VALUE_CASES(CASE) CASE(null_dereference) CASE(null_dereference__allocation) CASE(init_uninitialised_read)

#define FX_THREADING_CASES(CASE) \
  CASE(threading_data_race)      \
  CASE(threading_lock_order)     \
  CASE(threading_lock_misuse)    \
  CASE(threading_lock_misuse__error_path) \
  CASE(threading_thread_leak)

#define FX_UNWIND_CASES(CASE) CASE(unwind_foreign_exception)

#define FX_RESOURCE_CASES(CASE) CASE(resource_handle_leak) CASE(resource_handle_leak__map) CASE(resource_handle_leak__temporary)

#define FX_UB_CASES(CASE)       \
  CASE(ub_integer_overflow)     \
  CASE(ub_shift)                \
  CASE(ub_misaligned)           \
  CASE(ub_invalid_enum_or_bool) \
  CASE(ub_vla_bound)            \
  CASE(ub_array_index)          \
  CASE(ub_division_by_zero)     \
  CASE(ub_null_argument)        \
  CASE(ub_pointer_overflow)     \
  CASE(ub_function_type)        \
  CASE(ub_unreachable)

#define FX_LIBRARY_CASES(CASE) \
  FX_OWNERSHIP_CASES(CASE)     \
  FX_ALLOCATOR_CASES(CASE)     \
  FX_LIFETIME_CASES(CASE)      \
  FX_BOUNDS_CASES(CASE)        \
  FX_VALUE_CASES(CASE)         \
  FX_THREADING_CASES(CASE)     \
  FX_UNWIND_CASES(CASE)        \
  FX_RESOURCE_CASES(CASE)      \
  FX_UB_CASES(CASE)

#endif
