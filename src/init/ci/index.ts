/** The systems that `init --ci` writes for. */
import type { CiFile, CiProject } from './ci.js';
import { buildkite } from './buildkite.js';
import { circleci } from './circleci.js';
import { github } from './github.js';
import { gitlab } from './gitlab.js';
import { kubernetes } from './kubernetes.js';
import { slurm } from './slurm.js';

export const CI = {
  github,
  gitlab,
  slurm,
  kubernetes,
  buildkite,
  circleci,
} as const satisfies Record<string, (p: CiProject) => CiFile[]>;

export type CiId = keyof typeof CI;
