/**
 * Runs a cell whose gate makes calls of the project fail. First the suite runs as it is, and the calls are listed that it
 * reaches. Then each fails once, in the test that reaches it first and in no other.
 */
import { BINDINGS } from '../bindings/index.js';
import { isPlanted } from '../model/role.js';
import type { Cell } from '../plan/plan.js';
import { SLOW_FACTOR } from '../model/duration.js';
import type { Attempt, EvidenceDraft, Observation } from '../judge/evidence.js';
import { allOf } from '../judge/error-paths.js';
import { runAttempt } from './attempt.js';
import type { Runner } from './runner.js';
import {
  callsIn,
  failuresIn,
  inSeries,
  keepersIn,
  namesProcesses,
  type FailingCall,
} from './failing-calls.js';
import { dueCalls, failedBefore, keepFailed, type FailedBefore } from './failed-before.js';
import { isTruncatedLeak, rerunTruncatedLeaks } from './rerun-truncated-leaks.js';
import { chooseTests, rerunFailed, runAll } from './run-all.js';

/** Number of calls that fail in one run of a cell, unless the matrix says otherwise. */
const CALLS = 200;

/** Milliseconds that a launch may take: these, these for each test in it, and a multiple of what the suite took. */
const PATIENCE = { least: 30_000, each: 10_000, times: 4 };

/**
 * Launches, each with the calls that fail in it: one for each call, or one in each test, if tests have processes of their own, or
 * go on in one.
 */
export const launchesOf = (calls: readonly FailingCall[], { forks }: { forks: boolean }): FailingCall[][] => {
  if (!forks) return calls.map((c) => [c]);
  const rounds: FailingCall[][] = [];
  const taken = new Map<string, number>();
  for (const call of calls) {
    // Fails before any test has a process of its own.
    if (call.loading) continue;
    const round = taken.get(call.test) ?? 0;
    taken.set(call.test, round + 1);
    (rounds[round] ??= []).push(call);
  }
  return [...rounds, ...calls.filter((c) => c.loading).map((c) => [c])];
};

/** What is tried once: a call, or a call in a test. */
const idOf = (c: FailingCall, { gate }: Cell): string => (gate.asksErrors ? `${c.key} ${c.test}` : c.key);

/** The calls that fail in this run. */
const chosen = (
  { cell, options }: Runner,
  calls: readonly FailingCall[],
  before: FailedBefore,
): FailingCall[] => {
  const limit = isPlanted(cell.suite.role) ? Infinity : (cell.matrix.gates[cell.gate.id]?.calls ?? CALLS);
  return dueCalls(calls, (c) => idOf(c, cell), before, { limit, resumes: options.resumes === true });
};

/** Calls that tests reach which pass without a failure. Each is listed once, for the test that reaches it first. */
const listedCalls = ({ evidence, cell }: Runner, attempts: readonly Attempt[]): FailingCall[] => {
  const passed = new Set(
    evidence.attempts.flatMap((a) => a.events.filter((e) => e.outcome === 'passed').map((e) => e.test)),
  );
  const found = new Map<string, FailingCall>();
  for (const attempt of attempts)
    for (const call of callsIn(attempt, evidence.wanted[0] ?? ''))
      if (passed.has(call.test) && !found.has(idOf(call, cell))) found.set(idOf(call, cell), call);
  return [...found.values()];
};

/** What a launch with failing calls left: which of them failed, and which were to and did not. */
type Driven = { failed: FailingCall[]; open: FailingCall[]; hung: string[]; found: FailingCall[] };

/** One launch. Leaks whose stacks never reach the project are taken out of the evidence, unless they were fully unwound. */
const launch = async (r: Runner, calls: readonly FailingCall[]): Promise<Driven & { cut: FailingCall[] }> => {
  const { cell, evidence } = r;
  r.failing = calls;
  const from = evidence.seen.length;
  const tests = calls.map((c) => c.test);
  const { logs, exit, unfinished } = await runAttempt(r, tests, tests.length > 1 && !inSeries(cell));
  const keys = new Set([...failuresIn(logs).values()].flatMap(allOf).map((f) => f.key));
  const hung = exit.kind === 'timeout' || exit.kind === 'flooded' ? [...unfinished] : [];
  const failed = calls.filter((c) => keys.has(c.key) && !hung.includes(c.test));
  const isCut = (o: Observation): boolean =>
    (r.fullUnwind !== true || r.tracesBlocks === true) &&
    cell.gate.truncatesStacks?.(cell.suite.binding) === true &&
    isTruncatedLeak(o.diagnostic, evidence.own);
  const fresh = evidence.seen.splice(from);
  evidence.seen.push(...fresh.filter((o) => !isCut(o)));
  const cut = fresh.filter(isCut).map((o) => o.test);
  // A report without a test may be about any of them.
  const reported = new Set(fresh.map((o) => o.test));
  return {
    failed,
    open: calls.filter((c) => !failed.includes(c)),
    hung,
    found: reported.has(undefined) ? failed : failed.filter((c) => reported.has(c.test)),
    cut: failed.filter((c) => cut.includes(c.test)),
  };
};

