/** `ffi-gates plan`: prints which cells would run, in which shards, and why others would not. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { parseDuration } from '../model/duration.js';
import { probeHost } from '../host/probe.js';
import type { PlanDocument } from '../plan/plan-document.js';
import { countFor, MAX_SHARDS, type Unit } from '../plan/shards.js';
import { duration } from '../reporters/wording.js';
import { checkSelectors } from './check-request.js';
import { makePlanDocument, readPlan } from './make-plan.js';
import { leaveOutSince } from './since.js';
import { say, sayJson } from './say.js';
import { openMatrix } from './where.js';

export type PlanArgs = {
  selector: string[];
  matrix?: string | undefined;
  json: boolean;
  shards?: number | undefined;
  target?: string | undefined;
  estimates: string[];
  format?: string | undefined;
  plan?: string | undefined;
  since?: string | undefined;
};

/** How many shards: as asked, or as many as the time needs. */
const countOf = (a: PlanArgs): ((units: readonly Unit[]) => number) => {
  if (a.shards !== undefined && a.target !== undefined)
    throw new Failure(EXIT.USAGE, '--shards says how many, --target how long: give one of them');
  if (a.shards !== undefined && !(Number.isInteger(a.shards) && a.shards >= 1 && a.shards <= MAX_SHARDS))
    throw new Failure(EXIT.USAGE, `--shards is at most ${MAX_SHARDS}`);
  if (a.target === undefined) return () => a.shards ?? 1;
  const ms = parseDuration(a.target);
  if (ms === undefined || ms <= 0)
    throw new Failure(EXIT.USAGE, `--target takes a time such as 15m, and not '${a.target}'`);
  return (units) => countFor(units, ms);
};

const minutes = (ms: number): number => Math.ceil(ms / 60_000);

/** The formats of `--format`, by name. */
const FORMATS: Readonly<Record<string, (d: PlanDocument) => void>> = {
  /** A line a shard, for people. */
  shards: (d) => {
    for (const s of d.shards)
      say(`${s.index}/${d.shards.length}  ${s.cells.length} cells  ${duration(s.ms)}`);
  },
  /** The matrix of a job, on one line for `$GITHUB_OUTPUT`. Empty shards get no job: nothing is planned in them. */
  'github-matrix': (d) => {
    const include = d.shards
      .filter((s) => s.cells.length > 0)
      .map((s) => ({
        shard: `${s.index}/${d.shards.length}`,
        name: `${s.index}-of-${d.shards.length}`,
        cells: s.cells.length,
        minutes: minutes(s.ms),
      }));
    say(JSON.stringify({ include }));
  },
};

/** Prints the plan for this machine. Starts only probes. Throws `Failure` 3 if nothing is selected. */
export const plan = async (a: PlanArgs): Promise<ExitCode> => {
  const count = countOf(a);
  const matrix = await openMatrix(a);
  if (a.plan !== undefined) {
    if (a.format === undefined)
      throw new Failure(EXIT.USAGE, '--plan is read for --format: say in which format it is to be printed');
    FORMATS[a.format]?.(await readPlan(a.plan, matrix));
    return EXIT.OK;
  }
  checkSelectors(matrix, a.selector);
  const {
    document,
    plan: made,
    cells,
  } = await makePlanDocument({
    matrix,
    host: await probeHost(),
    selectors: a.selector,
    estimates: a.estimates,
    leaveOut: await leaveOutSince(a.since, matrix),
    count,
  });
  if (a.json) {
    sayJson(document);
    return EXIT.OK;
  }
  if (a.format !== undefined) {
    FORMATS[a.format]?.(document);
    return EXIT.OK;
  }
  for (const c of cells) say(`run   ${c.id}  (${c.suite.role})`);
  for (const s of made.skipped) say(`skip  ${s.id}  ${s.why}${s.remedy ? `  [${s.remedy}]` : ''}`);
  for (const d of made.deadSelectors) say(`dead  ${d}  matches no cell`);
  say(`${cells.length} cells to run, ${made.skipped.length} skipped`);
  return EXIT.OK;
};
