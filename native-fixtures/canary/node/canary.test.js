// The Node lanes' canaries. `noop` does nothing wrong: what a gate says about it is the lane's own noise.
const { test } = require('node:test');
const { run } = require('./build/Release/addon.node');

for (const name of ['noop', 'heap', 'uaf', 'leak', 'uninit', 'race', 'lockorder', 'ub', 'segv', 'handle', 'exception']) {
  test(name, () => run(name));
}
