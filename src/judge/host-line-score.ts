/** Whether the findings of planted hazards show the line of the host that runs them. Pure. */
import { basename } from 'node:path';
import { placeOf, type Expectation, type Place } from '../config/annotations.js';
import type { BindingId } from '../model/ids.js';
import type { FixturesReport } from '../model/report.js';
import { byText } from '../model/order.js';
import { meets } from './expectations.js';
import type { Judged } from './judge.js';
import { callersOf } from './merge-findings.js';

type Row = NonNullable<FixturesReport['hostLines']>[number];
type Lost = NonNullable<FixturesReport['hostLinesLost']>[number];

const isAt = (a: Place, b: Place): boolean => a.line === b.line && basename(a.file) === basename(b.file);

/** How one hazard that a cell saw shows its host: a leak is reported when the host has ended, and few hosts note who allocates. */
const shownBy = (j: Judged, e: Expectation): 'leak' | 'shown' | Omit<Lost, 'cell' | 'case'> => {
  const reports = j.seen.filter((s) => s.origin !== 'runtime' && s.origin !== 'tool' && meets(s, e));
  const lines = reports.flatMap((s) => callersOf(s.diagnostic.stacks, j.evidence.own));
  if (lines.length === 0 && reports.every((s) => s.diagnostic.leak !== undefined)) return 'leak';
  const { callers = [] } = e;
  if (lines.some((l) => callers.some((c) => isAt(c, l)))) return 'shown';
  const [caller] = callers;
  const [line] = lines;
  return {
    ...(caller ? { at: placeOf(caller) } : {}),
    ...(line ? { instead: placeOf(line) } : {}),
  };
};

/** The score of the cells of hazard suites, by binding and gate. Nothing if no gate of them asks the host. */
export const tallyHostLines = (
  hazards: readonly Judged[],
): Pick<FixturesReport, 'hostLines' | 'hostLinesLost'> => {
  const rows = new Map<string, Row>();
  const lost: Lost[] = [];
  for (const j of hazards) {
    const { cell } = j.evidence;
    const binding: BindingId = cell.suite.binding;
    const gate = cell.gate.id;
    if (cell.gate.hostStacks?.(binding) !== true) continue;
    const key = `${binding} ${gate}`;
    const row = rows.get(key) ?? { binding, gate, seen: 0, shown: 0, leaks: 0 };
    rows.set(key, row);
    for (const e of j.caught) {
      const how = shownBy(j, e);
      if (how === 'leak') {
        row.leaks++;
        continue;
      }
      row.seen++;
      if (how === 'shown') row.shown++;
      else lost.push({ cell: cell.id, case: e.case, ...how });
    }
  }
  if (rows.size === 0) return {};
  return {
    hostLines: [...rows.entries()].sort(([a], [b]) => byText(a, b)).map(([, row]) => row),
    hostLinesLost: lost.sort((a, b) => byText(a.cell, b.cell) || byText(a.case, b.case)),
  };
};
