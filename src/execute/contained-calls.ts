/** What plugins/contain writes: requests that workers read, faults that struck, and what remained. */
import type { ContainRequest } from '../gates/gate.js';
import type { Attempt, Observation } from '../judge/evidence.js';
import {
  NOTHING_REMAINS,
  uncontained,
  type Circumstances,
  type Remains,
  type Struck,
  type TestEnd,
} from '../judge/containment.js';
import { FAULT_KINDS, type WorkerFault } from '../model/containment.js';
import type { Cell } from '../plan/plan.js';
import type { ReadLog } from '../parsers/read-logs.js';
import { linesOf } from '../process/lines.js';

const NAME = /^contain\.\d+\.log$/;
const NOTE = 'ffi-gates guard contain: note: ';

/** The journals of a launch, by the tests as the tracer spells them. */
export type Journal = {
  requests: Map<string, number>;
  struck: Struck[];
  /** Faults that could not be put into a worker, `TEST N KIND`. */
  unbroken: Set<string>;
  remains: Map<string, Remains>;
  /** The tracer ended all processes, since they only waited. */
  stuck: boolean;
};

export const faultId = (f: Pick<Struck, 'key' | 'n' | 'kind'>): string => `${f.key} ${f.n} ${f.kind}`;

const remainsOf = (j: Journal, key: string): Remains => {
  const known = j.remains.get(key) ?? { processes: [], memory: [] };
  j.remains.set(key, known);
  return known;
};

const read = (j: Journal, [what = '', key = '', ...words]: readonly string[]): void => {
  const [n, third = '', fourth = '', fifth = ''] = [Number(words[0]), ...words.slice(1)];
  const kind = FAULT_KINDS.find((k) => k === third);
  const known = j.struck.find((s) => s.key === key);
  if (what === 'request') {
    j.requests.set(key, n);
    if (known) known.later++;
  } else if (what === 'broke' && kind)
    j.struck.push({ key, n, kind, more: Number(fourth), later: 0, holds: [] });
  else if (what === 'unbroken' && kind) j.unbroken.add(faultId({ key, n, kind }));
  else if (what === 'hung' && known) known.hung = Number(third);
  else if (what === 'stuck') {
    j.stuck = true;
    if (known) known.stuck = true;
  } else if (what === 'holds') known?.holds.push({ zombie: third === '1', descriptors: Number(fourth) });
  else if (what === 'left' && third === 'process') remainsOf(j, key).processes.push(fifth);
  else if (what === 'left' && third === 'memory') remainsOf(j, key).memory.push(fifth);
};

/** Reads the journals among the logs of a launch. A test has one fault in a launch. */
export const journalOf = (logs: readonly ReadLog[]): Journal => {
  const j: Journal = {
    requests: new Map(),
    struck: [],
    unbroken: new Set(),
    remains: new Map(),
    stuck: false,
  };
  for (const { name, path } of logs)
    if (NAME.test(name))
      for (const line of linesOf(path))
        if (line.startsWith(NOTE)) read(j, line.slice(NOTE.length).split('\t'));
  return j;
};

/** The test that the tracer spells so. Where it cannot tell them apart, the launch has one. */
export const testNamed = (key: string, requested: Attempt['requested']): string | undefined => {
  if (key === '*') return requested !== 'all' && requested.length === 1 ? requested[0] : undefined;
  try {
    return JSON.parse(key) as string;
  } catch {
    return undefined;
  }
};

/** What became of a test in a launch in which its worker broke. A process that the tracer ended did not die by itself. */
export const endOf = ({ events, unfinished, exit }: Attempt, test: string, stuck: boolean): TestEnd => {
  const last = events.findLast((e) => e.test === test)?.outcome;
  if (last === 'passed' || last === 'failed') return last;
  const ended = exit.kind === 'code' || exit.kind === 'signal';
  return unfinished.includes(test) && ended && !stuck ? 'died' : 'none';
};

/** A fault that is to strike, and what is known of its test. */
export type PlannedFault = WorkerFault & Pick<Circumstances, 'bears' | 'usual'>;

/** The workers of the suite, and the faults of these tests, for a gate that breaks them. */
export const containOf = (
  tracer: string,
  { cell, faults = [] }: { cell: Cell; faults?: readonly PlannedFault[] },
  tests: readonly string[] | 'all',
): ContainRequest => {
  const worker = cell.suite.contain?.worker;
  return {
    tracer,
    ...(worker === undefined ? {} : { worker }),
    faults: faults.filter((f) => tests === 'all' || tests.includes(f.test)),
  };
};

/** The failures that the faults of a launch showed. What a test has shown before is not said again. */
export const uncontainedIn = (
  attempt: Attempt,
  faults: readonly PlannedFault[],
  seen: readonly Observation[],
): (Pick<Observation, 'diagnostic' | 'log'> & { test: string })[] => {
  const journal = journalOf(attempt.logs);
  const log = attempt.logs.find((g) => NAME.test(g.name))?.path ?? '';
  return journal.struck.flatMap((s) => {
    const planned = faults.find((f) => f.key === s.key);
    if (!planned || journal.unbroken.has(faultId(s))) return [];
    const { test, bears, usual } = planned;
    const end = endOf(attempt, test, journal.stuck);
    const remains = journal.remains.get(s.key) ?? NOTHING_REMAINS;
    return uncontained(test, s, { end, remains, usual, bears })
      .filter((d) => !seen.some((o) => o.test === test && o.diagnostic.rule === d.rule))
      .map((diagnostic) => ({ diagnostic, test, log }));
  });
};

/** What the command of a finding shows when it is run again: its launch has one test, whose exit status is that of the test. */
export const uncontainedAgain = (logs: readonly ReadLog[], passed: boolean): Observation['diagnostic'][] => {
  const journal = journalOf(logs);
  return journal.struck.flatMap((s) =>
    uncontained('the test', s, {
      end: passed ? 'passed' : 'failed',
      bears: true,
      usual: NOTHING_REMAINS,
      remains: journal.remains.get(s.key) ?? NOTHING_REMAINS,
    }),
  );
};
