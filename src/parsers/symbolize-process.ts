/** The programs that turn addresses into functions and places, as children that are asked and answer. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A dialect: how the program is started for a module, and how its answers are cut. */
type Dialect = {
  argv(program: string, module: string): [string, ...string[]];
  /** The question for some addresses. */
  ask(addresses: readonly string[]): string;
  /** Answers in the order of the questions, each as lines (function, place, function, place, …); undefined: not all are there. */
  answers(text: string, count: number): string[][] | undefined;
};

const LLVM: Dialect = {
  argv: (program, module) => [program, `--obj=${module}`],
  ask: (addresses) => `${addresses.join('\n')}\n`,
  // An empty line ends each answer.
  answers(text, count) {
    const blocks = text.split('\n\n');
    return blocks.length > count ? blocks.slice(0, count).map((b) => b.split('\n')) : undefined;
  },
};

const ADDR2LINE: Dialect = {
  argv: (program, module) => [program, '-e', module, '-f', '-C', '-i', '-a'],
  // Only the next answer shows that one is over, so one more is asked.
  ask: (addresses) => `${[...addresses, '0x0'].join('\n')}\n`,
  answers(text, count) {
    const blocks = text.split(/^0x[0-9a-f]+\n/m).slice(1);
    return blocks.length > count ? blocks.slice(0, count).map((b) => b.trimEnd().split('\n')) : undefined;
  },
};

export type Program = { path: string; dialect: Dialect };

/** The newest llvm-symbolizer on the path, whatever number is in its name; else addr2line. */
export const findProgram = (): Program | undefined => {
  const found: { path: string; version: number }[] = [];
  let addr2line: string | undefined;
  const listed = (dir: string): string[] => {
    try {
      return readdirSync(dir);
    } catch {
      return []; // a directory on the path that is not there
    }
  };
  const dirs = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  for (const dir of dirs)
    for (const name of listed(dir)) {
      const m = /^llvm-symbolizer(?:-(\d+))?$/.exec(name);
      // The one without a number is what somebody chose.
      if (m) found.push({ path: join(dir, name), version: m[1] === undefined ? Infinity : Number(m[1]) });
      else if (name === 'addr2line') addr2line ??= join(dir, name);
    }
  const best = found.sort((a, b) => b.version - a.version)[0];
  if (best) return { path: best.path, dialect: LLVM };
  return addr2line === undefined ? undefined : { path: addr2line, dialect: ADDR2LINE };
};

/** Milliseconds for an answer: debug information of a gigabyte takes its time when it is read first. */
const MAX_ANSWER_MS = 30_000;

export type SymbolizerProcess = {
  /** One answer for each address. Rejects when there is none in time; one question at a time. */
  ask(addresses: readonly string[]): Promise<string[][]>;
  stop: () => void;
};

/** Starts the program for one module. */
export const startProgram = ({ path, dialect }: Program, module: string): SymbolizerProcess => {
  const [file, ...args] = dialect.argv(path, module);
  // A symbolizer that asks servers on the net for debug information would send away what the log names.
  const { DEBUGINFOD_URLS: _, ...env } = process.env;
  const child = spawn(file, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stderr.resume();
  child.stdin.on('error', () => undefined); // it has ended: `ask` sees that too
  let text = '';
  let onText: () => void = () => undefined;
  let hasExited = false;
  child.stdout.setEncoding('utf8').on('data', (t: string) => {
    text += t;
    onText();
  });
  const onExit = (): void => {
    hasExited = true;
    onText();
  };
  child.on('error', onExit).on('close', onExit);
  return {
    stop: () => void child.kill(),
    async ask(addresses) {
      text = '';
      child.stdin.write(dialect.ask(addresses));
      const answers = await new Promise<string[][] | undefined>((resolve) => {
        const timer = setTimeout(() => resolve(undefined), MAX_ANSWER_MS);
        onText = (): void => {
          const ready = dialect.answers(text, addresses.length);
          if (!ready && !hasExited) return;
          clearTimeout(timer);
          resolve(ready);
        };
        onText();
      });
      if (answers === undefined) throw new Error(`${file} does not answer`);
      return answers;
    },
  };
};
