/** `ffi-gates diff`: compares two reports on the same code. */
import { byText } from '../model/order.js';
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import { readReport } from './last-report.js';
import type { FindingReport, Report } from '../model/report.js';
import { functionOf, placeOf, topFrame } from '../reporters/wording.js';
import { columns, say, sayRows } from './say.js';

export type Difference = { fresh: FindingReport[]; gone: FindingReport[]; still: FindingReport[] };

const openOf = (r: Report): Map<string, FindingReport> =>
  new Map(r.findings.filter((f) => !f.planted).map((f) => [f.fingerprint, f]));

/** Compares findings by fingerprint, sorted by hazard. Leaves out planted ones. */
export const compare = (old: Report, now: Report): Difference => {
  const [a, b] = [openOf(old), openOf(now)];
  const inOrder = (all: FindingReport[]): FindingReport[] =>
    all.sort((x, y) => byText(x.hazard, y.hazard) || byText(x.fingerprint, y.fingerprint));
  return {
    fresh: inOrder([...b.values()].filter((f) => !a.has(f.fingerprint))),
    gone: inOrder([...a.values()].filter((f) => !b.has(f.fingerprint))),
    still: inOrder([...b.values()].filter((f) => a.has(f.fingerprint))),
  };
};

/** Cells that ran in the old report and not in the new one. Findings of these are not known to be gone. */
const cellsLost = (old: Report, now: Report): string[] => {
  const ran = new Set(now.cells.filter((c) => c.verdict.kind !== 'skipped').map((c) => c.id));
  return old.cells.filter((c) => c.verdict.kind !== 'skipped' && !ran.has(c.id)).map((c) => c.id);
};

/** Prints the comparison. Exit code 1 if the new report has fresh findings. */
export const diff = async (a: { old: string; new: string; json: boolean }): Promise<ExitCode> => {
  const [old, now] = [await readReport(a.old), await readReport(a.new)];
  const d = compare(old, now);
  const lost = cellsLost(old, now);
  if (a.json) await sayRows({ ...d, notRun: lost });
  else {
    const rows = (['fresh', 'gone', 'still'] as const).flatMap((kind) =>
      d[kind].map((f) => {
        const top = topFrame(f);
        return [kind, f.fingerprint, f.hazard, `${placeOf(top)} ${functionOf(top)}`.trim()];
      }),
    );
    for (const line of columns(rows)) say(line);
    if (lost.length) say(`not run this time: ${lost.join(' ')}`);
    say(`${d.fresh.length} fresh, ${d.gone.length} gone, ${d.still.length} still there`);
  }
  return d.fresh.length ? EXIT.HAZARD : EXIT.OK;
};
