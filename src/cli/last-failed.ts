/** Finds the cells that failed in the last run. */
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { checkSyntax, select } from '../config/selector.js';
import type { Report } from '../model/report.js';
import { isRed } from '../model/verdict.js';

/**
 * Ids of the cells that failed in the last run, whose report is given, and match the selectors. Throws
 * `Failure` 3 if there are none.
 */
export const lastFailed = (report: Report, out: string, selectors: readonly string[]): string[] => {
  checkSyntax(selectors);
  const bad = report.cells.filter((c) => isRed(c.verdict) && c.role !== 'canary');
  const { chosen } = select(bad, selectors);
  if (chosen.length === 0)
    throw new Failure(
      EXIT.NOTHING_SELECTED,
      `no ${selectors.length ? 'selected ' : ''}cell failed in the last run (${out})`,
    );
  return chosen.map((c) => c.id);
};
