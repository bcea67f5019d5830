// Corrected cases of the library itself, driven through the addon.
const assert = require('node:assert');
const { test } = require('node:test');
const { run } = require('./build/Release/addon.node');

const CASES = `
  ownership_allocator_mismatch bounds_heap_overflow bounds_heap_overread bounds_stack_overflow
  bounds_global_overflow bounds_missing_terminator bounds_length_arithmetic bounds_length_arithmetic__product
  bounds_redzone_jump lifetime_stack_escape ownership_leak ownership_leak_on_error_path
  ownership_double_free ownership_invalid_free ownership_use_after_free resource_handle_leak
  threading_data_race threading_lock_order threading_lock_misuse threading_thread_leak
  ub_integer_overflow ub_shift ub_misaligned ub_invalid_enum_or_bool
  ub_vla_bound ub_array_index ub_division_by_zero ub_null_argument
  ub_pointer_overflow ub_function_type ub_unreachable unwind_foreign_exception
  null_dereference init_uninitialised_read
`;
for (const name of CASES.trim().split(/\s+/)) test(name, () => assert.equal(run(name), 0));
