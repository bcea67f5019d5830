/** JSON text without commands of CI servers: the value stays, and no line of it begins with two colons. */
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { inertJson, jsonText } from '../../src/reporters/escape.js';

it.each([
  ['::error::no', '":\\u003aerror::no"'],
  ['a\n  ::group::b', '"a\\n  :\\u003agroup::b"'],
  ['a\t::x', '"a\\t:\\u003ax"'],
  [`\n${' '.repeat(40)}::x`, `"\\n${' '.repeat(40)}:\\u003ax"`],
  ['std::vector', '"std::vector"'],
  [':::', '":\\u003a:"'],
  ['::::', '":\\u003a::"'],
])('%j', (text, json) => {
  expect(jsonText(text)).toBe(json);
  expect(JSON.parse(json)).toBe(text);
});

/** The same as an expression. */
const COLONS = /((?:"|\\[nrt])\s{0,40})::/g;

test('two colons at the beginning of any line of any text', () => {
  const text = fc.string({
    unit: fc.constantFrom(':', '::', ' ', '\n', '\\', 'n', '"', '\t', '\u00a0', 'a'),
  });
  fc.assert(
    fc.property(fc.array(text), (texts) => {
      const json = JSON.stringify(texts);
      expect(JSON.parse(inertJson(json))).toEqual(texts);
      expect(inertJson(json)).toBe(json.replace(COLONS, '$1:\\u003a'));
    }),
    { numRuns: 2000 },
  );
});
