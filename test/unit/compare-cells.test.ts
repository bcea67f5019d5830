/** Comparisons across cells: the scope of a bug, and how a failed test ends without the gate. */
import { describe, expect, test } from 'vitest';
import { compareWithPlain, scopeOf } from '../../src/judge/compare-cells.js';
import type { Attempt } from '../../src/judge/evidence.js';
import { judge, type Judged } from '../../src/judge/judge.js';
import type { CellReport } from '../../src/model/report.js';
import type { Verdict } from '../../src/model/verdict.js';
import { attempt, cellsOf, ended, evidence, pick, shuffles } from '../helpers/evidence.js';
import { cell as row } from '../helpers/sample-report.js';

const cells = cellsOf(`
targets:
  lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] }
  mine: { builder: cc, dir: other, sources: [y.c], produces: [liby.so] }
suites:
  - { id: s, binding: c, dir: c, targets: [lib] }
  - { id: s, binding: py, dir: py, targets: [lib, mine] }
  - { id: s, binding: go, dir: go, targets: [mine] }
  - { id: other, binding: c, dir: c2, targets: [lib] }
gates: { asan: , ubsan: , plain: { compilers: [gcc] } }
`);
const judged = (id: string, attempts: Attempt[] = [attempt(['a'])], listed = ['a', 'b']): Judged =>
  judge(evidence(pick(cells, id), { attempts, listed }), [], new Set());
const by = (...ids: string[]) =>
  ids.map((id) => ({ cell: id, binding: pick(cells, id).suite.binding }) as const);

describe('a bug lies', () => {
  const C = judged('s-c_ccgcc-asan');
  const PY = judged('s-py_ccgcc-asan');
  const GO = judged('s-go_ccgcc-asan');

  test('in the shared code when two bindings show it', () =>
    expect(scopeOf(by('s-c_ccgcc-asan', 's-py_ccgcc-asan'), [C, PY])).toBe('core'));
  test('in the binding when another ran over the same native code and did not show it', () =>
    expect(scopeOf(by('s-c_ccgcc-asan'), [C, PY])).toBe('binding'));
  test('nobody knows where when no other binding ran over that code', () => {
    expect(scopeOf(by('s-c_ccgcc-asan'), [C, GO])).toBeUndefined();
    // Two suites, or two gates, of one binding are no second opinion.
    const same = [judged('other-c_ccgcc-asan'), judged('s-c_ccgcc-ubsan')];
    expect(scopeOf(by('s-c_ccgcc-asan', 's-c_ccgcc-ubsan'), [C, ...same])).toBeUndefined();
  });
  test('nobody knows where when the other binding was never started', () =>
    expect(scopeOf(by('s-c_ccgcc-asan'), [C, judged('s-py_ccgcc-asan', [])])).toBeUndefined());
  test('by any of the targets of the suites that show it', () =>
    expect(scopeOf(by('s-py_ccgcc-asan'), [PY, GO])).toBe('binding'));
  test('not by a target of the same name in another matrix', () => {
    const e = evidence(pick(cells, 's-py_ccgcc-asan'));
    const elsewhere = { ...e, cell: { ...e.cell, matrix: { ...e.cell.matrix, file: '/elsewhere.yaml' } } };
    expect(scopeOf(by('s-c_ccgcc-asan'), [C, judge(elsewhere, [], new Set())])).toBeUndefined();
  });
  test('in whatever order cells come', () => {
    for (const order of shuffles([C, PY, GO])) expect(scopeOf(by('s-c_ccgcc-asan'), order)).toBe('binding');
  });
});

