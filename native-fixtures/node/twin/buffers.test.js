// Memory that JavaScript owns and the library uses. Buffers of their own: the pool would hide their ends.
const assert = require('node:assert');
const { test } = require('node:test');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const addon = require('./build/Release/addon.node');

Buffer.poolSize = 0;
// The collector, without a flag on anybody's command line.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const settle = async () => {
  for (let i = 0; i < 10; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
};

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
