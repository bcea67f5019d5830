/** Decides which cells run, and why others do not. Pure: everything about the machine is passed in. */
import { isFuzzing } from '../model/fuzz-plan.js';
import { byId } from '../model/order.js';
import type { Compiler, Missing } from '../model/launch.js';
import { BUILDERS } from '../builders/index.js';
import { type Gate } from '../gates/gate.js';
import { missingCxx } from '../gates/toolchain.js';
import type { Host } from '../host/probe.js';
import { missingOn } from '../host/unknown.js';
import { suitePart, targetPart } from './cxx-sources.js';
import type { Matrix, Suite } from '../config/matrix.js';
import type { BindingId, BuilderId } from '../model/ids.js';
import { GATES } from '../gates/index.js';
import { BINDINGS } from '../bindings/index.js';
import { canaryId, cellId, laneId } from '../model/cell-id.js';
import { select } from '../config/selector.js';
import matcher from '../config/glob.js';
import { inBuildOrder } from '../config/needs.js';

export type Cell = {
  id: string;
  /** The matrix of the suite: the project's, or that of the canaries. */
  matrix: Matrix;
  suite: Suite;
  /** The build system of the canary's library, which is that of its lane. */
  canaryBuilder: BuilderId;
  builder: string;
  compiler: Compiler;
  gate: Gate;
  /** `<binding>_<builder>-<gate>`. Cells of one lane share its proof. */
  lane: string;
};
/**
 * A cell that does not run, and why. `unknown`: what it needs gave no answer and may be there. `unaffected`: nothing that it
 * depends on changed, and only what changed was to run.
 */
export type Skip = {
  id: string;
  lane: string;
  cell: Cell;
  why: string;
  remedy?: string;
  unknown?: true;
  unaffected?: true;
};
/**
 * `proofs` are cells whose lanes need their canary. These are more than `cells` if a selector names a canary.
 */
export type Plan = { cells: Cell[]; proofs: Cell[]; skipped: Skip[]; deadSelectors: string[] };

/**
 * The builder's name in ids: build system of the first target, compiler, and the variant if the binding has
 * several.
 */
const builderOf = (m: Matrix, s: Suite, compiler: Compiler): string => {
  const first = s.targets[0];
  const variant = BINDINGS[s.binding].variant?.(s.with);
  return `${(first && m.targets[first]?.builder) ?? 'own'}${compiler}${variant?.name ?? ''}`;
};

/** The canaries' library can be built by these. A lane of another build system uses the compiler directly. */
const canaryBuilderOf = (m: Matrix, s: Suite): BuilderId => {
  const kind = m.targets[s.targets[0] ?? '']?.builder;
  return kind === 'cmake' || kind === 'make' ? kind : 'cc';
};

const sorted = <T extends { id: string }>(all: T[]): T[] => all.sort(byId);

/** One canary cell per lane: the planted bugs of its binding, with its builder and gate. */
export const canaryCells = (cells: readonly Cell[], canaries: Matrix): Cell[] => {
  const lanes = new Map(cells.map((c) => [c.lane, c]));
  return sorted(
    [...lanes.values()].flatMap((c) => {
      const fits = canaries.suites.filter(
        (s) =>
          s.binding === c.suite.binding &&
          isFuzzing(s) === isFuzzing(c.suite) &&
          (s.gates === undefined || s.gates.includes(c.gate.id)),
      );
      const suite = fits.find((s) => s.with['foreign'] === c.suite.with['foreign']) ?? fits[0];
      // The project's settings of the gate also apply to its canary, which must show if they disarm it.
      const matrix = { ...canaries, gates: c.matrix.gates };
      if (!suite) return [];
      const variant = BINDINGS[suite.binding].variant?.(c.suite.with);
      const proof = variant ? { ...suite, with: { ...suite.with, ...variant.with } } : suite;
      return [{ ...c, id: canaryId(c.lane), matrix, suite: proof }];
    }),
  );
};

/** The targets of a suite, and all that these need, each after those that it needs. */
export const targetsOf = (m: Matrix, s: Suite): string[] =>
  inBuildOrder(s.targets, (name) => m.targets[name]);

/**
 * Tools that are missing here to build a suite and its targets. `cxx` are the parts with C++ sources
 * (`cxxParts`).
 */
export const missingToBuild = (
  m: Matrix,
  s: Suite,
  host: Host,
  compiler: Compiler,
  cxx: ReadonlySet<string>,
): Missing | undefined => {
  const targets = targetsOf(m, s);
  for (const t of targets) {
    const target = m.targets[t]!;
    const tool = BUILDERS[target.builder].missing(host.tools, target);
    if (tool) return { ...tool, why: `${tool.why}, and target '${t}' is built with it` };
  }
  const plus = [suitePart(s), ...targets.map(targetPart)].some((part) => cxx.has(part));
  return plus ? missingCxx(host, compiler) : undefined;
};

type Named = { lanes: ReadonlySet<string>; selectors: ReadonlySet<string> };
const NONE: Named = { lanes: new Set(), selectors: new Set() };

