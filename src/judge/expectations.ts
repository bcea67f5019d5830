/** Which annotations a cell must meet, and what meets them. Pure. */
import { basename, resolve } from 'node:path';
import { isCase, type Expectation } from '../config/annotations.js';
import type { Cell } from '../plan/plan.js';
import type { Observation } from './evidence.js';

/** Whether an annotation speaks of this cell's suite. */
export const concerns = (e: Expectation, cell: Cell, listed: readonly string[]): boolean => {
  if (e.bindings.length) return e.bindings.includes(cell.suite.binding);
  // Shared annotations hold for suites that have the case; those in the suite's own files hold without asking.
  return (
    e.file.startsWith(`${resolve(cell.matrix.root, cell.suite.dir)}/`) ||
    listed.some((t) => isCase(t, e.case))
  );
};

/** The expectations that this cell must meet. */
export const expected = (cell: Cell, all: readonly Expectation[], listed: readonly string[]): Expectation[] =>
  all.filter(
    (e) =>
      e.gates.some((g) => g.gate === cell.gate.id && (!g.compiler || g.compiler === cell.compiler)) &&
      concerns(e, cell, listed),
  );

/** A diagnostic meets an expectation: same hazard, and on its line or made while its case ran. */
export const meets = (s: Observation, e: Expectation): boolean =>
  s.diagnostic.hazard === e.hazard &&
  ((s.test !== undefined && isCase(s.test, e.case)) ||
    s.diagnostic.stacks.some((k) =>
      k.frames.some((f) => f.kind === 'source' && f.line === e.line && basename(f.file) === basename(e.file)),
    ));
