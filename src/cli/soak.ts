/** `ffi-gates soak`: repeats cells, disturbed in named ways, and keeps the history of what they showed. */
import { join, resolve } from 'node:path';
import { loadBaseline } from '../config/baseline.js';
import { today } from '../config/expiry.js';
import { readDurations } from '../config/shipped-tables.js';
import { loadSuppressions } from '../config/suppressions.js';
import { provenanceOf } from '../host/provenance.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { expectedMs } from '../plan/estimates.js';
import type { Cell } from '../plan/plan.js';
import { lockDirectory } from '../process/lock.js';
import { allowedCpus } from '../process/surroundings.js';
import { writeWholeFile } from '../process/write-file.js';
import { count, duration } from '../reporters/wording.js';
import { planEverything } from '../plan/everything.js';
import { spentIn, type EndReason, type IterationRecord, type Night } from '../soak/history.js';
import { pageOf } from '../soak/page.js';
import { renderPageHtml } from '../soak/page-html.js';
import { linesOfPage, renderPageMarkdown } from '../soak/page-text.js';
import { nextStep, plannedIn } from '../soak/schedule.js';
import { checkRequest } from './check-request.js';
import type { Interruption } from './interruption.js';
import { outgoing } from './outgoing.js';
import { probeFor } from './probe.js';
import { say, tell } from './say.js';
import { openHistory, type HistoryFile } from './soak-file.js';
import { iterate, prove, type Bench, type Proofs } from './soak-iteration.js';
import {
  baseSeed,
  budgetOf,
  namesOf,
  nightOf,
  plannedCells,
  resumable,
  type BudgetArgs,
} from './soak-plan.js';
import { quarantine, type QuarantineArgs } from './soak-quarantine.js';
import { openMatrix, readMatrix } from './where.js';

export type SoakArgs = BudgetArgs &
  QuarantineArgs & {
    selector: string[];
    matrix?: string | undefined;
    history: string;
    cache?: string | undefined;
    seed?: number | undefined;
    perturb: string[];
    resume: boolean;
    provision: boolean;
    page: boolean;
    quiet: boolean;
  };

const lock = async (dir: string): Promise<() => void> => {
  const taken = await lockDirectory(dir);
  if ('release' in taken) return taken.release;
  const holder = taken.heldBy === undefined ? 'another process' : `process ${taken.heldBy}`;
  throw new Failure(
    EXIT.USAGE,
    `a soak of ${holder} is writing to ${dir}: wait for it, or give this one a --history of its own`,
  );
};

/** Writes the two pages, and prints the summary. Returns the exit code of the last night. */
const publish = async (file: HistoryFile, dir: string, b: Pick<Bench, 'baseline'>): Promise<ExitCode> => {
  const page = pageOf(file.history, b.baseline, today());
  await writeWholeFile(join(dir, 'page.html'), renderPageHtml(page));
  await writeWholeFile(join(dir, 'page.md'), renderPageMarkdown(page));
  for (const line of linesOfPage(page)) say(line);
  say(`page: ${join(dir, 'page.html')}`);
  return page.exitCode;
};

const progressOf = (r: IterationRecord, night: Night, left: number): string => {
  const what = [
    r.verdict,
    r.findings.length > 0 && count(r.findings.length, 'finding'),
    !r.proven && 'not proven',
  ];
  const rest = Number.isFinite(left) ? `, ${duration(Math.max(0, left))} left` : '';
  return `${night.iterations.length}: ${r.cell} ${r.perturb} (seed ${r.seed}): ${what.filter(Boolean).join(', ')} (${duration(r.ms)}${rest})`;
};

/** Runs iterations until the budget or a signal ends the night. */
const soakNight = async (b: Bench, file: HistoryFile, night: Night, quiet: boolean): Promise<EndReason> => {
  const durations = new Map(Object.entries(await readDurations()));
  const expected = (id: string): number => expectedMs(b.cells.get(id)!, durations);
  const proofs: Proofs = new Map();
  const left = (): number => (night.budget.forMs ?? Infinity) - spentIn(night);
  for (;;) {
    if (b.signal.aborted) return 'interrupted';
    const next = nextStep(file.history, night, left(), expected);
    if ('end' in next) return next.end;
    const proof = await prove(b, b.cells.get(next.step.cell)!, proofs);
    if (proof) file.append(proof);
    const record = b.signal.aborted ? undefined : await iterate(b, next.step, proofs, file.history);
    if (!record) continue;
    file.append(record);
    if (!quiet) tell(progressOf(record, night, left()));
  }
};

