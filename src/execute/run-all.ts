/** The launches that a cell's tests take until each has had a turn, and the reruns of those that failed. */
import { isCase, type Expectation } from '../config/annotations.js';
import { expected } from '../judge/expectations.js';
import { isFuzzing } from '../model/fuzz-plan.js';
import { isPlanted } from '../model/role.js';
import { BINDINGS } from '../bindings/index.js';
import type { Apart, Binding } from '../bindings/binding.js';
import type { Attempt } from '../judge/evidence.js';
import { runAttempt } from './attempt.js';
import type { Runner } from './runner.js';

/** After so many consecutive launches of a single test without any test event, no further launch is made. */
const MAX_IDLE_LAUNCHES = 8;

/** After so many launches in a row that end alike after a single test, the cause is the host and no test. */
const MAX_ALIKE = 5;

/** How a launch ended, if by itself, in its first test, and without a report. */
const endOf = ({ exit, events, lastWords: words, logs }: Attempt): string | undefined =>
  exit.kind === 'code' &&
  exit.code !== 0 &&
  words !== undefined &&
  new Set(events.map((e) => e.test)).size === 1 &&
  !events.some((e) => e.outcome === 'failed') &&
  !logs.some((l) => l.parsed.diagnostics.length)
    ? `${exit.code} ${words}`
    : undefined;

/** Bytes of names that one launch takes. Go gets all in one argument, of which Linux takes 128 KiB. */
const MAX_NAMES = 96 << 10;

/** The first tests, as many as one launch can be told. */
const portion = (tests: readonly string[], { selectsAny }: Binding): readonly string[] => {
  if (selectsAny) return tests;
  let bytes = 0;
  const end = tests.findIndex((t) => (bytes += Buffer.byteLength(t) + 1) > MAX_NAMES);
  return end < 0 ? tests : tests.slice(0, Math.max(1, end));
};

/**
 * Launches the remaining tests, without those that ended a process, until every wanted test has had a turn
 * (Law 7).
 */
export const runAll = async (r: Runner, wanted: readonly string[], isolate: Apart): Promise<void> => {
  let left = [...wanted];
  let alike: string[] = [];
  while (left.length && !r.options.signal.aborted) {
    const asked = isFuzzing(r.cell.suite) ? left.slice(0, 1) : portion(left, BINDINGS[r.cell.suite.binding]);
    const attempt = await runAttempt(r, asked, isolate);
    if (attempt.exit.kind === 'spawn-error') return;
    const end = endOf(attempt);
    alike = end === undefined ? [] : [...alike.filter((e) => e === end), end];
    if (alike.length >= MAX_ALIKE) return;
    const turned = new Set(attempt.events.map((e) => e.test));
    const next = left.filter((t) => !turned.has(t));
    if (next.length === left.length) {
      // No test began. Run alone, each test can show whether it is the one that prevents the others. If
      // several in a row do not begin either, none of them is.
      const cut = attempt.exit.kind === 'timeout' || attempt.exit.kind === 'flooded';
      let idle = left.length > 1 && !cut ? 0 : MAX_IDLE_LAUNCHES;
      for (const t of left) {
        if (idle >= MAX_IDLE_LAUNCHES || r.options.signal.aborted) return;
        idle = (await runAttempt(r, [t], isolate)).events.length ? 0 : idle + 1;
      }
      return;
    }
    left = next;
  }
};

/** Wants all tests of a suite, or those of its planted bugs that this gate is to see. Returns what is declared of them. */
export const chooseTests = ({ cell, evidence, options }: Runner): readonly Expectation[] => {
  const { listed } = evidence;
  const planted = isPlanted(cell.suite.role);
  const due = planted ? expected(cell, options.expectations, listed) : [];
  evidence.wanted = planted ? listed.filter((t) => due.some((e) => isCase(t, e.case))) : listed;
  return due;
};

/** Number of failed tests that are rerun. */
const MAX_RERUNS = 3;

/**
 * Reruns the first failed tests, each alone. A test that passes then is flaky, or depends on the tests before
 * it; it stays failed (Law 9). Does nothing if there are reports or a launch ended abnormally, since these
 * matter more.
 */
export const rerunFailed = async (r: Runner): Promise<void> => {
  const { attempts, seen } = r.evidence;
  // Tests that ran under several schedules have been repeated already.
  if (r.seed !== undefined) return;
  if (seen.length > 0 || attempts.some((s) => s.exit.kind !== 'code' || s.unfinished.length > 0)) return;
  const failed = attempts.flatMap((s) => s.events).filter((e) => e.outcome === 'failed');
  for (const test of [...new Set(failed.map((e) => e.test))].slice(0, MAX_RERUNS))
    if (!r.options.signal.aborted) await runAttempt(r, [test], false);
};
