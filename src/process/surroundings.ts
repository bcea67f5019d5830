/** What surrounds launches: the processors that they may use, and other processes that keep these busy. */
import { runTool } from './run-tool.js';

/** `cpus`: number of processors. `load`: number of busy processes. */
export type Surroundings = { cpus?: number | undefined; load?: number | undefined };

/** Ends within moments when the process that is its argument is gone, however that ended. */
const BUSY = 'while kill -0 "$1" 2>/dev/null; do i=0; while [ "$i" -lt 100000 ]; do i=$((i + 1)); done; done';

/** The processors of a list such as `0-2,5`. */
const cpusIn = (list: string): number[] =>
  list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number);
    return Array.from({ length: to! - from! + 1 }, (_, i) => from! + i);
  });

/** The processors that this process may use. Undefined where `taskset` (util-linux) gives no answer. */
export const allowedCpus = async (): Promise<number[] | undefined> => {
  const { code, stdout } = await runTool('taskset', ['-pc', String(process.pid)]);
  const list = /: ([\d,-]+)\s*$/.exec(stdout)?.[1];
  return code === 0 && list !== undefined ? cpusIn(list) : undefined;
};

/** Children inherit the processors of the thread that starts them, which is the one with our process id. */
const allow = async (cpus: readonly number[]): Promise<void> => {
  const { code, all } = await runTool('taskset', ['-pc', cpus.join(','), String(process.pid)]);
  if (code !== 0) throw new Error(`the processors cannot be chosen: ${all}`);
};

/** Does the work in such surroundings, and restores them. */
export const within = async <T>({ cpus, load = 0 }: Surroundings, work: () => Promise<T>): Promise<T> => {
  const allowed = cpus === undefined ? undefined : await allowedCpus();
  const over = new AbortController();
  const busy = Array.from({ length: load }, () =>
    runTool('sh', ['-c', BUSY, 'sh', String(process.pid)], { signal: over.signal }),
  );
  try {
    if (allowed) await allow(allowed.slice(0, cpus));
    return await work();
  } finally {
    over.abort();
    await Promise.all(busy);
    if (allowed) await allow(allowed);
  }
};
