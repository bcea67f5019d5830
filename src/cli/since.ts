/** `--since REF`: leaves out what a change does not concern. */
import type { Matrix } from '../config/matrix.js';
import { changedSince } from '../host/changes.js';
import { affectedBy, type LeaveOut } from '../plan/affected.js';
import { tell } from './say.js';

/** Undefined without a ref. Says on stderr if the change concerns everything. Throws `Failure` 2 for an unknown ref. */
export const leaveOutSince = async (ref: string | undefined, m: Matrix): Promise<LeaveOut | undefined> => {
  if (ref === undefined) return undefined;
  const { leaveOut, everything } = affectedBy(m, await changedSince(ref, m.root), ref);
  if (everything !== undefined) tell(`ffi-gates: every suite runs: ${everything}`);
  return leaveOut;
};
