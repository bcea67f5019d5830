/**
 * How planted bugs are launched: as few processes as can show every one of them, and none of them given up before it was alone.
 * A puppet (`test/puppet/planted`) is the suite, its host and its checker; each of its processes says how it was started.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Expectation } from '../../src/config/annotations.js';
import { runExpected } from '../../src/execute/run-expected.js';
import { judge } from '../../src/judge/judge.js';
import { planted, shuffles } from '../helpers/evidence.js';
import { makePuppetSuite, type Case, type Cases, type PuppetSuite } from '../helpers/puppet-suite.js';
import { eventually } from '../helpers/rig.js';

let suite: PuppetSuite;
beforeEach(() => {
  suite = makePuppetSuite();
});
afterEach(() => suite.remove());

const GATES = ['asan', 'memcheck', 'miri'].map((gate) => ({ gate }));
const overflow = (name: string, line: number, more: Partial<Expectation> = {}): Expectation =>
  planted(name, { hazard: 'bounds/heap-overflow', gates: GATES, line, ...more });
const deadly = (name: string, line: number): Expectation =>
  planted(name, { hazard: 'null/dereference', gates: GATES, line });
const lost = (name: string, line: number, more: Partial<Expectation> = {}): Expectation =>
  planted(name, { hazard: 'ownership/leak', gates: GATES, line, ...more });
const blind = (name: string): Expectation => planted(name, { gates: [], blind: true, line: 99 });

const does = (name: Case['does'], line: number, more: Partial<Case> = {}): Case => ({
  does: name,
  line,
  fn: `f${line}`,
  ...more,
});
const run = async (cell: string, listed: readonly string[], cases: Cases, es: readonly Expectation[]) => {
  const r = suite.runner(cell, listed, cases, es);
  await runExpected(r);
  const judged = judge(r.evidence, es, new Set());
  return {
    ...judged,
    launches: suite.launches(),
    caught: judged.caught.map((e) => e.case),
    missed: judged.missed.map((e) => e.case),
    wanted: r.evidence.wanted,
  };
};

describe('a program without isolation under an ASan that can go on', () => {
  const ID = 'h-c_owngcc-asan';
  const ES = [overflow('a', 10), overflow('b', 20), deadly('null', 30), blind('quiet')];
  const CASES: Cases = {
    a: does('report', 10),
    b: does('report', 20),
    null: does('die', 30),
    other: does('report', 50),
  };

  test('shows all its bugs in one process, what is deadly last; a test without annotation is not run', async () => {
    const done = await run(ID, ['null', 'a', 'other', 'quiet', 'b'], CASES, ES);
    expect(done.launches).toEqual(['a quiet b null, goes on']);
    expect(done.caught).toEqual(['a', 'b', 'null']);
    expect(done.wanted).toEqual(['null', 'a', 'quiet', 'b']);
    expect(done.verdict).toEqual({ kind: 'as-declared', caught: 3 });
  });
  test('does so in whatever order the tests are listed', async () => {
    for (const listed of shuffles(['a', 'b', 'null'], 1)) {
      const done = await run(ID, listed, CASES, ES);
      expect(done.launches.at(-1)).toMatch(/^[ab] [ab] null, goes on$/);
      expect(done.caught).toEqual(['a', 'b', 'null']);
    }
  });
  test('runs alone what the batch did not show, halting at its first report and with nothing left out', async () => {
    const done = await run(ID, ['a', 'b', 'null'], { ...CASES, b: does('report alone', 20) }, ES);
    expect(done.launches).toEqual(['a b null, goes on', 'b']);
    expect(done.caught).toEqual(['a', 'b', 'null']);
  });
  test('gives each bug that is not seen one launch alone, and then it is missed', async () => {
    const done = await run(ID, ['a', 'b'], { b: does('nothing', 20) }, [
      overflow('a', 10),
      overflow('b', 20),
    ]);
    expect(done.launches).toEqual(['a b, goes on', 'a', 'b']);
    expect(done).toMatchObject({
      caught: [],
      missed: ['a', 'b'],
      verdict: { kind: 'missed', missed: ['a', 'b'] },
    });
  });
  test('gives a test behind one that ended the process its turn, without that one', async () => {
    const done = await run(ID, ['a', 'b', 'quiet'], { ...CASES, a: does('die', 10) }, [
      planted('a', { hazard: 'bounds/heap-overflow', line: 1, gates: GATES, file: '/repo/native/y.c' }),
      overflow('b', 20),
      blind('quiet'),
    ]);
    expect(done.launches).toEqual(['a b quiet, goes on', 'b quiet, goes on', 'a']);
    expect([done.caught, done.missed]).toEqual([['b'], ['a']]);
  });
  test('does not take silence for success where nothing begins', async () => {
    const done = await run(ID, ['a', 'b'], { a: does('no start', 10) }, [
      overflow('a', 10),
      overflow('b', 20),
    ]);
    expect(done.launches).toEqual(['a b, goes on', 'a, goes on', 'b, goes on', 'a', 'b']);
    expect(done.verdict).toMatchObject({ kind: 'missed', missed: ['a', 'b'] });
  });
  test('runs nothing where nothing is declared', async () => {
    const done = await run(ID, ['a', 'b'], CASES, [overflow('a', 10, { gates: [{ gate: 'ubsan' }] })]);
    expect([done.launches, done.wanted]).toEqual([[], []]);
  });
  test('is not asked for what it does not list: that is missed', async () => {
    const done = await run(ID, ['a'], CASES, [overflow('a', 10), overflow('gone', 20, { bindings: ['c'] })]);
    expect(done.launches).toEqual(['a, goes on']);
    expect(done.verdict).toMatchObject({ kind: 'missed', why: 'no test for gone' });
  });
});

test('the bugs that prove a lane are sought as users’ are: each alone, at the first report, and not going on', async () => {
  const es = [overflow('a', 10), deadly('null', 30), blind('noop'), blind('idle')];
  const cases = { a: does('report', 10), null: does('die', 30) };
  const done = await run('k-c_owngcc-asan', ['noop', 'a', 'null', 'idle'], cases, es);
  expect(done.launches).toEqual(['noop idle', 'a', 'null']);
  expect(done.caught).toEqual(['a', 'null']);
});

describe('a host that forks', () => {
  const names = (...all: string[]): string[] => all.map((n) => `t.py::${n}`);

  test('has a process for each test in one launch, under a gate that halts at its first report', async () => {
    const es = [overflow('a', 10), deadly('null', 30), blind('quiet')];
    const cases = { a: does('report', 10), null: does('die', 30) };
    const done = await run('h-py_owngcc-asan', names('a', 'null', 'quiet'), cases, es);
    expect(done.launches).toEqual(['a quiet null, apart: a quiet null']);
    expect(done.caught).toEqual(['a', 'null']);
  });
  test('has one for the deadly and the leaking ones only, under a gate that goes on', async () => {
    const gates = [{ gate: 'ubsan' }];
    const es = [
      planted('ub', { hazard: 'ub/integer-overflow', gates, line: 10 }),
      planted('null', { hazard: 'null/dereference', gates, line: 30 }),
      planted('lost', { hazard: 'ownership/leak', gates, line: 2, file: '/repo/py/t.py' }),
      planted('kept', { hazard: 'ownership/leak', gates, line: 40 }),
    ];
    const cases = { ub: does('report', 10) };
    const done = await run('h-py_owngcc-ubsan', names('null', 'ub', 'lost', 'kept'), cases, es);
    expect(done.launches[0]).toBe('ub lost kept null, apart: null lost');
    expect(done.caught).toEqual(['ub']);
    // Bugs that were not seen then run alone.
    expect(done.launches.slice(1)).toEqual(['null', 'lost', 'kept']);
  });
  test('is unwound in full for leaks of which no stack reached the user’s code, all of them in one launch', async () => {
    const es = [overflow('a', 10), lost('one', 20), lost('two', 30), lost('near', 40)];
    const cases = {
      a: does('report', 10),
      one: does('leak', 20),
      two: does('leak', 30),
      near: does('leak', 40, { deep: false }),
    };
    const done = await run('h-py_owngcc-asan', names('a', 'one', 'two', 'near'), cases, es);
    expect(done.launches).toEqual([
      'a one two near, apart: a one two near',
      'one two, apart: one two, unwinds',
    ]);
    expect(done.caught).toEqual(['a', 'one', 'two', 'near']);
  });
  test('is unwound once, and a leak that is not seen then either is missed', async () => {
    const done = await run('h-py_owngcc-asan', names('one'), { one: does('leak', 20, { slow: 'forgets' }) }, [
      lost('one', 20),
    ]);
    expect(done.launches).toEqual(['one', 'one, unwinds']);
    expect(done.verdict).toMatchObject({ kind: 'missed', missed: ['one'] });
  });
});

describe('a host that is started anew for each test', () => {
  const tests = (...all: string[]): string[] => all.map((n) => `x.test.js::${n}`);

  test('is started once for each test in one launch, under a gate that halts at its first report', async () => {
    const es = [overflow('a', 10), deadly('null', 30), blind('quiet')];
    const cases = { a: does('report', 10), null: does('die', 30) };
    const done = await run('h-node_owngcc-asan', tests('null', 'a', 'quiet'), cases, es);
    expect(done.launches).toEqual(['a', 'quiet', 'null']);
    expect(done.evidence.attempts).toHaveLength(1);
    expect(done.caught).toEqual(['a', 'null']);
  });
  test('is started anew for the deadly ones only, under a gate that goes on: a leak is not worth a start', async () => {
    const gates = [{ gate: 'ubsan' }];
    const es = [
      planted('ub', { hazard: 'ub/integer-overflow', gates, line: 10 }),
      planted('two', { hazard: 'ub/integer-overflow', gates, line: 20 }),
      planted('null', { hazard: 'null/dereference', gates: [], blind: true, line: 30 }),
      planted('lost', { hazard: 'ownership/leak', gates: [], blind: true, line: 2, file: '/repo/node/x.js' }),
    ];
    const cases = { ub: does('report', 10), two: does('report', 20) };
    const done = await run('h-node_owngcc-ubsan', tests('null', 'ub', 'lost', 'two'), cases, es);
    expect(done.launches).toEqual(['ub lost two', 'null']);
    expect(done.evidence.attempts).toHaveLength(1);
    expect(done.caught).toEqual(['ub', 'two']);
  });
});

describe('a host that is started anew for all tests or none', () => {
  const tests = (...all: string[]): string[] => all.map((n) => `T${n}#${n}`);
  const es = [overflow('a', 10), deadly('null', 30)];
  const cases = { a: does('report', 10), null: does('die', 30) };

  test('goes on in one process as far as it comes, what is deadly last', async () => {
    const done = await run('h-jni_owngcc-asan', tests('null', 'a'), cases, es);
    expect(done.launches).toEqual(['a null, goes on']);
    expect(done.caught).toEqual(['a', 'null']);
  });
  test('has a process for each test where its bugs prove the lane', async () => {
    const done = await run('k-jni_owngcc-asan', tests('null', 'a'), cases, es);
    expect(done.launches).toEqual(['a', 'null']);
    expect(done.caught).toEqual(['a', 'null']);
  });
  test('leaves out what only explains a report, unless a bug is known by its explanation', async () => {
    const without = await run('h-jni_owngcc-memcheck', tests('a'), {}, [overflow('a', 10)]);
    expect(without.launches).toEqual(['a, origins: no', 'a, origins: yes']);
    const name = 'init_uninitialised_out_parameter';
    const reasoned = await run('h-jni_owngcc-memcheck', tests('a', name), {}, [
      overflow('a', 10),
      overflow(name, 20),
    ]);
    expect(reasoned.launches.slice(2)).toEqual([
      `a ${name}, origins: yes`,
      'a, origins: yes',
      `${name}, origins: yes`,
    ]);
  });
});

test('a bug that one schedule in several shows is tried under each, alone, until one does', async () => {
  const race = planted('racy', { hazard: 'ub/rust-data-race', gates: GATES, line: 7 });
  const es = [race, planted('moody', { hazard: 'ub/rust-data-race', gates: GATES, line: 70 }), blind('fine')];
  const done = await run('h-rs_owngcc-miri', ['t::fine', 't::racy', 't::moody'], {}, es);
  expect(done.launches).toEqual([
    '0 fine',
    ...[0, 1, 2].map((seed) => `${seed} racy`),
    // Nothing shows this one: all its schedules are used up.
    ...[0, 1, 2, 3].map((seed) => `${seed} moody`),
  ]);
  expect([done.caught, done.missed]).toEqual([['racy'], ['moody']]);
});

test('a run that is stopped launches nothing more', async () => {
  const es = [overflow('a', 10), overflow('b', 20), lost('c', 30)];
  const r = suite.runner('h-c_owngcc-asan', ['a', 'b', 'c'], { a: does('hang', 10) }, es);
  const ended = runExpected(r);
  await eventually(() => (suite.launches().length > 0 ? true : undefined), 20_000);
  suite.stop();
  await ended;
  expect(suite.launches()).toEqual(['a b c, goes on']);
  expect(r.evidence.attempts.map((a) => a.exit.kind)).toEqual(['stopped']);
  expect(judge(r.evidence, es, new Set()).verdict.kind).toBe('missed');
}, 60_000);
