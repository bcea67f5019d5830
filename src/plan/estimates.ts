/** How long the rest of a run takes, by what its cells took before. Pure. */
import { canaryId } from '../model/cell-id.js';

/** Milliseconds that cells took, by cell id. */
export type Durations = ReadonlyMap<string, number>;

/** A cell of which nothing is known: a build and a few launches of a fast gate. */
const UNKNOWN_MS = 10_000;
/** So much work has to be done before it says more of this machine than the table does. */
const PRIOR_MS = 30_000;

/** What a cell is expected to take: by its own last time, else by the time of its lane's canary. */
export const expectedMs = (cell: { id: string; lane: string }, known: Durations): number =>
  known.get(cell.id) ?? known.get(canaryId(cell.lane)) ?? UNKNOWN_MS;

export type Clock = {
  started(id: string, now: number): void;
  finished(id: string, ms: number): void;
  /** Milliseconds until the run ends, `now` being the caller's clock. */
  left(now: number): number;
};

/** Follows a run of `expected` cells (id → milliseconds), `jobs` at a time; slow and fast machines are noticed as it goes. */
export const makeClock = (expected: Durations, jobs: number): Clock => {
  const open = new Map(expected);
  const since = new Map<string, number>();
  let planned = PRIOR_MS;
  let spent = PRIOR_MS;
  return {
    started: (id, now) => void since.set(id, now),
    finished: (id, ms) => {
      planned += open.get(id) ?? 0;
      spent += ms;
      open.delete(id);
      since.delete(id);
    },
    left: (now) => {
      const pace = spent / planned;
      const rest = [...open].map(([id, ms]) => Math.max(0, ms * pace - (now - (since.get(id) ?? now))));
      return Math.max(0, ...rest, rest.reduce((a, b) => a + b, 0) / Math.max(1, jobs));
    },
  };
};
