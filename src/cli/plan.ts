/** `ffi-gates plan`: prints which cells would run, and why others would not. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { probeHost } from '../host/probe.js';
import { checkSelectors } from './check-request.js';
import { planEverything } from '../run.js';
import { say, sayJson } from './say.js';
import { openMatrix } from './where.js';

/** Prints the plan for this machine. Starts only probes. Throws `Failure` 3 if nothing is selected. */
export const plan = async (a: {
  selector: string[];
  matrix?: string | undefined;
  json: boolean;
}): Promise<ExitCode> => {
  const matrix = await openMatrix(a);
  checkSelectors(matrix, a.selector);
  const { plan: made, cells } = await planEverything(matrix, await probeHost(), a.selector);
  if (a.json) {
    const rows = cells.map((c) => ({
      id: c.id,
      suite: c.suite.id,
      binding: c.suite.binding,
      builder: c.builder,
      gate: c.gate.id,
      role: c.suite.role,
    }));
    sayJson({ cells: rows, skipped: made.skipped, deadSelectors: made.deadSelectors });
    return EXIT.OK;
  }
  for (const c of cells) say(`run   ${c.id}  (${c.suite.role})`);
  for (const s of made.skipped) say(`skip  ${s.id}  ${s.why}${s.remedy ? `  [${s.remedy}]` : ''}`);
  for (const d of made.deadSelectors) say(`dead  ${d}  matches no cell`);
  say(`${cells.length} cells to run, ${made.skipped.length} skipped`);
  return EXIT.OK;
};
