/** What plugins/preload/failing.c and errors.c write: the calls that could fail, and those that did. */
import type { Attempt } from '../judge/evidence.js';
import type { ArmRequest } from '../gates/gate.js';
import type { CrashObservation } from '../judge/crashes.js';
import type { Diagnostic, HostRuntime, Stack } from '../model/diagnostic.js';
import { failureBefore, type Failure } from '../judge/error-paths.js';
import { ignoredError } from '../judge/ignored-errors.js';
import type { BindingId } from '../model/ids.js';
import type { Cell } from '../plan/plan.js';
import { sourceFrame } from '../parsers/engine/frame.js';
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
const NOTE = /^ffi-gates guard (?:failing|errors): note: (site|failed|returned|called) ([0-9a-f]{16})/;

const KEEPS = /^ffi-gates guard failing: note: keeps ([0-9a-f]{16})$/;

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

/** The calls that took a lock and kept it on purpose, in launches in which nothing failed. */
export const keepersIn = (attempts: readonly Attempt[]): string[] => [
  ...new Set(
    attempts.flatMap(({ logs }) =>
      journals(logs).flatMap(({ path }) => [...linesOf(path)].flatMap((line) => KEEPS.exec(line)?.[1] ?? [])),
    ),
  ),
];

const HOSTS: readonly HostRuntime[] = ['python', 'jvm', 'mono', 'node'];

/** The host's lines that led to a call, each as `function FILE:LINE`. */
const managedStack = (name: string, lines: readonly string[]): Stack | undefined => {
  const host = HOSTS.find((h) => h === name);
  const frames = lines.flatMap((l) => {
    const space = l.indexOf(' ');
    return sourceFrame(l.slice(0, space), l.slice(space + 1)) ?? [];
  });
  if (host === undefined || frames.length === 0) return undefined;
  return { role: 'managed', host, title: 'where the call that failed came from', frames };
};

/** The calls that failed, as one log says it. */
const failuresOf = ({ path, name }: ReadLog): (Failure & { line: number })[] => {
  const found: (Failure & { line: number })[] = [];
  let line = 0;
  for (const text of linesOf(path)) {
    line++;
    const [begin, what, key = ''] = NOTE.exec(text) ?? [];
    if (begin === undefined) continue;
    if (what === 'failed') {
      const [, call = '', ...places] = text.slice(begin.length).split('\t');
      const reported = name.startsWith('errors');
      found.push({ key, call, places, returned: false, ...(reported ? { reported } : {}), line });
    } else if (what === 'returned') {
      const last = found.at(-1);
      if (last) last.returned = true;
    } else if (what === 'called') {
      const [, host = '', ...lines] = text.slice(begin.length).split('\t');
      const last = found.at(-1);
      const managed = managedStack(host, lines);
      if (last?.key === key && managed) last.managed = managed;
    }
  }
  return found;
};

/** The last call that failed in each process of a launch, with those before it. */
export const failuresIn = (logs: readonly ReadLog[]): Map<number, Failure> =>
  new Map(
    journals(logs).flatMap((log): [number, Failure][] => {
      const found = failuresOf(log);
      const last = found.at(-1);
      if (log.pid === undefined || !last) return [];
      const { line: _, ...only } = last;
      return [[log.pid, found.length === 1 ? only : { ...last, earlier: found.slice(0, -1) }]];
    }),
  );

/**
 * Bindings whose tests run one after the other in one process, of hosts that take long to start. Calls of several tests fail in
 * one launch there, each in its test; what a launch does not come to because it ended is tried again without the call that ended it.
 */
const ONE_PROCESS: ReadonlySet<BindingId> = new Set(['go', 'jni', 'rs', 'net', 'node']);

/** Whether several calls may fail in one process of the cell. */
export const inSeries = ({ suite, gate }: Cell): boolean =>
  ONE_PROCESS.has(suite.binding) && !gate.asksErrors;

/** The test of a report in a process in which a call failed, where its framework does not say in which process it ran. */
export const testByCall = (
  calls: readonly FailingCall[],
  d: Diagnostic,
  failure: Failure | undefined,
): string | undefined => {
  const key = failureBefore(d, failure)?.key;
  return calls.find((c) => c.key === key)?.test;
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
