/** The plan of a matrix with the canaries of its lanes and the annotations of all suites. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAnnotations, type Expectation } from '../config/annotations.js';
import { loadMatrix, type Matrix } from '../config/matrix.js';
import type { Host } from '../host/probe.js';
import { canaryId } from '../model/cell-id.js';
import { byId } from '../model/order.js';
import type { LeaveOut } from './affected.js';
import { cxxParts } from './cxx-sources.js';
import { allCells, canaryCells, makePlan, type Cell, type Plan } from './plan.js';

/** Directory of the matrices of our own fixtures. */
const OURS = fileURLToPath(new URL('../../matrices', import.meta.url));
const CANARIES = join(OURS, 'canaries.yaml');

/** Whether a matrix is one of ours: that of the fixtures, or a part of it. */
export const isOurs = (m: Matrix): boolean => dirname(m.file) === OURS;

/** Key of a suite's annotations in the map of expectations. */
export const suiteKey = (m: Matrix, s: { id: string; binding: string }): string =>
  `${m.file}#${s.id}-${s.binding}`;

/** The annotations of a cell's suite. */
export const expectationsOf = (c: Cell, all: ReadonlyMap<string, Expectation[]>): Expectation[] =>
  all.get(suiteKey(c.matrix, c.suite)) ?? [];

const annotationsOf = async (m: Matrix, { tools }: Host): Promise<Map<string, Expectation[]>> => {
  const found = new Map<string, Expectation[]>();
  for (const s of m.suites)
    if (s.annotations.length) found.set(suiteKey(m, s), await readAnnotations(m.root, s.annotations, tools));
  return found;
};

type Everything = { plan: Plan; cells: Cell[]; expectations: Map<string, Expectation[]> };

const canariesOf = async (m: Matrix): Promise<Matrix | undefined> =>
  m.canaries ? loadMatrix(CANARIES) : undefined;

/** The annotations of a matrix and of its canaries, by suite. */
const annotationsOfBoth = async (
  m: Matrix,
  canaries: Matrix | undefined,
  host: Host,
): Promise<Map<string, Expectation[]>> =>
  new Map([...(await annotationsOf(m, host)), ...(canaries ? await annotationsOf(canaries, host) : [])]);

/** The annotations of a matrix and of the canaries, by suite. */
export const expectationsIn = async (m: Matrix, host: Host): Promise<Map<string, Expectation[]>> =>
  annotationsOfBoth(m, await canariesOf(m), host);

/** Every cell and every canary that a matrix can have, by id, regardless of this machine. */
export const everyCell = async (m: Matrix): Promise<Map<string, Cell>> => {
  const canaries = await canariesOf(m);
  const cells = allCells(m);
  return new Map([...cells, ...(canaries ? canaryCells(cells, canaries) : [])].map((c) => [c.id, c]));
};

/** The plan without cells that a change does not concern, which are skipped. */
const withoutUnaffected = (plan: Plan, leaveOut: LeaveOut = () => undefined): Plan => {
  const skips = plan.cells.flatMap((cell): Plan['skipped'] => {
    const why = leaveOut(cell);
    return why === undefined ? [] : [{ id: cell.id, lane: cell.lane, cell, why, unaffected: true }];
  });
  const ids = new Set(skips.map((s) => s.id));
  const runs = (c: Cell): boolean => !ids.has(c.id);
  return {
    ...plan,
    cells: plan.cells.filter(runs),
    proofs: plan.proofs.filter(runs),
    skipped: [...plan.skipped, ...skips].sort(byId),
  };
};

/** The plan with its canaries and annotations; with `only` the part of a shard. */
export const planEverything = async (
  m: Matrix,
  host: Host,
  selectors: readonly string[],
  { only, leaveOut }: { only?: ReadonlySet<string> | undefined; leaveOut?: LeaveOut | undefined } = {},
): Promise<Everything> => {
  const whole = withoutUnaffected(makePlan(m, host, selectors, await cxxParts(m)), leaveOut);
  const belongs = (c: Cell): boolean => !only || only.has(c.id) || only.has(canaryId(c.lane));
  const plan = only
    ? { ...whole, cells: whole.cells.filter((c) => only.has(c.id)), proofs: whole.proofs.filter(belongs) }
    : whole;
  const canaries = await canariesOf(m);
  const cells = [...plan.cells, ...(canaries ? canaryCells(plan.proofs, canaries) : [])];
  return { plan, cells, expectations: await annotationsOfBoth(m, canaries, host) };
};
