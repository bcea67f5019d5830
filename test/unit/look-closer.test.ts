/** In which order tests are looked at again: a limit must not leave out whole functions. */
import { expect, test } from 'vitest';
import { spread } from '../../src/execute/look-closer.js';

test.each<[string, string[], string[]]>([
  ['of one function, as they come', ['a[1]', 'a[2]'], ['a[1]', 'a[2]']],
  [
    'of several, in turn',
    ['a[1]', 'a[2]', 'a[3]', 'b', 'c[x]', 'c[y]'],
    ['a[1]', 'b', 'c[x]', 'a[2]', 'c[y]', 'a[3]'],
  ],
  [
    'of the same name in two files',
    ['x.py::t[1]', 'x.py::t[2]', 'y.py::t[1]'],
    ['x.py::t[1]', 'y.py::t[1]', 'x.py::t[2]'],
  ],
  ['with brackets and lines in their parameters', ['a[b[1]\n]', 'a[2]', 'b'], ['a[b[1]\n]', 'b', 'a[2]']],
])('%s', (_, tests, order) => {
  expect(spread(tests)).toEqual(order);
});
