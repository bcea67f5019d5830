/**
 * Rates of what is seen in some of many iterations: exact intervals (Clopper and Pearson), Fisher's exact test, and how many
 * iterations say that something is gone. Pure; the distributions are those of jStat.
 */
import jstat from 'jstat';

/** How often something was seen in how many iterations. */
export type Rate = { seen: number; of: number };

/** The share of intervals that hold the true rate is at least 1 − ALPHA. */
const ALPHA = 0.05;

/**
 * The exact 95 % interval of a rate, from 0 to 1. If it was never seen (or always), the interval has one side only, so that
 * 0 of n is below 1 − 0.05^(1/n). Nothing is known without an iteration.
 */
export const intervalOf = ({ seen: k, of: n }: Rate): { low: number; high: number } => {
  if (n === 0) return { low: 0, high: 1 };
  if (k === 0) return { low: 0, high: 1 - ALPHA ** (1 / n) };
  if (k === n) return { low: ALPHA ** (1 / n), high: 1 };
  return {
    low: jstat.beta.inv(ALPHA / 2, k, n - k + 1),
    high: jstat.beta.inv(1 - ALPHA / 2, k + 1, n - k),
  };
};

/** Iterations after which a hazard of this rate would have been seen with 95 %: 59 for 0.05, 299 for 0.01. */
export const neededFor = (rate: number): number => Math.ceil(Math.log(ALPHA) / Math.log1p(-rate));

/** Sums of products of many roundings: a table is as likely as the observed one up to this factor. */
const ALIKE = 1 + 1e-7;

/**
 * Fisher's exact test, two-sided: the probability that two equal rates differ at least as much as these by chance. 1 if one of
 * them has no iteration.
 */
export const fisher = (a: Rate, b: Rate): number => {
  const all = a.of + b.of;
  const marked = a.seen + b.seen;
  const of = (k: number): number => jstat.hypgeom.pdf(k, all, marked, a.of);
  const first = Math.max(0, marked - b.of);
  const last = Math.min(marked, a.of);
  if (first === last) return 1;
  const observed = of(a.seen);
  let p = 0;
  for (let k = first; k <= last; k++) {
    const here = of(k);
    if (here <= observed * ALIKE) p += here;
  }
  return Math.min(1, p);
};

/**
 * Whether something that had the rate `before` is gone after `silent` iterations without it: with the lowest rate that is
 * compatible with what was seen, so much silence has a probability below 5 %.
 */
export const isGone = (before: Rate, silent: number): boolean =>
  before.seen > 0 && (1 - intervalOf(before).low) ** silent < ALPHA;

/** The sum of rates under the same conditions. */
export const sumOf = (rates: readonly Rate[]): Rate => ({
  seen: rates.reduce((n, r) => n + r.seen, 0),
  of: rates.reduce((n, r) => n + r.of, 0),
});
