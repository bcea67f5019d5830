// A reader of records from anywhere that does not look at the number.
const fc = require('fast-check');
const assert = require('node:assert');
const { test } = require('node:test');
const { unpack } = require('../build/Release/addon.node');

test('bounds_heap_overflow__target', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64, size: 'max' }), (data) => {
      const record = Buffer.concat([Buffer.from('FX'), data]);
      assert.ok(unpack(record) <= 255 * 255); //~ calls bounds_heap_overflow__target
    }),
  ));
