/** Fuzz targets that a repository has of its own (`with: { fuzz: true }`): what a launch of one is told. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Arm, Launch } from '../model/launch.js';
import type { PreparedSuite, RunPlan } from './binding.js';
import { progressFile } from './progress.js';
import type { FuzzJob } from './programs/fuzz-job.js';

/** The second way of running a binding, with a proof of its own. */
export const variant = (
  settings: PreparedSuite['with'],
): { name: string; with: PreparedSuite['with'] } | undefined =>
  settings['fuzz'] === true ? { name: 'targets', with: { fuzz: true } } : undefined;

/** A target's name as that of a directory. */
export const directoryOf = (target: string): string => target.replaceAll(/[^\w.-]/g, '_');

const PROGRAM = fileURLToPath(new URL('./programs/fuzz-target.js', import.meta.url));

type Target = Pick<FuzzJob, 'engine' | 'cwd' | 'seeds'> & {
  /** The target's own command, without an arm. */
  command: readonly string[];
  env: Record<string, string>;
};

/** The launch that gives one target inputs until its time is over. */
export const fuzzLaunch = (
  { arm, scratch, logDir, tests, fuzz }: RunPlan & { arm: Arm },
  { engine, cwd, seeds, command, env }: Target,
): Launch => {
  const test = tests[0] ?? '';
  const plan = fuzz ?? { seconds: 1, smaller: 1, failures: 1, seed: 0, kept: join(scratch, 'kept') };
  const job: FuzzJob = {
    ...{ test, engine, cwd, seeds, scratch, logDir },
    command: [...arm.prefix, ...command],
    env: { ...env, ...arm.env },
    seconds: plan.seconds,
    smaller: plan.smaller,
    failures: plan.failures,
    seed: plan.seed,
    kept: join(plan.kept, directoryOf(test)),
    progress: progressFile(scratch),
    ...(plan.input === undefined ? {} : { input: plan.input }),
  };
  return { argv: [process.execPath, PROGRAM, JSON.stringify(job)], cwd, env };
};
