/**
 * Finds and kills what this process started, also after it has left its group and session. Every child carries
 * a token in its environment (Law 10). Whatever ends this process by `exit`, nothing is left; if it is killed,
 * a watchdog sees to it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The variable with the token. */
export const TOKEN = 'FFI_GATES_TOKEN';
/** Every token of this process begins so. */
export const RUN_TOKEN = randomBytes(9).toString('hex');

/** Sends a signal to a process, or to a group if the id is negative. It may be gone. */
export const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // already gone
  }
};

/**
 * Ids of live processes whose environment contains a value beginning with `token`. One pass over /proc takes
 * about 2 ms.
 */
export const carriers = (token: string): number[] => {
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

/** Ids of processes whose output goes to `file`. A daemon started with an empty environment has no token. */
export const holders = (file: string): number[] =>
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
export const sweep = (find: () => number[]): void => {
  for (let round = 0; round < 50; round++) {
    const pids = find();
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid, 'SIGKILL');
  }
};

/**
 * A small process that outlives us briefly. When our end of its stdin closes, it kills every process with the
 * token. Only this works if we are killed by SIGKILL.
 */
const WATCHDOG = `trap '' INT TERM HUP; cat >/dev/null; n=0; while [ $n -lt 20 ]; do
p=$(grep -lsz "^${TOKEN}=$1" /proc/[0-9]*/environ | cut -d/ -f3); [ -z "$p" ] && exit 0; kill -9 $p 2>/dev/null; n=$((n+1)); done`;
let watchdog: ChildProcess | undefined;

/** To be called before a child is started that carries the token. */
export const guardChildren = (): void => {
  if (watchdog) return;
  process.on('exit', () => sweep(() => carriers(RUN_TOKEN)));
  watchdog = spawn('sh', ['-c', WATCHDOG, 'sh', RUN_TOKEN], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.on('error', () => undefined);
  watchdog.unref();
  (watchdog.stdin as unknown as { unref?: () => void } | null)?.unref?.();
};
