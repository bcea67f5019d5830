/** Runs the cells whose findings are declared: hazards and canaries. */
import { isCase, type Expectation } from '../config/annotations.js';
import { NO_NOISE, originOf } from '../judge/origin.js';
import { isApart, type Apart } from '../bindings/binding.js';
import { concerns, expected, meets } from '../judge/expectations.js';
import type { Cell } from '../plan/plan.js';
import { BINDINGS } from '../bindings/index.js';
import { seedsOf } from './run-schedules.js';
import { runAll, runAttempt, type Runner } from './attempt.js';

/** Hazards at which a process seldom goes on, whatever the gate does. */
const DEADLY = /^(?:crash|null)\/|^lifetime\/callback-collected$/;

/** Whether a test is one of those. */
type Runs = (test: string) => boolean;

const partition = <T>(all: readonly T[], holds: (t: T) => boolean): [T[], T[]] => [
  all.filter(holds),
  all.filter((t) => !holds(t)),
];

/** Hazards that are reported when a process ends, without a word of the test. */
const LEAKY = /(?:^|[/-])leak(?:-|$)/;

/** Files whose lines stand in the stacks that a checker walks. */
const NATIVE = /\.(?:[ch]|cc|cpp|cxx|hpp|rs)$/;

/** A JVM branches on what native code left unset: only the origin of the value leads back to native code. */
const REASONED = /^init_uninitialised_out_parameter/;

/** Runs one test alone, under one schedule after the other, until what is declared of it was seen. */
const runUntilCaught = async (
  r: Runner,
  test: string,
  open: readonly Expectation[],
  caught: (e: Expectation) => boolean,
): Promise<void> => {
  const planted = open.filter((e) => isCase(test, e.case));
  if (planted.length === 0) return;
  for (const seed of seedsOf(r.cell)) {
    if (r.room.signal.aborted) return;
    if (seed !== undefined) r.seed = seed;
    await runAttempt(r, [test], true);
    if (planted.every(caught)) return;
  }
};

/** How the first launches of planted tests are made: as few as can show every bug. */
type Plan = {
  wanted: string[];
  /** Reports need no reasons. */
  skipExplanations: boolean;
  /** A gate that halts goes on. */
  goesOn: boolean;
  /** All tests are asked for together first. */
  batch: boolean;
  /** Which of them have processes of their own then. */
  apart: Apart;
};

const planOf = (cell: Cell, wanted: readonly string[], due: readonly Expectation[], deadly: Runs): Plan => {
  const binding = BINDINGS[cell.suite.binding];
  const { isolates } = binding;
  // A demonstration shows that bugs are seen and needs few reasons. The bugs that prove a lane are sought exactly as users' are.
  const demonstrates = cell.suite.role === 'hazard';
  // Where hosts are started anew, reasons for all cost less than a start for the one that needs them.
  const reasoned = isolates === 'start-all' && due.some((e) => REASONED.test(e.case));
  // Where processes of their own cost a start of the host each, one goes on from report to report as far as it comes.
  const costly = isolates === undefined || isolates === 'start-all';
  const goesOn = demonstrates && costly && cell.gate.goesOn === true;
  const halts = cell.gate.halts && !goesOn;
  // A process per test costs a start of the host each time: only a gate that ends the process at its first report needs it.
  const each = halts || (!cell.gate.heavy && !binding.attributes);
  // Which test leaked is known of a process of its own only, unless the line is in the stack.
  const leaky = due.filter((e) => LEAKY.test(e.hazard) && !NATIVE.test(e.file));
  const alone = {
    fork: (t: string): boolean => deadly(t) || leaky.some((e) => isCase(t, e.case)),
    start: deadly,
    'start-all': () => false,
    none: () => false,
  }[isolates ?? 'none'];
  // A test that ends its process costs the others a second one: it has one of its own, or is asked for last, where the
  // framework keeps the order.
  const [ending, lasting] = partition(wanted, deadly);
  return {
    wanted: [...lasting, ...ending],
    skipExplanations: demonstrates && !reasoned,
    goesOn,
    // Where the framework does not say which test a report belongs to, its lines do; what is open then runs alone.
    batch: isolates !== undefined || cell.gate.heavy || !halts,
    apart: each || wanted.filter(alone),
  };
};

/** Runs the declared cases, each until its expectation is met, or was alone and is not. */
export const runExpected = async (r: Runner): Promise<void> => {
  const { cell, evidence } = r;
  const { listed } = evidence;
  const due = expected(cell, r.room.expectations, listed);
  const blind = r.room.expectations.filter((e) => e.blind && concerns(e, cell, listed));
  const runs = (t: string, es: readonly Expectation[]): boolean => es.some((e) => isCase(t, e.case));
  evidence.wanted = listed.filter((t) => runs(t, [...due, ...blind]));
  const deadly = [...due, ...blind].filter((e) => DEADLY.test(e.hazard));
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
  // What is the host's as far as its stacks tell may be the user's by its reason.
  const caught = (e: Expectation): boolean =>
    evidence.seen.some((s) => meets(s, e) && originOf(s.diagnostic, evidence.own, NO_NOISE) !== 'runtime');
  const open = batch ? due.filter((e) => !caught(e)) : due;
  r.skipExplanations = false;
  r.goesOn = false;
  // Leaks of which no stack reaches the user's code are looked for with whole stacks, as in users' suites.
  const cut = cell.gate.truncatesStacks?.(cell.suite.binding) === true;
  const hidden = (t: string): boolean =>
    cut && open.some((e) => isCase(t, e.case) && e.hazard.endsWith('/leak') && !caught(e));
  // Where each had a process of its own already, another of the same kind shows nothing new.
  const [slow, others] = partition(evidence.wanted, (t) => batch && isApart(apart, t) && hidden(t));
  for (const t of others) await runUntilCaught(r, t, open, caught);
  const left = [...slow, ...others.filter(hidden)];
  r.fullUnwind = true;
  await runAll(r, left, true);
};
