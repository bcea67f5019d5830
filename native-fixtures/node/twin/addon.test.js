// The same jobs as in the hazard suite, done by the rules.
const assert = require('node:assert');
const { test } = require('node:test');
const addon = require('../build/Release/twin.node');
const { libraryTests, pooled, settle, wrapperTests } = require('../common.js');

// Memory that JavaScript owns and the library uses.

test('lifetime_host_buffer_freed', async () => {
  const kept = Buffer.alloc(4096, 1);
  addon.hold(kept);
  await settle(2);
  assert.equal(addon.heldSum(), kept.length);
  addon.release();
});

test('bounds_host_buffer_too_small', () => {
  assert.equal(addon.fill(Buffer.allocUnsafeSlow(100), 101, 7), -1);
});

test('bounds_host_buffer_too_small__pooled', () => {
  assert.equal(addon.fillPooled(pooled(), 9, 7), -1);
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

// Corrected in addon.c.
wrapperTests(addon);

test('lifetime_callback_collected', async () => {
  (() => addon.onEvent((n) => n + 1, 1))();
  await settle(2);
  assert.equal(addon.fire(1), 2);
  addon.offEvent();
});

test('threading_reentrancy', () => {
  const queued = [];
  addon.onEvent((n) => queued.push(n), 1);
  addon.fire(0);
  addon.offEvent();
  assert.deepEqual(queued, [0]);
});

test('threading_starved_runtime', async () => {
  await addon.sleep(500);
});

test('threading_wrong_thread_env', () => {
  assert.equal(addon.onOtherThread(), 1);
});

test('init_uninitialised_out_parameter', () => {
  assert.equal(addon.measure(0), -1);
});

test('unwind_error_ignored', () => {
  assert.notEqual(addon.measure(3), -1);
});

test('errno_clobbered', () => {
  assert.equal(addon.openMissing(), require('node:os').constants.errno.ENOENT);
});

test('unwind_foreign_exception__host', () => {
  assert.equal(addon.mayThrow(0), 0);
});

// Corrected cases of the library itself.
libraryTests(addon);

require('./values.js');
