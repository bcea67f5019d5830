/**
 * Runs one process tree, in a process group of its own. stdout and stderr share one file descriptor, so that
 * their order survives (Law 5). A token in the environment finds every remaining process, which is killed
 * (Law 10).
 */
import { execa } from 'execa';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { close, openSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { MAX_TIMER_MS } from '../model/duration.js';
import type { Launch } from '../model/launch.js';
import { mappedFiles } from './mapped-files.js';

export type Exit =
  | { kind: 'code'; code: number }
  | { kind: 'signal'; signal: string }
  | { kind: 'timeout' }
  /** It exceeded its limit of output. */
  | { kind: 'flooded' }
  | { kind: 'stopped' }
  | { kind: 'spawn-error'; message: string };

export type Ended = { exit: Exit; ms: number; pid: number | undefined; maps: ReadonlySet<string> };

const TOKEN = 'FFI_GATES_TOKEN';
const RUN_TOKEN = randomBytes(9).toString('hex');
let launches = 0;

/**
 * Ids of live processes whose environment contains a value beginning with `token`. One pass over /proc takes
 * about 2 ms.
 */
const carriers = (token: string): number[] => {
  const found: number[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    try {
      if (readFileSync(`/proc/${name}/environ`, 'latin1').includes(`${TOKEN}=${token}`)) found.push(pid);
    } catch {
      // gone, or not ours to read
    }
  }
  return found;
};

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // already gone
  }
};

/** Ids of processes whose output goes to `file`. A daemon started with an empty environment has no token. */
const holders = (file: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid)
    .filter((pid) =>
      [1, 2].some((fd) => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`) === file;
        } catch {
          return false; // gone, closed, or not ours to read
        }
      }),
    );

/**
 * Kills all processes that `find` returns until there are none, including daemons that left group and
 * session.
 */
const sweep = (find: () => number[]): void => {
  for (let round = 0; round < 50; round++) {
    const pids = find();
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid, 'SIGKILL');
  }
};

/** Kills everything that any launch of this process started. Synchronous, for signal handlers. */
export const sweepAll = (): void => sweep(() => carriers(RUN_TOKEN));

/**
 * A small process that outlives us briefly. When our end of its stdin closes, it kills every process with the
 * run's token. Only this works if we are killed by SIGKILL.
 */
const WATCHDOG = `trap '' INT TERM HUP; cat >/dev/null; n=0; while [ $n -lt 20 ]; do
p=$(grep -lsz "^${TOKEN}=$1" /proc/[0-9]*/environ | cut -d/ -f3); [ -z "$p" ] && exit 0; kill -9 $p 2>/dev/null; n=$((n+1)); done`;
let watchdog: ChildProcess | undefined;
const startWatchdog = (): void => {
  if (watchdog) return;
  watchdog = spawn('sh', ['-c', WATCHDOG, 'sh', RUN_TOKEN], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => undefined);
  watchdog.unref();
  (watchdog.stdin as unknown as { unref?: () => void } | null)?.unref?.();
};

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
  startWatchdog();
  // The token ends with a separator, since it is searched by prefix: launch 1 must not match launch 10.
  const token = `${RUN_TOKEN}-${++launches}-`;
  const fd = openSync(o.output, 'a');
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
  const sweepTree = (): void => sweep(() => [...carriers(token), ...holders(realpathSync(o.output))]);
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
  await new Promise((done) => close(fd, done));
  const exit: Exit = cut
    ? { kind: cut }
    : result.signal
      ? { kind: 'signal', signal: result.signal }
      : result.exitCode === undefined
        ? { kind: 'spawn-error', message: result.originalMessage ?? result.shortMessage ?? 'could not start' }
        : { kind: 'code', code: result.exitCode };
  return { exit, ms: performance.now() - begun, pid, maps };
};