type Begun = { bench: Bench; cells: readonly Cell[] };

/** Everything that must be known before the first iteration. */
const begin = async (a: SoakArgs, dir: string, interruption: Interruption): Promise<Begun> => {
  const matrix = await openMatrix(a);
  const baseline = await loadBaseline(matrix.file);
  const suppressions = await loadSuppressions(matrix.file);
  const cache = a.cache ? resolve(a.cache) : join(matrix.root, '.ffi-gates', 'builds');
  await checkRequest({ matrix, selectors: a.selector, out: dir, cache });
  const host = await probeFor(matrix, { out: dir, cache, provision: a.provision }, interruption);
  const { plan, cells } = await planEverything(matrix, host, a.selector);
  for (const s of plan.skipped) tell(`ffi-gates: ${s.id} cannot run here: ${s.why}`);
  return {
    cells: plan.cells,
    bench: {
      matrix,
      host,
      dir,
      cache,
      baseline,
      suppressions,
      signal: interruption.signal,
      redactor: outgoing(),
      cells: new Map(cells.map((c) => [c.id, c])),
    },
  };
};

/** The night to run: a new one, or with `--resume` the one that was cut. */
const openNight = async (a: SoakArgs, { bench, cells }: Begun, file: HistoryFile): Promise<Night> => {
  const budget = a.resume && file.history.nights.length > 0 ? undefined : budgetOf(a);
  const cpus = await allowedCpus();
  if (!cpus) tell('ffi-gates: without taskset (util-linux) there is no perturbation of cpus');
  const planned = plannedCells(cells, namesOf(a.perturb), (p) => p !== 'cpus' || cpus !== undefined);
  const provenance = await provenanceOf(bench.matrix.root);
  if (a.resume) {
    const { commit, dirty, tool } = provenance;
    const night = resumable(file.history, { commit, dirty, tool: tool.version, cells: planned });
    if (typeof night !== 'string') {
      tell(
        `ffi-gates: the night of ${night.at} goes on after ${count(night.iterations.length, 'iteration')}, with its own budget and seed`,
      );
      return night;
    }
    tell(`ffi-gates: a new night begins: ${night}`);
  }
  const seed = baseSeed(a.seed);
  file.append(
    nightOf(provenance, bench.host, { at: new Date(), seed, budget: budget ?? budgetOf(a), cells: planned }),
  );
  return file.history.nights.at(-1)!;
};

/** Runs the command. Throws `Failure` for what is wrong with the request. */
export const soak = async (a: SoakArgs, interruption: Interruption): Promise<ExitCode> => {
  const dir = resolve(a.history);
  const looksBack = a.page || a.quarantine !== undefined;
  if (!a.resume && !looksBack) budgetOf(a);
  const release = await lock(dir);
  let file: HistoryFile | undefined;
  try {
    file = openHistory(dir, outgoing());
    if (file.torn) tell(`ffi-gates: the last line of the history was cut, and is dropped: ${dir}`);
    if (looksBack) {
      const baseline = await loadBaseline((await readMatrix(a)).file);
      return a.quarantine === undefined
        ? await publish(file, dir, { baseline })
        : await quarantine({ ...a, quarantine: a.quarantine }, file.history, baseline);
    }
    const giveBack = interruption.takeOver();
    const begun = await begin(a, dir, interruption);
    if (begun.cells.length === 0) {
      tell('ffi-gates: none of the selected cells can run here');
      return EXIT.INCONCLUSIVE;
    }
    const night = await openNight(a, begun, file);
    const reason = await soakNight(begun.bench, file, night, a.quiet);
    giveBack();
    const planned = plannedIn(night);
    file.append({
      kind: 'end',
      reason,
      done: night.iterations.length,
      ...(planned === undefined ? {} : { planned }),
    });
    const code = await publish(file, dir, begun.bench);
    return reason === 'interrupted' ? EXIT.INTERRUPTED : code;
  } finally {
    file?.close();
    release();
  }
};
