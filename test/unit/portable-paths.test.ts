/** Paths of one machine in text for another. */
import { expect, test } from 'vitest';
import { portablePaths } from '../../src/process/portable-paths.js';

const { toPortable, fromPortable } = portablePaths({ logs: '/p/logs', root: '/p' });

test.each([
  ['/p/logs/1 and /p/logs', 2],
  ['/p/logs/p/logs', 2],
  ['/p/logs:/p/logs', 2],
  ['/usr/p /ps /p/logs2', 1],
  ['nothing', 0],
])('%s', (text, count) => {
  const portable = toPortable(text);
  expect(portable.split('\uE0F1')).toHaveLength(count + 1);
  expect(fromPortable(portable)).toBe(text);
});

test('a text of a hundred thousand of them', () => {
  const text = '{"at":"/p/logs/x"},'.repeat(100_000);
  expect(fromPortable(toPortable(text))).toBe(text);
});
