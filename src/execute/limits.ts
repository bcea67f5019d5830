/** How long a launch may take, and how much it may write. */
import { SLOW_FACTOR } from '../model/duration.js';
import { isFuzzing } from '../model/fuzz-plan.js';
import type { Cell } from '../plan/plan.js';
import { fuzzLimit } from './fuzz-targets.js';

/** Time limit in seconds of one launch of the cell, before the allowance for heavy gates. */
export const secondsOf = (cell: Cell): number =>
  cell.suite.timeout ?? cell.matrix.gates[cell.gate.id]?.timeout ?? cell.matrix.timeout;

/** What is known of the next launch. */
type Launching = {
  cell: Cell;
  evidence: { listed: readonly string[] };
  limitMs?: number;
  fullUnwind?: boolean;
};

/** Time limit in milliseconds of the next launch. */
export const millisecondsOf = ({ cell, evidence, limitMs, fullUnwind }: Launching): number => {
  if (limitMs !== undefined) return limitMs;
  if (isFuzzing(cell.suite)) return fuzzLimit(cell, evidence.listed.length);
  return secondsOf(cell) * 1000 * (cell.gate.heavy || fullUnwind ? SLOW_FACTOR : 1);
};

const MIB = 1 << 20;
/** Limit in bytes of what one launch of the cell may write to its output and to the gate's logs. */
export const bytesOf = (cell: Cell): number => (cell.suite.output ?? cell.matrix.output) * MIB;
