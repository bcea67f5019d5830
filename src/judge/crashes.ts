/**
 * One crash may be reported several times: by the C library with its reason, by the host's crash handler with
 * its stacks, and by the system with a signal. Merges these reports into one with the most precise
 * description and the most frames. Pure.
 */
import type { Diagnostic, Tool } from '../model/diagnostic.js';
import type { Observation } from './evidence.js';

/** An observation with the process that it is about, if known. */
export type CrashObservation = Observation & { pid?: number };

/** Tools other than checkers that print a reason before the process dies. */
const LAST_WORDS = new Set<Tool>(['glibc', 'cxx']);
const DUMPERS = new Set<Tool>([
  'go',
  'python',
  'hotspot',
  'openj9',
  'art',
  'mono',
  'dotnet',
  'android',
  'macos',
  'r',
  'ruby',
  'julia',
  'dart',
  'erlang',
  'gdb',
  'lldb',
  'breakpad',
  'chromium',
  'os',
]);
/** Largest distance in one log between such a reason and the dump that follows it. */
const MAX_LINES_APART = 60;

const isCrash = (s: Diagnostic): boolean => s.hazard.startsWith('crash/');

/**
 * Whether a diagnostic reports the end of a process. A dumper that names a more precise error than a crash
 * may report something that the process survived.
 */
const tellsOfDeath = (s: Diagnostic): boolean =>
  LAST_WORDS.has(s.tool) ||
  (DUMPERS.has(s.tool) && (isCrash(s) || /\/(?:SIG[A-Z]+|EXCEPTION_\w+|fatal)/.test(s.rule)));

/**
 * How the process ended. The C library prints a reason before `abort` only, never before a fault. Undefined
 * if the report does not say.
 */
const wayOf = (s: Diagnostic): 'abort' | 'signal' | undefined => {
  if (s.hazard === 'crash/abort' || LAST_WORDS.has(s.tool) || s.rule.endsWith('/SIGABRT')) return 'abort';
  return s.hazard === 'crash/other' ? undefined : 'signal';
};

const precision = (s: Diagnostic): number =>
  !isCrash(s) ? 3 : s.hazard === 'crash/heap-corruption' ? 2 : s.hazard === 'crash/other' ? 0 : 1;

const sameDeath = (a: CrashObservation, b: CrashObservation): boolean => {
  const [x, y] = [wayOf(a.diagnostic), wayOf(b.diagnostic)];
  if (x !== undefined && y !== undefined && x !== y) return false;
  if (a.pid !== undefined && b.pid !== undefined) return a.pid === b.pid;
  if (a.test !== undefined && b.test !== undefined) return a.test === b.test;
  // Two reports of one kind in one log are two crashes.
  const kind = (t: Tool): boolean => LAST_WORDS.has(t);
  return (
    a.log === b.log &&
    kind(a.diagnostic.tool) !== kind(b.diagnostic.tool) &&
    Math.abs(a.diagnostic.log.line - b.diagnostic.log.line) <= MAX_LINES_APART
  );
};

/** One crash: the most precise report, with the most complete stacks if it has none of its own. */
const mergeOne = (group: readonly [CrashObservation, ...CrashObservation[]]): CrashObservation => {
  const stacks = (a: CrashObservation): number => a.diagnostic.stacks.length;
  const [best = group[0]] = [...group].sort(
    (a, b) => precision(b.diagnostic) - precision(a.diagnostic) || stacks(b) - stacks(a),
  );
  const [fullest = best] = [...group].sort((a, b) => stacks(b) - stacks(a));
  const test = group.find((a) => a.test !== undefined)?.test;
  return {
    ...best,
    ...(test === undefined ? {} : { test }),
    diagnostic: stacks(best) ? best.diagnostic : { ...best.diagnostic, stacks: fullest.diagnostic.stacks },
  };
};

/**
 * The diagnostics of one launch with the reports of each crash merged, in the order in which each crash was
 * first reported.
 */
export const mergeCrashes = (observations: readonly CrashObservation[]): CrashObservation[] => {
  const groups: [CrashObservation, ...CrashObservation[]][] = [];
  for (const a of observations) {
    const home = tellsOfDeath(a.diagnostic)
      ? groups.find((g) => tellsOfDeath(g[0].diagnostic) && g.some((b) => sameDeath(a, b)))
      : undefined;
    if (home) home.push(a);
    else groups.push([a]);
  }
  return groups.map(mergeOne);
};

/**
 * Signals that a process does not raise by a fault of its own. Somebody else ended it, often the kernel for
 * lack of memory.
 */
const FROM_OUTSIDE = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGXFSZ']);
/** Whether a signal was sent from outside the process. */
export const fromOutside = (signal: string): boolean => FROM_OUTSIDE.has(signal);

const killedBy = (signal: string): Diagnostic => ({
  tool: 'os',
  rule: `os/${signal}`,
  hazard: signal === 'SIGABRT' ? 'crash/abort' : 'crash/signal',
  message: `the process was killed by ${signal} and no checker says why`,
  stacks: [],
  complete: true,
  log: { line: 1, endLine: 1 },
});

/** A test that began and did not end, and its process. */
export type Unfinished = { test?: string; pid?: number };

/** Crashes that only the exit signal shows: at most one per process. */
export const unreportedCrashes = (
  signal: string,
  unfinished: readonly Unfinished[],
  observations: readonly CrashObservation[],
): { diagnostic: Diagnostic; test?: string }[] => {
  if (fromOutside(signal)) return [];
  const silent = unfinished.filter(
    (d) => !observations.some((a) => a.test !== undefined && a.test === d.test),
  );
  // A report without a test may belong to any of them. Leaks are excluded, since they are found when a
  // process ends normally.
  const nameless = observations.filter((a) => a.test === undefined && !a.diagnostic.leak);
  if (unfinished.length === 0 ? observations.length > 0 : nameless.length > 0) return [];
  const last = new Map<number | string, Unfinished>();
  for (const d of unfinished.length ? silent : [{}]) last.set(d.pid ?? d.test ?? '', d);
  return [...last.values()].map((d) => ({
    diagnostic: { ...killedBy(signal), ...(d.pid === undefined ? {} : { pid: d.pid }) },
    ...(d.test === undefined ? {} : { test: d.test }),
  }));
};
