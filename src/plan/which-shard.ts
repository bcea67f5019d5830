/** Which shard this job is: `--shard I/N`, or the variables of CI systems that run one job several times. Pure. */
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import type { Part } from './plan-document.js';
import { MAX_SHARDS } from './shards.js';

/** Variables that count the jobs. `from`: the number of the first one, or the variable that holds it. */
const SYSTEMS: readonly { index: string; count?: string; from: number | string }[] = [
  { index: 'BUILDKITE_PARALLEL_JOB', count: 'BUILDKITE_PARALLEL_JOB_COUNT', from: 0 },
  { index: 'CIRCLE_NODE_INDEX', count: 'CIRCLE_NODE_TOTAL', from: 0 },
  { index: 'CI_NODE_INDEX', count: 'CI_NODE_TOTAL', from: 1 },
  { index: 'SLURM_ARRAY_TASK_ID', count: 'SLURM_ARRAY_TASK_COUNT', from: 'SLURM_ARRAY_TASK_MIN' },
  { index: 'JOB_COMPLETION_INDEX', from: 0 },
];

const number = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined;

/** The shard by the environment. `planned`: the number of shards of the plan, for systems that do not tell it. */
export const partOfEnv = (env: NodeJS.ProcessEnv, planned: number | undefined): Part | undefined => {
  for (const { index, count, from } of SYSTEMS) {
    const n = number(env[index]);
    const first = typeof from === 'number' ? from : (number(env[from]) ?? 1);
    const of = (count === undefined ? undefined : number(env[count])) ?? planned;
    if (n !== undefined && of !== undefined) return checked({ index: n - first + 1, count: of });
  }
  return undefined;
};

const checked = (part: Part): Part => {
  if (part.count < 1 || part.count > MAX_SHARDS || part.index < 1 || part.index > part.count)
    throw new Failure(
      EXIT.USAGE,
      `there is no shard ${part.index}/${part.count}: the first number goes from 1 to the second, which is at most ${MAX_SHARDS}`,
    );
  return part;
};

/** Reads `I/N`. Throws `Failure` 2. */
export const parsePart = (word: string): Part => {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(word) ?? [];
  if (index === undefined || count === undefined)
    throw new Failure(EXIT.USAGE, `--shard takes I/N, such as 2/4, and not '${word}'`);
  return checked({ index: Number(index), count: Number(count) });
};

/** How often this job was started, by the variables of CI systems; 1 if none says so. */
export const attemptOfEnv = (env: NodeJS.ProcessEnv): number =>
  number(env['GITHUB_RUN_ATTEMPT']) ??
  (number(env['BUILDKITE_RETRY_COUNT']) ?? number(env['SLURM_RESTART_COUNT']) ?? 0) + 1;
