// A failed test with nothing wrong in native code: the host's unfreed blocks must not make it a hazard.
const { test } = require('node:test');

void test('throws', () => {
  throw new Error('on purpose');
});
