/** `ffi-gates merge DIR`: makes one report from the blobs of shards. */
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import { loadBaseline } from '../config/baseline.js';
import { today } from '../config/expiry.js';
import type { Matrix } from '../config/matrix.js';
import { readDetection, readProven } from '../config/shipped-tables.js';
import { loadSuppressions } from '../config/suppressions.js';
import { countsIn } from '../gates/suppression-files.js';
import { assemble } from '../judge/assemble-report.js';
import type { Blob } from '../judge/blob.js';
import {
  mergeBlobs,
  mergeBuilds,
  mergeHosts,
  type BrokenBlob,
  type Chosen,
  type Merged,
} from '../judge/merge-blobs.js';
import { judgedOf, recordedSources } from '../judge/record.js';
import { EXIT, type ExitCode, worst } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import type { Report } from '../model/report.js';
import { everyCell, expectationsIn, isOurs } from '../plan/everything.js';
import type { PlanDocument } from '../plan/plan-document.js';
import type { Cell } from '../plan/plan.js';
import { chooseReporters, isChosen } from '../reporters/choose.js';
import { removeOldReport, writeReport } from '../reporters/write.js';
import { extractLogs, PART, readBlob } from './blob-file.js';
import { sayToGithub } from './github.js';
import { makePlanDocument, readPlan } from './make-plan.js';
import { outgoing } from './outgoing.js';
import { lockOutput, printReport } from './run.js';
import { pathsOf } from './shard.js';
import { tell } from './say.js';
import { sayUnwritten } from './unwritten.js';
import { openMatrix } from './where.js';

export type MergeArgs = {
  dir: string;
  plan?: string | undefined;
  matrix?: string | undefined;
  out: string;
  cache?: string | undefined;
  reporter: string[];
  partial: boolean;
  strict: boolean;
  json: boolean;
};

const readBlobs = async (
  dir: string,
  here: { root: string; out: string; cache: string },
): Promise<{ blobs: Blob[]; broken: BrokenBlob[] }> => {
  const names = await glob(['**/*.blob', `**/*.blob${PART}`], {
    cwd: dir,
    dot: true,
    expandDirectories: false,
    // A link to a directory above has no end.
    followSymbolicLinks: false,
  });
  const paths = await pathsOf(here);
  const blobs: Blob[] = [];
  const broken: BrokenBlob[] = [];
  for (const name of names.sort()) {
    const read = await readBlob(join(dir, name), name, () => paths);
    if ('why' in read) broken.push(read);
    else blobs.push(read);
  }
  return { blobs, broken };
};

/** The plan: of its file, or as the first blob's machine would make it. */
const planFor = async (a: MergeArgs, matrix: Matrix, blobs: readonly Blob[]): Promise<PlanDocument> => {
  if (a.plan !== undefined) return readPlan(a.plan, matrix);
  const header = blobs[0]?.header;
  if (!header)
    throw new Failure(EXIT.USAGE, `there is no blob in ${a.dir}: pass --plan to see what is missing`);
  const { host, shard, provenance } = header;
  const { document } = await makePlanDocument({
    matrix,
    host,
    selectors: [],
    count: () => shard.count,
    provenance,
  });
  if (document.id !== header.plan)
    throw new Failure(
      EXIT.USAGE,
      `${blobs[0]!.file} is of a plan that cannot be made again here: pass that plan with --plan`,
    );
  return document;
};

