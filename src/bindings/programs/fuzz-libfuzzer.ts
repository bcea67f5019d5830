/**
 * Targets of libFuzzer: C and C++ with clang, Rust with libfuzzer-sys. Options: https://llvm.org/docs/LibFuzzer.html.
 */
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { filesIn, runCommand, type Engine, type FuzzJob } from './fuzz-job.js';

/** Seconds after which an input counts as one that does not return. */
const ONE_INPUT = 10;
/** Inputs that only took long are no failures. */
const FAILING = /^(?:crash|timeout|oom|leak)-/;

/** Memory is bounded by the machine: under a sanitizer the usual limit is reached by nothing in particular. */
const COMMON = [`-timeout=${ONE_INPUT}`, '-rss_limit_mb=0', '-malloc_limit_mb=2048'];

export const libFuzzer = (job: FuzzJob): Engine => {
  const found = join(job.scratch, 'found');
  const inputs = join(job.kept, 'inputs');
  const log = join(job.scratch, 'fuzzing.log');
  const seed = `-seed=${job.seed + 1}`;
  for (const dir of [found, inputs]) mkdirSync(dir, { recursive: true });
  const run = (args: readonly string[], env: Record<string, string>, say: boolean) =>
    runCommand([...job.command, ...COMMON, ...args], { cwd: job.cwd, env }, { say, ...(say ? {} : { log }) });
  return {
    once: (input, env, say) => run([input], env, say),
    async hunt(seconds, env) {
      const before = new Set(filesIn(found));
      const ended = await run(
        [inputs, ...job.seeds, `-artifact_prefix=${found}/`, `-max_total_time=${seconds}`, seed],
        env,
        false,
      );
      const input = filesIn(found).find((path) => !before.has(path) && FAILING.test(basename(path)));
      return { ended, ...(input === undefined ? {} : { input }) };
    },
    async minimise(input, seconds, env) {
      // Each attempt at one that does not return takes as long.
      if (!basename(input).startsWith('crash-')) return input;
      const smaller = join(job.scratch, `minimised-${basename(input)}`);
      const args = ['-minimize_crash=1', `-exact_artifact_path=${smaller}`, `-max_total_time=${seconds}`];
      await run([...args, seed, input], env, false);
      return existsSync(smaller) && statSync(smaller).size < statSync(input).size ? smaller : input;
    },
    failed: () => false,
  };
};
