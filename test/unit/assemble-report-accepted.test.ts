/** The expected part of a report: the baseline, suppressions, planted bugs, and hazards that no gate can see. */
import { describe, expect, test } from 'vitest';
import type { Suppression } from '../../src/config/suppressions.js';
import type { Host } from '../../src/host/probe.js';
import type { Assembly } from '../../src/judge/assemble-report.js';
import type { Evidence } from '../../src/judge/evidence.js';
import { at, diagnostic, evidence, planted, seen, stack } from '../helpers/evidence.js';
import { TOOLS } from '../helpers/made-host.js';
import {
  accepts,
  ASAN,
  found,
  MATRIX,
  MEMCHECK,
  reportOf,
  rowOf,
  saw,
  type Run,
} from '../helpers/made-run.js';

describe('the baseline', () => {
  const seenOnce = { left: { [ASAN]: saw(diagnostic()) } };
  test('makes what it knows no failure, and says why it is accepted', async () => {
    const report = await reportOf({
      ...seenOnce,
      more: { baseline: accepts(diagnostic(), { owner: 'me' }) },
    });
    expect(rowOf(report, ASAN).verdict).toEqual({ kind: 'hazard', findings: 1, fresh: 0, known: 1 });
    expect(found(report)[0]?.known).toEqual({ reason: 'old', owner: 'me' });
    expect(report.baseline).toMatchObject({ known: 1, fresh: 0, gone: [], expired: [], unchecked: [] });
    expect(report.exitCode).toBe(0);
  });
  test('does not make it so after its day, which counts from when the run began', async () => {
    const on = (expires: string) =>
      reportOf({ ...seenOnce, more: { baseline: accepts(diagnostic(), { expires }) } });
    expect((await on('2026-03-04')).exitCode).toBe(0);
    const over = await on('2026-03-03');
    expect([over.exitCode, over.baseline?.expired.length, over.baseline?.fresh]).toEqual([1, 1, 1]);
    expect(rowOf(over, ASAN).verdict).toMatchObject({ fresh: 1 });
  });
  test('is red by an entry past its day, though nothing is seen of what it accepted', async () => {
    const report = await reportOf({ more: { baseline: accepts(diagnostic(), { expires: '2026-03-03' }) } });
    expect([report.exitCode, report.baseline?.expired.length, report.baseline?.gone]).toEqual([1, 1, []]);
  });
  test('is red when what it accepts is gone, and not when nobody was in a position to tell', async () => {
    const gone = await reportOf({ more: { baseline: accepts(diagnostic()) } });
    expect([gone.exitCode, gone.baseline?.gone.length]).toEqual([1, 1]);
    const open = await reportOf({
      canary: (c) => evidence(c, { listed: ['canary_heap'] }),
      more: { baseline: accepts(diagnostic()) },
    });
    expect([open.baseline?.gone.length, open.baseline?.unchecked.length]).toEqual([0, 1]);
  });
  test('is red when its cells are no longer in the matrix, though skipped cells still are', async () => {
    const cells = (...ids: string[]) => ({ baseline: accepts(diagnostic(), { cells: ids }) });
    const bare: Partial<Host> = { tools: { ...TOOLS, valgrind: undefined } };
    const elsewhere = await reportOf({ host: bare, more: cells('t-c_ccgcc-asan') });
    expect(elsewhere.baseline?.gone).toHaveLength(1);
    const skipped = await reportOf({ host: bare, more: cells(MEMCHECK) });
    expect([skipped.baseline?.gone, skipped.baseline?.unchecked.length]).toEqual([[], 1]);
  });
  test('accepts no planted bug', async () => {
    const report = await reportOf({
      matrix: MATRIX.replace('dir: c,', 'dir: c, role: hazard,'),
      ...seenOnce,
      annotations: { 's-c': [planted('a', { gates: [{ gate: 'asan' }] })] },
      more: { baseline: accepts(diagnostic()) },
    });
    expect(report.findings[0]).toMatchObject({ planted: true });
    expect(report.findings[0]).not.toHaveProperty('known');
  });
  test('is no part of a report without entries', async () =>
    expect(await reportOf(seenOnce)).not.toHaveProperty('baseline'));
});

describe('a suppression', () => {
  const entry = (more: Partial<Suppression> = {}): Assembly['suppressions'] => ({
    file: '/repo/ffi-gates-suppressions.yaml',
    entries: [{ tool: 'memcheck', function: 'old_*', reason: 'no bug', ...more }],
  });
  test('that would hide a planted bug proves the lane blind', async () => {
    const shown = diagnostic({
      tool: 'memcheck',
      hazard: 'bounds/heap-overflow',
      stacks: [stack('fault', at('old_f'))],
    });
    const report = await reportOf({
      canary: (c) => evidence(c, { listed: ['canary_heap'], seen: [seen({ ...shown }, 'canary_heap')] }),
      more: { suppressions: entry() },
    });
    expect(report.suppressions).toMatchObject([{ hides: ['bounds/heap-overflow'] }]);
    expect(report.exitCode).toBe(6);
  });
  test('that did nothing is told and is no failure; one past its day is', async () => {
    const unused = await reportOf({ more: { suppressions: entry() } });
    expect(unused.suppressions).toMatchObject([{ unused: true, matched: 0, hides: [] }]);
    expect(unused.exitCode).toBe(0);
    const over = await reportOf({ more: { suppressions: entry({ expires: '2026-03-03' }) } });
    expect(over.suppressions).toMatchObject([{ expired: true, unused: false }]);
    expect(over.exitCode).toBe(1);
  });
});

