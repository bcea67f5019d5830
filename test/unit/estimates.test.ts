/** How long the rest of a run takes. How it is shown is in console.test.ts. */
import { expect, test } from 'vitest';
import { expectedMs, makeClock } from '../../src/plan/estimates.js';

const MINUTE = 60_000;

test('a cell is expected to take what it took last, else what its lane’s canary takes', () => {
  const known = new Map([
    ['a-py_cc-asan', 5_000],
    ['canary-py_cc-asan', 2_000],
  ]);
  expect(expectedMs({ id: 'a-py_cc-asan', lane: 'py_cc-asan' }, known)).toBe(5_000);
  expect(expectedMs({ id: 'b-py_cc-asan', lane: 'py_cc-asan' }, known)).toBe(2_000);
  expect(expectedMs({ id: 'b-go_cc-asan', lane: 'go_cc-asan' }, known)).toBeGreaterThan(0);
});

test('what is left falls as cells run and end, and is never less than the longest of them', () => {
  const clock = makeClock(
    new Map([
      ['long', 10 * MINUTE],
      ['a', 2 * MINUTE],
      ['b', 2 * MINUTE],
    ]),
    2,
  );
  expect(clock.left(0)).toBe(10 * MINUTE);
  clock.started('long', 0);
  clock.started('a', 0);
  expect(clock.left(MINUTE)).toBe(9 * MINUTE);
  clock.finished('a', 2 * MINUTE);
  clock.finished('b', 2 * MINUTE);
  expect(clock.left(8 * MINUTE)).toBe(2 * MINUTE);
  // Later than expected, it is about to end.
  expect(clock.left(20 * MINUTE)).toBe(0);
  clock.finished('long', 10 * MINUTE);
  expect(clock.left(20 * MINUTE)).toBe(0);
});

test('a machine that is slower than the table is noticed', () => {
  const clock = makeClock(new Map(['a', 'b', 'c', 'd'].map((id) => [id, 5 * MINUTE])), 1);
  const before = clock.left(0);
  clock.finished('a', 15 * MINUTE);
  expect(before).toBe(20 * MINUTE);
  expect(clock.left(0)).toBeGreaterThan(40 * MINUTE);
  expect(clock.left(0)).toBeLessThan(45 * MINUTE);
});
