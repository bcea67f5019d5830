/** What a night cannot say: cells that did not run, ran too rarely, were not proven, or became slow. Pure. */
import { median } from '../plan/estimates.js';
import type { Night } from './history.js';
import { neededFor } from './rates.js';
import { rateOf } from './tallies.js';

export type BlindRow = { cell: string; why: string[] };

/** A rate that a night should be able to see. */
const WATCHED_RATE = 0.05;
const SLOWER = 2;
/** Iterations that a median is taken of. */
const SOME = 3;

/** The cells of which the last night says too little, with the reasons. */
export const blindOf = (nights: readonly Night[], tonight: Night): BlindRow[] => {
  const before = nights.slice(0, -1).flatMap((n) => n.iterations);
  return tonight.cells.flatMap(({ id }): BlindRow[] => {
    const here = tonight.iterations.filter((r) => r.cell === id);
    const { of } = rateOf(here, () => true);
    const silent = here.length - of;
    const doubts = [...new Set(here.filter((r) => !r.proven).map((r) => r.why ?? r.verdict))].slice(0, 2);
    const was = before.filter((r) => r.cell === id).map((r) => r.ms);
    const [usual, now] = [median(was), median(here.map((r) => r.ms))];
    const slow = was.length >= SOME && here.length >= SOME && now > SLOWER * usual;
    const why = [
      here.length === 0 && 'it did not run',
      here.length > 0 &&
        of < neededFor(WATCHED_RATE) &&
        `${of} proven iterations: a rate of 5 % needs ${neededFor(WATCHED_RATE)}`,
      silent > 0 && `${silent} of ${here.length} not proven: ${doubts.join('; ')}`,
      slow && `${(now / usual).toFixed(1)} times as slow as in earlier nights`,
    ];
    const reasons = why.filter((w) => w !== false);
    return reasons.length > 0 ? [{ cell: id, why: reasons }] : [];
  });
};
