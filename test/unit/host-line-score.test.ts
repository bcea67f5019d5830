/** Of what was planted and seen, how much shows the annotated line of the host. */
import { expect, test } from 'vitest';
import type { Expectation } from '../../src/config/annotations.js';
import type { Observation } from '../../src/judge/evidence.js';
import { tallyHostLines } from '../../src/judge/host-line-score.js';
import { judge, type Judged } from '../../src/judge/judge.js';
import type { Diagnostic, Stack } from '../../src/model/diagnostic.js';
import { at, cellsOf, diagnostic, evidence, leak, pick, planted, seen, stack } from '../helpers/evidence.js';

const cells = cellsOf(`
targets: { lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] } }
suites:
  - { id: h, binding: c, dir: c, role: hazard, targets: [lib] }
  - { id: h, binding: py, dir: py, role: hazard, targets: [lib] }
gates: { asan: { compilers: [gcc, clang] }, memcheck: }
`);
const TEST = '/repo/py/test_x.py';
const UAF = planted('uaf', { callers: [{ file: TEST, line: 4 }] });
const OTHER = planted('other', { line: 8, callers: [{ file: TEST, line: 12 }] });
const BARE = planted('bare', { line: 9 });
const LEAK = planted('lost', { hazard: 'ownership/leak', callers: [{ file: TEST, line: 20 }] });

const python = (...lines: number[]): Stack => ({
  ...stack('managed', ...lines.map((l) => at('test', TEST, l))),
  host: 'python',
});
const report = (...more: Stack[]): Diagnostic => diagnostic({ stacks: [stack('fault', at('use')), ...more] });
const judged = (id: string, es: readonly Expectation[], some: readonly Observation[]): Judged =>
  judge(evidence(pick(cells, id), { listed: es.map((e) => e.case), seen: [...some] }), es, new Set());
const PY = 'h-py_ccgcc-asan';

test.each([
  ['its line', [python(4)], { shown: 1 }],
  ['its line, called by another', [python(4, 90)], { shown: 1 }],
  ['its line on the other side', [python(7), python(4)], { shown: 1 }],
  ['the line of a caller only', [python(7, 4)], { shown: 0, instead: 'test_x.py:7' }],
  ['no line of the host', [], { shown: 0 }],
])('a report that shows %s', (_what, stacks, { shown, ...more }: { shown: number; instead?: string }) => {
  const s = tallyHostLines([judged(PY, [UAF], [seen(report(...stacks), 'uaf')])]);
  expect(s.hostLines).toEqual([{ binding: 'py', gate: 'asan', seen: 1, shown, leaks: 0 }]);
  expect(s.hostLinesLost).toEqual(shown ? [] : [{ cell: PY, case: 'uaf', at: 'test_x.py:4', ...more }]);
});

test('frames of the host outside the project come before the line and are no caller', () => {
  const k: Stack = {
    ...python(4),
    frames: [at('run', '/usr/lib/python3/unittest.py', 9), ...python(4).frames],
  };
  expect(tallyHostLines([judged(PY, [UAF], [seen(report(k), 'uaf')])]).hostLines?.[0]?.shown).toBe(1);
});

test('both compilers are one row; what was not seen is no part, a case without an annotated line is lost', () => {
  const s = tallyHostLines([
    judged(PY, [UAF, OTHER], [seen(report(python(4)), 'uaf')]),
    judged(
      'h-py_ccclang-asan',
      [UAF, BARE],
      [seen(report(python(4)), 'uaf'), seen(report(python(5)), 'bare')],
    ),
  ]);
  expect(s.hostLines).toEqual([{ binding: 'py', gate: 'asan', seen: 3, shown: 2, leaks: 0 }]);
  expect(s.hostLinesLost).toEqual([{ cell: 'h-py_ccclang-asan', case: 'bare', instead: 'test_x.py:5' }]);
});

test('leaks are counted apart', () => {
  const s = tallyHostLines([judged(PY, [LEAK], [seen(leak(at('use')), 'lost')])]);
  expect(s.hostLines).toEqual([{ binding: 'py', gate: 'asan', seen: 0, shown: 0, leaks: 1 }]);
});

test('gates that ask no host, and bindings without one, have no score', () => {
  const some = [seen(report(python(4)), 'uaf')];
  expect(
    tallyHostLines([judged('h-c_ccgcc-asan', [UAF], some), judged('h-py_ccgcc-memcheck', [UAF], some)]),
  ).toEqual({});
});
