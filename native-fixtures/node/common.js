// What the tests of both suites share. Everything about an addon is in one file, addon.test.js: a process each costs ten
// seconds under Valgrind.
const assert = require('node:assert');
const { test } = require('node:test');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

/** A small Buffer as everybody makes one: out of a pool, which hides its ends unless the gate switches it off. */
exports.pooled = () => {
  Buffer.allocUnsafe(8);
  return Buffer.allocUnsafe(8);
};

// The collector, without a flag on anybody's command line.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
exports.settle = async (rounds) => {
  for (let i = 0; i < rounds; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
};

/** Tests that do the same in both suites: what differs is in addon.c. */
exports.wrapperTests = (addon) => {
  test('resource_napi_ref_leak', () => {
    for (let i = 0; i < 10; i++) addon.remember({}); //~ calls resource_napi_ref_leak
  });

  test('ownership_leak__async_work', () => {
    for (let i = 0; i < 10; i++) addon.prepareWork('work'); //~ calls ownership_leak__async_work
  });

  test('ownership_leak__deferred', () => {
    for (let i = 0; i < 10; i++) addon.promise(); //~ calls ownership_leak__deferred
  });

  test('ownership_leak__async_context', () => {
    for (let i = 0; i < 10; i++) addon.context('context'); //~ calls ownership_leak__async_context
  });

  test('ownership_leak__uv', () => {
    for (let i = 0; i < 10; i++) addon.interfaces(); //~ calls ownership_leak__uv
  });

  test('unwind_pending_exception', () => {
    const refused = addon.callTwice(() => {
      throw new Error('first');
    });
    assert.equal(refused, 2);
  });
};

const CASES = `
  ownership_allocator_mismatch bounds_heap_overflow bounds_heap_overread bounds_stack_overflow
  bounds_global_overflow bounds_missing_terminator bounds_length_arithmetic bounds_length_arithmetic__product
  bounds_redzone_jump lifetime_stack_escape ownership_leak ownership_leak_on_error_path
  ownership_leak_on_error_path__allocation null_dereference__allocation
  ownership_double_free ownership_invalid_free ownership_use_after_free resource_handle_leak
  resource_handle_leak__map resource_handle_leak__temporary
  threading_data_race threading_lock_order threading_lock_misuse threading_lock_misuse__error_path threading_thread_leak
  ub_integer_overflow ub_shift ub_misaligned ub_invalid_enum_or_bool
  ub_vla_bound ub_array_index ub_division_by_zero ub_null_argument
  ub_pointer_overflow ub_function_type ub_unreachable unwind_foreign_exception
  init_uninitialised_read null_dereference
`;

/** The cases of the library itself, driven through the addon. */
exports.libraryTests = (addon) => {
  for (const name of CASES.trim().split(/\s+/)) test(name, () => assert.equal(addon.run(name), 0)); //~ calls native/src/
};
