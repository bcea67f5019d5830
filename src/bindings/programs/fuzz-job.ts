/** What the program that runs one fuzz target is told, and what its engines have in common. */
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export type FuzzJob = {
  /** The target's id. */
  test: string;
  engine: 'libfuzzer' | 'go' | 'fast-check';
  /** The target's command with its arm. */
  command: string[];
  env: Record<string, string>;
  cwd: string;
  seconds: number;
  /** Seconds for making one failing input smaller. */
  smaller: number;
  /** After so many different failures it ends. */
  failures: number;
  seed: number;
  /** Directory of what is kept for the next run: `inputs`, `reproducers`. */
  kept: string;
  /** Directories of inputs that the repository has. */
  seeds: string[];
  scratch: string;
  logDir: string;
  /** The record of what began and ended. */
  progress: string;
  /** The only input to run. */
  input?: string;
};

/** How a process ended. */
export type Ended = { pid: number; code: number; signal?: NodeJS.Signals; output: string };

/** How targets of one kind are run. */
export type Engine = {
  /** Runs one input once. */
  once(input: string, env: Record<string, string>, say: boolean): Promise<Ended>;
  /** Looks for an input that fails. Without one, either the time was over or it ended for another reason. */
  hunt(seconds: number, env: Record<string, string>): Promise<{ ended: Ended; input?: string }>;
  /** A smaller input that fails as well, or the same. */
  minimise(input: string, seconds: number, env: Record<string, string>): Promise<string>;
  /** Whether the target itself says that an input is wrong, as a test fails, and nothing has crashed. */
  failed(ended: Ended): boolean;
};

const MAX_OUTPUT = 1 << 20;

/** Runs a command. Its output is shown if `say`, and always returned. */
export const runCommand = (
  [file = '', ...args]: readonly string[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
  { say, log }: { say: boolean; log?: string },
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const to = log === undefined ? undefined : createWriteStream(log, { flags: 'a' });
    let output = '';
    const take = (chunk: Buffer): void => {
      if (output.length < MAX_OUTPUT) output += chunk.toString('latin1');
      else output = output.slice(-MAX_OUTPUT / 2) + chunk.toString('latin1');
      if (say) process.stdout.write(chunk);
      to?.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const end = (code: number, signal?: NodeJS.Signals): void => {
      to?.end();
      resolve({ pid: child.pid ?? 0, code, output, ...(signal ? { signal } : {}) });
    };
    child.on('error', (e) => {
      process.stderr.write(`${file}: ${e.message}\n`);
      end(127);
    });
    child.on('close', (code, signal) => end(code ?? 1, signal ?? undefined));
  });

/** The environment in which reports go elsewhere: those of inputs that are only tried on the way. */
export const aside = (job: FuzzJob): Record<string, string> => {
  const dir = join(job.scratch, 'tried');
  mkdirSync(dir, { recursive: true });
  return Object.fromEntries(
    Object.entries(job.env).map(([name, value]) => [
      name,
      // What nobody reads needs no lines of source.
      value.includes(`log_path=${job.logDir}`)
        ? `${value.replaceAll(job.logDir, dir)}:symbolize=0`
        : value.replaceAll(job.logDir, dir),
    ]),
  );
};

/** The files of a directory, the smallest first. */
export const filesIn = (dir: string): string[] => {
  try {
    return readdirSync(dir)
      .map((name) => join(dir, name))
      .filter((path) => statSync(path).isFile())
      .sort((a, b) => statSync(a).size - statSync(b).size || (a < b ? -1 : 1));
  } catch {
    return [];
  }
};
