/** Runs cells whose findings are declared: hazards and canaries. */
import { isCase, isNativeFile, type Expectation } from '../config/annotations.js';
import { NO_NOISE, originOf } from '../judge/origin.js';
import { isApart, type Apart } from '../bindings/binding.js';
import { concerns, expected, meets } from '../judge/expectations.js';
import type { Cell } from '../plan/plan.js';
import { BINDINGS } from '../bindings/index.js';
import { seedsOf } from './run-schedules.js';
import { runAttempt } from './attempt.js';
import type { Runner } from './runner.js';
import { runAll } from './run-all.js';

/** Hazards that usually end the process, whatever the gate does. */
const DEADLY = /^(?:crash|null)\//;
/** Deadly where a gate sees it. A host that no gate sees it in stops the call itself. */
const OFTEN_DEADLY = /^lifetime\/callback-collected$/;

/** Whether a test is one of these. */
type Runs = (test: string) => boolean;

const partition = <T>(all: readonly T[], holds: (t: T) => boolean): [T[], T[]] => [
  all.filter(holds),
  all.filter((t) => !holds(t)),
];

/** Hazards that are reported at the end of a process, without naming a test. */
const LEAKY = /(?:^|[/-])leak(?:-|$)/;

/**
 * A JVM branches on a value that native code left uninitialised. Only the origin of the value leads back to
 * native code.
 */
const REASONED = /^init_uninitialised_out_parameter/;

/** Runs one test alone, under one schedule after another, until all that is declared of it was seen. */
const runUntilCaught = async (
  r: Runner,
  test: string,
  open: readonly Expectation[],
  caught: (e: Expectation) => boolean,
): Promise<void> => {
  const planted = open.filter((e) => isCase(test, e.case));
  if (planted.length === 0) return;
  for (const seed of seedsOf(r.cell)) {
    if (r.options.signal.aborted) return;
    if (seed !== undefined) r.seed = seed;
    await runAttempt(r, [test], true);
    if (planted.every(caught)) return;
  }
};

/** The first launches of planted tests: as few as can show every bug. */
type Plan = {
  wanted: string[];
  /** Reports without explanations suffice. */
  skipExplanations: boolean;
  /** A gate that would stop at its first report continues. */
  goesOn: boolean;
  /** All tests are first launched together. */
  batch: boolean;
  /** The tests that then run in processes of their own. */
  apart: Apart;
};

const planOf = (cell: Cell, wanted: readonly string[], due: readonly Expectation[], deadly: Runs): Plan => {
  const binding = BINDINGS[cell.suite.binding];
  const { isolates } = binding;
  // A demonstration needs few explanations. Canaries prove a lane, so they run exactly as project tests do.
  const demonstrates = cell.suite.role === 'hazard';
  // Where the host is started anew for each test, explanations for all cost less than another start for one.
  const reasoned = isolates === 'start-all' && due.some((e) => REASONED.test(e.case));
  // Where isolation costs a start of the host per test, one process continues past its reports as far as it
  // gets.
  const costly = isolates === undefined || isolates === 'start-all';
  const goesOn = demonstrates && costly && cell.gate.goesOn === true;
  const halts = cell.gate.halts && !goesOn;
  // A process per test costs a start of the host each time. Only a gate that ends the process at its first
  // report needs it.
  const each = halts || (!cell.gate.heavy && !binding.attributes);
  // The test that leaked is known only if it had a process of its own, or if the declared line is in the
  // stack.
  const leaky = due.filter((e) => LEAKY.test(e.hazard) && !isNativeFile(e.file));
  const alone = {
    fork: (t: string): boolean => deadly(t) || leaky.some((e) => isCase(t, e.case)),
    start: deadly,
    'start-all': () => false,
    none: () => false,
  }[isolates ?? 'none'];
  // A test that ends its process costs the others a second one. It gets a process of its own, or runs last if
  // the framework keeps the order.
  const [ending, lasting] = partition(wanted, deadly);
  return {
    wanted: [...lasting, ...ending],
    skipExplanations: demonstrates && !reasoned,
    goesOn,
    // If the framework cannot assign a report to its test, the lines in its stacks do. Tests that remain open
    // run alone afterwards.
    batch: isolates !== undefined || cell.gate.heavy || !halts,
    apart: each || wanted.filter(alone),
  };
};

/** Runs each declared case until its expectation is met, or it has failed in isolation. */
export const runExpected = async (r: Runner): Promise<void> => {
  const { cell, evidence } = r;
  const { listed } = evidence;
  const due = expected(cell, r.options.expectations, listed);
  const blind = r.options.expectations.filter((e) => e.blind && concerns(e, cell, listed));
  const runs = (t: string, es: readonly Expectation[]): boolean => es.some((e) => isCase(t, e.case));
  evidence.wanted = listed.filter((t) => runs(t, [...due, ...blind]));
  const deadly = [...due, ...blind].filter(
    (e) => DEADLY.test(e.hazard) || (!e.blind && OFTEN_DEADLY.test(e.hazard)),
  );
  const { wanted, skipExplanations, goesOn, batch, apart } = planOf(cell, evidence.wanted, due, (t) =>
    runs(t, deadly),
  );
  r.skipExplanations = skipExplanations;
  r.goesOn = goesOn;
  if (batch) await runAll(r, wanted, apart);
  else
    await runAll(
      r,
      wanted.filter((t) => !runs(t, due)),
      false,
    );
  // A report whose stacks show only the host may still be about project code, by its explanation.
  const caught = (e: Expectation): boolean =>
    evidence.seen.some((s) => meets(s, e) && originOf(s.diagnostic, evidence.own, NO_NOISE) !== 'runtime');
  const open = batch ? due.filter((e) => !caught(e)) : due;
  r.skipExplanations = false;
  r.goesOn = false;
  // Leaks whose stacks never reach project code are rerun with full unwinding, as in project suites.
  const cut = cell.gate.truncatesStacks?.(cell.suite.binding) === true;
  const hidden = (t: string): boolean =>
    cut && open.some((e) => isCase(t, e.case) && e.hazard.endsWith('/leak') && !caught(e));
  // Tests that already had a process of their own gain nothing from another of the same kind.
  const [slow, others] = partition(evidence.wanted, (t) => batch && isApart(apart, t) && hidden(t));
  for (const t of others) await runUntilCaught(r, t, open, caught);
  const left = [...slow, ...others.filter(hidden)];
  r.fullUnwind = true;
  await runAll(r, left, true);
};