const assembled = async (
  a: MergeArgs,
  o: { matrix: Matrix; plan: PlanDocument; merged: Merged; out: string },
): Promise<Report> => {
  const { matrix, plan, merged, out } = o;
  const cells = await everyCell(matrix);
  const cellOf = (id: string): Cell => {
    const cell = cells.get(id);
    if (!cell)
      throw new Failure(EXIT.USAGE, `the plan has the cell ${id}, and the matrix has none of that name`);
    return cell;
  };
  const host = mergeHosts(merged.blobs);
  if (!host)
    throw new Failure(EXIT.USAGE, `no blob in ${a.dir} belongs to the plan:\n${merged.problems.join('\n')}`);
  const chosen = [...merged.chosen.values()].map((c) => c.record);
  const headers = merged.blobs.map((b) => b.header).sort((x, y) => x.shard.index - y.shard.index);
  const times = merged.blobs.map((b) => ({ from: Date.parse(b.header.started), ms: b.end?.ms ?? 0 }));
  const started = new Date(Math.min(...times.map((t) => t.from)));
  return assemble({
    matrix,
    host,
    out,
    strict: a.strict,
    baseline: await loadBaseline(matrix.file),
    suppressions: await loadSuppressions(matrix.file),
    plan: {
      cells: [],
      proofs: [],
      deadSelectors: plan.deadSelectors,
      skipped: plan.skipped.map(({ remedy, unknown, unaffected, ...s }) => ({
        ...s,
        cell: cellOf(s.id),
        ...(remedy === undefined ? {} : { remedy }),
        ...(unknown ? { unknown } : {}),
        ...(unaffected ? { unaffected } : {}),
      })),
    },
    cells: plan.cells.map((c) => cellOf(c.id)),
    expectations: await expectationsIn(matrix, host),
    judged: chosen.map((r) => judgedOf(r, cellOf(r.id))),
    builds: mergeBuilds(merged.blobs),
    started,
    ms: Math.max(0, ...times.map((t) => t.from + t.ms - started.getTime())),
    load: {
      start: headers[0]?.load ?? 0,
      end: Math.max(0, ...merged.blobs.map((b) => b.end?.load ?? b.header.load)),
    },
    ours: isOurs(matrix),
    shipped: { proven: await readProven(), detection: await readDetection() },
    readSource: recordedSources(chosen),
    countsIn,
    absent: [...merged.absent].map(([id, why]) => ({ cell: cellOf(id), why })),
    partial: a.partial,
    cut: false,
    incomplete: merged.problems.length > 0,
    provenance: headers[0]!.provenance,
    // The clocks of the shards do not say whether an entry of the baseline is over.
    day: today(),
  });
};

/** Absent cells that are named one by one. */
const MAX_NAMED = 20;

const sayMissing = ({ absent, problems }: Merged): void => {
  for (const p of problems) tell(`ffi-gates: ${p}`);
  const rows = [...absent];
  for (const [id, why] of rows.slice(0, MAX_NAMED)) tell(`ffi-gates: no result of ${id}: ${why}`);
  if (rows.length > MAX_NAMED) tell(`ffi-gates: no result of ${rows.length - MAX_NAMED} more cells`);
};

/** Merges. Exit code as `run`, and 6 if anything that was planned is not there. Throws `Failure` 2. */
export const merge = async (a: MergeArgs): Promise<ExitCode> => {
  const matrix = await openMatrix(a);
  const out = resolve(a.out);
  const reporters = chooseReporters(a.reporter, out);
  const cache = a.cache ? resolve(a.cache) : join(matrix.root, '.ffi-gates', 'builds');
  const release = await lockOutput(out);
  try {
    // First of all: whatever happens, no earlier report is taken for this one.
    await removeOldReport(out, reporters);
    await rm(join(out, 'logs'), { recursive: true, force: true });
    const { blobs, broken } = await readBlobs(a.dir, { root: matrix.root, out, cache });
    const plan = await planFor(a, matrix, blobs);
    const merged = mergeBlobs(plan, blobs, broken);
    const chosenOf = new Map(merged.blobs.map((b) => [b, [] as Chosen[]]));
    for (const c of merged.chosen.values()) chosenOf.get(c.blob)?.push(c);
    for (const [b, chosen] of chosenOf)
      for (const why of await extractLogs(join(a.dir, b.file), chosen, out))
        merged.problems.push(`${b.file}: ${why}`);
    const report = outgoing().deep(await assembled(a, { matrix, plan, merged, out }));
    const unwritten = await writeReport(report, out, reporters);
    await printReport(report, a.json);
    sayMissing(merged);
    if (isChosen(reporters, 'github')) await sayToGithub(report, process.env);
    return worst([report.exitCode, sayUnwritten(unwritten, out)]);
  } finally {
    release();
  }
};
