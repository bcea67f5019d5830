/** Finds the cells that failed in the last run. */
import { EXIT } from '../model/exit-codes.js';
import { Failure } from '../model/failure.js';
import { readReport } from './last-report.js';
import { checkSyntax, select } from '../config/selector.js';
import { isRed } from '../model/verdict.js';

/**
 * Ids of the cells that failed in the last run and match the selectors. Throws `Failure` 3 if there are none.
 */
export const lastFailed = (out: string, selectors: readonly string[]): string[] => {
  checkSyntax(selectors);
  const bad = readReport(out).cells.filter((c) => isRed(c.verdict) && c.role !== 'canary');
  const { chosen } = select(bad, selectors);
  if (chosen.length === 0)
    throw new Failure(
      EXIT.NOTHING_SELECTED,
      `no ${selectors.length ? 'selected ' : ''}cell failed in the last run (${out})`,
    );
  return chosen.map((c) => c.id);
};