describe('planted bugs', () => {
  const HAZARDS = MATRIX.replace('dir: c,', 'dir: c, role: hazard,').replace(
    'dir: py,',
    'dir: py, role: twin,',
  );
  const E = planted('a');
  const shown: Record<string, Partial<Evidence>> = {
    [ASAN]: saw(diagnostic()),
    [MEMCHECK]: saw(diagnostic()),
  };

  test('are scored once, however many suites share their annotation; those of canaries are not', async () => {
    const report = await reportOf({
      matrix: HAZARDS,
      left: shown,
      annotations: { 's-c': [E, { ...E }], 's-py': [{ ...E }] },
    });
    expect(report.fixtures).toMatchObject({ twins: 2, noisyTwins: [], missed: [] });
    expect(report.fixtures?.detection).toEqual([
      { hazard: 'ownership/use-after-free', bindings: { c: ['asan/gcc', 'memcheck'] }, blind: [] },
    ]);
    expect(report.exitCode).toBe(0);
    expect(rowOf(report, ASAN)).toMatchObject({ verdict: { kind: 'as-declared' }, caught: ['a'] });
    expect(rowOf(report, 's-py_ccgcc-asan')).not.toHaveProperty('caught');
  });
  test('that no gate sees are listed once for each place where they are declared', async () => {
    const blind = planted('a', { gates: [], blind: true });
    const report = await reportOf({
      matrix: HAZARDS,
      annotations: { 's-c': [blind, { ...blind }], 's-py': [{ ...blind }] },
    });
    expect(report.fixtures?.blind).toEqual([
      { case: 'a', hazard: 'ownership/use-after-free', bindings: ['c'], seenBy: [] },
    ]);
  });
  test('that are missed make the run red, and somebody is to blame in our own matrices only', async () => {
    const run: Run = { matrix: HAZARDS, annotations: { 's-c': [E] } };
    const theirs = await reportOf(run);
    expect(theirs.exitCode).toBe(6);
    expect(theirs.fixtures).not.toHaveProperty('blame');
    const ours = await reportOf({ ...run, more: { ours: true } });
    expect(ours.fixtures?.blame).toMatchObject({ who: 'fixture' });
    const green = await reportOf({ ...run, left: shown, more: { ours: true } });
    expect(green.fixtures).not.toHaveProperty('blame');
  });
  test('absent, there is no score', async () => expect(await reportOf()).not.toHaveProperty('fixtures'));
});

describe('hazards that nothing in the run can see', () => {
  const UAF = 'ownership/use-after-free';
  const unseen = async (bindings: Record<string, string[]>, blind: string[] = [], matrix = MATRIX) =>
    (
      await reportOf({
        matrix,
        more: { shipped: { proven: {}, detection: [{ hazard: UAF, bindings, blind } as never] } },
      })
    ).unseenHazards;

  test('are those that can happen in its bindings and need another gate', async () => {
    expect(await unseen({ c: ['tsan'], py: ['asan/gcc'], go: ['tsan'] })).toMatchObject([
      { hazard: UAF, bindings: ['c'] },
    ]);
    expect(await unseen({ c: ['tsan', 'memcheck'], py: ['asan'] })).toEqual([]);
  });
  test('and those that no gate sees there at all', async () =>
    expect(await unseen({ c: ['asan'] }, ['py', 'go'])).toMatchObject([{ bindings: ['py'] }]));
  test('and not those that cannot happen in any of them', async () =>
    expect(await unseen({ go: ['tsan'] }, ['rs'])).toEqual([]));
  test('a gate counts for the bindings that it runs in', async () => {
    const split = MATRIX.replace('dir: c,', 'dir: c, gates: [memcheck],');
    expect(await unseen({ c: ['asan'], py: ['asan'] }, [], split)).toMatchObject([{ bindings: ['c'] }]);
  });
});

test('two blind hazards of one case on one line are both listed', async () => {
  const blind = (hazard: 'ownership/leak' | 'abi/arity') => planted('a', { gates: [], blind: true, hazard });
  const report = await reportOf({
    matrix: MATRIX.replace('dir: c,', 'dir: c, role: hazard,'),
    annotations: { 's-c': [blind('ownership/leak'), blind('abi/arity')] },
  });
  expect(report.fixtures?.blind.map((b) => b.hazard).sort()).toEqual(['abi/arity', 'ownership/leak']);
});

test('a hazard that gcc’s gate alone sees is unseen where clang’s runs', async () => {
  const matrix = MATRIX.replace('asan: ', 'asan: { compilers: [clang] }').replace(', memcheck: ', '');
  const report = await reportOf({
    matrix,
    more: {
      shipped: { proven: {}, detection: [{ hazard: 'abi/arity', bindings: { c: ['asan/gcc'] }, blind: [] }] },
    },
  });
  expect(report.unseenHazards).toMatchObject([{ bindings: ['c'] }]);
});
