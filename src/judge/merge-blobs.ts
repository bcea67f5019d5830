/**
 * Chooses the result of each planned cell among blobs, and says why there is none. Nothing becomes green by merging: what is
 * absent, contradictory or of another plan is named. Pure.
 */
import { canaryId } from '../model/cell-id.js';
import { byText } from '../model/order.js';
import { exitCodeOf } from '../model/verdict.js';
import { EXIT, worst } from '../model/exit-codes.js';
import type { Report } from '../model/report.js';
import type { PlanDocument } from '../plan/plan-document.js';
import type { Blob } from './blob.js';
import type { CellRecord } from './record.js';

/** A file that should be a blob and is none, with the reason. */
export type BrokenBlob = { file: string; why: string };

export type Chosen = { record: CellRecord; blob: Blob };

export type Merged = {
  chosen: ReadonlyMap<string, Chosen>;
  /** Why a planned cell has no result. */
  absent: ReadonlyMap<string, string>;
  /** What is wrong with blobs, one sentence each. */
  problems: string[];
  /** The blobs that count. */
  blobs: Blob[];
};

const nameOf = ({ header: { shard, attempt } }: Blob): string =>
  `shard ${shard.index}/${shard.count}${attempt > 1 ? `, attempt ${attempt}` : ''}`;

/** Why a blob does not belong to the plan. */
const foreign = ({ header: h }: Blob, plan: PlanDocument): string | undefined => {
  if (h.provenance.commit !== plan.commit)
    return `it is of commit ${h.provenance.commit ?? 'unknown'}, and the plan of ${plan.commit ?? 'unknown'}`;
  if (h.provenance.tool.version !== plan.tool.version)
    return `it was made by ffi-gates ${h.provenance.tool.version}, and the plan by ${plan.tool.version}`;
  return h.plan === plan.id ? undefined : 'it is of another plan';
};

/** What two records of one cell must agree on. Times and places may differ. */
const resultOf = (r: CellRecord): string =>
  JSON.stringify([
    r.verdict,
    r.tests,
    r.failedTests.map((t) => t.test).sort(),
    r.seen.map((s) => `${s.diagnostic.hazard} ${s.diagnostic.rule} ${s.origin}`).sort(),
  ]);

/** The newest attempt first; of one attempt a complete blob first. */
const newestFirst = (a: Blob, b: Blob): number =>
  b.header.attempt - a.header.attempt ||
  Number(a.cut !== undefined) - Number(b.cut !== undefined) ||
  byText(a.file, b.file);

/** The record of a cell that one shard runs. */
const choose = (blobs: readonly Blob[], id: string): Chosen | string | undefined => {
  const all = blobs.filter((b) => b.cells.has(id)).sort(newestFirst);
  const [blob] = all;
  if (!blob) return undefined;
  const record = blob.cells.get(id)!;
  const same = all.filter((b) => b.header.attempt === blob.header.attempt);
  const other = same.find((b) => resultOf(b.cells.get(id)!) !== resultOf(record));
  return other
    ? `${blob.file} and ${other.file} have different results of the same attempt`
    : { record, blob };
};

const severity = (r: CellRecord): number => {
  const code = exitCodeOf(r.verdict);
  return [EXIT.OK, EXIT.TEST_FAILED, EXIT.HAZARD, EXIT.INCONCLUSIVE, EXIT.BUILD_FAILED].findIndex(
    (c) => c === worst([code]),
  );
};

/** The record of a canary, which several shards run: the worst, then the one that knows most. */
const chooseCanary = (blobs: readonly Blob[], id: string): Chosen | string | undefined => {
  const shards = new Map<number, Blob[]>();
  for (const b of blobs) shards.set(b.header.shard.index, [...(shards.get(b.header.shard.index) ?? []), b]);
  const each = [...shards].sort(([a], [b]) => a - b).map(([, of]) => choose(of, id));
  const bad = each.find((c) => typeof c === 'string');
  if (bad !== undefined) return bad;
  const found = each.filter((c): c is Chosen => typeof c === 'object');
  return found.sort(
    (a, b) =>
      severity(b.record) - severity(a.record) ||
      b.record.evidence.attempts.length - a.record.evidence.attempts.length,
  )[0];
};

