/** `--since REF`: leaves out what a change does not concern. */
import { join } from 'node:path';
import type { Matrix } from '../config/matrix.js';
import { changedSince } from '../host/changes.js';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { affectedBy, type LeaveOut } from '../plan/affected.js';
import { tell } from './say.js';

/** Variables by which CI systems say that a job was started by the clock, and not by a change. */
const SCHEDULED = ['GITHUB_EVENT_NAME', 'CI_PIPELINE_SOURCE', 'BUILDKITE_SOURCE'];

/**
 * Undefined without a ref. Says on stderr if the change concerns everything. Throws `Failure` 2 for an unknown ref, and in a nightly
 * job: what a suite depends on is only as complete as the matrix says, so something has to run everything.
 */
export const leaveOutSince = async (
  ref: string | undefined,
  m: Matrix,
  env: NodeJS.ProcessEnv = process.env,
): Promise<LeaveOut | undefined> => {
  if (ref === undefined) return undefined;
  const scheduled = SCHEDULED.find((name) => env[name] === 'schedule');
  if (scheduled !== undefined)
    throw new Failure(
      EXIT.USAGE,
      `--since is for changes, and this job was started by a schedule (${scheduled}): a nightly run has to run everything`,
    );
  // Builds and what else is kept between runs are there unless somebody keeps them out of git, and concern nothing.
  const kept = join(m.root, '.ffi-gates', '/');
  const changed = (await changedSince(ref, m.root)).filter((file) => !file.startsWith(kept));
  const { leaveOut, everything } = affectedBy(m, changed, ref);
  if (everything !== undefined) tell(`ffi-gates: every suite runs: ${everything}`);
  return leaveOut;
};
