/**
 * Runs the real command line on a small repository of its own in a temporary directory outside ours. The repository is
 * a copy of `test/puppet/repo`; a test may replace its matrix. `dist` must be built (`npm test` does that first).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CellReport, Report } from '../../src/model/report.js';

const PUPPET = fileURLToPath(new URL('../puppet/repo', import.meta.url));
export const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));

export type Ran = {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
  /** `report.json`, when the run left one. */
  report?: Report;
};

export type Rig = {
  /** The directory of everything; removed by `remove`. */
  dir: string;
  repo: string;
  out: string;
  /** Replaces a file of the repository; the path is relative to it. */
  write(path: string, text: string): void;
  /** Starts the command in the repository, adding nothing to `args`. */
  start(
    args: readonly string[],
    env?: Record<string, string>,
    cwd?: string,
  ): { child: ChildProcess; ended: Promise<Ran> };
  /** `run … --out --cache --quiet` in the repository, to its end. */
  run(args?: readonly string[], env?: Record<string, string>): Promise<Ran>;
  remove(): void;
};

/** The environment of the tests without what vitest adds and without a terminal's colours. */
const baseEnv = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      (e): e is [string, string] => e[1] !== undefined && !/^(VITEST|NODE_|FORCE_COLOR)/.test(e[0]),
    ),
  );

/** A fresh copy of the repository, below a directory of its own that is called `prefix` and six more letters. */
export const makeRig = (prefix = 'ffi-gates-rig-'): Rig => {
  const dir = mkdtempSync(join(tmpdir(), prefix));
  const repo = join(dir, 'repo');
  const out = join(dir, 'out');
  cpSync(PUPPET, repo, { recursive: true });
  const alive = new Set<ChildProcess>();
  const start: Rig['start'] = (args, env = {}, cwd = repo) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd,
      env: { ...baseEnv(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    alive.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (t: string) => (stdout += t));
    child.stderr.setEncoding('utf8').on('data', (t: string) => (stderr += t));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        alive.delete(child);
        const file = join(out, 'report.json');
        const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Report) : undefined;
        resolve({ code, signal, stdout, stderr, ...(report ? { report } : {}) });
      });
    });
    return { child, ended };
  };
  return {
    dir,
    repo,
    out,
    write: (path, text) => {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), text);
    },
    start,
    run: (args = [], env = {}) =>
      start(['run', ...args, '--out', out, '--cache', join(dir, 'cache'), '--quiet'], env).ended,
    remove: () => {
      for (const child of alive) child.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** A PATH that holds all that the present one holds, but none of `names`: a machine where they are not installed. */
export const pathWithout = (dir: string, ...names: string[]): string => {
  mkdirSync(dir, { recursive: true });
  for (const from of (process.env['PATH'] ?? '').split(':').filter((d) => existsSync(d)))
    for (const name of readdirSync(from))
      if (!names.includes(name) && !existsSync(join(dir, name))) {
        // The first on the PATH wins; a dangling link of the system's is nothing to us.
        rmSync(join(dir, name), { force: true });
        symlinkSync(join(from, name), join(dir, name));
      }
  return dir;
};

/** The row of a cell; throws with what there is when it is absent. */
export const cellOf = (ran: Ran, id: string): CellReport => {
  const found = ran.report?.cells.find((c) => c.id === id);
  if (found) return found;
  const ids = ran.report?.cells.map((c) => c.id).join(' ') ?? 'no report';
  throw new Error(`no cell ${id}: ${ids}\n${ran.stdout}${ran.stderr}`);
};

/** Why the first of these cells that is absent or skipped is so; undefined when all of them ran. */
export const whyAbsent = (ran: Ran, ids: readonly string[]): string | undefined => {
  for (const id of ids) {
    const { verdict } = cellOf(ran, id);
    if (verdict.kind === 'skipped') return `${id}: ${verdict.why}`;
  }
  return undefined;
};

/** `clean`, `hazard`, … or `inconclusive/DOUBT`. */
export const endOf = (c: CellReport): string =>
  c.verdict.kind === 'inconclusive' ? `inconclusive/${c.verdict.doubt}` : c.verdict.kind;

/** Pids of processes whose environment holds `word`, from /proc. */
export const processesWith = (word: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid) || pid === process.pid) return false;
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(word);
      } catch {
        return false; // gone, or not ours to read
      }
    });

/** Asks until `ready` answers, at most `ms` milliseconds; returns its answer or undefined. */
export const eventually = async <T>(ready: () => T | undefined, ms: number): Promise<T | undefined> => {
  const end = Date.now() + ms;
  for (;;) {
    const answer = ready();
    if (answer !== undefined || Date.now() > end) return answer;
    await new Promise((next) => setTimeout(next, 20));
  }
};
