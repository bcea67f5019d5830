// The planted bug with which a lane of properties proves itself armed.
const fc = require('fast-check');
const { test } = require('node:test');
const { unpack } = require('./build/Release/addon.node');

test('canary_target', () =>
  fc.assert(
    fc.property(fc.uint8Array(), (data) => {
      unpack(Buffer.concat([Buffer.from('FF'), data])); //~ canary_target: fuzz = bounds/heap-overflow
    }),
  ));
