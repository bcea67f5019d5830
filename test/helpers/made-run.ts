/** Runs made by hand: a matrix in `/repo`, what its cells left behind, and the report that follows. */
import { countsIn } from '../../src/gates/suppression-files.js';
import type { Expectation } from '../../src/config/annotations.js';
import { valid, type Baseline, type Entry } from '../../src/config/baseline.js';
import { today } from '../../src/config/expiry.js';
import { parseMatrix, type Matrix, type Suite } from '../../src/config/matrix.js';
import type { Host } from '../../src/host/probe.js';
import { assemble, type Assembly } from '../../src/judge/assemble-report.js';
import { expectationsOf, suiteKey } from '../../src/plan/everything.js';
import type { Evidence } from '../../src/judge/evidence.js';
import { fingerprintOf } from '../../src/judge/fingerprint.js';
import { makeJudging, type JudgedCell } from '../../src/judge/judge-run.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { CellReport, Report } from '../../src/model/report.js';
import { canaryCells, makePlan, type Cell } from '../../src/plan/plan.js';
import { attempt, diagnostic, evidence, host, own, planted, seen, stack } from './evidence.js';
import { madeHost } from './made-host.js';

const CANARIES = parseMatrix(
  `version: 1
targets: { canary: { builder: cc, dir: native, sources: [canary.c], produces: [libcanary.so] } }
suites:
  - { id: canary, binding: c, dir: c, role: canary, targets: [canary] }
  - { id: canary, binding: py, dir: py, role: canary, targets: [canary] }
gates: { plain: }
`,
  '/canaries/canaries.yaml',
);
const HEAP = planted('canary_heap', {
  hazard: 'bounds/heap-overflow',
  file: '/canaries/native/canary.c',
  line: 3,
});
/**
 * A blind canary. It must not count in the score of the matrix, although a suite there has a case of the same
 * name.
 */
const NEVER = planted('a', {
  hazard: 'abi/arity',
  gates: [],
  blind: true,
  file: '/canaries/native/canary.c',
  line: 9,
});
export const MATRIX = `version: 1
targets: { lib: { builder: cc, dir: native, sources: [x.c], produces: [libx.so] } }
suites:
  - { id: s, binding: c, dir: c, targets: [lib] }
  - { id: s, binding: py, dir: py, targets: [lib] }
gates: { asan: , memcheck: }
`;
const HOOKED = '__asan_init __ubsan_handle __tsan_init';

/** A canary whose planted bug was seen. */
export const provingCanary = (cell: Cell): Evidence =>
  evidence(cell, {
    listed: ['canary_heap', 'canary_noop'],
    seen: [
      seen(
        diagnostic({ hazard: 'bounds/heap-overflow', stacks: [stack('fault', host('f'))] }),
        'canary_heap',
      ),
    ],
  });

export type Run = {
  matrix?: string;
  host?: Partial<Host>;
  /** Evidence by cell id. Every other cell passes. */
  left?: Record<string, Partial<Evidence>>;
  canary?: (cell: Cell) => Evidence;
  /** Reports of no-op runs, by lane. */
  habits?: Record<string, Diagnostic>;
  symbols?: string;
  annotations?: Record<string, Expectation[]>;
  more?: Partial<Assembly>;
};
export type Made = Omit<Assembly, 'judged'> & { evidences: Evidence[] };

export const madeOf = (r: Run): Made => {
  const matrix = parseMatrix(r.matrix ?? MATRIX, '/repo/ffi-gates.yaml');
  const machine = madeHost(r.host);
  const plan = makePlan(matrix, machine);
  const cells = [...plan.cells, ...(matrix.canaries ? canaryCells(plan.proofs, CANARIES) : [])];
  const declared = (m: Matrix, of: (s: Suite) => Expectation[]): [string, Expectation[]][] =>
    m.suites.map((s) => [suiteKey(m, s), of(s)]);
  const expectations = new Map([
    ...declared(matrix, (s) => r.annotations?.[`${s.id}-${s.binding}`] ?? []),
    ...declared(CANARIES, () => [HEAP, NEVER]),
  ]);
  return {
    matrix,
    host: machine,
    out: '/repo/out',
    strict: false,
    cut: false,
    baseline: { file: '/repo/ffi-gates-baseline.yaml', entries: [] },
    suppressions: { file: '/repo/ffi-gates-suppressions.yaml', entries: [] },
    plan,
    cells,
    expectations,
    evidences: cells.map((c) =>
      c.suite.role === 'canary' ? (r.canary ?? provingCanary)(c) : evidence(c, r.left?.[c.id] ?? {}),
    ),
    builds: [],
    started: new Date('2026-03-04T10:00:00Z'),
    ms: 1500,
    load: { start: 0.5, end: 1 },
    ours: false,
    shipped: { proven: {}, detection: [] },
    readSource: () => Promise.resolve(undefined),
    countsIn,
    ...r.more,
  };
};

/** Judges as a run does: cells come as they end, and habits are looked for where somebody waits for them. */
export const judgedIn = async ({ evidences, ...o }: Made, r: Run): Promise<JudgedCell[]> => {
  const judging = makeJudging({
    expectationsOf: (cell) => expectationsOf(cell, o.expectations),
    lanes: new Set(o.cells.filter((c) => c.suite.role === 'canary').map((c) => c.lane)),
    known: new Set(valid(o.baseline, today(o.started)).keys()),
    tools: o.host.tools,
    symbols: () => Promise.resolve(r.symbols ?? HOOKED),
    onVerdict: () => undefined,
  });
  for (const e of evidences) await judging.add(e);
  const noops = new Map<string, Evidence>();
  for (const { cell } of judging.waiting()) {
    const canary = evidences.find((e) => e.cell.suite.role === 'canary' && e.cell.lane === cell.lane);
    const habit = r.habits?.[cell.lane];
    const shown = habit ? [seen(habit, 'canary_noop')] : [];
    if (canary) noops.set(cell.lane, { ...canary, attempts: [attempt(['canary_noop'])], seen: shown, ms: 1 });
  }
  return judging.finish(noops);
};
/** Judges and assembles as a run does. */
export const assembled = async (made: Made, r: Run): Promise<Report> =>
  assemble({ ...made, judged: await judgedIn(made, r) });
export const reportOf = (r: Run = {}): Promise<Report> => assembled(madeOf(r), r);
export const rowOf = (report: Report, id: string): CellReport => {
  const found = report.cells.find((c) => c.id === id);
  if (!found) throw new Error(`no row ${id}: ${report.cells.map((c) => c.id).join(' ')}`);
  return found;
};
export const verdicts = (report: Report): Record<string, string> =>
  Object.fromEntries(
    report.cells
      .filter((c) => c.role !== 'canary')
      .map((c) => [c.id, c.verdict.kind === 'inconclusive' ? c.verdict.doubt : c.verdict.kind]),
  );

/** The findings that are not planted. */
export const found = (report: Report) => report.findings.filter((f) => !f.planted);

export const ASAN = 's-c_ccgcc-asan';
export const MEMCHECK = 's-c_ccgcc-memcheck';
export const saw = (...all: Diagnostic[]): Partial<Evidence> => ({ seen: all.map((d) => seen(d, 'a')) });
export const accepts = (d: Diagnostic, more: Partial<Entry> = {}): Baseline => ({
  file: '/repo/ffi-gates-baseline.yaml',
  entries: [
    {
      fingerprint: fingerprintOf(d, own),
      hazard: d.hazard,
      where: 'x.c:7 use',
      cells: [ASAN],
      reason: 'old',
      sometimes: false,
      ...more,
    },
  ],
});