/** Why a cell is absent: its shard delivered nothing, or ended before it, or could not run it. */
const whyAbsent = (plan: PlanDocument, id: string, blobs: readonly Blob[]): string => {
  const shard = plan.shards.find((s) => s.cells.includes(id));
  const of = shard ? blobs.filter((b) => b.header.shard.index === shard.index) : [...blobs];
  const name = shard ? `shard ${shard.index}/${plan.shards.length}` : 'no shard';
  const [newest] = of.sort(newestFirst);
  if (!newest) return shard ? `${name} delivered nothing` : 'no shard ran it';
  const skip = newest.skips.get(id);
  if (skip !== undefined) return `${name} could not run it: ${skip}`;
  return newest.cut === undefined ? `${name} ended without it` : `${name} is incomplete: ${newest.cut}`;
};

/** The name that a shard gives its blob. */
const NAME = /shard-(\d{1,4})-of-\d{1,4}(?:-attempt-(\d{1,4}))?\.blob(?:\.part)?$/;

/** Merges blobs by their plan. */
export const mergeBlobs = (
  plan: PlanDocument,
  all: readonly Blob[],
  broken: readonly BrokenBlob[],
): Merged => {
  const blobs: Blob[] = [];
  const problems: string[] = [];
  for (const b of [...all].sort((x, y) => byText(x.file, y.file))) {
    const why = foreign(b, plan);
    if (why === undefined) blobs.push(b);
    else problems.push(`${b.file}: ${nameOf(b)} does not count: ${why}`);
  }
  // A shard that was killed is started again: what its earlier attempt left is no fault once a later one is whole.
  const whole = new Map<number, number>();
  for (const { header: h, cut } of blobs)
    if (cut === undefined) whole.set(h.shard.index, Math.max(h.attempt, whole.get(h.shard.index) ?? 0));
  const isOutdone = (shard: number, attempt: number): boolean => attempt <= (whole.get(shard) ?? 0);
  for (const b of broken) {
    const [, shard, attempt = 1] = (NAME.exec(b.file) ?? []).map(Number);
    if (shard === undefined || !isOutdone(shard, attempt || 1)) problems.push(`${b.file}: ${b.why}`);
  }
  for (const b of blobs)
    if (b.cut !== undefined && !isOutdone(b.header.shard.index, b.header.attempt))
      problems.push(`${b.file}: ${nameOf(b)} is incomplete: ${b.cut}`);
  const byShard = new Map<number, Blob[]>();
  for (const b of blobs) byShard.set(b.header.shard.index, [...(byShard.get(b.header.shard.index) ?? []), b]);
  const shardOf = new Map(plan.shards.flatMap((s) => s.cells.map((id) => [id, s.index] as const)));
  const chosen = new Map<string, Chosen>();
  const absent = new Map<string, string>();
  for (const { id, lane } of plan.cells) {
    const shard = shardOf.get(id);
    const found =
      shard === undefined && id === canaryId(lane)
        ? chooseCanary(blobs, id)
        : choose(byShard.get(shard ?? 0) ?? [], id);
    if (typeof found === 'object') chosen.set(id, found);
    else absent.set(id, found ?? whyAbsent(plan, id, blobs));
  }
  return { chosen, absent, problems, blobs };
};

/** Builds of all shards. Of one that several made, the failed row counts, then the one that built. */
export const mergeBuilds = (blobs: readonly Blob[]): Report['builds'] => {
  const builds = new Map<string, Report['builds'][number]>();
  for (const b of blobs.flatMap((x) => x.builds)) {
    const known = builds.get(b.id);
    const better = (known?.failed === undefined && b.failed !== undefined) || (known?.reused && !b.reused);
    if (!known || (better && known.failed === undefined)) builds.set(b.id, b);
  }
  return [...builds.values()];
};

/** One host for the report: the first one's, with the tools of all. Versions that differ are all named. */
export const mergeHosts = (blobs: readonly Blob[]): Blob['header']['host'] | undefined => {
  const [first, ...others] = [...blobs]
    .sort((a, b) => a.header.shard.index - b.header.shard.index)
    .map((b) => b.header.host);
  if (!first) return undefined;
  const tools = { ...first.tools };
  for (const host of others)
    for (const [name, tool] of Object.entries(host.tools)) {
      const known = tools[name];
      if (!tool || known?.version.split(' / ').includes(tool.version)) continue;
      tools[name] = known ? { ...known, version: `${known.version} / ${tool.version}` } : tool;
    }
  const names = [...new Set([first, ...others].map((h) => h.os.name))];
  return { ...first, tools, os: { ...first.os, name: names.join(' / ') } };
};
