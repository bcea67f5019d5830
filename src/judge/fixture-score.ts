/**
 * Score of a run of planted bugs: hazards caught, twins silent, and which gate detects which hazard. Pure.
 */
import { byText } from '../model/order.js';
import { isCase, placeOf, type Expectation } from '../config/annotations.js';
import type { BindingId } from '../model/ids.js';
import type { HazardId } from '../model/hazard.js';
import { concerns } from './expectations.js';
import { tallyHostLines } from './host-line-score.js';
import type { Judged } from './judge.js';
import type { FixturesReport } from '../model/report.js';

const red = (s: Judged['seen'][number]): boolean => s.origin === 'own' || s.origin === 'host';

/** Undefined if the matrix has neither hazard nor twin suites. */
export const tallyFixtures = (
  cells: readonly Judged[],
  all: readonly Expectation[],
): FixturesReport | undefined => {
  const hazards = cells.filter((j) => j.evidence.cell.suite.role === 'hazard');
  const twins = cells.filter((j) => j.evidence.cell.suite.role === 'twin');
  if (hazards.length + twins.length === 0) return undefined;
  const sees = new Map<HazardId, Map<BindingId, Set<string>>>();
  const blindIn = new Map<Expectation, Set<BindingId>>();
  const blindSeen = new Map<Expectation, Set<string>>();
  for (const j of hazards) {
    const { cell } = j.evidence;
    const gate = cell.gate.compilers.length > 1 ? `${cell.gate.id}/${cell.compiler}` : cell.gate.id;
    for (const e of j.caught) {
      const row = sees.get(e.hazard) ?? sees.set(e.hazard, new Map()).get(e.hazard)!;
      (row.get(cell.suite.binding) ?? row.set(cell.suite.binding, new Set()).get(cell.suite.binding)!).add(
        gate,
      );
    }
    for (const e of all.filter((x) => x.blind && concerns(x, cell, j.evidence.listed))) {
      (blindIn.get(e) ?? blindIn.set(e, new Set()).get(e)!).add(cell.suite.binding);
      if (j.seen.some((s) => red(s) && s.test !== undefined && isCase(s.test, e.case)))
        (blindSeen.get(e) ?? blindSeen.set(e, new Set()).get(e)!).add(`${cell.suite.binding}:${gate}`);
    }
  }
  const blind = [...blindIn]
    .map(([e, bindings]) => ({
      case: e.case,
      hazard: e.hazard,
      bindings: [...bindings].sort(byText),
      seenBy: [...(blindSeen.get(e) ?? [])].sort(byText),
    }))
    .sort((a, b) => byText(a.case, b.case) || byText(a.bindings.join(), b.bindings.join()));
  const ids = [...new Set([...sees.keys(), ...blind.map((b) => b.hazard)])].sort(byText);
  return {
    declared: hazards.reduce((n, j) => n + j.caught.length + j.missed.length, 0),
    caught: hazards.reduce((n, j) => n + j.caught.length, 0),
    missed: hazards.flatMap((j) =>
      j.missed.map((e) => ({
        cell: j.evidence.cell.id,
        case: e.case,
        hazard: e.hazard,
        gate: j.evidence.cell.gate.id,
        at: placeOf(e),
      })),
    ),
    twins: twins.reduce((n, j) => n + j.evidence.wanted.length, 0),
    noisyTwins: twins.flatMap((j) =>
      j.seen.filter(red).map((s) => ({
        cell: j.evidence.cell.id,
        finding: `${s.diagnostic.rule}: ${s.diagnostic.message}`,
        ...(s.test === undefined ? {} : { test: s.test }),
      })),
    ),
    blind,
    ...tallyHostLines(hazards),
    detection: ids.map((hazard) => ({
      hazard,
      bindings: Object.fromEntries(
        [...(sees.get(hazard) ?? [])].sort(([a], [b]) => byText(a, b)).map(([b, g]) => [b, collapse(g)]),
      ),
      blind: [...new Set(blind.filter((b) => b.hazard === hazard).flatMap((b) => b.bindings))]
        .filter((b) => !sees.get(hazard)?.has(b))
        .sort(byText),
    })),
  };
};

/** `asan/gcc` and `asan/clang` together become `asan`. */
const collapse = (gates: ReadonlySet<string>): string[] => {
  const out = new Set<string>();
  for (const g of gates) {
    const [name] = g.split('/');
    out.add(gates.has(`${name}/gcc`) && gates.has(`${name}/clang`) ? name! : g);
  }
  return [...out].sort(byText);
};
