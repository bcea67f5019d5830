// Everything about the addon in one file: a process each costs ten seconds under Valgrind.
const assert = require('node:assert');
const { test } = require('node:test');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const addon = require('./build/Release/addon.node');

// Buffers of their own: the pool would hide their ends.
Buffer.poolSize = 0;

// The collector, without a flag on anybody's command line.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const settle = async () => {
  for (let i = 0; i < 2; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
};

// Memory that JavaScript owns and the library uses.

test('lifetime_host_buffer_freed', async () => {
  const kept = Buffer.alloc(4096, 1);
  addon.hold(kept);
  await settle();
  assert.equal(addon.heldSum(), kept.length);
  addon.release();
});

test('bounds_host_buffer_too_small', () => {
  assert.equal(addon.fill(Buffer.allocUnsafeSlow(100), 101, 7), -1);
});

test('bounds_host_buffer_too_small__pooled', () => {
  Buffer.poolSize = 8192;
  Buffer.allocUnsafe(8);
  const small = Buffer.allocUnsafe(8);
  Buffer.poolSize = 0;
  assert.equal(addon.fill(small, 9, 7), -1);
});

test('bounds_missing_terminator__host', () => {
  const text = Buffer.allocUnsafeSlow(64).fill('x');
  assert.equal(addon.textLength(text), -1);
});

test('bounds_length_arithmetic__host', () => {
  assert.equal(addon.copySlice(Buffer.allocUnsafeSlow(64), Buffer.allocUnsafeSlow(64), 8, 4), -1);
});

test('threading_host_memory_race', () => {
  const cell = Buffer.allocUnsafeSlow(4).fill(0);
  const view = new Int32Array(cell.buffer, cell.byteOffset, 1);
  addon.scribbleStart(cell, 100000);
  addon.scribbleJoin();
  assert.equal(view[0], 100000);
});

test('abi_encoding', () => {
  assert.equal(addon.points('caf\u00e9'), 4);
});

test('abi_wrong_width', () => {
  assert.equal(addon.wide(2 ** 40 + 1), 2 ** 40 + 1);
});

// Handles, callbacks and errors that cross the boundary.

test('ownership_double_free__external', () => {
  const box = addon.boxNew(1);
  addon.boxFree(box);
  addon.boxFree(box);
});

test('ownership_use_after_free__handle', () => {
  const box = addon.boxNew(1);
  addon.boxFree(box);
  assert.equal(addon.boxGet(box), -1);
});

test('ownership_leak__handle', () => {
  addon.boxNew(1);
});

test('resource_napi_ref_leak', () => {
  for (let i = 0; i < 10; i++) addon.remember({});
});

test('ownership_leak__async_work', () => {
  for (let i = 0; i < 10; i++) addon.prepareWork('work');
});

test('ownership_leak__deferred', () => {
  for (let i = 0; i < 10; i++) addon.promise();
});

test('ownership_leak__async_context', () => {
  for (let i = 0; i < 10; i++) addon.context('context');
});

test('ownership_leak__uv', () => {
  for (let i = 0; i < 10; i++) addon.interfaces();
});

test('lifetime_callback_collected', async () => {
  (() => addon.onEvent((n) => n + 1))();
  await settle();
  assert.equal(addon.fire(1), 2);
  addon.offEvent();
});

test('unwind_pending_exception', () => {
  const refused = addon.callTwice(() => {
    throw new Error('first');
  });
  assert.equal(refused, 2);
});

test('threading_wrong_thread_env', () => {
  assert.equal(addon.onOtherThread(), 1);
});

test('init_uninitialised_out_parameter', () => {
  assert.equal(addon.measure(0), -1);
});

test('errno_clobbered', () => {
  assert.equal(addon.openMissing(), require('node:os').constants.errno.ENOENT);
});

test('unwind_foreign_exception__host', () => {
  assert.equal(addon.mayThrow(0), 0);
});

// Corrected cases of the library itself, driven through the addon.
const CASES = `
  ownership_allocator_mismatch bounds_heap_overflow bounds_heap_overread bounds_stack_overflow
  bounds_global_overflow bounds_missing_terminator bounds_length_arithmetic bounds_length_arithmetic__product
  bounds_redzone_jump lifetime_stack_escape ownership_leak ownership_leak_on_error_path
  ownership_double_free ownership_invalid_free ownership_use_after_free resource_handle_leak
  threading_data_race threading_lock_order threading_lock_misuse threading_thread_leak
  ub_integer_overflow ub_shift ub_misaligned ub_invalid_enum_or_bool
  ub_vla_bound ub_array_index ub_division_by_zero ub_null_argument
  ub_pointer_overflow ub_function_type ub_unreachable unwind_foreign_exception
  init_uninitialised_read null_dereference
`;
for (const name of CASES.trim().split(/\s+/)) test(name, () => assert.equal(addon.run(name), 0));