const drive = async (r: Runner, calls: readonly FailingCall[]): Promise<void> => {
  const { cell, evidence, options, prepared } = r;
  const before = failedBefore(prepared.out);
  const due = chosen(r, calls, before);
  // A function that reports errors is called by many tests, each of which looks at them in its own way.
  const series = inSeries(cell);
  const forks = BINDINGS[cell.suite.binding].isolates === 'fork' && !cell.gate.asksErrors;
  const launches = launchesOf(due, { forks: forks || series });
  const idle = calls.filter((c) => before.silent.has(idOf(c, cell)) && !due.includes(c)).length;
  const resumed = options.resumes === true && idle > 0 ? { before: idle } : {};
  const count = { found: calls.length, driven: 0, lost: 0, ...resumed };
  evidence.failing = count;
  if (due.length === 0) return;
  options.note?.(
    `${calls.length} calls could fail; ${due.length} are made to, in ${launches.length} launches`,
  );
  r.keepers = keepersIn(evidence.attempts);
  const usual = evidence.ms;
  const done = new Set<string>();
  const hung = new Set<string>();
  const silent = new Set(before.silent);
  const found = new Set(before.found);
  const shown = new Set<string>();
  /** Remembers what a launch showed. One that was stopped has shown nothing. */
  const keep = async (driven: Driven): Promise<void> => {
    if (cell.suite.role !== 'subject' || options.signal.aborted || driven.failed.length === 0) return;
    for (const call of driven.failed) {
      const id = idOf(call, cell);
      const has = driven.found.includes(call);
      // What one launch of this run found, another that only unwinds does not take back.
      if (has) shown.add(id);
      if (shown.has(id)) found.add(id);
      else found.delete(id);
      silent.add(id);
    }
    await keepFailed(prepared.out, { silent, found });
  };
  /** Makes calls fail; returns those that were not reached, and those whose leaks have to be unwound. */
  const make = async (
    some: readonly FailingCall[],
    fullUnwind = r.tracesBlocks === true,
  ): Promise<[FailingCall[], FailingCall[]]> => {
    const able = some.filter((c) => !hung.has(c.test));
    if (able.length === 0 || options.signal.aborted) return [[...some], []];
    r.fullUnwind = fullUnwind;
    r.limitMs =
      (PATIENCE.least + able.length * PATIENCE.each + usual * PATIENCE.times) *
      (fullUnwind ? SLOW_FACTOR : 1);
    const driven = await launch(r, able);
    for (const test of driven.hung) hung.add(test);
    for (const call of driven.failed) done.add(idOf(call, cell));
    await keep(driven);
    return [driven.open, driven.cut];
  };
  const left: FailingCall[] = [];
  const cut: FailingCall[] = [];
  for (const some of launches) {
    let [open, unwind] = await make(some);
    cut.push(...unwind);
    for (let tried = some.length; series && open.length > 0 && open.length < tried; cut.push(...unwind)) {
      tried = open.length;
      [open, unwind] = await make(open);
    }
    left.push(...open);
  }
  // What another test of the same launch, or the loading of the code, got in the way of.
  for (const call of left) cut.push(...(await make([call]))[1]);
  // Where the library that asks the host lost something, the sanitizer unwinds.
  r.tracesBlocks = false;
  for (const call of cut) await make([call], true);
  count.driven = due.filter((c) => done.has(idOf(c, cell))).length;
  count.lost = due.length - count.driven;
  delete r.failing;
};

/**
 * Launches of one test each, where tests do not say in which process they run and share one. Undefined where none is needed.
 * They only list calls: that a test fails alone which passed among others is no result.
 */
const listedApart = async (r: Runner): Promise<readonly Attempt[] | undefined> => {
  const { evidence, options } = r;
  const shared = evidence.attempts.some((a) => a.requested.length > 1 && !namesProcesses(a));
  if (!shared || !evidence.attempts.some((a) => callsIn(a, '').length > 0)) return undefined;
  const aside: EvidenceDraft = { ...evidence, attempts: [], seen: [] };
  const apart: Runner = { ...r, evidence: aside };
  for (const test of evidence.wanted) if (!options.signal.aborted) await runAttempt(apart, [test], false);
  r.n = apart.n;
  return aside.attempts;
};

/** Runs the cell's tests, then those again that reach a call that can fail, with that call failing. */
export const runFailing = async (r: Runner): Promise<void> => {
  const { cell, evidence } = r;
  const planted = isPlanted(cell.suite.role);
  chooseTests(r);
  await runAll(r, evidence.wanted, false);
  if (!planted) {
    await rerunFailed(r);
    await rerunTruncatedLeaks(r);
  }
  await drive(r, listedCalls(r, (await listedApart(r)) ?? evidence.attempts));
};
