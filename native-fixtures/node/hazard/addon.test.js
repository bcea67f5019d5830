// JavaScript that breaks the rules of the library or of N-API, or calls an addon that does.
const assert = require('node:assert');
const { test } = require('node:test');
const addon = require('../build/Release/hazard.node');
const { libraryTests, pooled, settle, wrapperTests } = require('../common.js');

// Memory that JavaScript owns and the library uses.

test('lifetime_host_buffer_freed', async () => {
  (() => addon.hold(Buffer.alloc(4096, 1)))();
  await settle(10);
  addon.heldSum(); //~ lifetime_host_buffer_freed: asan memcheck = ownership/use-after-free
  addon.release();
});

test('bounds_host_buffer_too_small', () => {
  addon.fill(Buffer.allocUnsafeSlow(100), 101, 7); //~ bounds_host_buffer_too_small: asan memcheck = bounds/heap-overflow
});

test('bounds_host_buffer_too_small__pooled', () => {
  addon.fillPooled(pooled(), 9, 7); //~ bounds_host_buffer_too_small__pooled: asan memcheck = bounds/heap-overflow
});

test('bounds_missing_terminator__host', () => {
  const text = Buffer.allocUnsafeSlow(64).fill('x');
  addon.textLength(text); //~ bounds_missing_terminator__host: asan memcheck = bounds/heap-overread
});

test('bounds_length_arithmetic__host', () => {
  addon.copySlice(Buffer.allocUnsafeSlow(64), Buffer.allocUnsafeSlow(64), 8, 4); //~ bounds_length_arithmetic__host: asan = bounds/length-arithmetic
});

test('threading_host_memory_race', () => {
  const cell = Buffer.allocUnsafeSlow(4).fill(0);
  const view = new Int32Array(cell.buffer, cell.byteOffset, 1);
  addon.scribbleStart(cell, 100000);
  for (let i = 0; i < 100000; i++) view[0]++; //~ threading_host_memory_race: helgrind = threading/data-race
  addon.scribbleJoin();
});

test('abi_encoding', () => {
  assert.equal(addon.points('caf\u00e9'), -1); // the text is not UTF-8 any more
});

test('abi_wrong_width', () => {
  assert.notEqual(addon.wide(2 ** 40 + 1), 2 ** 40 + 1);
});

// Handles, callbacks and errors that cross the boundary.

test('ownership_double_free__external', () => {
  const box = addon.boxNew(1);
  addon.boxFree(box);
  addon.boxFree(box); //~ ownership_double_free__external: asan memcheck = ownership/double-free
});

test('ownership_use_after_free__handle', () => {
  const box = addon.boxNew(1);
  addon.boxFree(box);
  addon.boxGet(box); //~ ownership_use_after_free__handle: asan memcheck = ownership/use-after-free
});

test('ownership_leak__handle', () => {
  addon.boxNew(1); //~ ownership_leak__handle: asan = ownership/leak
});

// The guilty lines are in addon.c.
wrapperTests(addon);

test('lifetime_callback_collected', async () => {
  (() => addon.onEvent((n) => n + 1, 0))(); // weakly: the collector may take it while the library still calls
  await settle(10);
  assert.equal(addon.fire(1), -2); //~ lifetime_callback_collected: napiguard = lifetime/callback-collected
  addon.offEvent();
});

test('threading_reentrancy', () => {
  addon.onEvent((n) => (n === 0 ? addon.fire(1) : n), 1); //~ threading_reentrancy: callguard = threading/reentrancy
  addon.fire(0);
  addon.offEvent();
});

test('threading_starved_runtime', () => {
  addon.sleep(500); //~ threading_starved_runtime: callguard = threading/starved-runtime
});

test('threading_wrong_thread_env', () => {
  addon.onOtherThread();
});

test('init_uninitialised_out_parameter', () => {
  addon.measure(0);
});

test('unwind_error_ignored', () => {
  addon.measure(3); //~ unwind_error_ignored: errors = unwind/error-ignored
});

test('errno_clobbered', () => {
  assert.equal(addon.openMissing(), require('node:os').constants.errno.ENOTDIR);
});

test('unwind_foreign_exception__host', () => {
  addon.mayThrow(1); //~ unwind_foreign_exception__host: plain = unwind/foreign-exception
});

// Cases of the library itself: the guilty lines are in the library.
libraryTests(addon);

require('./values.js');
