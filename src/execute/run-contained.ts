/**
 * Runs a cell whose gate breaks workers. First the suite runs as it is, and the requests are counted that workers read in each
 * test. Then each request is lost in every way, one in a test.
 */
import { isCase } from '../config/annotations.js';
import { NOTHING_REMAINS, type Remains } from '../judge/containment.js';
import type { Attempt, EvidenceDraft } from '../judge/evidence.js';
import { meets } from '../judge/expectations.js';
import { FAULT_KINDS, type FaultKind } from '../model/containment.js';
import { shuffled } from '../model/shuffle.js';
import { isPlanted } from '../model/role.js';
import { endOf, faultId, journalOf, testNamed, type PlannedFault } from './contained-calls.js';
import { runAttempt } from './attempt.js';
import type { Runner } from './runner.js';
import { chooseTests, rerunFailed, runAll } from './run-all.js';

/** Number of requests that are lost in one run of a cell, each in every way, unless the matrix says otherwise. */
const CALLS = 200;

/** Milliseconds that a launch may take beyond all deadlines. What hangs is recognised by its state, long before. */
const PATIENCE = { least: 60_000, times: 4 };

/** A test and the requests that its workers read when nothing breaks. */
type Recorded = { test: string; key: string; requests: number; ms: number; usual: Remains };

/** What the launches without a fault recorded, of tests that pass. */
const recordedIn = (attempts: readonly Attempt[]): Recorded[] => {
  const found = new Map<string, Recorded>();
  for (const attempt of attempts) {
    const { requests, remains } = journalOf(attempt.logs);
    for (const [key, count] of requests) {
      const test = testNamed(key, attempt.requested);
      const end = attempt.events.find((e) => e.test === test && e.outcome === 'passed');
      if (test === undefined || !end || found.has(test)) continue;
      const usual = remains.get(key) ?? NOTHING_REMAINS;
      found.set(test, { test, key, requests: count, ms: end.ms ?? 0, usual });
    }
  }
  return [...found.values()];
};

/** Launches of one test each, where the tracer cannot tell tests apart. Undefined where it can. */
const recordedApart = async (r: Runner): Promise<readonly Attempt[] | undefined> => {
  const { evidence, options } = r;
  const shared = (a: Attempt): boolean => a.requested === 'all' || a.requested.length > 1;
  const unnamed = (a: Attempt): boolean => journalOf(a.logs).requests.has('*');
  if (!evidence.attempts.some((a) => shared(a) && unnamed(a))) return undefined;
  const aside: EvidenceDraft = { ...evidence, attempts: [], seen: [] };
  const apart: Runner = { ...r, evidence: aside };
  for (const test of evidence.wanted) if (!options.signal.aborted) await runAttempt(apart, [test], false);
  r.n = apart.n;
  return aside.attempts;
};

/** A request of a test, and the ways in which it has been lost so far. */
type Call = Recorded & { n: number; done: Set<FaultKind>; passed: boolean; failed: FaultKind[] };

/** Breaks workers in one launch, each in another test. */
const breakAt = async (r: Runner, kind: FaultKind, calls: readonly Call[]): Promise<void> => {
  const deadline = (r.cell.suite.contain?.deadline ?? 0) * 1000;
  r.faults = calls.map((c): PlannedFault => ({
    ...{ test: c.test, key: c.key, n: c.n, kind, more: c.requests - c.n },
    ...{ patience: deadline + c.ms, usual: c.usual, bears: c.passed },
  }));
  r.limitMs =
    PATIENCE.least + r.faults.reduce((sum, f) => sum + 2 * f.patience, r.evidence.ms * PATIENCE.times);
  const attempt = await runAttempt(
    r,
    calls.map((c) => c.test),
    false,
  );
  delete r.faults;
  const journal = journalOf(attempt.logs);
  for (const s of journal.struck) {
    const call = calls.find((c) => c.key === s.key);
    if (!call || journal.unbroken.has(faultId(s))) continue;
    call.done.add(kind);
    const end = endOf(attempt, call.test, journal.stuck);
    if (end === 'passed') call.passed = true;
    else if (end === 'failed' && !call.passed) call.failed.push(kind);
  }
};

/** Loses each of these requests in one way: those of one launch together, as long as that leads on, then each alone. */
const inTurn = async (r: Runner, kind: FaultKind, calls: readonly Call[]): Promise<void> => {
  const open = (): Call[] => calls.filter((c) => !c.done.has(kind));
  const over = (): boolean => open().length === 0 || r.options.signal.aborted;
  // A parent that ends takes the tests behind it along.
  for (let left = Infinity; !over() && open().length < left && open().every((c) => c.key !== '*');) {
    left = open().length;
    await breakAt(r, kind, open());
  }
  if (calls.length > 1 || calls[0]?.key === '*')
    for (const c of open()) if (!over()) await breakAt(r, kind, [c]);
};

/** Runs the cell's tests, then those again whose workers read requests, with each request lost in each way. */
export const runContained = async (r: Runner): Promise<void> => {
  const { cell, evidence, options } = r;
  const planted = isPlanted(cell.suite.role);
  const due = chooseTests(r);
  await runAll(r, evidence.wanted, false);
  if (!planted) await rerunFailed(r);
  const recorded = recordedIn((await recordedApart(r)) ?? evidence.attempts);
  const calls = recorded.flatMap((t): Call[] =>
    Array.from({ length: t.requests }, (_, i) => ({
      ...t,
      n: i + 1,
      done: new Set(),
      passed: false,
      failed: [],
    })),
  );
  // Of many requests each iteration of a soak loses others.
  const seed = planted ? undefined : options.disturbance?.seed;
  const drawn = seed === undefined ? calls : shuffled(calls, seed);
  const chosen = drawn.slice(0, planted ? Infinity : (cell.matrix.gates[cell.gate.id]?.calls ?? CALLS));
  /** A planted case is tried until it is seen. */
  const isOpen = (c: Call): boolean =>
    !planted || due.some((e) => isCase(c.test, e.case) && !evidence.seen.some((o) => meets(o, e)));
  const most = Math.max(0, ...chosen.map((c) => c.n));
  for (let n = 1; n <= most; n++)
    for (const kind of FAULT_KINDS)
      await inTurn(
        r,
        kind,
        chosen.filter((c) => c.n === n && isOpen(c)),
      );
  // A test that failed before it was known to bear the loss of its request.
  for (const c of chosen.filter((x) => x.passed && isOpen(x)))
    for (const kind of c.failed) if (!options.signal.aborted) await breakAt(r, kind, [c]);
  const driven = chosen.reduce((sum, c) => sum + c.done.size, 0);
  const tried = planted ? driven : chosen.length * FAULT_KINDS.length;
  evidence.failing = { found: calls.length * FAULT_KINDS.length, driven, lost: tried - driven };
};
