/** What plugins/preload/failing.c and errors.c write: the calls that could fail, and those that did. */
import type { Attempt } from '../judge/evidence.js';
import type { ArmRequest } from '../gates/gate.js';
import type { CrashObservation } from '../judge/crashes.js';
import type { Failure } from '../judge/error-paths.js';
import { ignoredError } from '../judge/ignored-errors.js';
import type { Cell } from '../plan/plan.js';
import type { ReadLog } from '../parsers/read-logs.js';
import { linesOf } from '../process/lines.js';

/** A call, told by what leads to it, and the test that reaches it first. */
export type FailingCall = {
  key: string;
  test: string;
  /** Made when the code is loaded, whichever test runs then. */
  loading?: true;
};

const NAME = /^(?:failing|errors)\.\d+\.log$/;
const NOTE = /^ffi-gates guard (?:failing|errors): note: (site|failed|returned) ([0-9a-f]{16})/;

const journals = (logs: readonly ReadLog[]): readonly ReadLog[] => logs.filter((g) => NAME.test(g.name));

/** The test that ran in a process when its log had this many bytes. Undefined before the first one began. */
const testAt = ({ events }: Attempt, log: ReadLog, bytes: number): string | undefined =>
  events
    .filter((e) => e.outcome === 'started' && e.pid === log.pid && (e.logs?.[log.name] ?? 0) <= bytes)
    .at(-1)?.test;

/** Whether the tests of a launch say in which process they run. If not, one launch has to have one test. */
export const namesProcesses = ({ events }: Attempt): boolean =>
  events.some((e) => e.outcome === 'started' && e.pid !== undefined);

/** The only test of a launch. */
const onlyTest = ({ requested }: Attempt): string | undefined =>
  requested !== 'all' && requested.length === 1 ? requested[0] : undefined;

/**
 * The calls that a launch listed. A call that no test makes, but the loading of the code, has `otherwise` for its test: it is
 * made again whichever test runs.
 */
export const callsIn = (attempt: Attempt, otherwise: string): FailingCall[] =>
  journals(attempt.logs).flatMap((log) => {
    const found: FailingCall[] = [];
    const only = namesProcesses(attempt) ? undefined : onlyTest(attempt);
    let bytes = 0;
    for (const line of linesOf(log.path)) {
      const [, what, key = ''] = NOTE.exec(line) ?? [];
      const test = what === 'site' ? testAt(attempt, log, bytes) : undefined;
      if (what === 'site' && only !== undefined) found.push({ key, test: only });
      else if (what === 'site')
        found.push(test === undefined ? { key, test: otherwise, loading: true } : { key, test });
      bytes += Buffer.byteLength(line) + 1;
    }
    return found;
  });

/** The call that failed in each process of a launch. */
export const failuresIn = (logs: readonly ReadLog[]): Map<number, Failure> => {
  const found = new Map<number, Failure>();
  for (const { path, pid, name } of journals(logs)) {
    if (pid === undefined) continue;
    for (const line of linesOf(path)) {
      const [begin, what, key = ''] = NOTE.exec(line) ?? [];
      if (begin === undefined) continue;
      if (what === 'failed') {
        const [, call = '', ...places] = line.slice(begin.length).split('\t');
        const reported = name.startsWith('errors');
        found.set(pid, { key, call, places, returned: false, ...(reported ? { reported } : {}) });
      } else if (what === 'returned') {
        const known = found.get(pid);
        if (known) found.set(pid, { ...known, returned: true });
      }
    }
  }
  return found;
};

/** How functions of the cell's targets report errors. */
export const errorsOf = ({ matrix, suite }: Cell): NonNullable<ArmRequest['errors']> =>
  // `null` without quotes is no text in YAML.
  Object.fromEntries(
    suite.targets.flatMap((t) =>
      Object.entries(matrix.targets[t]?.errors ?? {}).map(([f, how]) => [f, how ?? 'null'] as const),
    ),
  );

/** Tests that passed although a call of theirs reported an error. A launch has one such test. */
export const ignoredIn = ({
  requested,
  events,
  logs,
}: Attempt): (Omit<CrashObservation, 'repro'> & { test: string })[] =>
  [...failuresIn(logs)].flatMap(([pid, failure]) => {
    const test = events.find((e) => e.outcome === 'passed' && requested.includes(e.test))?.test;
    const log = logs.find((g) => g.pid === pid);
    return test === undefined || !log
      ? []
      : [{ diagnostic: ignoredError(failure), log: log.path, test, pid }];
  });
