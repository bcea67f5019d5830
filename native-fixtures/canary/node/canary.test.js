// The Node lanes' canaries. `noop` does nothing wrong: what a gate says about it is the lane's own noise.
const { spawnSync } = require('node:child_process');
const { test } = require('node:test');
const { run, wide, unsignedMax, slot } = require('./build/Release/addon.node');
const { check } = require('./ffi_gates_values.cjs');

for (const name of ['noop', 'heap', 'uaf', 'leak', 'uninit', 'race', 'lockorder', 'ub', 'segv', 'handle', 'errorcode', 'errorpath', 'reentry', 'exception']) {
  test(name, () => run(name));
}

test('values_width', () =>
  check('canary_wide', (a) => wide(a[0].number))); //~ canary_values_width: values = abi/wrong-width
test('values_sign', () =>
  check('canary_unsigned', unsignedMax)); //~ canary_values_sign: values = abi/wrong-signedness
test('fuzz', () =>
  check('canary_slot', (a) => slot(a[0].number))); //~ canary_fuzz: fuzz = trust/validation-gap
test('contain', () => {
  if (spawnSync('cat', { input: '7' }).stdout.toString() !== '7') process.exit(1); //~ canary_contain: contain = trust/crash-not-contained
});
