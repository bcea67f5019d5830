/** The part of `run` that concerns shards: which cells this job runs, and the blob that it leaves. */
import { realpath } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Matrix } from '../config/matrix.js';
import type { Host } from '../host/probe.js';
import { provenanceOf } from '../host/provenance.js';
import { BLOB_VERSION, type BlobRecord } from '../judge/blob.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import type { Report } from '../model/report.js';
import { cellsOfShard, type Part, type PlanDocument } from '../plan/plan-document.js';
import { attemptOfEnv, parsePart, partOfEnv } from '../plan/which-shard.js';
import { makeCaches } from '../process/caches.js';
import { portablePaths, type PortablePaths } from '../process/portable-paths.js';
import { makeSourceReader } from '../process/source-reader.js';
import { loadAverage } from '../run.js';
import { openBlob, type BlobWriter } from './blob-file.js';
import { checkOrigin, makePlanDocument, readPlan } from './make-plan.js';
import { outgoing } from './outgoing.js';
import { tell } from './say.js';

export type ShardArgs = {
  shard?: string | undefined;
  plan?: string | undefined;
  attempt?: number | undefined;
  since?: string | undefined;
};

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The directories that have other paths on other machines. */
export const pathsOf = async (dirs: {
  root: string;
  out: string;
  cache?: string;
}): Promise<PortablePaths> => {
  const real = async (dir: string): Promise<string> => realpath(dir).catch(() => dir);
  return portablePaths({
    root: dirs.root,
    out: dirs.out,
    package: PACKAGE,
    ...(dirs.cache === undefined ? {} : { cache: await real(dirs.cache) }),
  });
};

/** What was asked for, before the machine is probed. Undefined for a run of everything. */
export type ShardRequest = { part: Part; document?: PlanDocument; attempt: number };

/** Reads `--shard` and `--plan`. Throws `Failure` 2. */
export const requestedShard = async (
  a: ShardArgs & { selector: readonly string[]; lastFailed: boolean },
  matrix: Matrix,
  env: NodeJS.ProcessEnv,
): Promise<ShardRequest | undefined> => {
  if (a.shard === undefined && a.plan === undefined) return undefined;
  if (a.lastFailed)
    throw new Failure(
      EXIT.USAGE,
      '--last-failed selects other cells in each job: use it without --shard and --plan',
    );
  if (a.since !== undefined)
    throw new Failure(
      EXIT.USAGE,
      'the plan says which cells run: give --since to `plan`, and the plan to each shard',
    );
  if (a.plan !== undefined && a.selector.length > 0)
    throw new Failure(
      EXIT.USAGE,
      'the plan says which cells run: give selectors to `plan`, not to `run --plan`',
    );
  const document = a.plan === undefined ? undefined : await readPlan(a.plan, matrix);
  if (document) checkOrigin(document, await provenanceOf(matrix.root));
  const count = document?.shards.length;
  const part =
    a.shard === undefined || a.shard === 'auto'
      ? (partOfEnv(env, count) ?? (count === 1 ? { index: 1, count } : undefined))
      : parsePart(a.shard);
  if (!part)
    throw new Failure(EXIT.USAGE, 'nothing says which shard this job is: pass --shard I/N, such as 2/4');
  if (document) cellsOfShard(document, part);
  return { part, attempt: a.attempt ?? attemptOfEnv(env), ...(document ? { document } : {}) };
};

export type Shard = {
  only: ReadonlySet<string>;
  selectors: readonly string[];
  writer: BlobWriter;
  /** Ends the blob. Returns 6 if a planned cell could not run here. */
  finish: (report: Report | undefined) => Promise<ExitCode>;
};

/** Plans unless there is a plan, and begins the blob. */
export const openShard = async (
  { part, document: given, attempt }: ShardRequest,
  o: { matrix: Matrix; host: Host; selectors: readonly string[]; out: string; cache: string },
): Promise<Shard> => {
  const document = given ?? (await makePlanDocument({ ...o, count: () => part.count })).document;
  const only = new Set(cellsOfShard(document, part));
  const started = new Date();
  // Of the process: the time of day may jump.
  const begun = performance.now();
  const writer = openBlob({
    out: o.out,
    header: {
      kind: 'blob',
      version: BLOB_VERSION,
      plan: document.id,
      shard: part,
      attempt,
      provenance: await provenanceOf(o.matrix.root),
      host: o.host,
      started: started.toISOString(),
      load: loadAverage(),
    },
    paths: await pathsOf({ root: o.matrix.root, out: o.out, cache: o.cache }),
    redactor: outgoing(),
    readSource: makeSourceReader(makeCaches()),
  });
  return {
    only,
    selectors: document.selectors,
    writer,
    finish: async (report) => {
      const ran = new Map(report?.cells.map((c) => [c.id, c]));
      const missing = [...only].flatMap((id): { id: string; why: string }[] => {
        const verdict = ran.get(id)?.verdict;
        if (verdict && verdict.kind !== 'skipped') return [];
        return [{ id, why: verdict?.why ?? 'it is not in the matrix here' }];
      });
      for (const { id, why } of missing)
        tell(`ffi-gates: the plan wants ${id}, which cannot run here: ${why}`);
      const more: BlobRecord[] = [
        ...(report?.builds ?? []).map((build) => ({ kind: 'build' as const, build })),
        ...missing.map((m) => ({ kind: 'skip' as const, ...m })),
      ];
      const file = await writer.finish({
        more,
        ms: Math.round(performance.now() - begun),
        load: loadAverage(),
      });
      tell(`ffi-gates: shard ${part.index}/${part.count}: ${only.size - missing.length} cells in ${file}`);
      return missing.length > 0 ? EXIT.INCONCLUSIVE : EXIT.OK;
    },
  };
};