/** The lanes whose canaries are named by selectors, with those selectors. */
const canariesNamed = (all: readonly { lane: string }[], selectors: readonly string[]): Named => {
  const canaries = all.map(({ lane }) => ({ id: canaryId(lane), lane }));
  const { chosen, dead } = select(canaries, selectors);
  return {
    lanes: new Set(chosen.map((c) => c.lane)),
    selectors: new Set(selectors.filter((s) => !dead.includes(s))),
  };
};

/** The compilers with which a gate runs a binding's suites: those that the matrix names for it, or the usual one. */
export const compilersOf = (gate: Gate, binding: BindingId, named?: readonly Compiler[]): Compiler[] =>
  (named ?? [gate.usualCompiler?.(binding) ?? gate.compilers[0]!]).filter((c) => gate.compilers.includes(c));

/** Every cell of a matrix, regardless of this machine, with the entry of `exclude` that excludes it. */
const described = (m: Matrix): { cell: Cell; excluded?: Matrix['exclude'][number] }[] => {
  const excludes = m.exclude.map((entry) => ({ entry, test: matcher(entry.cells) }));
  return m.suites.flatMap((suite) =>
    Object.entries(m.gates).flatMap(([name, settings]) => {
      const gate = GATES[name as keyof typeof GATES];
      if (gate.unfit(suite.binding, suite.with) !== undefined) return [];
      if (suite.gates && !suite.gates.includes(gate.id)) return [];
      const targets = isFuzzing(suite);
      if (targets && !gate.drawsInputs) return [];
      if (gate.asksFunctions && !suite.values && !targets) return [];
      if (gate.asksErrors && !suite.targets.some((t) => m.targets[t]?.errors)) return [];
      const entries = suite.targets.some((t) => m.targets[t]?.nonreentrant);
      if (gate.watchesEntries && !entries && !gate.watchesAnyway?.(suite.binding)) return [];
      if (gate.breaksWorkers && !suite.contain) return [];
      return compilersOf(gate, suite.binding, settings?.compilers).map((compiler) => {
        const builder = builderOf(m, suite, compiler);
        const lane = laneId({ binding: suite.binding, builder, gate: gate.id });
        const id = cellId(suite.id, lane);
        const canaryBuilder = canaryBuilderOf(m, suite);
        const cell = { id, matrix: m, suite, canaryBuilder, builder, compiler, gate, lane };
        const excluded = excludes.find((x) => x.test(id))?.entry;
        return { cell, ...(excluded ? { excluded } : {}) };
      });
    }),
  );
};

/** All cells of a matrix, regardless of this machine and of `exclude`. */
export const allCells = (m: Matrix): Cell[] => sorted(described(m).map(({ cell }) => cell));

/** The sorted ids of all cells of a matrix. */
export const cellIds = (m: Matrix): string[] => allCells(m).map((c) => c.id);

/** The selectors that match no cell of the matrix or its canaries. */
export const deadSelectors = (m: Matrix, selectors: readonly string[]): string[] => {
  const cells = allCells(m);
  const { dead } = select(cells, selectors);
  const named = m.canaries ? canariesNamed(cells, selectors).selectors : NONE.selectors;
  return dead.filter((d) => !named.has(d));
};

/** All cells of the matrix on this host, sorted by id, with a reason for each that is skipped. */
export const makePlan = (
  m: Matrix,
  host: Host,
  selectors: readonly string[] = [],
  cxx: ReadonlySet<string> = new Set(),
): Plan => {
  const all = described(m);
  const cells: Cell[] = [];
  const skipped: Skip[] = [];
  for (const { cell, excluded } of all) {
    const { id, lane, suite, compiler, gate } = cell;
    const missing = missingOn(
      host,
      (h) =>
        BINDINGS[suite.binding].missing(h.tools, suite.with) ??
        gate.missing(h, suite.binding, compiler) ??
        missingToBuild(m, suite, h, compiler, cxx),
    );
    if (excluded) skipped.push({ id, lane, cell, why: `excluded: ${excluded.why}` });
    else if (missing) {
      const { why, remedy, unknown } = missing;
      skipped.push({ id, lane, cell, why, remedy, ...(unknown ? { unknown } : {}) });
    } else cells.push(cell);
  }
  const { chosen } = select(sorted(cells), selectors);
  const skips = select(sorted(skipped), selectors);
  const named = selectors.length && m.canaries ? canariesNamed([...cells, ...skipped], selectors) : NONE;
  const ofCells = cells.filter((c) => named.lanes.has(c.lane));
  const shown = new Set([...ofCells, ...skips.chosen].map((x) => x.lane));
  const ofSkips = new Map(
    skipped.filter((s) => named.lanes.has(s.lane) && !shown.has(s.lane)).map((s) => [s.lane, s]),
  );
  const used = new Set(all.map((x) => x.excluded));
  return {
    cells: chosen,
    proofs: sorted([...chosen, ...ofCells]),
    skipped: [...skips.chosen, ...[...ofSkips.values()].map((s) => ({ ...s, id: canaryId(s.lane) }))],
    deadSelectors: [
      ...deadSelectors(m, selectors),
      ...m.exclude.filter((x) => !used.has(x)).map((x) => `exclude: ${x.cells}`),
    ],
  };
};
