/** Divides cells among shards: each build in one shard if it can be, and the shards about equally long. Pure. */
import { byText } from '../model/order.js';
import { median } from './estimates.js';
import { canaryId } from '../model/cell-id.js';

/** What is known of a cell's time: from an earlier report, shipped with the package, of its lane, or nothing. */
export type EstimateSource = 'report' | 'shipped' | 'lane' | 'median' | 'default';
/** A cell, how long it takes, and how long the canary of its lane takes (`proof`), which runs in each shard that has the lane. */
export type Unit = {
  id: string;
  lane: string;
  build: string;
  ms: number;
  source: EstimateSource;
  proof?: number;
};

export type Shard = { index: number; ms: number; cells: string[] };

/** CI systems take at most this many jobs of one matrix. */
export const MAX_SHARDS = 256;
/** What a shard needs besides its cells and their canaries: checkout and probing. */
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
    return { ...c, ms: Math.round(ms), source, ...(lane ? { proof: Math.round(lane.ms) } : {}) };
  });
};

type Group = { key: string; ms: number; units: Unit[] };

const total = (units: readonly Unit[]): number => units.reduce((sum, u) => sum + u.ms, 0);
const longest = (a: { ms: number }, b: { ms: number }): number => b.ms - a.ms;

/** Groups of equal build. One that is longer than `share` is cut, so that its build is made more than once. */
const groupsOf = (units: readonly Unit[], share: number): Group[] => {
  const byId = new Map(units.map((u) => [u.id, u]));
  const builds = new Map<string, Unit[]>();
  for (const u of units) {
    const same = builds.get(u.build);
    if (same) same.push(u);
    else builds.set(u.build, [u]);
  }
  return [...builds].flatMap(([key, same]): Group[] => {
    const sorted = same.sort((a, b) => longest(a, b) || byText(a.id, b.id));
    const parts = Math.min(sorted.length, Math.max(1, Math.ceil(total(sorted) / Math.max(1, share))));
    const bins = makeBins(parts);
    // Within one build the lane is mostly the same: only the cells' own times are divided.
    for (const u of sorted) put(bins, [{ ...u, proof: 0 }]);
    return bins.map(({ ms, units: cells }) => ({ key, ms, units: cells.map((u) => byId.get(u.id)!) }));
  });
};

type Bin = { ms: number; units: Unit[]; lanes: Set<string> };

/** What a bin takes more with these units: their time, and the canaries of lanes that it does not have yet. */
const added = (bin: Bin, units: readonly Unit[]): number => {
  const proofs = new Map(units.filter((u) => !bin.lanes.has(u.lane)).map((u) => [u.lane, u.proof ?? 0]));
  return total(units) + [...proofs.values()].reduce((sum, ms) => sum + ms, 0);
};

/**
 * Adds units where all of their lanes are proven anyway, if that bin stays within `share`; otherwise to the bin that is the shortest
 * with them. The first of equals.
 */
const put = (bins: readonly Bin[], units: readonly Unit[], share = 0): void => {
  const rows = bins.map((bin) => ({ bin, ms: bin.ms + added(bin, units) }));
  const same = rows.filter((r) => r.ms <= share && units.every((u) => r.bin.lanes.has(u.lane)));
  const { bin, ms } = (same.length > 0 ? same : rows).reduce((best, r) => (r.ms < best.ms ? r : best));
  bin.ms = ms;
  bin.units.push(...units);
  for (const u of units) bin.lanes.add(u.lane);
};

const makeBins = (count: number): Bin[] =>
  Array.from({ length: count }, () => ({ ms: 0, units: [], lanes: new Set<string>() }));

/** Divides the cells among `count` shards, of which some may be empty. The same cells give the same shards. */
export const divide = (units: readonly Unit[], count: number): Shard[] => {
  const sorted = [...units].sort((a, b) => byText(a.id, b.id));
  const groups = groupsOf(sorted, total(sorted) / count);
  const bins = makeBins(count);
  const once = new Map(sorted.map((u) => [u.lane, u.proof ?? 0]));
  const share = (total(sorted) + [...once.values()].reduce((sum, ms) => sum + ms, 0)) / count;
  for (const g of groups.sort(
    (a, b) => longest(a, b) || byText(a.key, b.key) || byText(a.units[0]!.id, b.units[0]!.id),
  ))
    put(bins, g.units, share);
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
