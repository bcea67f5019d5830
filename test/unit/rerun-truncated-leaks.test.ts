/**
 * Leaks whose stacks end inside the host are looked for once more, with full unwinding: what they are is known then, or the cell
 * says that it is not. A puppet (`test/puppet/planted`) is Python, its tests and its ASan.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runAttempt } from '../../src/execute/attempt.js';
import type { Runner } from '../../src/execute/runner.js';
import { isTruncatedLeak, rerunTruncatedLeaks } from '../../src/execute/rerun-truncated-leaks.js';
import { judge } from '../../src/judge/judge.js';
import { at, diagnostic, host, leak, own } from '../helpers/evidence.js';
import { makePuppetSuite, type Case, type Cases, type PuppetSuite } from '../helpers/puppet-suite.js';

let suite: PuppetSuite;
beforeEach(() => {
  suite = makePuppetSuite();
});
afterEach(() => suite.remove());

const ID = 's-py_owngcc-asan';
const lost = (line: number, more: Partial<Case> = {}): Case => ({
  does: 'leak',
  line,
  fn: `f${line}`,
  ...more,
});
const id = (name: string): string => `t.py::${name}`;

/** A subject's launches, one for each of `batches`, and the reruns that follow. */
const run = async (batches: string[][], cases: Cases, cell = ID, traces = false): Promise<Runner> => {
  const name = cell.includes('-py_') ? id : (n: string): string => n;
  const all = batches.flat().map(name);
  const r = suite.runner(cell, all, cases);
  r.evidence.wanted = all;
  if (traces) Object.assign(r, { asksHost: true, tracesBlocks: true });
  for (const batch of batches) await runAttempt(r, batch.map(name), false);
  await rerunTruncatedLeaks(r);
  return r;
};
const leaksOf = ({ evidence }: Runner): (string | undefined)[] =>
  evidence.seen
    .filter((s) => s.diagnostic.leak)
    .map((s) => s.diagnostic.stacks[0]?.frames.map(nameOf).join(' < '));
const nameOf = (f: ReturnType<typeof at>): string => (f.kind === 'opaque' ? '?' : (f.function ?? '?'));
const verdictOf = (r: Runner) => judge(r.evidence, [], new Set()).verdict;

test('a leak is truncated when none of its stacks reaches the user’s code', () => {
  expect(isTruncatedLeak(leak(host('malloc'), host('PyMem_Malloc')), own)).toBe(true);
  expect(isTruncatedLeak(leak(host('malloc'), at('make')), own)).toBe(false);
  expect(isTruncatedLeak({ ...leak(), stacks: [] }, own)).toBe(true);
  // No leak, and so no matter of how stacks are walked.
  expect(isTruncatedLeak(diagnostic({ stacks: [] }), own)).toBe(false);
});

describe('the slower launch', () => {
  test('says whose the leak is, in the place of the one that could not', async () => {
    const r = await run([['a', 'b']], { a: lost(10), b: { does: 'nothing' } });
    expect(suite.launches()).toEqual(['a b', 'a b, unwinds']);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc < f10']);
    expect(verdictOf(r)).toMatchObject({ kind: 'hazard', findings: 1 });
  });
  test('has logs of its own: those of the first are evidence too', async () => {
    const r = await run([['a']], { a: lost(10) });
    expect(new Set(r.evidence.logs).size).toBe(r.evidence.logs.length);
    expect(r.n).toBe(2);
  });
  test('is made of the launches that left such leaks only', async () => {
    const r = await run([['a'], ['b'], ['c']], {
      a: lost(10, { deep: false }),
      b: lost(20),
      c: { does: 'nothing' },
    });
    expect(suite.launches()).toEqual(['a', 'b', 'c', 'b, unwinds']);
    expect(leaksOf(r).sort()).toEqual(['malloc < PyMem_Malloc < f10', 'malloc < PyMem_Malloc < f20']);
  });
  test('brings no leak twice that was known already', async () => {
    const r = await run([['a', 'b']], { a: lost(10, { deep: false }), b: lost(20) });
    expect(suite.launches()).toHaveLength(2);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc < f10', 'malloc < PyMem_Malloc < f20']);
  });
  test('counts for nothing but its leaks: a test that fails under it is no failed test', async () => {
    const r = await run([['a', 'b']], { a: lost(10), b: { does: 'fail slowly' } });
    const judged = judge(r.evidence, [], new Set());
    expect(judged.tests).toEqual({ passed: 2, failed: 0, skipped: 0 });
    expect(r.evidence.attempts).toHaveLength(1);
  });
  test('runs each launch as it was: the same tests', async () => {
    await run([['b', 'a'], ['c']], { a: lost(10), b: { does: 'nothing' }, c: lost(30) });
    expect(suite.launches()).toEqual(['b a', 'c', 'b a, unwinds', 'c, unwinds']);
  });
});

/** Lines of the host that allocated what leaked. */
const callersIn = ({ evidence }: Runner): (number | undefined)[] =>
  evidence.seen.flatMap((s) => s.diagnostic.stacks.filter((k) => k.host).map((k) => lineOf(k.frames[0]!)));
const lineOf = (f: ReturnType<typeof at>): number | undefined => (f.kind === 'source' ? f.line : undefined);
const traced = (batches: string[][], cases: Cases): Promise<Runner> => run(batches, cases, ID, true);

