/**
 * Assembles the report from verdicts and findings: proofs of lanes, baseline, suppressions, fixtures, exit
 * code. Its order is fixed (Law 8).
 */
import { attemptsOf } from './evidence.js';
import type { CountReader } from '../gates/suppression-files.js';
import { byId, byText } from '../model/order.js';
import { CANARY, canaryId } from '../model/cell-id.js';
import { basename, relative } from 'node:path';
import type { Expectation } from '../config/annotations.js';
import { today } from '../config/expiry.js';
import { blameOf } from './blame.js';
import { baselineReport, markKnown, standing, type Baseline } from '../config/baseline.js';
import type { BindingId } from '../model/ids.js';
import type { BuildDone } from '../build/build-cache.js';
import { compareWithPlain } from './compare-cells.js';
import { mergeFindings } from './merge-findings.js';
import { tallyFixtures } from './fixture-score.js';
import { hazard } from '../model/hazards.js';
import { type Host } from '../host/probe.js';
import { proofOf, type JudgedCell } from './judge-run.js';
import type { Matrix } from '../config/matrix.js';
import type { Provenance } from '../host/provenance.js';
import { type Cell, cellIds, type Plan, type Skip } from '../plan/plan.js';
import type { Proven } from '../config/shipped-tables.js';
import type { SourceReader } from '../process/source-reader.js';
import { GATES } from '../gates/index.js';
import type { CellReport, FixturesReport, LaneReport, Report } from '../model/report.js';
import { suppressionRows } from './suppression-use.js';
import type { Suppressions } from '../config/suppressions.js';
import { exitCodeOf } from '../model/verdict.js';
import { EXIT, worst } from '../model/exit-codes.js';

export type Assembly = {
  matrix: Matrix;
  host: Host;
  out: string;
  strict: boolean;
  baseline: Baseline;
  suppressions: Suppressions;
  plan: Plan;
  cells: readonly Cell[];
  expectations: ReadonlyMap<string, Expectation[]>;
  judged: readonly JudgedCell[];
  /** The run was stopped before all cells were judged. */
  cut: boolean;
  builds: BuildDone[];
  started: Date;
  /** How long it took, in milliseconds. Not by `started`: clocks jump. */
  ms: number;
  load: { start: number; end: number };
  /** Whether the matrix is that of our own fixtures. Only these get a `blame`. */
  ours: boolean;
  /** The tables that the package ships. */
  shipped: { proven: Proven; detection: FixturesReport['detection'] };
  readSource: SourceReader;
  countsIn: CountReader;
  /** Planned cells of which no shard delivered a result, and why. Any of them makes the report inconclusive. */
  absent?: readonly { cell: Cell; why: string }[];
  /** True for a preview: such cells are shown as skipped. The report is no less inconclusive. */
  partial?: boolean;
  /** True if something of the run is unknown that is in no cell. */
  incomplete?: boolean;
  /** What the run was made from. */
  provenance?: Provenance;
  /** Today, as YYYY-MM-DD. Absent: the day on which it was started. */
  day?: string;
};

const cellReport = (j: JudgedCell, out: string): CellReport => {
  const { cell } = j.evidence;
  return {
    id: cell.id,
    suite: cell.suite.id,
    binding: cell.suite.binding,
    builder: cell.builder,
    gate: cell.gate.id,
    role: cell.suite.role,
    verdict: j.verdict,
    tests: j.tests,
    ...(j.evidence.seeds === undefined ? {} : { seeds: j.evidence.seeds }),
    ...(j.evidence.waits === undefined
      ? {}
      : { perturbed: { share: cell.matrix.gates[cell.gate.id]?.perturb ?? 0, waits: j.evidence.waits } }),
    ...(j.evidence.failing === undefined ? {} : { failing: { ...j.evidence.failing } }),
    ...(j.evidence.provenAt === undefined ? {} : { provenAt: j.evidence.provenAt }),
    ms: Math.round(j.evidence.ms),
    ...(j.verdict.kind === 'as-declared' || j.verdict.kind === 'missed'
      ? { caught: [...new Set(j.caught.map((e) => e.case))].sort() }
      : {}),
    failedTests: j.failedTests.map((t) => ({ ...t })),
    ...(j.evidence.uncollected ? { uncollected: [...j.evidence.uncollected] } : {}),
    diedIn: j.diedIn,
    logs: j.evidence.logs.map((l) => relative(out, l)),
    unread: attemptsOf(j.evidence).flatMap((s) =>
      s.logs.flatMap((l) => l.parsed.unread.slice(0, 20).map((u) => ({ log: relative(out, l.path), ...u }))),
    ),
    ...(j.objects ? { objects: j.objects } : {}),
  };
};

