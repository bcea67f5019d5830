/**
 * `plan.json`: which cells run, in which shards, and from what that was decided. Every job takes this document and does not
 * plan again; `merge` asks for each of its cells. Pure.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { canaryId } from '../model/cell-id.js';
import { byText } from '../model/order.js';
import type { Provenance } from '../host/provenance.js';
import type { Cell, Plan } from './plan.js';
import { divide, estimate, type Shard, type Unit } from './shards.js';

const text = z.string();
const schema = z.object({
  version: z.literal(1),
  /** SHA-256 over all that decides what runs where. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  tool: z.object({ name: z.literal('ffi-gates'), version: text }),
  commit: text.optional(),
  dirty: z.boolean().optional(),
  matrix: z.object({ file: text, sha256: text }),
  selectors: z.array(text),
  cells: z.array(
    z.object({
      id: text,
      suite: text,
      binding: text,
      builder: text,
      gate: text,
      role: text,
      lane: text,
      build: text,
      ms: z.number(),
      source: z.enum(['report', 'shipped', 'lane', 'median', 'default']),
    }),
  ),
  skipped: z.array(
    z.object({
      id: text,
      lane: text,
      why: text,
      remedy: text.optional(),
      unknown: z.literal(true).optional(),
      unaffected: z.literal(true).optional(),
    }),
  ),
  deadSelectors: z.array(text),
  /** Canaries are in no shard: each shard runs those of its lanes, since a proof holds for one machine. */
  shards: z.array(z.object({ index: z.number().int(), ms: z.number(), cells: z.array(text) })),
});

export type PlanDocument = z.infer<typeof schema>;

export const sha256 = (...parts: (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const p of parts) hash.update(p).update('\0');
  return hash.digest('hex');
};

/** Cells with one key share their builds: the targets, with the flags of a gate and a compiler. */
const buildOf = (c: Cell): string =>
  [c.suite.targets.join('+') || `${c.suite.id}-${c.suite.binding}`, c.builder, c.gate.id].join(' ');

const isCanary = (c: Cell): boolean => c.id === canaryId(c.lane);

/** The cells that are divided among shards: all but canaries, and those of lanes in which nothing else runs. */
const unitsOf = (cells: readonly Cell[]): Cell[] => {
  const lanes = new Set(cells.filter((c) => !isCanary(c)).map((c) => c.lane));
  return cells.filter((c) => !isCanary(c) || !lanes.has(c.lane));
};

/** The identity of a plan: what runs, in which shard, of which commit. Estimates do not belong to it. */
const idOf = (d: Omit<PlanDocument, 'id'>): string =>
  sha256(
    JSON.stringify([d.tool, d.commit, d.matrix, d.selectors]),
    JSON.stringify([
      d.cells.map(({ ms: _ms, source: _source, ...c }) => Object.entries(c).sort(([a], [b]) => byText(a, b))),
      d.skipped,
      d.deadSelectors,
      d.shards.map((s) => [s.index, s.cells]),
    ]),
  );

export type Planning = {
  plan: Plan;
  cells: readonly Cell[];
  matrix: PlanDocument['matrix'];
  selectors: readonly string[];
  provenance: Provenance;
  /** Milliseconds by cell, from earlier reports and as shipped. */
  reported: ReadonlyMap<string, number>;
  shipped: ReadonlyMap<string, number>;
  /** The number of shards, from the cells that are to be divided. */
  count: (units: readonly Unit[]) => number;
};

/** The document of a plan. The same input gives the same document. */
export const documentOf = (p: Planning): PlanDocument => {
  const facts = p.cells.map((c) => ({ id: c.id, lane: c.lane, build: buildOf(c) }));
  const estimates = new Map(estimate(facts, p.reported, p.shipped).map((u) => [u.id, u]));
  const units = unitsOf(p.cells).map((c) => estimates.get(c.id)!);
  const shards: Shard[] = divide(units, p.count(units));
  const document = {
    version: 1 as const,
    tool: p.provenance.tool,
    ...(p.provenance.commit === undefined ? {} : { commit: p.provenance.commit }),
    ...(p.provenance.dirty === undefined ? {} : { dirty: p.provenance.dirty }),
    matrix: p.matrix,
    selectors: [...p.selectors],
    cells: p.cells.map((c) => {
      const { proof: _proof, ...unit } = estimates.get(c.id)!;
      return {
        suite: c.suite.id,
        binding: c.suite.binding,
        builder: c.builder,
        gate: c.gate.id,
        role: c.suite.role,
        ...unit,
      };
    }),
    skipped: p.plan.skipped.map(({ id, lane, why, remedy, unknown, unaffected }) => ({
      id,
      lane,
      why,
      ...(remedy === undefined ? {} : { remedy }),
      ...(unknown ? { unknown } : {}),
      ...(unaffected ? { unaffected } : {}),
    })),
    deadSelectors: p.plan.deadSelectors,
    shards,
  };
  return { ...document, id: idOf(document) };
};

/** Reads `plan.json`. Throws `Failure` 2 for anything else, and for one that was changed. */
export const parsePlan = (json: string, file: string): PlanDocument => {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (e) {
    throw new Failure(EXIT.USAGE, `not a plan: ${(e as Error).message}`, file);
  }
  const version = (value as { version?: unknown } | null)?.version;
  if (version !== undefined && version !== 1)
    throw new Failure(
      EXIT.USAGE,
      `a plan of version ${JSON.stringify(version)}, and this ffi-gates reads version 1: use one version in all jobs`,
      file,
    );
  const read = schema.safeParse(value);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new Failure(EXIT.USAGE, `not a plan: ${issue?.path.join('.')}: ${issue?.message}`, file);
  }
  if (idOf(read.data) !== read.data.id)
    throw new Failure(EXIT.USAGE, 'the plan was changed after it was made: make it again', file);
  return read.data;
};

/** Which shard of how many. `index` counts from 1. */
export type Part = { index: number; count: number };

/** The ids of the cells of one shard. Throws `Failure` 2 if the plan has another number of shards. */
export const cellsOfShard = (d: PlanDocument, part: Part): string[] => {
  const shard = d.shards.find((s) => s.index === part.index);
  if (!shard || d.shards.length !== part.count)
    throw new Failure(
      EXIT.USAGE,
      `shard ${part.index}/${part.count} is not in the plan, which has ${d.shards.length} shards`,
    );
  return shard.cells;
};
