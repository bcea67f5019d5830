/**
 * Names that options take. Nothing is loaded here: every command line reads them. test/unit/plan-formats.test.ts compares them
 * with the tables.
 */
import type { CiId } from '../init/ci/index.js';
import type { PlanFormat } from '../plan/formats.js';

/** The names of the formats of `plan`. */
export const PLAN_FORMAT_NAMES = [
  'shards',
  'github-matrix',
  'gitlab',
  'slurm',
  'k8s-job',
  'buildkite',
  'circleci',
] as const satisfies readonly PlanFormat[];
/** The names of the CI systems that `init --ci` writes for. */
export const CI_NAMES = [
  'github',
  'gitlab',
  'slurm',
  'kubernetes',
  'buildkite',
  'circleci',
] as const satisfies readonly CiId[];
