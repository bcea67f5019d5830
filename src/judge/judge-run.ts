/**
 * Judges each cell of a run once, as soon as everything is known that its verdict depends on. Reads no files
 * except for the symbols of objects.
 */
import type { Expectation } from '../config/annotations.js';
import type { Host } from '../host/probe.js';
import type { CellReport, LaneReport } from '../model/report.js';
import type { Cell } from '../plan/plan.js';
import type { SymbolReader } from '../process/dynamic-symbols.js';
import type { Evidence } from './evidence.js';
import { inspectObjects, uninstrumented } from './instrumentation.js';
import { judge, noiseOf, withProof, type Judged } from './judge.js';
import { laneOf } from './lane-proof.js';
import { mayBeNoise } from './noise.js';

export type JudgedCell = Judged & { objects?: CellReport['objects'] };

export type JudgingOptions = {
  expectationsOf: (cell: Cell) => readonly Expectation[];
  /** Lanes that have a canary. Their cells wait for it. */
  lanes: ReadonlySet<string>;
  /** Fingerprints that the baseline accepts. */
  known: ReadonlySet<string>;
  tools: Host['tools'];
  symbols: SymbolReader;
  /** Called with each verdict. */
  onVerdict: (judged: JudgedCell) => void;
};

export type Judging = {
  /** Adds a cell's evidence, and judges every cell that can be judged now. */
  add(evidence: Evidence): Promise<void>;
  /** Cells that wait for the no-op run of their lane, or for its canary. */
  waiting(): readonly Evidence[];
  /**
   * Judges the waiting cells. `noops` are the no-op runs by lane; each is added to the evidence of its lane's
   * canary.
   */
  finish(noops: ReadonlyMap<string, Evidence>): Promise<JudgedCell[]>;
};

/** The lane's proof, from its judged canary. */
export const proofOf = (cell: Cell, canary: Judged | undefined): LaneReport =>
  laneOf({ binding: cell.suite.binding, builder: cell.builder, gate: cell.gate.id }, canary);

const coverageOf = async (
  e: Evidence,
  { tools, symbols }: JudgingOptions,
): Promise<{ objects?: CellReport['objects']; blind?: string }> => {
  const loaded = { maps: e.maps, whole: e.recorded, own: e.own.objects, out: e.out };
  const seen = e.maps.size > 0 ? await inspectObjects(loaded, e.cell.gate, tools, symbols) : {};
  // Files as built come first: mappings may be samples, and a short process may end between two of them.
  const built = await uninstrumented(e.products, e.cell.gate, symbols);
  return { ...seen, ...(built === undefined ? {} : { blind: built }) };
};

/** Creates the judge of one run. */
export const makeJudging = (o: JudgingOptions): Judging => {
  const canaries = new Map<string, JudgedCell>();
  const judged: JudgedCell[] = [];
  let open: Evidence[] = [];

  const decide = async (e: Evidence, noise: ReadonlySet<string>): Promise<JudgedCell> => {
    const { objects, blind } = await coverageOf(e, o);
    const first = judge(e, o.expectationsOf(e.cell), noise, blind, o.known);
    const canary = e.cell.suite.role === 'canary' ? first : canaries.get(e.cell.lane);
    const verdict = withProof(first.verdict, proofOf(e.cell, canary));
    return { ...first, verdict, ...(objects ? { objects } : {}) };
  };

  const settle = async (e: Evidence, noise: ReadonlySet<string>): Promise<void> => {
    const cell = await decide(e, noise);
    if (e.cell.suite.role === 'canary') canaries.set(e.cell.lane, cell);
    judged.push(cell);
    o.onVerdict(cell);
  };

  const isReady = (e: Evidence): boolean =>
    e.cell.suite.role === 'canary' || (canaries.has(e.cell.lane) && !mayBeNoise(e, o.expectationsOf(e.cell)));

  const settleReady = async (): Promise<void> => {
    const ready = open.filter(isReady);
    open = open.filter((e) => !ready.includes(e));
    for (const e of ready) await settle(e, new Set());
  };

  return {
    add: async (evidence) => {
      open.push(evidence);
      await settleReady();
      // A judged canary releases the cells that waited for it.
      await settleReady();
    },
    waiting: () => open,
    finish: async (noops) => {
      const rest = open;
      open = [];
      for (const e of rest) await settle(e, noiseOf(noops.get(e.cell.lane)));
      return Promise.all(
        judged.map(async (j) => {
          const { cell } = j.evidence;
          const noop = cell.suite.role === 'canary' ? noops.get(cell.lane) : undefined;
          return noop ? decide(withNoop(j.evidence, noop), noiseOf(noop)) : j;
        }),
      );
    },
  };
};

/** The evidence of a canary, extended by that of its lane's no-op run. */
const withNoop = (e: Evidence, noop: Evidence): Evidence => ({
  ...e,
  attempts: [...e.attempts, ...noop.attempts],
  seen: [...e.seen, ...noop.seen],
  logs: [...e.logs, ...noop.logs],
  maps: new Set([...e.maps, ...noop.maps]),
  ms: e.ms + noop.ms,
});
