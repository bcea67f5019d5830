/** From evidence to verdicts. Pure. Laws 1, 2 and 4 are enforced here. */
import { isPlanted } from '../model/role.js';
import { caseOf, isCase, placeOf, type Expectation } from '../config/annotations.js';
import { noiseKey, originOf } from './origin.js';
import { fingerprintOf } from './fingerprint.js';
import { fromOutside } from './crashes.js';
import { withoutIndirect } from './indirect-leaks.js';
import { expected, meets } from './expectations.js';
import { drivenInVain, readable } from './error-paths.js';
import { flakyOf, outcomes } from './outcomes.js';
import { onceReason, openReason } from './unproven.js';
import type { LaneReport, Origin } from '../model/report.js';
import type { Evidence, Observation, Attempt } from './evidence.js';
import type { InconclusiveReason, Verdict } from '../model/verdict.js';

export type Judged = {
  evidence: Evidence;
  verdict: Verdict;
  /** Diagnostics with their origin, in log order. */
  seen: (Observation & { origin: Origin })[];
  tests: { passed: number; failed: number; skipped: number };
  failedTests: { test: string; message?: string; flaky?: true }[];
  diedIn: string[];
  missed: Expectation[];
  caught: Expectation[];
};

const doubt = (d: InconclusiveReason, why: string): Verdict => ({ kind: 'inconclusive', doubt: d, why });

const whileRan = (s: Attempt): string => (s.unfinished.length ? ` while ${s.unfinished.at(-1)} ran` : '');
const saying = ({ lastWords }: Attempt): string =>
  lastWords === undefined ? ', and no log says why' : `: ${lastWords}`;
const outputOf = ({ suite, matrix }: Evidence['cell']): number => suite.output ?? matrix.output;

/** Describes an exit as though a checker had fired, or a death in a test, that no report explains. */
const silentEnd = (s: Attempt, exitCodes: readonly number[]): string | undefined => {
  if (s.logs.some((l) => l.parsed.diagnostics.length > 0)) return undefined;
  if (s.exit.kind === 'spawn-error') return `could not start: ${s.exit.message}`;
  if (s.exit.kind === 'signal' && fromOutside(s.exit.signal))
    return `the process was killed by ${s.exit.signal}${whileRan(s)}`;
  if (s.exit.kind !== 'code' || s.exit.code === 0) return undefined;
  if (exitCodes.includes(s.exit.code))
    return `exit status ${s.exit.code} is the checker's, but no log holds a report`;
  if (s.unfinished.length)
    return `the process ended with status ${s.exit.code} while ${s.unfinished.at(-1)} ran${saying(s)}`;
  if (!s.events.some((e) => e.outcome === 'failed'))
    return `exit status ${s.exit.code} although no test failed${s.lastWords ? `: ${s.lastWords}` : ''}`;
  return undefined;
};

const inconclusiveReason = (
  e: Evidence,
  seen: Judged['seen'],
  done: ReadonlyMap<string, unknown>,
  excused: ReadonlySet<string> = new Set(),
): Verdict | undefined => {
  const tool = seen.find((s) => s.origin === 'tool');
  if (tool) {
    const remedy = e.cell.gate.remedy?.(tool.diagnostic);
    return doubt('tool-failed', [tool.diagnostic.message, remedy].filter(Boolean).join('; '));
  }
  if (e.listingFailed !== undefined) return doubt('listing-failed', e.listingFailed);
  const cut = e.attempts.find((s) => s.exit.kind === 'timeout');
  if (cut) return doubt('timed-out', `stopped at its time limit${whileRan(cut)}`);
  const flooded = e.attempts.find((s) => s.exit.kind === 'flooded');
  if (flooded) return doubt('flooded', `wrote more than its ${outputOf(e.cell)} MiB${whileRan(flooded)}`);
  const read = readable(e);
  const lost = read.find((s) => s.lost !== undefined)?.lost;
  if (lost !== undefined) return doubt('log-truncated', lost);
  for (const s of read)
    for (const l of s.logs) {
      const u = l.parsed.unread[0];
      if (u) return doubt('unread-report', `${l.name}:${u.line}: ${u.text.slice(0, 160)}`);
      if (!l.parsed.complete)
        return doubt('log-truncated', `${l.name}: ${l.parsed.missing[0] ?? 'the log ends inside a report'}`);
    }
  if (e.listed.length === 0) return doubt('no-tests', 'the suite lists no test');
  for (const s of e.attempts) {
    const silent = silentEnd(s, e.cell.gate.exitCodes);
    if (silent) return doubt('fired-but-silent', silent);
  }
  if (!e.attempts.some((s) => s.events.length)) return doubt('did-not-start', 'no test began');
  const absent = e.wanted.filter((t) => !done.has(t) && !excused.has(t));
  if (absent.length)
    return doubt(
      'tests-missing',
      `no result for ${absent.slice(0, 3).join(', ')}${absent.length > 3 ? ` and ${absent.length - 3} more` : ''}`,
    );
  const guarded = e.attempts.flatMap((s) => s.watched ?? []);
  if (guarded.length && !guarded.some((w) => w.sum))
    return doubt(
      'gate-not-armed',
      guarded.some((w) => w.sum !== undefined)
        ? `the guard watched nothing: ${guarded[0]!.none}`
        : 'the guard left no last line: it was not there, or its processes did not end',
    );
  if (e.cell.gate.breaksWorkers && e.failing?.driven === 0)
    return doubt(
      'gate-not-armed',
      e.failing.found === 0
        ? 'no worker read a request in a test that passes'
        : `none of ${e.failing.found} faults could be put into a worker`,
    );
  const idle = drivenInVain(e);
  if (idle !== undefined) return doubt('fired-but-silent', idle);
  const unchecked = e.attempts.find((s) => s.unchecked !== undefined)?.unchecked;
  if (unchecked !== undefined) return doubt('leaks-unchecked', `leaks were not checked: ${unchecked}`);
  const open = openReason(e);
  if (open !== undefined) return doubt('tests-unproven', open);
  return undefined;
};

