/** One iteration of a soak: a run of one cell, disturbed, with the proof of its lane, and what is recorded of it. */
import { join, relative } from 'node:path';
import { rm } from 'node:fs/promises';
import { testEntryOf, type Baseline } from '../config/baseline.js';
import { isOver, today } from '../config/expiry.js';
import type { Matrix } from '../config/matrix.js';
import type { Suppressions } from '../config/suppressions.js';
import type { Host } from '../host/probe.js';
import type { Evidence } from '../judge/evidence.js';
import { canaryId, laneId } from '../model/cell-id.js';
import { EXIT } from '../model/exit-codes.js';
import type { Report } from '../model/report.js';
import { exitCodeOf } from '../model/verdict.js';
import type { Cell } from '../plan/plan.js';
import { within } from '../process/surroundings.js';
import type { Redactor } from '../redaction/redactor.js';
import { functionOf, placeOf, topFrame, whyOf } from '../reporters/wording.js';
import { loadAverage, run, type RunOptions } from '../run.js';
import type { FoundRecord, History, IterationRecord, ProofRecord } from '../soak/history.js';
import { disturbanceOf, disturbed } from '../soak/perturbations.js';
import { PROOF_EVERY, type Step } from '../soak/schedule.js';
import { factsOf } from './soak-plan.js';

export type Bench = {
  matrix: Matrix;
  host: Host;
  /** The directory of the history. */
  dir: string;
  cache: string;
  baseline: Baseline;
  suppressions: Suppressions;
  redactor: Redactor;
  signal: AbortSignal;
  /** All cells and canaries of the plan, by id. */
  cells: ReadonlyMap<string, Cell>;
};

/** The last proof of each lane in this process. */
export type Proofs = Map<string, { evidence: Evidence; seen: boolean; uses: number }>;

const optionsOf = (b: Bench, cell: Cell, out: string): RunOptions => ({
  ...b,
  selectors: [cell.id],
  out,
  strict: false,
  lastReport: undefined,
  launched: () => undefined,
  emit: () => undefined,
});

/** A run that a signal stops throws or is a part; neither says anything. */
const unlessStopped = async <T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> => {
  try {
    const result = await work();
    return signal.aborted ? undefined : result;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
};

/** Runs the canary of a cell's lane if it has one and its last proof is missing, failed, or old. */
export const prove = async (b: Bench, cell: Cell, proofs: Proofs): Promise<ProofRecord | undefined> => {
  const id = canaryId(cell.lane);
  const last = proofs.get(cell.lane);
  if (!b.cells.has(id) || (last?.seen && last.uses < PROOF_EVERY)) return undefined;
  const begun = performance.now();
  const out = join(b.dir, 'proofs', cell.lane);
  let evidence: Evidence | undefined;
  let seen = false;
  let why = 'it did not run';
  const report = await unlessStopped(b.signal, () =>
    run({
      ...optionsOf(b, cell, out),
      only: new Set([id]),
      onJudged: ({ evidence: e, verdict }) => {
        evidence = e;
        seen = verdict.kind === 'as-declared';
        why = whyOf(verdict);
      },
    }),
  );
  if (!report) return undefined;
  if (evidence) proofs.set(cell.lane, { evidence, seen, uses: 0 });
  const ms = performance.now() - begun;
  return { kind: 'proof', lane: cell.lane, seen, ms: Math.round(ms), ...(seen ? {} : { why }) };
};

/** The findings that count: those of the project that make a cell red unless they are accepted. */
const findingsIn = (report: Report): Report['findings'] =>
  report.findings.filter((f) => !f.planted && f.origin !== 'tool' && f.tier === undefined);

/** Verdicts after which silence means that nothing was there. */
const SPEAKS: readonly string[] = ['clean', 'hazard', 'suite-failed', 'as-declared', 'missed'];

const recordOf = (
  { cells, lanes, ...report }: Report,
  step: Step,
  o: { ms: number; history: History; kept: string; baseline: Baseline },
): IterationRecord => {
  const row = cells.find((c) => c.id === step.cell);
  if (!row) throw new Error(`a run of ${step.cell} has no such cell`);
  const { verdict } = row;
  const findings = findingsIn({ cells, lanes, ...report });
  const first = findings
    .filter((f) => !o.history.found.has(f.fingerprint))
    .map((f): FoundRecord => {
      const top = topFrame(f);
      const { fingerprint: fp, hazard, origin, message, repro } = f;
      const where = `${placeOf(top)} ${functionOf(top)}`.trim();
      const { cell, seed, perturb } = step;
      return { fp, hazard, origin, message, where, repro, cell, seed, perturb };
    });
  const failed = row.failedTests.map((t) => t.test);
  const mayFail = (name: string): boolean => {
    const entry = testEntryOf(o.baseline, step.cell, name);
    return entry !== undefined && !isOver(entry, today());
  };
  const isHeld = verdict.kind === 'suite-failed' && failed.length > 0 && failed.every(mayFail);
  const code = isHeld ? EXIT.OK : exitCodeOf(verdict);
  const isNew = !o.history.nights.some((n) =>
    n.iterations.some((r) => r.cell === step.cell && r.verdict === verdict.kind),
  );
  const lane = lanes.find((l) => laneId(l) === step.lane);
  return {
    kind: 'iter',
    cell: step.cell,
    i: step.i,
    seed: step.seed,
    perturb: step.perturb,
    ms: Math.round(o.ms),
    load: loadAverage(),
    verdict: verdict.kind,
    code,
    ...(verdict.why === undefined ? {} : { why: whyOf(verdict) }),
    proven: lane?.proven === true && SPEAKS.includes(verdict.kind),
    tests: row.tests,
    failed,
    ...(verdict.kind === 'missed' ? { missed: verdict.missed } : {}),
    findings: findings.map((f) => f.fingerprint),
    ...(first.length > 0 || (code !== EXIT.OK && isNew) ? { kept: o.kept } : {}),
    ...(first.length > 0 ? { first } : {}),
  };
};

/** Runs one step. Undefined if a signal stopped it: then nothing is known. */
export const iterate = async (
  b: Bench,
  step: Step,
  proofs: Proofs,
  history: History,
): Promise<IterationRecord | undefined> => {
  const begun = performance.now();
  const cell = b.cells.get(step.cell)!;
  const disturbance = disturbanceOf(step.perturb, factsOf(cell), step.seed, b.host.cores);
  if (!disturbance) throw new Error(`${step.perturb} does not apply to ${step.cell}`);
  const out = join(b.dir, 'iterations', step.cell, String(step.i));
  const proof = proofs.get(cell.lane);
  const report = await unlessStopped(b.signal, () =>
    within(disturbance, () =>
      run({
        ...optionsOf(b, cell, out),
        matrix: disturbed(b.matrix, cell.gate.id, disturbance),
        only: new Set([cell.id]),
        disturbance,
        ...(proof ? { proofs: new Map([[canaryId(cell.lane), proof.evidence]]) } : {}),
      }),
    ),
  );
  if (!report) return undefined;
  if (proof) proof.uses += 1;
  const record = recordOf(report, step, {
    ms: performance.now() - begun,
    history,
    kept: relative(b.dir, out),
    baseline: b.baseline,
  });
  if (record.kept === undefined) await rm(out, { recursive: true, force: true });
  return record;
};
