/**
 * Comparisons across the cells of a run. A bug that several bindings show lies in their shared code; a test
 * that also fails without any gate does not fail because of the gate. Pure.
 */
import type { Verdict } from '../model/verdict.js';
import type { Judged } from './judge.js';
import type { CellReport, Scope, Witness } from '../model/report.js';

const targetsOf = (j: Judged): string[] => {
  const { matrix, suite } = j.evidence.cell;
  return suite.targets.map((t) => `${matrix.file}#${t}`);
};

/** Whether cells of different bindings run the same target. Without targets nothing tells their code apart. */
const shareCode = (cells: readonly Judged[]): boolean => {
  const bindings = new Map<string, Set<string>>();
  for (const j of cells)
    for (const t of targetsOf(j))
      bindings.set(t, (bindings.get(t) ?? new Set()).add(j.evidence.cell.suite.binding));
  return cells.some((j) => targetsOf(j).length === 0) || [...bindings.values()].some((b) => b.size > 1);
};

/**
 * `core` if more than one binding saw it in the same native code, `binding` if only one did although another ran the same native
 * code. Undefined if no other binding could have seen it.
 */
export const scopeOf = (
  witnesses: readonly Pick<Witness, 'cell' | 'binding'>[],
  cells: readonly Judged[],
): Scope | undefined => {
  const bindings = new Set(witnesses.map((w) => w.binding));
  const ids = new Set(witnesses.map((w) => w.cell));
  const witnessing = cells.filter((j) => ids.has(j.evidence.cell.id));
  if (bindings.size > 1) return shareCode(witnessing) ? 'core' : undefined;
  const targets = new Set(witnessing.flatMap(targetsOf));
  const others = cells.some(
    (j) =>
      j.evidence.attempts.length > 0 &&
      !bindings.has(j.evidence.cell.suite.binding) &&
      targetsOf(j).some((t) => targets.has(t)),
  );
  return others ? 'binding' : undefined;
};

/** The gate without a checker. */
export const UNGATED = 'plain';

type PlainOutcomes = ReadonlyMap<string, 'passed' | 'failed'>;

const NO_OUTCOMES: PlainOutcomes = new Map();

/** By suite, the result of each test in the suite's plain cells. A failure in any of them counts. */
const plainOutcomes = (cells: readonly Judged[]): ReadonlyMap<string, PlainOutcomes> => {
  const suites = new Map<string, Map<string, 'passed' | 'failed'>>();
  for (const { evidence, failedTests, diedIn } of cells) {
    const { cell, attempts } = evidence;
    if (cell.gate.id !== UNGATED) continue;
    const suite = `${cell.suite.id}-${cell.suite.binding}`;
    const all = suites.get(suite) ?? new Map<string, 'passed' | 'failed'>();
    suites.set(suite, all);
    for (const e of attempts.flatMap((s) => s.events))
      if (e.outcome === 'passed' && !all.has(e.test)) all.set(e.test, 'passed');
    for (const t of [...failedTests.map((f) => f.test), ...diedIn]) all.set(t, 'failed');
  }
  return suites;
};

/** For a test that timed out, says whether it also does so without the gate. */
const hangs = (row: CellReport, plain: PlainOutcomes): string => {
  const without = plain.get(row.diedIn.at(-1) ?? '');
  if (without === undefined) return '';
  return without === 'passed'
    ? '; without the gate it ends: a longer timeout may suffice'
    : '; it does not end well without the gate either';
};

/** Adds to each failed test how it ends without the gate, and sums that up in the verdict. Returns new rows. */
export const compareWithPlain = (rows: readonly CellReport[], cells: readonly Judged[]): CellReport[] => {
  const suites = plainOutcomes(cells);
  return rows.map((row) => {
    const plain =
      (row.gate === UNGATED ? undefined : suites.get(`${row.suite}-${row.binding}`)) ?? NO_OUTCOMES;
    const failedTests = row.failedTests.map((t) => {
      const without = plain.get(t.test);
      return without ? { ...t, plain: without } : t;
    });
    return { ...row, failedTests, verdict: explained({ ...row, failedTests }, plain) };
  });
};

/** The verdict with what is known of its tests without the gate. */
const explained = (row: CellReport, plain: PlainOutcomes): Verdict => {
  const { verdict, failedTests, gate } = row;
  if (verdict.kind === 'inconclusive' && verdict.doubt === 'timed-out')
    return { ...verdict, why: verdict.why + hangs(row, plain) };
  if (verdict.kind !== 'suite-failed') return verdict;
  const flaky = failedTests.filter((t) => t.flaky).length;
  const count = (k: 'passed' | 'failed'): number => failedTests.filter((t) => t.plain === k).length;
  const notes = [
    count('failed') && `${count('failed')} without the gate too`,
    count('passed') && `${count('passed')} only under ${gate}`,
    flaky && `${flaky} passed when run again alone`,
  ].filter(Boolean);
  return notes.length > 0 ? { ...verdict, why: `${verdict.why} (${notes.join(', ')})` } : verdict;
};