const reds = (seen: Judged['seen']): Judged['seen'] =>
  seen.filter((s) => (s.origin === 'own' || s.origin === 'host') && s.diagnostic.tier === undefined);

/** Whether a launch holds one of these reports, which explains why it ended early. */
const holdsOne = (e: Evidence, s: Attempt, known: ReadonlySet<string>): boolean =>
  s.logs.some((l) => l.parsed.diagnostics.some((x) => known.has(fingerprintOf(x, e.own))));

/** Tests that died or failed because of these findings. */
const excusedBy = (e: Evidence, found: Judged['seen'], known: ReadonlySet<string>): Set<string> =>
  new Set([
    ...found.flatMap((s) => (s.test === undefined ? [] : [s.test])),
    ...e.attempts.filter((s) => s.unfinished.length && holdsOne(e, s, known)).flatMap((s) => s.unfinished),
  ]);

const judgeSubject = (
  e: Evidence,
  seen: Judged['seen'],
  done: ReturnType<typeof outcomes>,
  blind: string | undefined,
  known: ReadonlySet<string>,
): Verdict => {
  const all = reds(seen);
  const old = all.filter((s) => known.has(fingerprintOf(s.diagnostic, e.own)));
  // Counted as in the report: two diagnostics with one fingerprint are one finding.
  const distinct = (some: Judged['seen']): number =>
    new Set(some.map((s) => fingerprintOf(s.diagnostic, e.own))).size;
  const [findings, accepted] = [distinct(all), distinct(old)];
  const counts = { findings, fresh: findings - accepted, known: accepted };
  if (counts.fresh) {
    const reported = new Set(all.map((s) => fingerprintOf(s.diagnostic, e.own)));
    const besides = inconclusiveReason(e, seen, done, excusedBy(e, all, reported));
    return {
      kind: 'hazard',
      ...counts,
      ...(besides?.kind === 'inconclusive' ? { why: `also ${besides.doubt}: ${besides.why}` } : {}),
    };
  }
  const excused = excusedBy(e, old, known);
  const unsure = inconclusiveReason(e, seen, done, excused);
  const failed = [...done].filter(([t, o]) => o.outcome === 'failed' && !excused.has(t));
  if (
    failed.length &&
    (!unsure ||
      (unsure.kind === 'inconclusive' &&
        unsure.doubt === 'fired-but-silent' &&
        !e.attempts.some((s) => s.unfinished.length) &&
        e.wanted.every((t) => done.has(t))))
  )
    return {
      kind: 'suite-failed',
      why: `${failed.length} failed: ${failed
        .slice(0, 3)
        .map(([t]) => t)
        .join(', ')}`,
    };
  // A process that a known finding ended could not check for leaks. The verdict says so, but is not
  // inconclusive.
  const cut =
    unsure?.kind === 'inconclusive' &&
    unsure.doubt === 'leaks-unchecked' &&
    e.attempts.every((s) => s.unchecked === undefined || holdsOne(e, s, known));
  if (unsure && !cut) return unsure;
  if (blind) return doubt('gate-not-armed', blind);
  if (old.length === 0) return { kind: 'clean' };
  return { kind: 'hazard', ...counts, ...(cut ? { why: unsure.why } : {}) };
};

