/** Which cells start first, and what each takes of the machine. Pure. */
import { byId } from '../model/order.js';
import type { Durations } from './estimates.js';
import type { Cell } from './plan.js';

/** Cores, and memory in GiB, that a cell takes while it runs. */
export const weightOf = (c: Cell): { cores: number; memory: number } => {
  const w = c.suite.weight ?? { cores: 1, memory: 1 };
  return { cores: w.cores, memory: w.memory + c.gate.memory };
};

/**
 * Long cells first, so that the run does not end with one slow cell on one core. Canaries come before them,
 * since verdicts wait for them.
 */
export const longestFirst =
  (expected: Durations) =>
  (a: Cell, b: Cell): number =>
    Number(b.gate.heavy) - Number(a.gate.heavy) ||
    Number(b.suite.role === 'canary') - Number(a.suite.role === 'canary') ||
    (expected.get(b.id) ?? 0) - (expected.get(a.id) ?? 0) ||
    byId(a, b);