/** Makes the report; writes nothing. */
export const assemble = async (o: Assembly): Promise<Report> => {
  const { builds, started } = o;
  const all = o;
  const judged = [...o.judged].sort((a, b) => byId(a.evidence.cell, b.evidence.cell));
  const day = o.day ?? today(started);
  const canaries = new Map(
    judged.filter((j) => j.evidence.cell.suite.role === 'canary').map((j) => [j.evidence.cell.lane, j]),
  );
  const lanes = new Map<string, LaneReport>();
  for (const c of all.cells) if (!lanes.has(c.lane)) lanes.set(c.lane, proofOf(c, canaries.get(c.lane)));
  const cells = compareWithPlain(
    judged.map((j) => cellReport(j, o.out)),
    judged,
  );
  const done = new Set(judged.map((j) => j.evidence.cell.id));
  const left = o.cut ? all.cells.filter((c) => !done.has(c.id)) : [];
  const skips: CellReport[] = [
    ...all.plan.skipped.map(skippedCell),
    ...left.map((cell) => skippedCell({ id: cell.id, cell, why: 'the run was interrupted before it ended' })),
  ];
  const missing = (o.absent ?? []).map((a) => absentCell(a, o.partial === true));
  const rows = [...cells, ...skips, ...missing].sort(byId);
  const merged = await mergeFindings(judged, o.out, o.matrix.root, o.readSource);
  const { runtimeBucket } = merged;
  const findings = markKnown(merged.findings, o.baseline, day);
  const ids = new Set(cellIds(o.matrix));
  const seen = new Set(findings.map((f) => f.fingerprint));
  const baseline = baselineReport(
    o.baseline,
    findings,
    standing(o.baseline, { seen, cells: rows, lanes: [...lanes.values()], ids, day }),
  );
  const suppressions = suppressionRows(o.suppressions.entries, judged, o.host, day, o.countsIn);
  const expectations = [
    ...new Set(
      [...all.expectations].filter(([k]) => k.startsWith(`${o.matrix.file}#`)).flatMap(([, v]) => v),
    ),
  ];
  const fixtures = tallyFixtures(judged, dedupe(expectations));
  const unavailable = all.plan.skipped.flatMap((s) =>
    s.remedy ? [{ lane: s.lane, why: s.why, remedy: s.remedy }] : [],
  );
  // A run that runs nothing, or does not know what it could have run, says nothing about the project.
  // What no change concerns was left out on purpose; then nothing to run is no doubt.
  const unaffected = new Set(all.plan.skipped.filter((s) => s.unaffected).map((s) => s.id));
  const due = rows.filter((c) => !unaffected.has(c.id));
  const idle = (due.length > 0 || unaffected.size === 0) && due.every((c) => c.verdict.kind === 'skipped');
  const unsure = all.plan.skipped.some((s) => s.unknown);
  const codes = [
    ...(idle || unsure || o.incomplete || missing.length > 0 ? [EXIT.INCONCLUSIVE] : []),
    ...rows.map((c) => exitCodeOf(c.verdict)),
    ...(rows.some((c) => c.uncollected?.length) ? [EXIT.INCONCLUSIVE] : []),
    ...(o.strict && unavailable.length ? [EXIT.INCONCLUSIVE] : []),
  ];
  if ([...lanes.values()].some((l) => !l.proven) && o.matrix.canaries) codes.push(EXIT.INCONCLUSIVE);
  if (baseline && baseline.gone.length + baseline.expired.length > 0) codes.push(EXIT.HAZARD);
  if (suppressions.some((r) => r.hides.length > 0)) codes.push(EXIT.INCONCLUSIVE);
  if (suppressions.some((r) => r.expired)) codes.push(EXIT.HAZARD);
  const exitCode = o.cut ? EXIT.INTERRUPTED : worst(codes);
  const sortedLanes = [...lanes].sort(([a], [b]) => byText(a, b)).map(([, l]) => l);
  const tools = Object.fromEntries(
    Object.entries(o.host.tools)
      .flatMap(([k, t]) => (t ? [[k, t.version]] : []))
      .sort(),
  ) as Record<string, string>;
  const proof = { cells: rows, lanes: sortedLanes, tools };
  const red = fixtures && exitCode !== EXIT.OK && o.ours;
  const blame = red && blameOf({ ...proof, fixtures }, o.shipped.proven, GATES);
  return {
    version: 1,
    started: started.toISOString(),
    ms: o.ms,
    matrix: basename(o.matrix.file),
    ...o.provenance,
    host: {
      os: o.host.os.name,
      cores: o.host.cores,
      tools,
      load: o.load,
    },
    exitCode,
    ...(o.cut ? { cut: { judged: judged.length, cells: all.cells.length } } : {}),
    cells: rows,
    lanes: sortedLanes,
    findings,
    runtimeBucket,
    ...(fixtures ? { fixtures: { ...fixtures, ...(blame ? { blame } : {}) } } : {}),
    ...(baseline ? { baseline } : {}),
    ...(suppressions.length ? { suppressions } : {}),
    unavailable: unavailable.filter((u, i) => unavailable.findIndex((v) => v.lane === u.lane) === i),
    unseenHazards: unseen(fixtures?.detection ?? o.shipped.detection, all.cells),
    builds: [...builds].sort(byId),
  };
};

