/** What a night runs: its cells with their perturbations, and its budget. */
import { randomInt } from 'node:crypto';
import type { Host } from '../host/probe.js';
import { PERTURBATIONS, type Perturbation } from '../model/disturbance.js';
import { parseDuration } from '../model/duration.js';
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { isPlanted } from '../model/role.js';
import type { Provenance } from '../host/provenance.js';
import type { Cell } from '../plan/plan.js';
import { didYouMean } from '../config/did-you-mean.js';
import {
  HISTORY_VERSION,
  isUnfinished,
  type Budget,
  type History,
  type Night,
  type NightRecord,
  type PlannedCell,
} from '../soak/history.js';
import { perturbationsOf, type Facts } from '../soak/perturbations.js';

export type BudgetArgs = {
  for?: string | undefined;
  repeat?: number | undefined;
  untilFail: boolean;
  untilRate?: number | undefined;
};

/** The facts of a cell. */
export const factsOf = ({ id, suite, gate }: Cell): Facts => ({
  id,
  binding: suite.binding,
  gate: gate.id,
  seeded: gate.seeds !== undefined,
});

/** Reads the budget. Throws `Failure` 2 for what is none. */
export const budgetOf = (a: BudgetArgs): Budget => {
  const forMs = a.for === undefined ? undefined : parseDuration(a.for);
  if (a.for !== undefined && !forMs)
    throw new Failure(EXIT.USAGE, `--for must be a duration such as 30m or 5h, not '${a.for}'`);
  if (a.repeat !== undefined && !(Number.isSafeInteger(a.repeat) && a.repeat > 0))
    throw new Failure(EXIT.USAGE, `--repeat must be a positive integer, not '${a.repeat}'`);
  const rate = a.untilRate;
  if (rate !== undefined && !(rate > 0 && rate < 1))
    throw new Failure(EXIT.USAGE, `--until-rate must be between 0 and 1, such as 0.01, not '${rate}'`);
  const budget: Budget = {
    ...(forMs === undefined ? {} : { forMs }),
    ...(a.repeat === undefined ? {} : { repeat: a.repeat }),
    ...(rate === undefined ? {} : { untilRate: rate }),
    ...(a.untilFail ? { untilFail: true as const } : {}),
  };
  if (Object.keys(budget).length === 0)
    throw new Failure(
      EXIT.USAGE,
      'a soak needs an end: pass --for 5h, --repeat 100, --until-rate 0.01 or --until-fail',
    );
  return budget;
};

/** Reads `--seed`. Throws `Failure` 2 for what is none. */
export const baseSeed = (given: number | undefined): number => {
  if (given !== undefined && !(Number.isSafeInteger(given) && given >= 0))
    throw new Failure(EXIT.USAGE, `--seed must be a whole number from 0 on, not '${given}'`);
  return given ?? randomInt(2 ** 31);
};

/** Reads `--perturb`, a list of names. Throws `Failure` 2 for an unknown one. */
export const namesOf = (given: readonly string[]): Perturbation[] | undefined => {
  const names = given.flatMap((g) => g.split(',')).filter(Boolean);
  const unknown = names.find((n) => !PERTURBATIONS.some((p) => p === n));
  if (unknown !== undefined)
    throw new Failure(
      EXIT.USAGE,
      `no perturbation '${unknown}': there are ${PERTURBATIONS.join(', ')}.${didYouMean(unknown, PERTURBATIONS)}`,
    );
  return names.length === 0 ? undefined : PERTURBATIONS.filter((p) => names.includes(p));
};

/** Perturbations that leave the order and the schedule of planted bugs alone: these have their own. */
const OF_PLANTED: readonly Perturbation[] = ['none', 'cpus', 'load'];

/** The cells of a night. `able`: the perturbations that this machine can do. Throws `Failure` 2 if a cell has none. */
export const plannedCells = (
  cells: readonly Cell[],
  only: readonly Perturbation[] | undefined,
  able: (p: Perturbation) => boolean,
): PlannedCell[] =>
  cells.map((c) => {
    const all = perturbationsOf(factsOf(c), only).filter(
      (p) => able(p) && (!isPlanted(c.suite.role) || OF_PLANTED.includes(p)),
    );
    if (all.length === 0)
      throw new Failure(EXIT.USAGE, `no perturbation of --perturb applies to ${c.id}: add none to it`);
    return { id: c.id, lane: c.lane, perturbations: all };
  });

/** The first record of a new night. */
export const nightOf = (
  p: Provenance,
  host: Host,
  o: { at: Date; seed: number; budget: Budget; cells: PlannedCell[] },
): NightRecord => ({
  kind: 'night',
  version: HISTORY_VERSION,
  at: o.at.toISOString(),
  ...(p.commit === undefined ? {} : { commit: p.commit }),
  ...(p.dirty ? { dirty: true as const } : {}),
  tool: p.tool.version,
  host: { os: host.os.name, cores: host.cores },
  seed: o.seed,
  budget: o.budget,
  cells: o.cells,
});

/** The night to go on with, or why none can be. Nights are never continued with other code or other cells. */
export const resumable = (
  { nights }: History,
  now: {
    commit?: string | undefined;
    dirty?: boolean | undefined;
    tool: string;
    cells: readonly PlannedCell[];
  },
): Night | string => {
  const last = nights.at(-1);
  if (!last) return 'there is no night yet';
  if (!isUnfinished(last)) return 'the last night came to its end';
  if (last.commit !== now.commit || (last.dirty ?? false) !== (now.dirty ?? false))
    return `the night that was cut is of ${last.commit ?? 'no commit'}${last.dirty ? ', with changes' : ''}`;
  if (last.tool !== now.tool) return `the night that was cut is of ffi-gates ${last.tool}`;
  if (JSON.stringify(last.cells) !== JSON.stringify(now.cells))
    return 'the night that was cut has other cells or perturbations';
  return last;
};
