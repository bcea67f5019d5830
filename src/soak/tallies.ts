/** Counts over iterations: how often something was seen under which conditions, and whether a condition matters. Pure. */
import { PERTURBATIONS, type Perturbation } from '../model/disturbance.js';
import type { IterationRecord, Night } from './history.js';
import { fisher, intervalOf, sumOf, type Rate } from './rates.js';

/** Whether an iteration showed it. */
export type Shows = (r: IterationRecord) => boolean;

/** The rate in proven iterations; the others say nothing about what they did not show. */
export const rateOf = (all: readonly IterationRecord[], shows: Shows): Rate => {
  const proven = all.filter((r) => r.proven);
  return { seen: proven.filter(shows).length, of: proven.length };
};

/** A rate under one perturbation. `p`: that a rate like this one comes by chance from that of the other iterations. */
export type Condition = Rate & { name: Perturbation; low: number; high: number; p?: number };

/** A perturbation matters if chance alone has a probability below this. */
export const MATTERS = 0.01;

/**
 * The rate under each perturbation that ran. Each is compared with `none`, or, if that did not run, with all others together;
 * `p` is multiplied by the number of comparisons (Bonferroni), so that many perturbations do not find one by chance.
 */
export const conditionsOf = (all: readonly IterationRecord[], shows: Shows): Condition[] => {
  const rates = PERTURBATIONS.map((name) => ({
    name,
    ...rateOf(
      all.filter((r) => r.perturb === name),
      shows,
    ),
  })).filter((r) => r.of > 0);
  const usual = rates.find((r) => r.name === 'none');
  const compared = rates.filter((r) => r !== usual).length;
  return rates.map((r): Condition => {
    const bounds = intervalOf(r);
    if (r === usual || rates.length < 2) return { ...r, ...bounds };
    const others = usual ?? sumOf(rates.filter((o) => o !== r));
    return { ...r, ...bounds, p: Math.min(1, fisher(r, others) * compared) };
  });
};

/** The perturbation under which it is seen significantly more often, if there is one: the surest of them. */
export const mattersIn = (conditions: readonly Condition[]): Condition | undefined => {
  const usual = conditions.find((c) => c.name === 'none');
  const share = (c: Rate): number => (c.of === 0 ? 0 : c.seen / c.of);
  return conditions
    .filter((c) => c.p !== undefined && c.p < MATTERS && share(c) > (usual ? share(usual) : 0))
    .sort((a, b) => a.p! - b.p!)[0];
};

/**
 * The nights whose iterations may be counted together with those of the last one: of the same clean commit and the same version.
 * Of changed files nobody knows whether they are the same.
 */
export const sameCode = (nights: readonly Night[]): Night[] => {
  const last = nights.at(-1);
  if (!last) return [];
  if (last.commit === undefined || last.dirty) return [last];
  return nights.filter((n) => n.commit === last.commit && !n.dirty && n.tool === last.tool);
};

/** One rate for each of the last nights, oldest first. */
export const overNights = (nights: readonly Night[], cells: ReadonlySet<string>, shows: Shows): Rate[] =>
  nights.map((n) =>
    rateOf(
      n.iterations.filter((r) => cells.has(r.cell)),
      shows,
    ),
  );
