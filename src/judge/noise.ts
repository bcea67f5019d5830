/** Which reports may be noise of the host. These are compared with the no-op run of the lane. */
import { isCase, type Expectation } from '../config/annotations.js';
import type { Evidence } from './evidence.js';
import { expected } from './expectations.js';
import { isHabitOrHost } from './origin.js';

/**
 * Whether the evidence holds a report that may be noise. Reports of planted bugs, known by their test, are
 * excluded.
 */
export const mayBeNoise = (e: Evidence, all: readonly Expectation[]): boolean => {
  const { cell, listed, own, seen } = e;
  const { role } = cell.suite;
  if (!cell.gate.noisyHosts || role === 'canary') return false;
  const due = role === 'hazard' ? expected(cell, all, listed) : [];
  const planted = (test: string | undefined): boolean =>
    test !== undefined && due.some((x) => isCase(test, x.case));
  return seen.some((s) => !planted(s.test) && isHabitOrHost(s.diagnostic, own));
};
