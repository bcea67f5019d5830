/** Which annotations a cell must meet, and which observations meet them. Pure. */
import { basename, resolve } from 'node:path';
import { isCase, type Expectation } from '../config/annotations.js';
import type { Cell } from '../plan/plan.js';
import type { Observation } from './evidence.js';

/** Whether an annotation applies to a cell's suite. */
export const concerns = (e: Expectation, cell: Cell, listed: readonly string[]): boolean => {
  if (e.bindings.length) return e.bindings.includes(cell.suite.binding);
  // An annotation in a shared file applies to suites that list its case; one in the suite's own directory
  // always applies.
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

/** An observation meets an expectation if it has the same hazard, and is on its line or in its case. */
export const meets = (s: Observation, e: Expectation): boolean =>
  s.diagnostic.hazard === e.hazard &&
  ((s.test !== undefined && isCase(s.test, e.case)) ||
    s.diagnostic.stacks.some((k) =>
      k.frames.some((f) => f.kind === 'source' && f.line === e.line && basename(f.file) === basename(e.file)),
    ));
