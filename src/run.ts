/** The pipeline: plan → build → arm and launch → parse → judge → report. */
import { makeCaches } from './process/caches.js';
import { makeJudging, proofOf, type JudgedCell } from './judge/judge-run.js';
import { EXIT } from './model/exit-codes.js';
import { makeSymbolReader } from './process/dynamic-symbols.js';
import { makeSourceReader } from './process/source-reader.js';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { assemble } from './judge/assemble-report.js';
import { isOver, today } from './config/expiry.js';
import { valid, type Baseline } from './config/baseline.js';
import { makeBuilds, type BuildDone } from './build/build-cache.js';
import { readDetection, readDurations, readProven } from './config/shipped-tables.js';
import { runCell } from './execute/run-cell.js';
import { baseEnv, buildEnv } from './host/environment.js';
import { durationsFrom, expectedMs, makeClock } from './plan/estimates.js';
import { longestFirst, weightOf } from './plan/launch-order.js';
import type { RunEvent } from './model/event.js';
import { Failure } from './model/failure.js';
import type { Host } from './host/probe.js';
import { provenanceOf } from './host/provenance.js';
import { expectationsOf, isOurs, planEverything } from './plan/everything.js';
import type { Matrix } from './config/matrix.js';
import type { Cell } from './plan/plan.js';
import type { LeaveOut } from './plan/affected.js';
import { pool } from './process/pool.js';
import { makeKeptProofs } from './execute/kept-proofs.js';
import type { Report } from './model/report.js';
import { runNoop } from './execute/run-noop.js';
import type { CellOptions } from './execute/runner.js';
import type { Evidence } from './judge/evidence.js';
import { countsIn, writeSuppressions } from './gates/suppression-files.js';
import type { Suppressions } from './config/suppressions.js';
import { makeRedactor, type Redactor } from './redaction/redactor.js';
import { secretsIn, secretsOfEnv } from './redaction/secrets.js';

export type RunOptions = {
  matrix: Matrix;
  host: Host;
  selectors: readonly string[];
  /** The cells of one shard. The canaries of their lanes run too. Absent: all that are selected. */
  only?: ReadonlySet<string>;
  /** Cells that a change does not concern (`--since`). They are skipped, with this reason. */
  leaveOut?: LeaveOut | undefined;
  /** Called with each judged cell, and once more if more becomes known of it. */
  onJudged?: (judged: JudgedCell) => void;
  /** Evidence of canaries that ran before, by cell: they do not run again. */
  proofs?: ReadonlyMap<string, Evidence>;
  /**
   * Whether canaries that an earlier run saw under the same conditions are believed (`use`), or only kept for later ones
   * (`renew`). Absent: every canary runs, and none is kept.
   */
  keptProofs?: 'use' | 'renew';
  /** Goes on with the calls that no earlier run made to fail (`execute/failed-before.ts`). */
  resumes?: boolean;
  disturbance?: CellOptions['disturbance'];
  out: string;
  cache: string;
  jobs?: number;
  strict: boolean;
  baseline: Baseline;
  suppressions: Suppressions;
  /** Takes secrets out of all that the run tells or writes. Default: knows the matrix and the environment. */
  redactor?: Redactor;
  /** The last `report.json` of this output directory. A hint of how long the cells take. */
  lastReport: Buffer | undefined;
  signal: AbortSignal;
  /** Called when the last launch has ended: a signal need not wait for anything from then on. */
  launched: () => void;
  emit: (e: RunEvent) => void;
};

/** Load average of the last minute. */
export const loadAverage = (): number => Math.round((loadavg()[0] ?? 0) * 10) / 10;

/**
 * Runs a matrix that `checkRequest` has accepted. Returns the report, without secrets. Writes only logs and builds. A run that
 * is stopped returns a report of what it has judged; if that is nothing, it throws a `Failure`.
 */
