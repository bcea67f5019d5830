/** The history of soaks and the order of their iterations: a night that is killed anywhere and resumed is the night that was not. */
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { EXIT } from '../../src/model/exit-codes.js';
import {
  addRecord,
  emptyHistory,
  foldHistory,
  ForeignVersion,
  isUnfinished,
  spentIn,
  type History,
  type HistoryRecord,
  type IterationRecord,
  type NightRecord,
} from '../../src/soak/history.js';
import { nextStep, type Step } from '../../src/soak/schedule.js';

const night = (more: Partial<NightRecord> = {}): NightRecord => ({
  kind: 'night',
  version: 1,
  at: '2026-01-01T00:00:00.000Z',
  commit: 'a'.repeat(40),
  tool: '1.0.0',
  host: { os: 'an OS', cores: 2 },
  seed: 7,
  budget: { repeat: 5 },
  cells: ['a', 'b', 'c'].map((id) => ({ id, lane: 'l', perturbations: ['none', 'load'] })),
  ...more,
});
const did = (s: Step, more: Partial<IterationRecord> = {}): IterationRecord => ({
  kind: 'iter',
  cell: s.cell,
  i: s.i,
  seed: s.seed,
  perturb: s.perturb,
  ms: 1000,
  load: 0,
  verdict: 'clean',
  code: EXIT.OK,
  proven: true,
  tests: { passed: 1, failed: 0, skipped: 0 },
  failed: [],
  findings: [],
  ...more,
});
const textOf = (all: readonly HistoryRecord[]): string => all.map((r) => `${JSON.stringify(r)}\n`).join('');
const begun = (n: NightRecord): History => {
  const h = emptyHistory();
  addRecord(h, n);
  return h;
};

/** Goes on with the last night to its end. Times depend on the cell only. */
const goOn = (h: History, ms: (cell: string) => number = () => 1000): string => {
  for (;;) {
    const n = h.nights.at(-1)!;
    const next = nextStep(h, n, (n.budget.forMs ?? Infinity) - spentIn(n), () => 0);
    if ('end' in next) return next.end;
    addRecord(h, did(next.step, { ms: ms(next.step.cell) }));
  }
};
const counts = (h: History): number[] =>
  h.nights.at(-1)!.cells.map((c) => h.nights.at(-1)!.iterations.filter((r) => r.cell === c.id).length);

describe('the order of iterations', () => {
  test('is even, and the perturbations of a cell take turns', () => {
    const h = begun(night());
    expect(goOn(h)).toBe('repeats');
    expect(counts(h)).toEqual([5, 5, 5]);
    const own = h.nights[0]!.iterations.filter((r) => r.cell === 'b');
    expect(own.map((r) => r.perturb)).toEqual(['none', 'load', 'none', 'load', 'none']);
    expect(new Set(own.map((r) => r.seed)).size).toBe(5);
  });

  test('stays even when time cuts it, whatever the cells take', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 500, max: 9000 }), { minLength: 3, maxLength: 3 }),
        fc.integer({ min: 0, max: 100_000 }),
        (ms, forMs) => {
          const h = begun(night({ budget: { forMs } }));
          const known = (cell: string): number => ms['abc'.indexOf(cell)]!;
          expect(goOn(h, known)).toBe('time');
          const all = counts(h);
          expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 30 },
    );
  });

  test('begins nothing that would not fit', () => {
    const h = begun(night({ budget: { forMs: 10_500 } }));
    goOn(h, () => 1000);
    expect(spentIn(h.nights[0]!)).toBe(10_000);
  });

  test('begins with what earlier nights ran least', () => {
    const h = begun(night({ budget: { forMs: 4000 } }));
    goOn(h);
    expect(counts(h)).toEqual([2, 1, 1]);
    addRecord(h, night({ budget: { forMs: 2000 } }));
    goOn(h);
    expect(h.nights[1]!.iterations.map((r) => r.cell)).toEqual(['b', 'c']);
    // The numbers of iterations go on, so that seeds do not come again.
    expect(h.nights[1]!.iterations.map((r) => r.i)).toEqual([1, 1]);
  });

  test.each([
    ['until something fails', { untilFail: true as const }, 'failed', 2],
    ['until a rate is excluded under each perturbation', { untilRate: 0.5 }, 'rate', 30],
  ])('ends %s', (_name, budget, end, n) => {
    const h = begun(night({ budget }));
    for (;;) {
      const next = nextStep(h, h.nights[0]!, Infinity, () => 0);
      if ('end' in next) {
        expect(next.end).toBe(end);
        break;
      }
      const fails = 'untilFail' in budget && h.nights[0]!.iterations.length === 1;
      addRecord(h, did(next.step, fails ? { code: EXIT.HAZARD } : {}));
    }
    expect(h.nights[0]!.iterations).toHaveLength(n);
  });
});

describe('a history', () => {
  const whole = (): { records: HistoryRecord[]; text: string } => {
    const h = begun(night());
    goOn(h);
    const records = [night(), ...h.nights[0]!.iterations];
    return { records, text: textOf(records) };
  };

  test('that is cut at any byte and goes on is the one that was not', () => {
    const { records, text } = whole();
    const first = textOf(records.slice(0, 1)).length;
    fc.assert(
      fc.property(fc.integer({ min: first, max: text.length }), (cut) => {
        const { history, bytes, torn } = foldHistory(text.slice(0, cut));
        expect(torn).toBe(bytes !== cut);
        expect(isUnfinished(history.nights[0]!)).toBe(true);
        goOn(history);
        expect(textOf([night(), ...history.nights[0]!.iterations])).toBe(text);
      }),
      { numRuns: 60 },
    );
  });

  test('goes on after an interruption, and is over after its end', () => {
    const { records } = whole();
    const fold = (reason: 'interrupted' | 'repeats'): History =>
      foldHistory(textOf([...records, { kind: 'end', reason, done: 15 }])).history;
    expect(isUnfinished(fold('interrupted').nights[0]!)).toBe(true);
    expect(isUnfinished(fold('repeats').nights[0]!)).toBe(false);
  });

  test('of another version is refused', () =>
    expect(() => foldHistory(`{"kind":"night","version":2}\n${textOf([night()])}`)).toThrow(ForeignVersion));

  test('that is damaged in the middle is refused, with the line', () => {
    const { text } = whole();
    const lines = text.split('\n');
    lines[3] = lines[3]!.slice(5);
    expect(() => foldHistory(lines.join('\n'))).toThrow(/line 4/);
  });

  test('knows each finding by its first line', () => {
    const h = begun(night());
    const step = { cell: 'a', lane: 'l', i: 0, seed: 1, perturb: 'none' as const };
    const found = (message: string) => [
      {
        ...step,
        fp: 'f',
        hazard: 'ub/other' as const,
        origin: 'own' as const,
        message,
        where: '',
        repro: '',
      },
    ];
    addRecord(h, did(step, { findings: ['f'], first: found('one') }));
    addRecord(h, did({ ...step, i: 1 }, { findings: ['f'], first: found('two') }));
    expect([...h.found.values()].map((f) => f.message)).toEqual(['one']);
  });
});
