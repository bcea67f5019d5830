/**
 * Runs one process tree, in a process group of its own. stdout and stderr share one file descriptor, so that
 * their order survives (Law 5). Every remaining process is found and killed (Law 10).
 */
import { execa } from 'execa';
import { MAX_TIMER_MS } from '../model/duration.js';
import { close, fstatSync, openSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import type { Launch } from '../model/launch.js';
import { mappedFiles } from './mapped-files.js';
import { carriers, guardChildren, holders, kill, RUN_TOKEN, sweep, TOKEN } from './sweep.js';

export type Exit =
  | { kind: 'code'; code: number }
  | { kind: 'signal'; signal: string }
  | { kind: 'timeout' }
  /** It exceeded its limit of output. */
  | { kind: 'flooded' }
  | { kind: 'stopped' }
  | { kind: 'spawn-error'; message: string };

export type Ended = {
  exit: Exit;
  ms: number;
  pid: number | undefined;
  maps: ReadonlySet<string>;
  /** The file with its output has been removed. */
  removed: boolean;
};

let launches = 0;

const descendants = (root: number): number[] => {
  const all = [root];
  for (let i = 0; i < all.length; i++) {
    try {
      for (const tid of readdirSync(`/proc/${all[i]}/task`))
        for (const c of readFileSync(`/proc/${all[i]}/task/${tid}/children`, 'latin1').split(' '))
          if (c) all.push(Number(c));
    } catch {
      // gone
    }
  }
  return all;
};

/**
 * Adds the executable file mappings of the tree to `into`, from processes that map one of `wanted` (by base
 * name).
 */
const collectMaps = (root: number, wanted: ReadonlySet<string>, into: Set<string>): void => {
  for (const pid of descendants(root)) {
    try {
      const files = mappedFiles(readFileSync(`/proc/${pid}/maps`, 'utf8'));
      if (files.some((f) => wanted.has(f.slice(f.lastIndexOf('/') + 1)))) for (const f of files) into.add(f);
    } catch {
      // gone
    }
  }
};

export type LaunchOptions = {
  /** File that receives stdout and stderr in order. */
  output: string;
  timeoutMs: number;
  signal: AbortSignal;
  /** Base names of objects. The mappings of processes that load one of them are collected. */
  watch?: ReadonlySet<string>;
  /** The launch is stopped when its output and the files in `dir` together exceed `bytes`. */
  limit?: { bytes: number; dir?: string };
};

const GRACE_MS = 2_000;
/** Interval in ms of checking the size of the output. A program can write some 100 MiB in that time. */
const LOOK_MS = 100;

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

const written = (output: string, dir: string | undefined): number => {
  let names: string[] = [];
  try {
    names = dir === undefined ? [] : readdirSync(dir);
  } catch {
    // The test has removed it.
  }
  return names.reduce((sum, name) => sum + sizeOf(`${dir}/${name}`), sizeOf(output));
};

/**
 * Runs a launch to its end. Never throws because of the child. Afterwards no process of its tree is alive
 * (Law 10).
 */
export const launch = async (l: Launch, o: LaunchOptions): Promise<Ended> => {
  guardChildren();
  // The token ends with a separator, since it is searched by prefix: launch 1 must not match launch 10.
  const token = `${RUN_TOKEN}-${++launches}-`;
  const fd = openSync(o.output, 'a');
  const output = realpathSync(o.output);
  const maps = new Set<string>();
  const begun = performance.now();
  const [file, ...args] = l.argv;
  const child = execa(file, args, {
    cwd: l.cwd,
    env: { ...l.env, [TOKEN]: token },
    extendEnv: false,
    stdin: 'ignore',
    // The types allow only the standard descriptors, but any open one works. A shared one keeps the order.
    stdout: fd as 1,
    stderr: fd as 1,
    buffer: false,
    detached: true,
    reject: false,
    cleanup: false,
  });
  const { pid } = child;
  let cut: 'timeout' | 'stopped' | 'flooded' | undefined;
  const timers: NodeJS.Timeout[] = [];
  const sweepTree = (): void => sweep(() => [...carriers(token), ...holders(output)]);
  const end = (why: 'timeout' | 'stopped' | 'flooded'): void => {
    if (cut || pid === undefined) return;
    cut = why;
    // The child may have left its group.
    for (const target of [-pid, pid]) kill(target, 'SIGTERM');
    const all = (): void => {
      for (const target of [-pid, pid]) kill(target, 'SIGKILL');
      sweepTree();
    };
    // A flooding process gets no time to shut down.
    if (why === 'flooded') all();
    else timers.push(setTimeout(all, GRACE_MS));
  };
  const stop = (): void => end('stopped');
  o.signal.addEventListener('abort', stop);
  if (o.signal.aborted) stop();
  timers.push(setTimeout(() => end('timeout'), Math.min(o.timeoutMs, MAX_TIMER_MS)));
  if (o.watch?.size && pid !== undefined) {
    const { watch } = o;
    let wait = 5;
    const look = (): void => {
      collectMaps(pid, watch, maps);
      wait = Math.min(wait * 2, 1_000);
      timers.push(setTimeout(look, wait));
    };
    timers.push(setTimeout(look, wait));
  }
  const { limit } = o;
  const looks =
    limit &&
    setInterval(() => {
      if (written(o.output, limit.dir) > limit.bytes) end('flooded');
    }, LOOK_MS);
  const result = await child;
  clearInterval(looks);
  for (const t of timers) clearTimeout(t);
  o.signal.removeEventListener('abort', stop);
  sweepTree();
  // A process that ended quickly, or one that it left behind, may have exceeded the limit since the last
  // check.
  if (!cut && limit && written(o.output, limit.dir) > limit.bytes) cut = 'flooded';
  const removed = fstatSync(fd).nlink === 0;
  await new Promise((done) => close(fd, done));
  const exit: Exit = cut
    ? { kind: cut }
    : result.signal
      ? { kind: 'signal', signal: result.signal }
      : result.exitCode === undefined
        ? { kind: 'spawn-error', message: result.originalMessage ?? result.shortMessage ?? 'could not start' }
        : { kind: 'code', code: result.exitCode };
  return { exit, ms: performance.now() - begun, pid, maps, removed };
};