export const run = async (o: RunOptions): Promise<Report> => {
  const redactor = o.redactor ?? makeRedactor([...secretsIn(o.matrix), ...secretsOfEnv(process.env)]);
  const emit = (e: RunEvent): void => o.emit(redactor.deep(e));
  const [started, begun] = [new Date(), performance.now()];
  const load = loadAverage();
  const known = durationsFrom(await readDurations(), o.lastReport);
  // Git answers while cells are planned and run.
  const provenance = provenanceOf(o.matrix.root);
  const { plan, cells, expectations } = await planEverything(o.matrix, o.host, o.selectors, o);
  const logs = join(o.out, 'logs');
  await rm(logs, { recursive: true, force: true });
  await mkdir(logs, { recursive: true });
  const accepted = new Set(valid(o.baseline, today(started)).keys());
  const active = o.suppressions.entries.filter((e) => !isOver(e, today(started)));
  const supp = await writeSuppressions(active, join(o.out, 'suppressions'));
  const builds: BuildDone[] = [];
  const caches = makeCaches();
  const build = makeBuilds({
    caches,
    // Compilers write real paths into objects, and project code is recognised by these paths.
    cache: await realpath(o.cache),
    env: buildEnv(o.host.tools),
    notInputs: [o.matrix.file, o.baseline.file, o.suppressions.file].map((f) => resolve(f)),
    redactor,
    signal: o.signal,
    timeoutMs: 900_000,
    started: (id) => emit({ kind: 'build-started', id }),
    done: (d) => {
      builds.push(d);
      emit({ kind: 'build-finished', ...d });
    },
  });
  emit({ kind: 'plan', cells: cells.length });
  // One job more than cores: builds and the starts and ends of launches leave some cores idle (measured: 15 m
  // 16 s with as many jobs as cores, 14 m 43 s with one more).
  const jobs = o.jobs ?? o.host.cores + 1;
  const expected = new Map(cells.map((c) => [c.id, expectedMs(c, known)]));
  const clock = makeClock(expected, jobs);
  const kept =
    o.keptProofs && makeKeptProofs(join(o.cache, 'proofs'), { use: o.keptProofs === 'use', redactor });
  // Who names a canary wants to see it run.
  const asked = new Set(plan.cells.map((c) => c.lane));
  const roomOf = (cell: Cell): CellOptions => ({
    ...(kept && cell.suite.role === 'canary' && asked.has(cell.lane) ? { proofs: kept } : {}),
    ...(o.resumes && cell.suite.role === 'subject' ? { resumes: true } : {}),
    host: o.host,
    build,
    caches,
    env: baseEnv(),
    redactor,
    ...{ logs, kept: join(o.cache, 'fuzz') },
    signal: o.signal,
    suppressions: supp,
    expectations: expectationsOf(cell, expectations),
    disturbance: cell.suite.role === 'subject' ? o.disturbance : undefined,
    note: (text) => emit({ kind: 'note', text: `${cell.id}: ${text}` }),
  });
  const budget = { cores: jobs, memory: Math.max(2, o.host.memoryGiB * 0.8) };
  const symbols = makeSymbolReader(caches);
  const announced = new Set<JudgedCell>();
  const judging = makeJudging({
    expectationsOf: (cell) => expectationsOf(cell, expectations),
    lanes: new Set(cells.filter((c) => c.suite.role === 'canary').map((c) => c.lane)),
    known: accepted,
    tools: o.host.tools,
    symbols,
    onVerdict: (judged) => {
      const { evidence, verdict } = judged;
      announced.add(judged);
      // A cell that a signal has stopped only looks like a failure.
      if (!o.signal.aborted) o.onJudged?.(judged);
      emit({ kind: 'cell-finished', id: evidence.cell.id, verdict, ms: evidence.ms });
    },
  });
  const outcomes = await pool<Evidence | undefined>(
    [...cells].sort(longestFirst(expected)).map((cell) => ({
      weight: weightOf(cell),
      run: async () => {
        // A stopped run starts nothing more, and what was running is not judged: a stopped build, canary or test
        // would only look like a failure.
        if (o.signal.aborted) return undefined;
        emit({ kind: 'cell-started', id: cell.id });
        clock.started(cell.id, performance.now());
        const e = o.proofs?.get(cell.id) ?? (await runCell(cell, roomOf(cell)));
        if (o.signal.aborted) return undefined;
        await judging.add(e);
        if (judging.waiting().includes(e)) emit({ kind: 'cell-waits', id: cell.id, ms: e.ms });
        if (e.provenAt === undefined) clock.finished(cell.id, e.ms);
        else clock.omitted(cell.id);
        emit({ kind: 'left', ms: clock.left(performance.now()) });
        return e;
      },
    })),
    budget,
  );
  const evidences = outcomes.filter((e) => e !== undefined);
  if (o.signal.aborted && !evidences.some((e) => e.cell.suite.role !== 'canary'))
    throw new Failure(EXIT.USAGE, 'interrupted');
  const noisy = new Set(judging.waiting().map((e) => e.cell.lane));
  const noops = new Map<string, Evidence>();
  await pool(
    evidences
      .filter((e) => e.cell.suite.role === 'canary' && noisy.has(e.cell.lane))
      .map((canary) => ({
        weight: weightOf(canary.cell),
        run: async () => {
          if (o.signal.aborted) return;
          emit({ kind: 'note', text: `measuring the noise of the host in ${canary.cell.lane}` });
          const noop = await runNoop(canary, roomOf(canary.cell));
          if (noop && !o.signal.aborted) noops.set(canary.cell.lane, noop);
        },
      })),
    budget,
  );
  const cut = o.signal.aborted;
  o.launched();
  const judged = await judging.finish(noops);
  for (const j of judged) if (!announced.has(j)) o.onJudged?.(j);
  const proving = new Set(
    judged.flatMap((j) => (proofOf(j.evidence.cell, j).proven && !cut ? [j.evidence.cell.id] : [])),
  );
  for (const e of evidences)
    if (e.cell.suite.role === 'canary' && proving.has(e.cell.id)) await kept?.keep(e, logs);
  const report = await assemble({
    ...o,
    plan,
    cells,
    expectations,
    judged,
    cut,
    builds,
    started,
    ms: Math.round(performance.now() - begun),
    load: { start: load, end: loadAverage() },
    ours: isOurs(o.matrix),
    shipped: { proven: await readProven(), detection: await readDetection() },
    readSource: makeSourceReader(caches),
    countsIn,
    provenance: await provenance,
  });
  return redactor.deep(report);
};
