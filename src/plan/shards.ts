/** Divides cells among shards: each build in one shard if it can be, and the shards about equally long. Pure. */
import { byText } from '../model/order.js';
import { median } from './estimates.js';
import { canaryId } from '../model/cell-id.js';

/** What is known of a cell's time: from an earlier report, shipped with the package, of its lane, or nothing. */
export type EstimateSource = 'report' | 'shipped' | 'lane' | 'median' | 'default';
export type Unit = { id: string; lane: string; build: string; ms: number; source: EstimateSource };

export type Shard = { index: number; ms: number; cells: string[] };

/** CI systems take at most this many jobs of one matrix. */
export const MAX_SHARDS = 256;
/** What a shard needs besides its cells: checkout, probing, and the canaries of its lanes. */
export const SETUP_MS = 30_000;
/** For a cell of which nothing is known, if nothing is known of any. */
const DEFAULT_MS = 10_000;

/** Estimates for cells: their own last time, else that of their lane's canary, else the median of all known times. */
export const estimate = (
  cells: readonly { id: string; lane: string; build: string }[],
  reported: ReadonlyMap<string, number>,
  shipped: ReadonlyMap<string, number>,
): Unit[] => {
  const known = (id: string): { ms: number; source: EstimateSource } | undefined => {
    const ms = reported.get(id);
    if (ms !== undefined) return { ms, source: 'report' };
    const measured = shipped.get(id);
    return measured === undefined ? undefined : { ms: measured, source: 'shipped' };
  };
  const all = cells.flatMap((c) => known(c.id)?.ms ?? []);
  const middle: { ms: number; source: EstimateSource } =
    all.length > 0 ? { ms: median(all), source: 'median' } : { ms: DEFAULT_MS, source: 'default' };
  return cells.map((c) => {
    const lane = known(canaryId(c.lane));
    const { ms, source } = known(c.id) ?? (lane ? { ms: lane.ms, source: 'lane' as const } : middle);
    return { ...c, ms: Math.round(ms), source };
  });
};

type Group = { key: string; ms: number; units: Unit[] };

const total = (units: readonly Unit[]): number => units.reduce((sum, u) => sum + u.ms, 0);
const longest = (a: { ms: number }, b: { ms: number }): number => b.ms - a.ms;

/** Groups of equal build. One that is longer than `share` is cut, so that its build is made more than once. */
const groupsOf = (units: readonly Unit[], share: number): Group[] => {
  const builds = new Map<string, Unit[]>();
  for (const u of units) {
    const same = builds.get(u.build);
    if (same) same.push(u);
    else builds.set(u.build, [u]);
  }
  return [...builds].flatMap(([key, same]): Group[] => {
    const sorted = same.sort((a, b) => longest(a, b) || byText(a.id, b.id));
    const parts = Math.min(sorted.length, Math.max(1, Math.ceil(total(sorted) / Math.max(1, share))));
    const groups = Array.from({ length: parts }, (): Group => ({ key, ms: 0, units: [] }));
    for (const u of sorted) put(groups, [u]);
    return groups;
  });
};

/** Adds units to the shortest of the bins, the first of equals. */
const put = (bins: { ms: number; units: Unit[] }[], units: readonly Unit[]): void => {
  const bin = bins.reduce((best, b) => (b.ms < best.ms ? b : best));
  bin.units.push(...units);
  bin.ms += total(units);
};

/** Divides the cells among `count` shards, of which some may be empty. The same cells give the same shards. */
export const divide = (units: readonly Unit[], count: number): Shard[] => {
  const sorted = [...units].sort((a, b) => byText(a.id, b.id));
  const groups = groupsOf(sorted, total(sorted) / count);
  const bins = Array.from({ length: count }, () => ({ ms: 0, units: [] as Unit[] }));
  for (const g of groups.sort(
    (a, b) => longest(a, b) || byText(a.key, b.key) || byText(a.units[0]!.id, b.units[0]!.id),
  ))
    put(bins, g.units);
  return bins.map((b, i) => ({
    index: i + 1,
    ms: b.ms,
    cells: b.units.map((u) => u.id).sort(byText),
  }));
};

/** The smallest number of shards of which none takes longer than `targetMs`, set-up included; at most 256. */
export const countFor = (units: readonly Unit[], targetMs: number): number => {
  const room = Math.max(1, targetMs - SETUP_MS);
  const fits = (count: number): boolean => divide(units, count).every((s) => s.ms <= room);
  const most = Math.max(1, Math.min(MAX_SHARDS, units.length));
  for (let count = Math.max(1, Math.min(most, Math.ceil(total(units) / room))); count < most; count += 1)
    if (fits(count)) return count;
  return most;
};
