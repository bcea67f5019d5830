/** Hazards caught, twins silent, and who sees what: the numbers that a run of planted bugs proves. */
import { describe, expect, test } from 'vitest';
import type { Expectation } from '../../src/config/annotations.js';
import type { Evidence, Observation } from '../../src/judge/evidence.js';
import { tallyFixtures } from '../../src/judge/fixture-score.js';
import { judge, type Judged } from '../../src/judge/judge.js';
import type { FixturesReport } from '../../src/model/report.js';
import {
  cellsOf,
  diagnostic,
  evidence,
  host,
  leak,
  pick,
  planted,
  seen,
  shuffles,
  stack,
} from '../helpers/evidence.js';

const cells = cellsOf(`
targets: { lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] } }
suites:
  - { id: h, binding: c, dir: c, role: hazard, targets: [lib] }
  - { id: h, binding: py, dir: py, role: hazard, targets: [lib] }
  - { id: t, binding: c, dir: c, role: twin, targets: [lib] }
  - { id: k, binding: c, dir: c, role: canary, targets: [lib] }
  - { id: s, binding: c, dir: c, targets: [lib] }
gates: { asan: { compilers: [gcc, clang] }, memcheck: , plain: }
`);
const UAF = planted('uaf');
const TWICE = planted('twice', {
  hazard: 'ownership/double-free',
  gates: [{ gate: 'asan', compiler: 'gcc' }],
  line: 9,
});
const BLIND = planted('quiet', { hazard: 'ownership/leak', gates: [], blind: true, line: 11 });
const ALL = [UAF, TWICE, BLIND];
const LISTED = ['uaf', 'twice', 'quiet'];
/** A use after free that no stack leads to the user's code from. */
const foreign = () => diagnostic({ stacks: [stack('fault', host('f'))] });

const judged = (id: string, some: Observation[], more: Partial<Evidence> = {}): Judged =>
  judge(evidence(pick(cells, id), { listed: LISTED, seen: some, ...more }), ALL, new Set());
const score = (all: readonly Judged[], expectations: readonly Expectation[] = ALL): FixturesReport => {
  const report = tallyFixtures(all, expectations);
  if (!report) throw new Error('no score');
  return report;
};
const rowOf = (all: readonly Judged[], hazard: string) =>
  score(all).detection.find((d) => d.hazard === hazard);
const sawUaf = (id: string) => judged(id, [seen(foreign(), 'uaf')]);

test('a matrix without planted bugs and twins has no score, whatever it saw', () => {
  expect(tallyFixtures([], ALL)).toBeUndefined();
  expect(tallyFixtures([judged('s-c_ccgcc-asan', [seen(foreign(), 'uaf')])], ALL)).toBeUndefined();
  // The bugs that prove a lane are no score of the matrix.
  expect(tallyFixtures([judged('k-c_ccgcc-asan', [seen(foreign(), 'uaf')])], ALL)).toBeUndefined();
});

describe('of what is declared', () => {
  test('each case counts once for each cell that must see it, seen or not', () => {
    const s = score([
      judged('h-c_ccgcc-asan', [seen(foreign(), 'uaf')]),
      judged('h-c_ccclang-asan', [seen(foreign(), 'uaf'), seen(foreign(), 'uaf')]),
      judged('h-c_ccgcc-memcheck', []),
      judged('h-c_ccgcc-plain', []),
    ]);
    expect([s.declared, s.caught]).toEqual([4, 2]);
    expect(s.missed).toEqual([
      { cell: 'h-c_ccgcc-asan', case: 'twice', hazard: 'ownership/double-free', gate: 'asan', at: 'x.c:9' },
      {
        cell: 'h-c_ccgcc-memcheck',
        case: 'uaf',
        hazard: 'ownership/use-after-free',
        gate: 'memcheck',
        at: 'x.c:7',
      },
    ]);
  });
  test('a cell that could not be built has missed all of it', () => {
    const s = score([judged('h-c_ccgcc-asan', [], { failed: 'cc: not found', attempts: [] })]);
    expect([s.declared, s.caught, s.missed.length]).toEqual([2, 0, 2]);
  });
  test('the bugs of canaries are no part', () => {
    const s = score([sawUaf('h-c_ccclang-asan'), sawUaf('k-c_ccclang-asan')]);
    expect([s.declared, s.caught]).toEqual([1, 1]);
  });
});

describe('a twin', () => {
  const noisy = (some: Observation[]) => score([judged('t-c_ccgcc-asan', some)]);
  test('counts with every test that was wanted, run or not', () =>
    expect(score([judged('t-c_ccgcc-asan', [], { attempts: [] })])).toMatchObject({
      twins: 3,
      noisyTwins: [],
      declared: 0,
    }));
  test('is noisy by each report of its own or of the host, with its test where that is known', () =>
    expect(noisy([seen(foreign(), 'uaf'), seen(foreign())]).noisyTwins).toEqual([
      { cell: 't-c_ccgcc-asan', finding: 'asan/heap-use-after-free: heap-use-after-free', test: 'uaf' },
      { cell: 't-c_ccgcc-asan', finding: 'asan/heap-use-after-free: heap-use-after-free' },
    ]));
  test('is not noisy by what the host leaks for itself', () =>
    expect(noisy([seen(leak(host('host_init')))]).noisyTwins).toEqual([]));
});