const dedupe = (all: readonly Expectation[]): Expectation[] => [
  ...new Map(
    all.map((e) => [
      `${e.file}:${e.line}:${e.case}:${e.hazard}:${e.bindings.join()}:${e.gates.map((g) => g.gate + (g.compiler ?? '')).join()}`,
      e,
    ]),
  ).values(),
];

/** A planned cell without a result. */
const absentCell = ({ cell, why }: { cell: Cell; why: string }, partial: boolean): CellReport => {
  const row = skippedCell({ id: cell.id, cell, why: `not delivered: ${why}` });
  return partial ? row : { ...row, verdict: { kind: 'inconclusive', doubt: 'not-delivered', why } };
};

const skippedCell = ({ id, cell, why }: Pick<Skip, 'id' | 'cell' | 'why'>): CellReport => {
  const canary = id === canaryId(cell.lane);
  return {
    id,
    suite: canary ? CANARY : cell.suite.id,
    binding: cell.suite.binding,
    builder: cell.builder,
    gate: cell.gate.id,
    role: canary ? 'canary' : cell.suite.role,
    verdict: { kind: 'skipped', why },
    tests: { passed: 0, failed: 0, skipped: 0 },
    ms: 0,
    failedTests: [],
    diedIn: [],
    logs: [],
    unread: [],
  };
};

type Detection = FixturesReport['detection'];
/** Hazards of the catalogue that can occur in the run's bindings and that none of its gates detects there. */
const unseen = (table: Detection, cells: readonly Cell[]): Report['unseenHazards'] => {
  const gates = new Map<BindingId, Set<string>>();
  // By gate, and by gate and compiler: the compilers' runtimes differ in what they see.
  for (const c of cells) {
    const known = gates.get(c.suite.binding) ?? new Set();
    gates.set(c.suite.binding, known.add(c.gate.id).add(`${c.gate.id}/${c.compiler}`));
  }
  const blindTo = (row: Detection[number]): BindingId[] =>
    [...gates.keys()].sort().filter((b) => {
      const seenBy = row.bindings[b];
      const possible = seenBy !== undefined || row.blind.includes(b);
      return possible && !seenBy?.some((g) => gates.get(b)?.has(g));
    });
  return table
    .map((row) => ({ hazard: row.hazard, title: hazard(row.hazard)?.title ?? '', bindings: blindTo(row) }))
    .filter((u) => u.bindings.length > 0);
};
