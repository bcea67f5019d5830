/**
 * Go's own fuzz targets. The test binary reads its inputs from `testdata/fuzz` of its package and writes there, too, so that it
 * runs in a mirror of the repository: links, and a `testdata/fuzz` that is a copy. Format of inputs: `go test fuzz v1`.
 */
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand, type Ended, type Engine, type FuzzJob } from './fuzz-job.js';
import { smallerInputs } from './fuzz-go-inputs.js';

/** `to` gets links to all that `from` holds but `name`, which becomes a directory of its own. */
const mirrorBut = (from: string, to: string, name: string): void => {
  mkdirSync(join(to, name), { recursive: true });
  if (!existsSync(from)) return;
  for (const entry of readdirSync(from))
    if (entry !== name && !existsSync(join(to, entry))) symlinkSync(join(from, entry), join(to, entry));
};

/** The directory in which the package's tests run. `..` of it still holds what lies beside the package. */
const mirror = (root: string, dirs: readonly string[], into: string): string => {
  let [from, to] = [root, into];
  for (const name of [...dirs, 'testdata', 'fuzz']) {
    mirrorBut(from, to, name);
    [from, to] = [join(from, name), join(to, name)];
  }
  if (existsSync(from)) cpSync(from, to, { recursive: true });
  return join(into, ...dirs);
};

/** `Failing input written to testdata/fuzz/FuzzX/0a1b`, and that of an input which stood there before. */
const WRITTEN = /Failing input written to testdata\/fuzz\/[^/\s]+\/(\S+)/;
const SEED = /failure while testing seed corpus entry: [^/\s]+\/(\S+)/;

/** Seconds for Go's own attempts to make an input smaller. */
const GO_MINIMISES = 10;

export const goFuzz = (job: FuzzJob): Engine => {
  const cut = job.test.lastIndexOf('/');
  const name = job.test.slice(cut + 1);
  const dirs = cut < 0 ? [] : job.test.slice(0, cut).split('/');
  const cwd = mirror(job.cwd, dirs, join(job.scratch, 'mirror'));
  const corpus = join(cwd, 'testdata', 'fuzz', name);
  const cache = join(job.kept, 'inputs');
  const log = join(job.scratch, 'fuzzing.log');
  for (const dir of [corpus, cache]) mkdirSync(dir, { recursive: true });
  const run = (args: readonly string[], env: Record<string, string>, say: boolean): Promise<Ended> =>
    runCommand(
      [...job.command, '-test.v', '-test.count=1', '-test.parallel=1', ...args],
      { cwd, env },
      { say, ...(say ? {} : { log }) },
    );
  /** An input of the code itself (`seed#0`) has no file. */
  const once = (input: string, env: Record<string, string>, say: boolean): Promise<Ended> => {
    const entry = basename(input);
    const place = join(corpus, entry);
    if (existsSync(input) && input !== place) copyFileSync(input, place);
    return run([`-test.run=^${name}$/^${entry}$`], env, say);
  };
  return {
    once,
    async hunt(seconds, env) {
      const ended = await run(
        [
          ...['-test.run=^$', `-test.fuzz=^${name}$`, `-test.fuzzcachedir=${cache}`],
          ...[`-test.fuzztime=${seconds}s`, `-test.fuzzminimizetime=${GO_MINIMISES}s`],
        ],
        env,
        false,
      );
      const entry = (WRITTEN.exec(ended.output) ?? SEED.exec(ended.output))?.[1];
      return { ended, ...(entry === undefined ? {} : { input: join(corpus, entry) }) };
    },
    /** Go makes smaller only what fails; an input that ends its process is left as it was found. */
    async minimise(input, seconds, env) {
      if (!existsSync(input) || (await once(input, env, false)).code === 1) return input;
      const end = performance.now() + seconds * 1000;
      const tried = join(job.scratch, 'smaller');
      let best = readFileSync(input, 'latin1');
      for (let again = true; again && performance.now() < end;) {
        again = false;
        for (const text of smallerInputs(best)) {
          if (performance.now() > end) break;
          writeFileSync(tried, text, 'latin1');
          const { code } = await once(tried, env, false);
          if (code === 0 || code === 1) continue;
          best = text;
          again = true;
          break;
        }
      }
      writeFileSync(tried, best, 'latin1');
      return tried;
    },
    failed: ({ code, signal }) => code === 1 && signal === undefined,
  };
};
