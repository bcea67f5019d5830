/** Estimates the remaining time of a run from how long its cells took before. Pure. */
import { canaryId } from '../model/cell-id.js';
import type { Report } from '../model/report.js';

/** Milliseconds per cell, by cell id. */
export type Durations = ReadonlyMap<string, number>;

/**
 * Durations of cells as shipped, and above them those of the last report of an output directory, whose text may be of any
 * version or incomplete. Cells that did not run have none.
 */
export const durationsFrom = (shipped: Readonly<Record<string, number>>, lastReport?: Buffer): Durations => {
  let last: (readonly [string, number])[] = [];
  try {
    last = (JSON.parse(lastReport?.toString('utf8') ?? '') as Report).cells
      .filter((c) => c.verdict.kind !== 'skipped' && c.provenAt === undefined && Number.isFinite(c.ms))
      .map((c) => [c.id, c.ms] as const);
  } catch {
    // There is none.
  }
  return new Map([...Object.entries(shipped), ...last]);
};

/** Estimate for an unknown cell: a build and a few launches of a fast gate. */
const UNKNOWN_MS = 10_000;
/** Work that has to be done before this machine's own pace outweighs the table. */
const PRIOR_MS = 30_000;

/** Expected time of a cell: its own last time, else that of its lane's canary. */
export const expectedMs = (cell: { id: string; lane: string }, known: Durations): number =>
  known.get(cell.id) ?? known.get(canaryId(cell.lane)) ?? UNKNOWN_MS;

export type Clock = {
  started(id: string, now: number): void;
  finished(id: string, ms: number): void;
  /** A cell that need not run: it says nothing of the pace. */
  omitted(id: string): void;
  /** Milliseconds until the run ends, at the caller's time `now`. */
  left(now: number): number;
};

/**
 * Follows a run of `expected` cells (id → milliseconds), `jobs` at a time, and adapts to the pace of the
 * machine.
 */
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
    omitted: (id) => {
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

/** The middle of some numbers; of two middle ones the lower. */
export const median = (all: readonly number[]): number =>
  [...all].sort((a, b) => a - b)[Math.floor((all.length - 1) / 2)] ?? 0;