/** Go's tests have their package before them, others their file. */
const fileOf = (test: string): string => {
  const cut = test.indexOf('::');
  return test.slice(0, cut < 0 ? Math.max(0, test.lastIndexOf('/')) : cut);
};

/** What of the suite a verdict does not cover: files and tests. The others are judged as though these were not there. */
const withUncovered = (v: Verdict, e: Evidence): Verdict => {
  if (v.kind === 'build-failed' || v.kind === 'inconclusive') return v;
  const why = [v.why, uncollectedReason(e), onceReason(e)].filter(Boolean).join('; ');
  return why === '' ? v : { ...v, why };
};

const uncollectedReason = ({ uncollected = [], listed }: Evidence): string | undefined => {
  const [first] = uncollected;
  if (!first) return undefined;
  const files = new Set([...listed.map(fileOf), ...uncollected.map((u) => u.file)]).size;
  return `${uncollected.length} of ${files} test files could not be collected: ${first.file}: ${first.why}`;
};

const judgePlanted = (e: Evidence, due: readonly Expectation[], missed: readonly Expectation[]): Verdict => {
  if (missed.length) {
    const absent = missed.filter((x) => !e.listed.some((t) => isCase(t, x.case)));
    const why = absent.length
      ? `no test for ${absent.map((x) => x.case).join(', ')}`
      : `not seen: ${missed.map((x) => `${x.case} (${placeOf(x)})`).join(', ')}`;
    return { kind: 'missed', missed: missed.map((x) => x.case), why };
  }
  // The expectations depend on the listed tests.
  if (e.listingFailed !== undefined) return doubt('listing-failed', e.listingFailed);
  return { kind: 'as-declared', caught: due.length };
};

/**
 * Judges one cell, before its lane's proof is applied by `withProof`. `noise` are the keys of the lane's
 * no-op run, `blind` says why the object under test is invisible to the gate, `known` are the fingerprints
 * that the baseline accepts.
 */
export const judge = (
  e: Evidence,
  all: readonly Expectation[],
  noise: ReadonlySet<string>,
  blind?: string,
  known: ReadonlySet<string> = new Set(),
): Judged => {
  const attributed = e.seen.map((s) => ({ ...s, origin: originOf(s.diagnostic, e.own, noise) }));
  const done = outcomes(e.attempts);
  const flaky = flakyOf(e.attempts);
  const count = (k: string): number => [...done.values()].filter((o) => o.outcome === k).length;
  const planted = isPlanted(e.cell.suite.role);
  // Each planted leak is declared on its own line.
  const seen = planted ? attributed : withoutIndirect(attributed, e.own);
  const due = planted ? expected(e.cell, all, e.listed) : [];
  const caught = due.filter((x) =>
    seen.some((s) => s.origin !== 'runtime' && s.origin !== 'tool' && meets(s, x)),
  );
  const missed = due.filter((x) => !caught.includes(x));
  return {
    evidence: e,
    verdict: e.failed
      ? { kind: 'build-failed', why: e.failed }
      : planted
        ? judgePlanted(e, due, missed)
        : withUncovered(judgeSubject(e, seen, done, blind, known), e),
    seen,
    tests: { passed: count('passed'), failed: count('failed'), skipped: count('skipped') },
    failedTests: [...done]
      .filter(([, o]) => o.outcome === 'failed')
      .map(([test, o]) => ({
        test,
        ...(o.message ? { message: o.message } : {}),
        ...(flaky.has(test) ? { flaky: true as const } : {}),
      })),
    diedIn: [...new Set(e.attempts.flatMap((s) => s.unfinished))],
    missed,
    caught,
  };
};

/** Keys of the reports in a lane's no-op run: the noise of the host. */
export const noiseOf = (canary: Evidence | undefined): Set<string> =>
  new Set(
    (canary?.seen ?? [])
      .filter((s) => s.test !== undefined && caseOf(s.test) === 'noop')
      .map((s) => noiseKey(s.diagnostic)),
  );

/** Law 1: nothing is clean in a lane that is not proven. */
export const withProof = (v: Verdict, lane: LaneReport): Verdict => {
  // That the lane's gate is not armed says more than that one process was not checked for leaks.
  const open =
    v.kind === 'clean' ||
    (v.kind === 'hazard' && v.fresh === 0) ||
    (v.kind === 'inconclusive' && v.doubt === 'leaks-unchecked');
  if (!open || lane.proven) return v;
  const blind = lane.canaries.filter((c) => !c.seen).map((c) => c.class);
  return doubt(
    'gate-not-armed',
    blind.length ? `the lane's canary was not seen: ${blind.join(', ')}` : 'the lane has no canary',
  );
};