describe('a test that failed under a gate', () => {
  const FAILED: Verdict = { kind: 'suite-failed', why: '1 failed: a' };
  type Test = CellReport['failedTests'][number];
  const compared = (
    plain: readonly Judged[],
    failed: Test[],
    verdict: Verdict = FAILED,
    diedIn: string[] = [],
  ) => {
    const r = row('s', 'c', 'ccgcc-asan', { ...verdict }, { failedTests: failed, diedIn });
    return compareWithPlain([r], plain)[0]!;
  };
  const whyOf = (r: CellReport): string => ('why' in r.verdict ? (r.verdict.why ?? '') : '');
  const passing = judged('s-c_ccgcc-plain', [attempt(['a', 'b'])]);
  const failing = judged('s-c_ccgcc-plain', [attempt(['a'], { events: ended('a', 'failed') })]);

  test('fails without it too, or only under it', () => {
    const only = compared([passing], [{ test: 'a' }]);
    expect(only.failedTests).toEqual([{ test: 'a', plain: 'passed' }]);
    expect(whyOf(only)).toBe('1 failed: a (1 only under asan)');
    const too = compared([failing], [{ test: 'a' }]);
    expect(too.failedTests).toEqual([{ test: 'a', plain: 'failed' }]);
    expect(whyOf(too)).toBe('1 failed: a (1 without the gate too)');
  });
  test('is counted with the others, by how they end', () => {
    const mixed = judged('s-c_ccgcc-plain', [
      attempt([], { events: [...ended('a', 'failed'), ...ended('b'), ...ended('c')] }),
    ]);
    const r = compared([mixed], [{ test: 'a' }, { test: 'b' }, { test: 'c', flaky: true }, { test: 'd' }]);
    expect(whyOf(r)).toBe(
      '1 failed: a (1 without the gate too, 2 only under asan, 1 passed when run again alone)',
    );
    expect(r.failedTests.map((t) => t.plain)).toEqual(['failed', 'passed', 'passed', undefined]);
  });
  test('stays as it is where no plain cell of its suite and binding says anything of it', () => {
    for (const plain of [
      [],
      [judged('s-c_ccgcc-plain', [])],
      [judged('s-c_ccgcc-plain', [attempt(['b'])])],
      [judged('other-c_ccgcc-plain'), judged('s-py_ccgcc-plain'), judged('s-c_ccgcc-ubsan')],
    ]) {
      const r = compared(plain, [{ test: 'a' }]);
      expect(r.failedTests).toEqual([{ test: 'a' }]);
      expect(whyOf(r)).toBe('1 failed: a');
    }
  });
  test('failed without the gate if it did so once, in any plain cell and in any order', () => {
    const died = judged('s-c_ccgcc-plain', [
      attempt(['a'], { events: ended('a').slice(0, 1), unfinished: ['a'] }),
    ]);
    for (const red of [failing, died])
      for (const plain of shuffles([passing, red, passing], 3))
        expect(compared(plain, [{ test: 'a' }]).failedTests).toEqual([{ test: 'a', plain: 'failed' }]);
  });
  test('was skipped without the gate: that says nothing', () => {
    const skipped = judged('s-c_ccgcc-plain', [attempt(['a'], { events: ended('a', 'skipped') })]);
    expect(compared([skipped], [{ test: 'a' }]).failedTests).toEqual([{ test: 'a' }]);
  });
  test('in a plain cell is not compared with itself', () => {
    const before = row('s', 'c', 'ccgcc-plain', { ...FAILED }, { failedTests: [{ test: 'a' }] });
    const r = compareWithPlain([before], [failing])[0]!;
    expect([r.failedTests, whyOf(r)]).toEqual([[{ test: 'a' }], '1 failed: a']);
  });
  test('beside a finding is marked, and the verdict keeps its words', () => {
    const hazard: Verdict = { kind: 'hazard', findings: 1, fresh: 1, known: 0 };
    const r = compared([passing], [{ test: 'a' }], hazard);
    expect(r.verdict).toEqual(hazard);
    expect(r.failedTests).toEqual([{ test: 'a', plain: 'passed' }]);
  });

  describe('or took too long', () => {
    const slow: Verdict = { kind: 'inconclusive', doubt: 'timed-out', why: 'timed out' };
    const why = (plain: readonly Judged[], diedIn: string[]) => whyOf(compared(plain, [], slow, diedIn));
    test('ends without the gate: a longer timeout may suffice', () =>
      expect(why([passing], ['b', 'a'])).toMatch(/^timed out; without the gate it ends: a longer timeout/));
    test('does not end well without it either', () =>
      expect(why([failing], ['b', 'a'])).toMatch(/^timed out; it does not end well without the gate either/));
    test('is the last one that ran; of others nothing is said', () => {
      expect(why([failing], ['a', 'b'])).toBe('timed out');
      expect(why([passing], [])).toBe('timed out');
    });
    test('and stays as inconclusive as before', () =>
      expect(compared([passing], [], slow, ['a']).verdict).toMatchObject({
        kind: 'inconclusive',
        doubt: 'timed-out',
      }));
    test('what is in doubt for another reason gets no such words', () => {
      const flooded: Verdict = { kind: 'inconclusive', doubt: 'flooded', why: 'wrote too much' };
      expect(whyOf(compared([passing], [], flooded, ['a']))).toBe('wrote too much');
    });
  });
});

test('two bindings over different targets prove no shared core', () => {
  const apart = cellsOf(`
targets:
  one: { builder: cc, dir: one, sources: [x.c], produces: [libx.so] }
  two: { builder: cc, dir: two, sources: [x.c], produces: [liby.so] }
suites:
  - { id: s, binding: c, dir: c, targets: [one] }
  - { id: s, binding: py, dir: py, targets: [two] }
gates: { asan: }
`);
  const js = ['s-c_ccgcc-asan', 's-py_ccgcc-asan'].map((id) =>
    judge(evidence(pick(apart, id)), [], new Set()),
  );
  expect(
    scopeOf(
      [
        { cell: 's-c_ccgcc-asan', binding: 'c' },
        { cell: 's-py_ccgcc-asan', binding: 'py' },
      ],
      js,
    ),
  ).not.toBe('core');
});

test('ten times as many cells are looked at ten times as often', () => {
  const looksAt = (n: number): number => {
    let looks = 0;
    const plain = judged('s-c_ccgcc-plain');
    const seen = Array.from({ length: n }, () =>
      Object.defineProperty({ ...plain }, 'evidence', {
        get: () => {
          looks += 1;
          return plain.evidence;
        },
      }),
    );
    const rows = Array.from({ length: n }, () => row('s', 'c', 'ccgcc-asan', { kind: 'clean' }));
    expect(compareWithPlain(rows, seen)).toHaveLength(n);
    return looks;
  };
  expect(looksAt(10)).toBeGreaterThan(0);
  expect(looksAt(100)).toBe(10 * looksAt(10));
});
