/**
 * What programs answered an earlier run need not be asked again while nothing changes that their answers depend on: a dozen
 * programs take longer than the tests of a small package. An answer is used for a day at most, on the machine that gave it and
 * until that is started again, as kept proofs are, since no list of files is ever complete.
 */
import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import which from 'which';
import { z } from 'zod';
import { writeWholeFile } from '../process/write-file.js';
import { decidersOf, stateOf } from './deciders.js';
import { baseEnv, lasting } from './environment.js';

/** Milliseconds for which an answer is used. */
export const ANSWER_AGE = 24 * 60 * 60 * 1000;

/** What is known of an answer beside its program. */
export type Depends = {
  /** Files and directories on which it depends too. */
  files?: (text: string) => readonly string[];
  /** Whether it may be kept. An answer that something is missing may not. */
  keeps?: (text: string) => boolean;
};

export type KeptAnswers = {
  /** The kept answer of a command, if it holds, else that of `ask`. */
  answer(
    command: readonly [string, ...string[]],
    ask: () => Promise<string | undefined>,
    depends?: Depends,
  ): Promise<string | undefined>;
  /** Writes all answers that held and that were given. */
  save(): Promise<void>;
};

const entry = z.object({
  at: z.number(),
  text: z.string(),
  /** What was found at each path on which the answer depends. */
  states: z.record(z.string(), z.string()),
});
type Entry = z.infer<typeof entry>;
const kept = z.object({ key: z.string(), answers: z.record(z.string(), entry) });

const text = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** What this process may do, and in which container, tracer and directory it is. */
const conditions = async (): Promise<string> => {
  const may = /^(?:[UG]id|Groups|Cap\w+|NoNewPrivs|Seccomp\w*|Cpus_allowed_list):.*$/gm;
  const spaces = ['mnt', 'pid', 'user', 'net'].map((n) => readlink(`/proc/self/ns/${n}`).catch(() => ''));
  const status = await text('/proc/self/status');
  const facts = [
    'answers of programs, 1',
    // Differs from machine to machine, and from start to start.
    await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => Math.random()),
    status.match(may),
    /^TracerPid:\s+0$/m.test(status),
    await text('/proc/self/limits'),
    await text('/proc/self/attr/current'),
    await text('/proc/sys/kernel/yama/ptrace_scope'),
    await Promise.all(spaces),
    process.cwd(),
    Object.entries(lasting(baseEnv())).toSorted(),
  ];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
};

const statesOf = async (paths: readonly string[]): Promise<Record<string, string>> =>
  Object.fromEntries(await Promise.all(paths.map(async (p) => [p, await stateOf(p)] as const)));

const holds = async ({ at, states }: Entry, now: number): Promise<boolean> => {
  const found = await statesOf(Object.keys(states));
  // An answer of the future was given before the clock was set back.
  return now >= at && now - at < ANSWER_AGE && Object.entries(states).every(([p, s]) => found[p] === s);
};

const read = async (file: string, key: string): Promise<Record<string, Entry>> => {
  try {
    const found = kept.parse(JSON.parse(await readFile(file, 'utf8')));
    return found.key === key ? found.answers : {};
  } catch {
    // Absent, or damaged.
    return {};
  }
};

/** The answers kept in `cache`. Without `use` all programs are asked. */
export const openAnswers = async (
  cache: string,
  { use, now = Date.now }: { use: boolean; now?: () => number },
): Promise<KeptAnswers> => {
  const file = join(cache, 'answers.json');
  const key = await conditions();
  const before = use ? await read(file, key) : {};
  const answers: Record<string, Entry> = {};
  let news = false;
  return {
    answer: async (command, ask, { files, keeps } = {}) => {
      const program = await which(command[0], { nothrow: true });
      if (!program) return ask();
      const name = [program, ...command.slice(1)].join(' ');
      const known = before[name];
      if (known && (await holds(known, now()))) {
        answers[name] = known;
        return known.text;
      }
      const at = now();
      const own = await decidersOf(program);
      // Before it is asked: what changes meanwhile is another answer's.
      const states = own && (await statesOf(own));
      const said = await ask();
      if (said === undefined || !states || keeps?.(said) === false) return said;
      answers[name] = { at, text: said, states: { ...(await statesOf(files?.(said) ?? [])), ...states } };
      news = true;
      return said;
    },
    save: async () => {
      if (!news) return;
      // Nobody's run fails for lack of it.
      await writeWholeFile(file, JSON.stringify({ key, answers })).catch(() => undefined);
    },
  };
};
