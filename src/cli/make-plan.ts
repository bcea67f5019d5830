/** Makes the document of a plan from a matrix and this machine. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Matrix } from '../config/matrix.js';
import { readDurations } from '../config/shipped-tables.js';
import type { Host } from '../host/probe.js';
import { provenanceOf, type Provenance } from '../host/provenance.js';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { documentOf, parsePlan, sha256, type PlanDocument, type Planning } from '../plan/plan-document.js';
import type { LeaveOut } from '../plan/affected.js';
import { planEverything } from '../plan/everything.js';
import type { Plan, Cell } from '../plan/plan.js';
import { readReport } from './last-report.js';

export type PlanOptions = {
  matrix: Matrix;
  host: Host;
  selectors: readonly string[];
  /** Cells that a change does not concern. */
  leaveOut?: LeaveOut | undefined;
  /** Reports of earlier runs, of which later ones count more. */
  estimates?: readonly string[];
  count: Planning['count'];
  /** Default: of this checkout. */
  provenance?: Provenance;
};

const matrixOf = async (m: Matrix): Promise<PlanDocument['matrix']> => ({
  file: basename(m.file),
  sha256: sha256(await readFile(m.file)),
});

/** Milliseconds by cell, from the reports of earlier runs. */
const reportedIn = async (files: readonly string[]): Promise<Map<string, number>> => {
  const known = new Map<string, number>();
  for (const file of files)
    for (const c of (await readReport(file)).cells)
      if (c.verdict.kind !== 'skipped' && c.provenAt === undefined && Number.isFinite(c.ms))
        known.set(c.id, c.ms);
  return known;
};

export type MadePlan = { document: PlanDocument; plan: Plan; cells: readonly Cell[] };

export const makePlanDocument = async (o: PlanOptions): Promise<MadePlan> => {
  const { plan, cells } = await planEverything(o.matrix, o.host, o.selectors, o);
  const document = documentOf({
    plan,
    cells,
    matrix: await matrixOf(o.matrix),
    selectors: o.selectors,
    provenance: o.provenance ?? (await provenanceOf(o.matrix.root)),
    reported: await reportedIn(o.estimates ?? []),
    shipped: new Map(Object.entries(await readDurations())),
    count: o.count,
  });
  return { document, plan, cells };
};

/** Reads a plan and checks that it is of this matrix. Throws `Failure` 2. */
export const readPlan = async (file: string, m: Matrix): Promise<PlanDocument> => {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Failure(
      EXIT.USAGE,
      `there is no plan at ${file}: \`ffi-gates plan --json > plan.json\` makes one`,
    );
  });
  const plan = parsePlan(text, file);
  if (plan.matrix.sha256 !== (await matrixOf(m)).sha256)
    throw new Failure(
      EXIT.USAGE,
      `the plan is of another matrix than ${basename(m.file)} is now: check out the commit that was planned, or plan again`,
      file,
    );
  return plan;
};

/** Throws `Failure` 2 if the plan was made by another version or for another commit than are here. */
export const checkOrigin = (plan: PlanDocument, here: Provenance): void => {
  if (plan.tool.version !== here.tool.version)
    throw new Failure(
      EXIT.USAGE,
      `the plan was made by ffi-gates ${plan.tool.version}, and this is ${here.tool.version}: use one version in all jobs`,
    );
  if (plan.commit !== here.commit)
    throw new Failure(
      EXIT.USAGE,
      `the plan is of commit ${plan.commit ?? 'unknown'}, and this checkout is ${here.commit ?? 'unknown'}: check out the commit that was planned`,
    );
};