describe('where the library that asks the host notes blocks, the second launch', () => {
  test('needs no unwinding, and shows the line of the host', async () => {
    const r = await traced([['a', 'b']], { a: lost(10), b: { does: 'nothing' } });
    expect(suite.launches()).toEqual(['a b', 'a b, traces']);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc < f10']);
    expect(callersIn(r)).toEqual([10]);
    expect(verdictOf(r)).toMatchObject({ kind: 'hazard', findings: 1 });
  });
  test('is made for leaks whose stacks reach the project, too: they lack that line', async () => {
    const r = await traced([['a', 'b'], ['c']], {
      a: lost(10, { deep: false }),
      b: lost(20),
      c: { does: 'nothing' },
    });
    expect(suite.launches()).toEqual(['a b', 'c', 'a b, traces']);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc < f10', 'malloc < PyMem_Malloc < f20']);
    expect(callersIn(r)).toEqual([10, 20]);
  });
  test('takes away no leak that it does not see again', async () => {
    const r = await traced([['a', 'b']], { a: lost(10, { deep: false, slow: 'forgets' }), b: lost(20) });
    expect(leaksOf(r)).toContain('malloc < PyMem_Malloc < f10');
    expect(verdictOf(r).kind).not.toBe('clean');
  });
  test('is made in hosts whose stacks are whole for leaks of the project alone', async () => {
    const { cell, ...r } = suite.runner(ID, ['a', 'b'].map(id), {
      a: lost(10, { deep: false }),
      b: lost(20),
    });
    const whole = { ...cell, gate: { ...cell.gate, truncatesStacks: () => false } };
    const node: Runner = { ...r, cell: whole, asksHost: true, tracesBlocks: true };
    for (const name of ['a', 'b']) await runAttempt(node, [id(name)], false);
    await rerunTruncatedLeaks(node);
    expect(suite.launches()).toEqual(['a', 'b', 'a, traces']);
    expect(callersIn(node)).toEqual([10]);
  });
  test('is followed by one with unwinding where it lost something', async () => {
    const r = await traced([['a']], { a: lost(10, { slow: 'is not noted' }) });
    expect(suite.launches()).toEqual(['a', 'a, traces', 'a, unwinds']);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc < f10']);
  });
  test.each(['forgets', 'leaves', 'garbles'] as const)('makes nothing clean where it %s', async (slow) => {
    const r = await traced([['a']], { a: lost(10, { slow }) });
    expect(suite.launches()).toEqual(['a', 'a, traces', 'a, unwinds']);
    expect(verdictOf(r)).toMatchObject({ kind: 'inconclusive', doubt: 'leaks-unchecked' });
  });
});

describe('no slower launch is made', () => {
  test('without a leak, or where every one reaches the user’s code', async () => {
    await run([['a', 'b']], { a: lost(10, { deep: false }), b: { does: 'report', line: 20 } });
    expect(suite.launches()).toEqual(['a b']);
  });
  test('by a gate that unwinds completely anyway', async () => {
    const r = await run([['a']], { a: lost(10) }, 's-c_owngcc-asan');
    expect(suite.launches()).toEqual(['a']);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc']);
  });
  test('when the run is stopped', async () => {
    const r = suite.runner(ID, [id('a')], { a: lost(10) });
    await runAttempt(r, [id('a')], false);
    suite.stop();
    await rerunTruncatedLeaks(r);
    expect(suite.launches()).toEqual(['a']);
    // Not even one that is stopped at once.
    expect(r.n).toBe(1);
    // The truncated leak stays, as before.
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc']);
  });
});

describe('nothing becomes clean by silence: the cell is inconclusive', () => {
  test.each([
    ['no longer reports the leak', 'forgets'],
    ['leaves before its end is checked', 'leaves'],
    ['says something that nobody understands', 'garbles'],
  ] as const)('where the slower launch %s', async (_, slow) => {
    const r = await run([['a']], { a: lost(10, { slow }) });
    expect(suite.launches()).toEqual(['a', 'a, unwinds']);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc']);
    expect(verdictOf(r)).toMatchObject({
      kind: 'inconclusive',
      doubt: 'leaks-unchecked',
      why: expect.stringContaining('the stacks of some end inside the host'),
    });
  });
  test.each(['leaves', 'garbles'] as const)('where it %s, although it reports another leak', async (slow) => {
    const r = await run([['a', 'b']], { a: lost(10), b: lost(20, { slow }) });
    expect(suite.launches()).toEqual(['a b', 'a b, unwinds']);
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc', 'malloc < PyMem_Malloc']);
    expect(verdictOf(r)).toMatchObject({ kind: 'inconclusive', doubt: 'leaks-unchecked' });
  });
  test('and one launch in doubt takes nothing from what another has shown', async () => {
    const r = await run([['a'], ['b']], { a: lost(10, { slow: 'forgets' }), b: lost(20) });
    expect(leaksOf(r)).toEqual(['malloc < PyMem_Malloc', 'malloc < PyMem_Malloc < f20']);
    expect(r.evidence.attempts.map((a) => a.unchecked !== undefined)).toEqual([true, false]);
    expect(verdictOf(r)).toMatchObject({ kind: 'hazard', why: expect.stringContaining('leaks-unchecked') });
  });
  test('and a leak that it does not report is not dropped because it reports another', async () => {
    const all = [id('a'), id('b')];
    const r = suite.runner(ID, all, { a: lost(10), b: lost(20, { slow: 'forgets' }) });
    r.evidence.wanted = all;
    await runAttempt(r, all, false);
    await rerunTruncatedLeaks(r);
    expect(r.evidence.attempts[0]?.unchecked).toBeDefined();
  });
  test('and the first reason stays, where the first launch was not checked itself', async () => {
    const r = suite.runner(ID, [id('a')], { a: lost(10, { slow: 'forgets' }) });
    const attempt = await runAttempt(r, [id('a')], false);
    r.evidence.attempts = [{ ...attempt, unchecked: 'process 7 left' }];
    await rerunTruncatedLeaks(r);
    expect(r.evidence.attempts[0]?.unchecked).toBe('process 7 left');
  });
});
