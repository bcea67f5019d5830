/** Fuzz targets that a repository has: the time and the inputs of each launch, and what it found. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isFuzzing, type FuzzPlan } from '../model/fuzz-plan.js';
import { isPlanted } from '../model/role.js';
import type { Cell } from '../plan/plan.js';

/** Seconds of a suite, unless the matrix says otherwise, and the least of one target. */
const SECONDS = 20;
const LEAST = 2;
/** Seconds of a planted target, which ends when it is found, and of a twin. */
const PLANTED = 60;
const TWIN = 5;

/** Seconds for making an input smaller: the most, and for one that nobody will read. */
const SMALLER = 30;
const LEAST_SMALLER = 5;

/** Different failures of one target in one launch: behind so many the rest can wait for these to be mended. */
const MAX_FAILURES = 8;

/** Where inputs of a suite's functions or targets are kept: beside the builds, or where the matrix says. */
export const keptFor = ({ matrix, suite, gate }: Cell, kept: string): string => {
  const named = matrix.gates[gate.id]?.corpus;
  return join(named === undefined ? kept : resolve(matrix.root, named), `${suite.id}-${suite.binding}`);
};

const secondsFor = (cell: Cell, targets: number): number => {
  const { role } = cell.suite;
  if (isPlanted(role)) return PLANTED;
  if (role === 'twin') return TWIN;
  return Math.max(
    LEAST,
    Math.floor((cell.matrix.gates[cell.gate.id]?.time ?? SECONDS) / Math.max(1, targets)),
  );
};

/** What is known of the cell and its next launch. */
type Asking = {
  cell: Cell;
  options: { kept: string; disturbance?: { seed?: number | undefined } | undefined };
  evidence: { listed: readonly string[] };
};

/** The plan of a launch in `scratch`. `input` is the only one to run. Nothing for suites of tests. */
export const fuzzPlanOf = (
  { cell, options, evidence }: Asking,
  scratch: string,
  input?: string,
): { fuzz?: FuzzPlan } => {
  if (!isFuzzing(cell.suite) || !cell.gate.drawsInputs) return {};
  // A planted bug is found from nothing in each run.
  const kept = cell.suite.role === 'subject' ? keptFor(cell, options.kept) : join(scratch, 'kept');
  const seconds = secondsFor(cell, evidence.listed.length);
  const planted = isPlanted(cell.suite.role);
  const fuzz: FuzzPlan = {
    seconds,
    smaller: planted ? LEAST_SMALLER : Math.max(LEAST_SMALLER, Math.min(SMALLER, seconds)),
    failures: planted ? 1 : MAX_FAILURES,
    seed: options.disturbance?.seed ?? 0,
    kept,
    ...(input === undefined ? {} : { input }),
  };
  return { fuzz };
};

/** Milliseconds that a launch may take: fuzzing, making smaller, and what was found before. */
export const fuzzLimit = (cell: Cell, listed: number): number => (4 * secondsFor(cell, listed) + 180) * 1000;

/** The input that a failing process of a launch ran: by its id, else that of the first failure. */
export const foundInputs = (scratch: string): ((pid: number | undefined) => string | undefined) => {
  const file = join(scratch, 'found.json');
  if (!existsSync(file)) return () => undefined;
  const found = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return (pid) => found[String(pid)] ?? found['first'];
};
