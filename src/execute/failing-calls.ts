/** What plugins/preload/failing.c writes: the calls that could fail, and those that did. */
import type { Attempt } from '../judge/evidence.js';
import type { Failure } from '../judge/error-paths.js';
import type { ReadLog } from '../parsers/read-logs.js';
import { linesOf } from '../process/lines.js';

/** A call, told by what leads to it, and the test that reaches it first. */
export type FailingCall = {
  key: string;
  test: string;
  /** Made when the code is loaded, whichever test runs then. */
  loading?: true;
};

const NAME = /^failing\.\d+\.log$/;
const NOTE = /^ffi-gates guard failing: note: (site|failed|returned) ([0-9a-f]{16})/;

const journals = (logs: readonly ReadLog[]): readonly ReadLog[] => logs.filter((g) => NAME.test(g.name));

/** The test that ran in a process when its log had this many bytes. Undefined before the first one began. */
const testAt = ({ events }: Attempt, log: ReadLog, bytes: number): string | undefined =>
  events
    .filter((e) => e.outcome === 'started' && e.pid === log.pid && (e.logs?.[log.name] ?? 0) <= bytes)
    .at(-1)?.test;

/**
 * The calls that a launch listed. A call that no test makes, but the loading of the code, has `otherwise` for its test: it is
 * made again whichever test runs.
 */
export const callsIn = (attempt: Attempt, otherwise: string): FailingCall[] =>
  journals(attempt.logs).flatMap((log) => {
    const found: FailingCall[] = [];
    let bytes = 0;
    for (const line of linesOf(log.path)) {
      const [, what, key = ''] = NOTE.exec(line) ?? [];
      const test = what === 'site' ? testAt(attempt, log, bytes) : undefined;
      if (what === 'site')
        found.push(test === undefined ? { key, test: otherwise, loading: true } : { key, test });
      bytes += Buffer.byteLength(line) + 1;
    }
    return found;
  });

/** The call that failed in each process of a launch. */
export const failuresIn = (logs: readonly ReadLog[]): Map<number, Failure> => {
  const found = new Map<number, Failure>();
  for (const { path, pid } of journals(logs)) {
    if (pid === undefined) continue;
    for (const line of linesOf(path)) {
      const [begin, what, key = ''] = NOTE.exec(line) ?? [];
      if (begin === undefined) continue;
      if (what === 'failed') {
        const [, call = '', ...places] = line.slice(begin.length).split('\t');
        found.set(pid, { key, call, places, returned: false });
      } else if (what === 'returned') {
        const known = found.get(pid);
        if (known) found.set(pid, { ...known, returned: true });
      }
    }
  }
  return found;
};
