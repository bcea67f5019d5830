/** Runs the cells whose findings are declared: hazards and canaries. */
import { isCase, type Expectation } from './annotations.js';
import { NO_NOISE, originOf } from './attribute.js';
import { concerns, expected, meets } from './expectations.js';
import { BINDINGS } from './registry.js';
import { seedsOf } from './schedules.js';
import { runAll, shoot, type Runner } from './shots.js';

/** Hazards at which a process seldom goes on, whatever the gate does. */
const DEADLY = /^(?:crash|null)\/|^lifetime\/callback-collected$/;

const partition = <T>(all: readonly T[], holds: (t: T) => boolean): [T[], T[]] => [
  all.filter(holds),
  all.filter((t) => !holds(t)),
];

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
    await shoot(r, [test], true);
    if (planted.every(caught)) return;
  }
};

/** Runs the declared cases, each until its expectation is met, or was alone and is not. */
export const runPlanted = async (r: Runner): Promise<void> => {
  const { cell, evidence } = r;
  const { listed } = evidence;
  const due = expected(cell, r.room.expectations, listed);
  const blind = r.room.expectations.filter((e) => e.blind && concerns(e, cell, listed));
  const runs = (t: string, es: readonly Expectation[]): boolean => es.some((e) => isCase(t, e.case));
  // A demonstration shows that bugs are seen and needs no reasons. The bugs that prove a lane are sought exactly as users' are.
  r.terse = cell.suite.role === 'hazard';
  evidence.wanted = listed.filter((t) => runs(t, [...due, ...blind]));
  const binding = BINDINGS[cell.suite.binding];
  // Where the framework does not say which test a report belongs to, its lines do; what is open then runs alone.
  const batch = binding.isolates === true || cell.gate.heavy || !cell.gate.halts;
  // A process per test costs a start of the host each time: only a gate that ends the process at its first report needs it.
  const isolate = cell.gate.halts || (!cell.gate.heavy && !binding.attributes);
  if (batch && isolate) await runAll(r, evidence.wanted, true);
  else if (batch) {
    // A test that ends its process costs the others a second one: it is asked for last, where the framework keeps the order.
    const deadly = [...due, ...blind].filter((e) => DEADLY.test(e.hazard));
    const [last, first] = partition(evidence.wanted, (t) => runs(t, deadly));
    await runAll(r, [...first, ...last], false);
  } else
    await runAll(
      r,
      evidence.wanted.filter((t) => !runs(t, due)),
      false,
    );
  // What is the host's as far as its stacks tell may be the user's by its reason.
  const caught = (e: Expectation): boolean =>
    evidence.seen.some((s) => meets(s, e) && originOf(s.sighting, evidence.own, NO_NOISE) !== 'runtime');
  const open = batch ? due.filter((e) => !caught(e)) : due;
  r.terse = false;
  // Leaks of which no stack reaches the user's code are looked for with whole stacks, as in users' suites.
  const cut = cell.gate.cutsStacks?.(cell.suite.binding) === true;
  const hidden = (t: string): boolean =>
    cut && open.some((e) => isCase(t, e.case) && e.hazard.endsWith('/leak') && !caught(e));
  // Where each had a process of its own already, another of the same kind shows nothing new.
  const [slow, others] = partition(evidence.wanted, (t) => batch && isolate && hidden(t));
  for (const t of others) await runUntilCaught(r, t, open, caught);
  const left = [...slow, ...others.filter(hidden)];
  r.wholeStacks = true;
  await runAll(r, left, true);
};
