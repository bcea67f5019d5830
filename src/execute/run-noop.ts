/**
 * The habits of a host under a gate that sees the whole process: what its lane's canary shows while it does nothing. That is a
 * launch of its own, of a host that takes a minute to start, so it is made where a report is to be compared with it only.
 */
import { caseOf, isCase, type Expectation } from '../config/annotations.js';
import { isHabitOrHost } from '../judge/origin.js';
import { instrumentOf } from '../build/prepare-suite.js';
import type { Cell } from '../plan/plan.js';
import { expected } from '../judge/expectations.js';
import { runAttempt, type CellOptions } from './attempt.js';
import type { Evidence } from '../judge/evidence.js';

/** Whether the evidence holds a report that may be the host's habit. What was planted is known for what it is. */
export const wantsNoise = (e: Evidence, all: readonly Expectation[]): boolean => {
  const { cell, listed, own, seen } = e;
  const { role } = cell.suite;
  if (!cell.gate.noisyHosts || role === 'canary') return false;
  const due = role === 'hazard' ? expected(cell, all, listed) : [];
  const planted = (test: string | undefined): boolean =>
    test !== undefined && due.some((x) => isCase(test, x.case));
  return seen.some((s) => !planted(s.test) && isHabitOrHost(s.diagnostic, own));
};

/** Adds to a canary's evidence what its process reports when it runs nothing but the empty case. */
export const runNoop = async (e: Evidence, room: CellOptions): Promise<void> => {
  const { cell, place } = e;
  const noop = e.listed.find((t) => caseOf(t) === 'noop');
  if (place === undefined || noop === undefined || room.signal.aborted) return;
  const instrument = instrumentOf(cell, room.host);
  const n = e.attempts.length;
  // Noise is compared by where it was made: it needs no reasons.
  const r = {
    cell,
    room,
    place,
    instrument,
    evidence: e,
    watch: new Set<string>(),
    n,
    skipExplanations: true,
  };
  await runAttempt(r, [noop], true);
};

/** The canaries of lanes in which `evidences` hold something to compare with them. */
export const canariesToCompare = (
  evidences: readonly Evidence[],
  declared: (cell: Cell) => readonly Expectation[],
): Evidence[] => {
  const lanes = new Set(evidences.filter((e) => wantsNoise(e, declared(e.cell))).map((e) => e.cell.lane));
  return evidences.filter((e) => e.cell.suite.role === 'canary' && lanes.has(e.cell.lane));
};
