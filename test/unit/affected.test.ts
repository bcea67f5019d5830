/** Which cells a change concerns. */
import { describe, expect, test } from 'vitest';
import { parseMatrix } from '../../src/config/matrix.js';
import { affectedBy } from '../../src/plan/affected.js';
import { allCells } from '../../src/plan/plan.js';

const MATRIX = parseMatrix(
  `version: 1
targets:
  base: { builder: cc, dir: native/base, sources: [b.c], produces: [libbase.so] }
  lib: { builder: cc, dir: native/lib, needs: [base], inputs: [include], sources: [x.c], produces: [liblib.so] }
  alone: { builder: cc, dir: native/alone, sources: [a.c], produces: [libalone.so] }
suites:
  - { id: s, binding: c, dir: tests/s, targets: [lib] }
  - { id: t, binding: c, dir: tests/t, targets: [alone], inputs: [shared] }
  - { id: u, binding: py, dir: bindings/py, targets: [lib] }
gates: { plain: , asan: }
`,
  '/repo/ffi-gates.yaml',
);

/** The suites that run. */
const running = (changed: string[]): string[] => {
  const { leaveOut } = affectedBy(
    MATRIX,
    changed.map((p) => `/repo/${p}`),
    'main',
  );
  const cells = allCells(MATRIX).filter((c) => leaveOut(c) === undefined);
  return [...new Set(cells.map((c) => `${c.suite.id}-${c.suite.binding}`))].sort();
};
const ALL = ['s-c', 't-c', 'u-py'];

describe('a change of', () => {
  test.each<[string, string[], string[]]>([
    ['nothing', [], []],
    ['a suite', ['tests/s/a.c'], ['s-c']],
    ['a target', ['native/alone/deep/a.c'], ['t-c']],
    ['what a target needs', ['native/base/b.c'], ['s-c', 'u-py']],
    ['an input of a target', ['include/x.h'], ['s-c', 'u-py']],
    ['an input of a suite', ['shared/data.json'], ['t-c']],
    ['two suites', ['tests/s/a.c', 'shared/x'], ['s-c', 't-c']],
    ['a submodule above an input', ['native'], ALL],
    ['a directory whose name begins like an input', ['shared2/x.c'], ALL],
    ['the matrix', ['ffi-gates.yaml'], ALL],
    ['the baseline', ['ffi-gates-baseline.yaml'], ALL],
    ['a file of which nobody knows who reads it', ['Makefile'], ALL],
    ['documents', ['README.md', 'docs/x.md', 'LICENSE', 'LICENSE.txt'], []],
    ['a document in a suite', ['tests/s/README.md'], ['s-c']],
    ['a program that is named like a document', ['tools/readme.py'], ALL],
  ])('%s', (_name, changed, suites) => expect(running(changed)).toEqual(suites));
});

test('the reasons are given: for a cell that is left out, and for all that run', () => {
  const { leaveOut, everything } = affectedBy(MATRIX, ['/repo/tests/s/a.c'], 'main');
  expect(everything).toBeUndefined();
  const cell = allCells(MATRIX).find((c) => c.suite.id === 't')!;
  expect(leaveOut(cell)).toBe('none of its inputs changed since main');
  expect(affectedBy(MATRIX, ['/repo/Makefile'], 'main').everything).toBe(
    'Makefile changed, and it is an input of no suite',
  );
  expect(affectedBy(MATRIX, ['/repo/ffi-gates.yaml'], 'main').everything).toBe(
    'ffi-gates.yaml changed, on which every cell depends',
  );
});
