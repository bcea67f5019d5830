/**
 * Comparisons across the cells of a run. A bug that several bindings show lies in their shared code; a test
 * that also fails without any gate does not fail because of the gate. Pure.
 */
import type { Judged } from './judge.js';
import type { CellReport, Scope, Witness } from '../model/report.js';

const targetsOf = (j: Judged): string[] => {
  const { matrix, suite } = j.evidence.cell;
  return suite.targets.map((t) => `${matrix.file}#${t}`);
};

/**
 * `core` if more than one binding saw it, `binding` if only one did although another ran the same native
 * code. Undefined if no other binding could have seen it.
 */
export const scopeOf = (
  witnesses: readonly Pick<Witness, 'cell' | 'binding'>[],
  cells: readonly Judged[],
): Scope | undefined => {
  const bindings = new Set(witnesses.map((w) => w.binding));
  if (bindings.size > 1) return 'core';
  const ids = new Set(witnesses.map((w) => w.cell));
  const targets = new Set(cells.filter((j) => ids.has(j.evidence.cell.id)).flatMap(targetsOf));
  const others = cells.some(
    (j) =>
      j.evidence.attempts.length > 0 &&
      !bindings.has(j.evidence.cell.suite.binding) &&
      targetsOf(j).some((t) => targets.has(t)),
  );
  return others ? 'binding' : undefined;
};

/** The gate without a checker. */
const UNGATED = 'plain';

/** The result of each test of a suite in the suite's plain cells. A failure in any of them counts. */
const plainOutcomes = (cells: readonly Judged[], suite: string): Map<string, 'passed' | 'failed'> => {
  const all = new Map<string, 'passed' | 'failed'>();
  for (const { evidence, failedTests, diedIn } of cells) {
    const { cell, attempts } = evidence;
    if (cell.gate.id !== UNGATED || `${cell.suite.id}-${cell.suite.binding}` !== suite) continue;
    for (const e of attempts.flatMap((s) => s.events))
      if (e.outcome === 'passed' && !all.has(e.test)) all.set(e.test, 'passed');
    for (const t of [...failedTests.map((f) => f.test), ...diedIn]) all.set(t, 'failed');
  }
  return all;
};

/** For a test that timed out, says whether it also does so without the gate. */
const hangs = (row: CellReport, plain: ReadonlyMap<string, 'passed' | 'failed'>): string => {
  const without = plain.get(row.diedIn.at(-1) ?? '');
  if (without === undefined) return '';
  return without === 'passed'
    ? '; without the gate it ends: a longer timeout may be all it needs'
    : '; it does not end well without the gate either';
};

/** Adds the result without the gate to each failed test, and a summary to the verdict. */
export const compareWithPlain = (rows: readonly CellReport[], cells: readonly Judged[]): void => {
  for (const row of rows) {
    const plain =
      row.gate === UNGATED
        ? new Map<string, 'passed' | 'failed'>()
        : plainOutcomes(cells, `${row.suite}-${row.binding}`);
    for (const t of row.failedTests) {
      const without = plain.get(t.test);
      if (without) t.plain = without;
    }
    if (row.verdict.kind === 'inconclusive' && row.verdict.doubt === 'timed-out')
      row.verdict.why += hangs(row, plain);
    const flaky = row.failedTests.filter((t) => t.flaky).length;
    const count = (k: 'passed' | 'failed'): number => row.failedTests.filter((t) => t.plain === k).length;
    const words = [
      count('failed') && `${count('failed')} without the gate too`,
      count('passed') && `${count('passed')} only under ${row.gate}`,
      flaky && `${flaky} passed when run again alone`,
    ].filter(Boolean);
    if (row.verdict.kind === 'suite-failed' && words.length) row.verdict.why += ` (${words.join(', ')})`;
  }
};
