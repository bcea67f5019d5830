/**
 * Properties of fast-check in Node (`plugins/node/fuzz.mjs`). An input is a seed and a path: fast-check draws the same values from
 * them. It makes smaller what fails; where native code ends the process, this program follows the paths itself.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand, type Ended, type Engine, type FuzzJob } from './fuzz-job.js';

/** A run of a property, or one of its smaller neighbours: `17`, `17:0:3`. */
type Replay = { seed: number; path: string };

/** What fast-check prints of a property that failed. */
const FAILED = /\{ seed: (-?\d{1,20}), path: "([\d:]{1,4096})"/;
/** There is no such neighbour. */
const NO_PATH = /Unable to replay, wrong path=/;

const isCrash = ({ code, signal }: Ended): boolean => signal !== undefined || (code !== 0 && code !== 1);

export const fastCheck = (job: FuzzJob): Engine => {
  const inputs = join(job.scratch, 'inputs');
  const log = join(job.scratch, 'fuzzing.log');
  mkdirSync(inputs, { recursive: true });
  let written = 0;
  const write = (replay: Replay): string => {
    const path = join(inputs, String(++written));
    writeFileSync(path, JSON.stringify(replay));
    return path;
  };
  const run = (plan: object, env: Record<string, string>, say: boolean): Promise<Ended> =>
    runCommand(
      job.command,
      { cwd: job.cwd, env: { ...env, FFI_GATES_FUZZ: JSON.stringify(plan) } },
      { say, ...(say ? {} : { log }) },
    );
  const read = (input: string): Replay => JSON.parse(readFileSync(input, 'utf8')) as Replay;
  return {
    once: (input, env, say) => run(read(input), env, say),
    async hunt(seconds, env) {
      const record = join(job.scratch, 'run');
      writeFileSync(record, '');
      const seed = job.seed + 1;
      const ended = await run({ seconds, seed, record }, env, false);
      const [, own, path] = FAILED.exec(ended.output) ?? [];
      if (own !== undefined && path !== undefined)
        return { ended, input: write({ seed: Number(own), path }) };
      const last = readFileSync(record, 'utf8').trim();
      return isCrash(ended) && last !== '' ? { ended, input: write({ seed, path: last }) } : { ended };
    },
    async minimise(input, seconds, env) {
      const end = performance.now() + seconds * 1000;
      let best = read(input);
      if (!isCrash(await run(best, env, false))) return input;
      for (let next = 0; performance.now() < end;) {
        const replay = { ...best, path: `${best.path}:${next}` };
        const ended = await run(replay, env, false);
        if (NO_PATH.test(ended.output)) break;
        if (isCrash(ended)) [best, next] = [replay, 0];
        else next++;
      }
      return write(best);
    },
    failed: ({ code, signal }) => code === 1 && signal === undefined,
  };
};
