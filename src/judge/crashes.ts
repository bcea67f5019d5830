/**
 * A process dies once, and several tell of it: the C library says why, the host's crash handler dumps its stacks, the
 * system knows the signal. Pure: accounts of one death become one, in the most precise words and with the fullest stacks.
 */
import type { Diagnostic, Tool } from '../model/diagnostic.js';
import type { Observation } from './evidence.js';

/** A diagnostic and the process it speaks of, where that is known. */
export type Account = Observation & { pid?: number };

/** Who speaks when a process dies, besides checkers: those come first and have their own words for it. */
const LAST_WORDS = new Set<Tool>(['glibc', 'cxx']);
const DUMPERS = new Set<Tool>(['go', 'python', 'hotspot', 'openj9', 'art', 'mono', 'dotnet', 'os']);
/** In one log, the words and the dump that follows them are no further apart. */
const MAX_LINES_APART = 60;

const isCrash = (s: Diagnostic): boolean => s.hazard.startsWith('crash/');

/** Tells of the end of a process. A dumper that knows better than "crashed" may speak of something it survived. */
const tellsOfDeath = (s: Diagnostic): boolean =>
  LAST_WORDS.has(s.tool) ||
  (DUMPERS.has(s.tool) && (isCrash(s) || /\/(?:SIG[A-Z]+|EXCEPTION_\w+|fatal)/.test(s.rule)));

/** How it ended: words are printed before `abort`, never before a fault. undefined: it does not say. */
const wayOf = (s: Diagnostic): 'abort' | 'signal' | undefined => {
  if (s.hazard === 'crash/abort' || LAST_WORDS.has(s.tool) || s.rule.endsWith('/SIGABRT')) return 'abort';
  return s.hazard === 'crash/other' ? undefined : 'signal';
};

const precision = (s: Diagnostic): number =>
  !isCrash(s) ? 3 : s.hazard === 'crash/heap-corruption' ? 2 : s.hazard === 'crash/other' ? 0 : 1;

const sameDeath = (a: Account, b: Account): boolean => {
  const [x, y] = [wayOf(a.diagnostic), wayOf(b.diagnostic)];
  if (x !== undefined && y !== undefined && x !== y) return false;
  if (a.pid !== undefined && b.pid !== undefined) return a.pid === b.pid;
  if (a.test !== undefined && b.test !== undefined) return a.test === b.test;
  // Two of one kind in one log are two deaths.
  const kind = (t: Tool): boolean => LAST_WORDS.has(t);
  return (
    a.log === b.log &&
    kind(a.diagnostic.tool) !== kind(b.diagnostic.tool) &&
    Math.abs(a.diagnostic.log.line - b.diagnostic.log.line) <= MAX_LINES_APART
  );
};

/** One death, told in the most precise words, with the fullest stacks where those words have none. */
const told = (group: readonly [Account, ...Account[]]): Account => {
  const stacks = (a: Account): number => a.diagnostic.stacks.length;
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

/** The diagnostics of one launch, those of one death folded together, in the order in which each was first told. */
export const mergeCrashes = (accounts: readonly Account[]): Account[] => {
  const groups: [Account, ...Account[]][] = [];
  for (const a of accounts) {
    const home = tellsOfDeath(a.diagnostic)
      ? groups.find((g) => tellsOfDeath(g[0].diagnostic) && g.some((b) => sameDeath(a, b)))
      : undefined;
    if (home) home.push(a);
    else groups.push([a]);
  }
  return groups.map(told);
};

/** Signals that no fault of the process raises: somebody, often the kernel for want of memory, ended it. */
const FROM_OUTSIDE = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGXFSZ']);
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

/** A test that had no end, and the process it ran in. */
export type Unfinished = { test?: string; pid?: number };

/** What the system knows of crashes that nobody else tells of: one for each process. */
export const unreportedCrashes = (
  signal: string,
  unfinished: readonly Unfinished[],
  accounts: readonly Account[],
): { diagnostic: Diagnostic; test?: string }[] => {
  if (fromOutside(signal)) return [];
  const silent = unfinished.filter((d) => !accounts.some((a) => a.test !== undefined && a.test === d.test));
  // A report without a test may be of any of them; leaks are found at orderly ends.
  const nameless = accounts.filter((a) => a.test === undefined && !a.diagnostic.leak);
  if (unfinished.length === 0 ? accounts.length > 0 : nameless.length > 0) return [];
  const last = new Map<number | string, Unfinished>();
  for (const d of unfinished.length ? silent : [{}]) last.set(d.pid ?? d.test ?? '', d);
  return [...last.values()].map((d) => ({
    diagnostic: { ...killedBy(signal), ...(d.pid === undefined ? {} : { pid: d.pid }) },
    ...(d.test === undefined ? {} : { test: d.test }),
  }));
};
