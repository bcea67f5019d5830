/**
 * Which iteration comes next. Decided from the history alone, so a night that was killed and resumed goes on as if it had not
 * been. Pure.
 */
import type { Perturbation } from '../model/disturbance.js';
import { EXIT } from '../model/exit-codes.js';
import { byText } from '../model/order.js';
import { seedOf } from '../model/shuffle.js';
import type { EndReason, History, IterationRecord, Night, PlannedCell } from './history.js';

import { neededFor } from './rates.js';

export type Step = { cell: string; lane: string; i: number; seed: number; perturb: Perturbation };
export type Next = { step: Step } | { end: EndReason };

/** A lane is proven again after so many iterations. */
export const PROOF_EVERY = 25;

const SHARE = 0.95;

/** The time that 95 % of these took no longer than. */
export const p95 = (all: readonly number[]): number | undefined =>
  [...all].sort((a, b) => a - b)[Math.ceil(all.length * SHARE) - 1];

const isRed = (r: IterationRecord): boolean => r.code !== EXIT.OK;

/** Milliseconds of all iterations, by cell. */
const timesIn = (history: History): Map<string, number[]> => {
  const times = new Map<string, number[]>();
  for (const { cell, ms } of history.nights.flatMap((n) => n.iterations)) {
    const known = times.get(cell);
    if (known) known.push(ms);
    else times.set(cell, [ms]);
  }
  return times;
};

const countBy = <T>(all: readonly T[], key: (t: T) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const t of all) counts.set(key(t), (counts.get(key(t)) ?? 0) + 1);
  return counts;
};

/** Whether a cell has enough proven iterations of each of its perturbations. */
const isEnough = (c: PlannedCell, night: Night, needed: number): boolean => {
  const proven = countBy(
    night.iterations.filter((r) => r.cell === c.id && r.proven),
    (r) => r.perturb,
  );
  return c.perturbations.every((p) => (proven.get(p) ?? 0) >= needed);
};

/**
 * The least-run cell of the night; of several, the one that ran least in all nights, then by id. The perturbations of a cell
 * take turns over all nights. `left` is the rest of the time in milliseconds, and an iteration that will likely exceed it is not
 * begun: then others fill the time, as long as no cell falls behind by more than one.
 */
export const nextStep = (
  history: History,
  night: Night,
  left: number,
  expected: (cell: string) => number,
): Next => {
  const { budget } = night;
  if (budget.untilFail && night.iterations.some(isRed)) return { end: 'failed' };
  const counts = countBy(night.iterations, (r) => r.cell);
  const done = (c: PlannedCell): number => counts.get(c.id) ?? 0;
  const { repeat, untilRate } = budget;
  const needed = untilRate === undefined ? undefined : neededFor(untilRate);
  const open = night.cells.filter(
    (c) =>
      (repeat === undefined || done(c) < repeat) && (needed === undefined || !isEnough(c, night, needed)),
  );
  if (open.length === 0) return { end: needed === undefined ? 'repeats' : 'rate' };
  const least = Math.min(...open.map(done));
  const times = timesIn(history);
  const fits = (c: PlannedCell): boolean => (p95(times.get(c.id) ?? []) ?? expected(c.id)) <= left;
  const ever = (c: PlannedCell): number => history.counts.get(c.id) ?? 0;
  const [cell] = open
    .filter((c) => done(c) === least && fits(c))
    .sort((a, b) => ever(a) - ever(b) || byText(a.id, b.id));
  if (!cell) return { end: 'time' };
  const i = ever(cell);
  const perturb = cell.perturbations[i % cell.perturbations.length]!;
  return { step: { cell: cell.id, lane: cell.lane, i, seed: seedOf(night.seed, cell.id, i), perturb } };
};

/** Iterations that the budget asks for by number. */
export const plannedIn = ({ budget, cells }: Night): number | undefined =>
  budget.repeat === undefined ? undefined : budget.repeat * cells.length;
