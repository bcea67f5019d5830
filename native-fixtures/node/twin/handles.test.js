// Handles, callbacks and errors that cross the boundary.
const assert = require('node:assert');
const { test } = require('node:test');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const addon = require('./build/Release/addon.node');

// The collector, without a flag on anybody's command line.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
const settle = async () => {
  for (let i = 0; i < 10; i++) {
    collect();
    await new Promise((done) => setTimeout(done, 5));
  }
};

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
