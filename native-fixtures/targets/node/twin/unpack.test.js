// A reader of records from anywhere that looks at the number first.
const fc = require('fast-check');
const assert = require('node:assert');
const { test } = require('node:test');
const { unpack } = require('../build/Release/addon.node');

test('bounds_heap_overflow__target', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64, size: 'max' }), (data) => {
      const record = Buffer.concat([Buffer.from('FX'), data]);
      if (record.length < 3 || record[2] > 16) return;
      assert.ok(unpack(record) <= 255 * 255);
    }),
  ));
