/**
 * A process dies once, and several tell of it: the C library says why, the host's crash handler dumps its stacks, the
 * system knows the signal. Pure: accounts of one death become one, in the most precise words and with the fullest stacks.
 */
import type { Sighting, Tool } from '../model/diagnostic.js';
import type { Seen } from './evidence.js';

/** A sighting and the process it speaks of, where that is known. */
export type Account = Seen & { pid?: number };

/** Who speaks when a process dies, besides checkers: those come first and have their own words for it. */
const LAST_WORDS = new Set<Tool>(['glibc', 'cxx']);
const DUMPERS = new Set<Tool>(['go', 'python', 'hotspot', 'openj9', 'art', 'mono', 'dotnet', 'os']);
/** In one log, the words and the dump that follows them are no further apart. */
const NEAR = 60;

const isCrash = (s: Sighting): boolean => s.hazard.startsWith('crash/');

/** Tells of the end of a process. A dumper that knows better than "crashed" may speak of something it survived. */
const tellsOfDeath = (s: Sighting): boolean =>
  LAST_WORDS.has(s.tool) ||
  (DUMPERS.has(s.tool) && (isCrash(s) || /\/(?:SIG[A-Z]+|EXCEPTION_\w+|fatal)/.test(s.rule)));

/** How it ended: words are printed before `abort`, never before a fault. undefined: it does not say. */
const wayOf = (s: Sighting): 'abort' | 'signal' | undefined => {
  if (s.hazard === 'crash/abort' || LAST_WORDS.has(s.tool) || s.rule.endsWith('/SIGABRT')) return 'abort';
  return s.hazard === 'crash/other' ? undefined : 'signal';
};

const precision = (s: Sighting): number =>
  !isCrash(s) ? 3 : s.hazard === 'crash/heap-corruption' ? 2 : s.hazard === 'crash/other' ? 0 : 1;

const sameDeath = (a: Account, b: Account): boolean => {
  const [x, y] = [wayOf(a.sighting), wayOf(b.sighting)];
  if (x !== undefined && y !== undefined && x !== y) return false;
  if (a.pid !== undefined && b.pid !== undefined) return a.pid === b.pid;
  if (a.test !== undefined && b.test !== undefined) return a.test === b.test;
  // Two of one kind in one log are two deaths.
  const kind = (t: Tool): boolean => LAST_WORDS.has(t);
  return (
    a.log === b.log &&
    kind(a.sighting.tool) !== kind(b.sighting.tool) &&
    Math.abs(a.sighting.log.line - b.sighting.log.line) <= NEAR
  );
};

/** One death, told in the most precise words, with the fullest stacks where those words have none. */
const told = (group: readonly [Account, ...Account[]]): Account => {
  const stacks = (a: Account): number => a.sighting.stacks.length;
  const [best = group[0]] = [...group].sort(
    (a, b) => precision(b.sighting) - precision(a.sighting) || stacks(b) - stacks(a),
  );
  const [fullest = best] = [...group].sort((a, b) => stacks(b) - stacks(a));
  const test = group.find((a) => a.test !== undefined)?.test;
  return {
    ...best,
    ...(test === undefined ? {} : { test }),
    sighting: stacks(best) ? best.sighting : { ...best.sighting, stacks: fullest.sighting.stacks },
  };
};

/** The sightings of one launch, those of one death folded together, in the order in which each was first told. */
export const foldDeaths = (accounts: readonly Account[]): Account[] => {
  const groups: [Account, ...Account[]][] = [];
  for (const a of accounts) {
    const home = tellsOfDeath(a.sighting)
      ? groups.find((g) => tellsOfDeath(g[0].sighting) && g.some((b) => sameDeath(a, b)))
      : undefined;
    if (home) home.push(a);
    else groups.push([a]);
  }
  return groups.map(told);
};

/** Signals that no fault of the process raises: somebody, often the kernel for want of memory, ended it. */
const FROM_OUTSIDE = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGXCPU', 'SIGXFSZ']);
export const fromOutside = (signal: string): boolean => FROM_OUTSIDE.has(signal);

const killedBy = (signal: string): Sighting => ({
  tool: 'os',
  rule: `os/${signal}`,
  hazard: signal === 'SIGABRT' ? 'crash/abort' : 'crash/signal',
  message: `the process was killed by ${signal} and no checker says why`,
  stacks: [],
  complete: true,
  log: { line: 1, endLine: 1 },
});

/** A test that had no end, and the process it ran in. */
export type Died = { test?: string; pid?: number };

/** What the system knows of crashes that nobody else tells of: one for each process. */
export const silentDeaths = (
  signal: string,
  died: readonly Died[],
  accounts: readonly Account[],
): { sighting: Sighting; test?: string }[] => {
  if (fromOutside(signal)) return [];
  const silent = died.filter((d) => !accounts.some((a) => a.test !== undefined && a.test === d.test));
  // A report without a test may be of any of them; leaks are found at orderly ends.
  const nameless = accounts.filter((a) => a.test === undefined && !a.sighting.leak);
  if (died.length === 0 ? accounts.length > 0 : nameless.length > 0) return [];
  const last = new Map<number | string, Died>();
  for (const d of died.length ? silent : [{}]) last.set(d.pid ?? d.test ?? '', d);
  return [...last.values()].map((d) => ({
    sighting: { ...killedBy(signal), ...(d.pid === undefined ? {} : { pid: d.pid }) },
    ...(d.test === undefined ? {} : { test: d.test }),
  }));
};
