/**
 * Runs tests under gates that draw thread interleavings, addresses and the outcome of weak operations from a
 * seed. One launch shows one schedule, which also depends on the program's arguments, so several are tried.
 */
import type { Cell } from '../plan/plan.js';
import type { Runner } from './runner.js';
import { runAll } from './run-all.js';
import type { Evidence } from '../judge/evidence.js';
import { shareOf } from './perturb.js';

/** The seeds of a cell's launches: `only` this one if it is given. Only undefined for a gate that takes none. */
export const seedsOf = (cell: Cell, only?: number): (number | undefined)[] => {
  const { gate, matrix } = cell;
  const usual = gate.seeds ?? (shareOf(cell) === undefined ? undefined : 1);
  if (usual === undefined) return [undefined];
  if (only !== undefined) return [only];
  return [...Array(matrix.gates[gate.id]?.seeds ?? usual).keys()];
};

/** Tests without a report so far that neither failed, nor were skipped, nor ended their process. */
const quietTests = ({ wanted, seen, attempts }: Evidence): string[] => {
  const settled = new Set<string | undefined>(seen.map((s) => s.test));
  for (const s of attempts) {
    for (const e of s.events) if (e.outcome === 'failed' || e.outcome === 'skipped') settled.add(e.test);
    for (const t of s.unfinished) settled.add(t);
  }
  return wanted.filter((t) => !settled.has(t));
};

/** Runs every wanted test under every schedule, up to its first report. */
export const runSchedules = async (r: Runner): Promise<void> => {
  for (const [i, seed] of seedsOf(r.cell, r.options.disturbance?.seed).entries()) {
    const tests = quietTests(r.evidence);
    if (tests.length === 0 || r.options.signal.aborted) return;
    if (seed !== undefined) {
      r.seed = seed;
      r.evidence.seeds = i + 1;
    }
    const before = r.evidence.attempts.length;
    await runAll(r, tests, false);
    // A test that hangs, floods or does not start under one schedule does so under all, and each would take
    // the full time limit.
    const fresh = r.evidence.attempts.slice(before);
    if (
      fresh.some((s) => s.exit.kind !== 'code' && s.exit.kind !== 'signal') ||
      !fresh.some((s) => s.events.length > 0)
    )
      return;
  }
};
