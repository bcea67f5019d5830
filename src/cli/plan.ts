/** `ffi-gates plan`: prints which cells would run, in which shards, and why others would not. */
import { join } from 'node:path';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { parseDuration } from '../model/duration.js';
import { PLAN_FORMATS, type PlanFormat } from '../plan/formats.js';
import { countFor, MAX_SHARDS, type Unit } from '../plan/shards.js';
import { checkSelectors } from './check-request.js';
import { makePlanDocument, readPlan } from './make-plan.js';
import type { Interruption } from './interruption.js';
import { probeFor } from './probe.js';
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
  format?: PlanFormat | undefined;
  plan?: string | undefined;
  since?: string | undefined;
  provision: boolean;
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

/**
 * Prints the plan for this machine. Starts only probes, and with `provision` what installs missing tools. Throws `Failure` 3
 * if nothing is selected.
 */
export const plan = async (a: PlanArgs, interruption: Interruption): Promise<ExitCode> => {
  const count = countOf(a);
  const matrix = await openMatrix(a);
  if (a.plan !== undefined) {
    if (a.format === undefined)
      throw new Failure(EXIT.USAGE, '--plan is read for --format: say in which format it is to be printed');
    say(PLAN_FORMATS[a.format](await readPlan(a.plan, matrix)));
    return EXIT.OK;
  }
  checkSelectors(matrix, a.selector);
  const room = { out: 'reports/latest', cache: join(matrix.root, '.ffi-gates', 'builds') };
  const {
    document,
    plan: made,
    cells,
  } = await makePlanDocument({
    matrix,
    host: await probeFor(matrix, { ...room, provision: a.provision, onlyTools: true }, interruption),
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
    say(PLAN_FORMATS[a.format](document));
    return EXIT.OK;
  }
  for (const c of cells) say(`run   ${c.id}  (${c.suite.role})`);
  for (const s of made.skipped) say(`skip  ${s.id}  ${s.why}${s.remedy ? `  [${s.remedy}]` : ''}`);
  for (const d of made.deadSelectors) say(`dead  ${d}  matches no cell`);
  say(`${cells.length} cells to run, ${made.skipped.length} skipped`);
  return EXIT.OK;
};
