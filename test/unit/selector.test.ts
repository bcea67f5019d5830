import fc from 'fast-check';
import { expect, test } from 'vitest';
import matcher from '../../src/config/glob.js';
import { select } from '../../src/config/selector.js';

const IDS = [
  'ledger-py_cmakegcc-asan',
  'ledger-py_cmakeclang-asan',
  'ledger-go_cmakegcc-tsan',
  'twins-c_ccgcc-plain',
];
const CELLS = IDS.map((id) => ({ id }));
const pick = (...s: string[]): string[] => select(CELLS, s).chosen.map((c) => c.id);

test('no selector chooses everything', () => {
  expect(pick()).toEqual(IDS);
});

test.each([
  ['*-asan', [0, 1]],
  ['ledger-{py,go}_*', [0, 1, 2]],
  ['*_cmake{gcc,clang}-*san', [0, 1, 2]],
  ['twins-?_*', [3]],
  ['ledger-py_cmakegcc-asan', [0]],
  ['ledger', []],
  ['*', [0, 1, 2, 3]],
])('%s', (selector, indexes) => {
  expect(pick(selector)).toEqual(indexes.map((i) => IDS[i]));
});

test('selectors add up, cells keep their order and come once', () => {
  expect(pick('*-plain', '*', '*-asan')).toEqual(IDS);
});

test('selectors that name nothing are told, the others still choose', () => {
  expect(select(CELLS, ['*-asan', '*-msan'])).toEqual({ chosen: [CELLS[0], CELLS[1]], dead: ['*-msan'] });
});

test('every id matches itself and what a * is put into', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (id, at) => {
      fc.pre(!/[*?{}]/.test(id) && !id.includes('\n'));
      expect(matcher(id)(id)).toBe(true);
      expect(matcher(`${id.slice(0, at)}*`)(id)).toBe(true);
      expect(matcher(id)(`${id}x`)).toBe(false);
    }),
  );
});

test('characters of regular expressions mean themselves', () => {
  expect(matcher('a.b+c')('a.b+c')).toBe(true);
  expect(matcher('a.b')('axb')).toBe(false);
  expect(matcher('[ab]')('a')).toBe(false);
  expect(matcher('a{b')('a{b')).toBe(true);
});