describe('who sees a hazard', () => {
  const UAF_ID = 'ownership/use-after-free';
  test('is told by binding and gate, with the compiler where the gate has two and one of them saw it', () => {
    expect(rowOf([sawUaf('h-c_ccgcc-asan'), sawUaf('h-py_ccgcc-memcheck')], UAF_ID)).toEqual({
      hazard: UAF_ID,
      bindings: { c: ['asan/gcc'], py: ['memcheck'] },
      blind: [],
    });
  });
  test('both compilers are the gate', () =>
    expect(rowOf([sawUaf('h-c_ccgcc-asan'), sawUaf('h-c_ccclang-asan')], UAF_ID)?.bindings).toEqual({
      c: ['asan'],
    }));
  test('those of two bindings are not put together', () =>
    expect(rowOf([sawUaf('h-c_ccgcc-asan'), sawUaf('h-py_ccclang-asan')], UAF_ID)?.bindings).toEqual({
      c: ['asan/gcc'],
      py: ['asan/clang'],
    }));
  test('is not told of what was declared and missed', () =>
    expect(rowOf([judged('h-c_ccgcc-asan', [])], UAF_ID)).toBeUndefined());
});

describe('a case that no gate sees', () => {
  test('is listed with the bindings that have it', () => {
    const s = score([
      judged('h-py_ccgcc-asan', []),
      judged('h-c_ccgcc-asan', []),
      judged('h-c_ccgcc-plain', []),
    ]);
    expect(s.blind).toEqual([{ case: 'quiet', hazard: 'ownership/leak', bindings: ['c', 'py'], seenBy: [] }]);
    expect(s.detection).toEqual([{ hazard: 'ownership/leak', bindings: {}, blind: ['c', 'py'] }]);
  });
  test('is not listed for a binding that has it not', () =>
    expect(score([judged('h-c_ccgcc-asan', [], { listed: ['uaf'] })]).blind).toEqual([]));
  test('says so when one sees it after all, under whatever hazard', () => {
    const s = score([
      judged('h-py_ccgcc-memcheck', [seen(foreign(), 'quiet')]),
      judged('h-c_ccgcc-asan', [seen(foreign(), 'quiet')]),
    ]);
    expect(s.blind[0]?.seenBy).toEqual(['c:asan/gcc', 'py:memcheck']);
  });
  test('is not seen by a report of another case, of no test, or of the host’s own', () => {
    for (const o of [seen(foreign(), 'uaf'), seen(foreign()), seen(leak(host('init')), 'quiet')])
      expect(score([judged('h-c_ccgcc-asan', [o])]).blind[0]?.seenBy).toEqual([]);
  });
  test('leaves a binding that sees the hazard in another case no longer blind to it', () => {
    const loud = planted('loud', { hazard: 'ownership/leak' });
    const all = [...ALL, loud];
    const listed = [...LISTED, 'loud'];
    const of = (id: string, some: Observation[]) =>
      judge(evidence(pick(cells, id), { listed, seen: some }), all, new Set());
    const s = score(
      [of('h-c_ccclang-asan', [seen(leak(host('f'), host('use')), 'loud')]), of('h-py_ccclang-asan', [])],
      all,
    );
    // The report is the runtime's, so it proves nothing.
    expect(s.detection).toEqual([{ hazard: 'ownership/leak', bindings: {}, blind: ['c', 'py'] }]);
    const own = diagnostic({ hazard: 'ownership/leak' });
    const t = score([of('h-c_ccclang-asan', [seen(own, 'loud')]), of('h-py_ccclang-asan', [])], all);
    expect(t.detection).toEqual([
      { hazard: 'ownership/leak', bindings: { c: ['asan/clang'] }, blind: ['py'] },
    ]);
  });
});

test('who sees what has one order, whatever the order of cells and annotations', () => {
  const all = [
    judged('h-c_ccgcc-asan', [seen(foreign(), 'uaf'), seen(foreign(), 'quiet')]),
    judged('h-c_ccclang-asan', [seen(foreign(), 'uaf')]),
    judged('h-py_ccgcc-memcheck', [seen(foreign(), 'uaf'), seen(foreign(), 'quiet')]),
    judged('h-py_ccgcc-asan', [seen({ ...foreign(), hazard: 'ownership/double-free' }, 'twice')]),
  ];
  const text = (s: FixturesReport): string =>
    JSON.stringify([s.detection, s.blind, s.declared, s.caught, s.twins]);
  const first = text(score(all));
  expect(score(all).detection.map((d) => d.hazard)).toEqual([
    'ownership/double-free',
    'ownership/leak',
    'ownership/use-after-free',
  ]);
  for (const order of shuffles(all))
    for (const es of shuffles(ALL, 2)) expect(text(score(order, es))).toBe(first);
});

test('seenBy of a blind case is of its own bindings', () => {
  const both = cellsOf(`
suites:
  - { id: h, binding: c, dir: c, role: hazard }
  - { id: h, binding: py, dir: py, role: hazard }
gates: { memcheck: }
`);
  const es = ['c', 'py'].map((b, i) => planted('q', { gates: [], blind: true, bindings: [b], line: i }));
  const j = (id: string, some = [] as ReturnType<typeof seen>[]) =>
    judge(evidence(pick(both, id), { listed: ['q'], seen: some }), es, new Set());
  const s = tallyFixtures(
    [j('h-c_owngcc-memcheck'), j('h-py_owngcc-memcheck', [seen(diagnostic(), 'q')])],
    es,
  );
  expect(s?.blind.map((b) => b.seenBy)).toEqual([[], ['py:memcheck']]);
});
