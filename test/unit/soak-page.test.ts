/** The morning's page: a row is what the nights showed, and what the page makes of it. */
import { describe, expect, test } from 'vitest';
import type { Baseline, Entry, TestEntry } from '../../src/config/baseline.js';
import { PERTURBATIONS, type Perturbation } from '../../src/model/disturbance.js';
import { EXIT } from '../../src/model/exit-codes.js';
import { addRecord, emptyHistory, type History, type IterationRecord } from '../../src/soak/history.js';
import { pageOf, type Page } from '../../src/soak/page.js';
import { renderPageHtml } from '../../src/soak/page-html.js';
import { linesOfPage, renderPageMarkdown } from '../../src/soak/page-text.js';
import { disturbanceOf, perturbationsOf, type Facts } from '../../src/soak/perturbations.js';

const DAY = '2026-06-15';
const baseline = (entries: Entry[] = [], tests: TestEntry[] = []): Baseline => ({ file: '', entries, tests });
const FP = '0123456789abcdef';
const CELL = 's-c_ccgcc-tsan';

/** Iterations of one perturbation: so many, of which so many show the finding. `at`: the night's commit. */
type Told = {
  at?: string;
  none?: [seen: number, of: number];
  load?: [number, number];
  more?: Partial<IterationRecord>;
};

const historyOf = (...nights: readonly Told[]): History => {
  const h = emptyHistory();
  let i = 0;
  for (const [n, { at, more, ...told }] of nights.entries()) {
    addRecord(h, {
      kind: 'night',
      version: 1,
      at: `2026-06-0${n + 1}T02:00:00.000Z`,
      ...(at === undefined ? {} : { commit: at }),
      tool: '1.0.0',
      host: { os: 'an OS', cores: 2 },
      seed: 1,
      budget: { forMs: 1 },
      cells: [{ id: CELL, lane: 'c_ccgcc-tsan', perturbations: ['none', 'load'] }],
    });
    for (const perturb of ['none', 'load'] as const)
      for (let k = 0; k < (told[perturb]?.[1] ?? 0); k++) {
        const shows = k < (told[perturb]?.[0] ?? 0);
        const facts = { cell: CELL, seed: i, perturb };
        addRecord(h, {
          kind: 'iter',
          ...facts,
          i: i++,
          ms: 100,
          load: 0,
          verdict: shows ? 'hazard' : 'clean',
          code: shows ? EXIT.HAZARD : EXIT.OK,
          proven: true,
          tests: { passed: 1, failed: 0, skipped: 0 },
          failed: [],
          findings: shows ? [FP] : [],
          ...(shows
            ? {
                first: [
                  {
                    fp: FP,
                    hazard: 'threading/data-race',
                    origin: 'own',
                    message: 'a | race',
                    where: 'src/a.c:1 <b>@f</b>',
                    repro: 'env A=1 ./s',
                    ...facts,
                  },
                ],
              }
            : {}),
          ...more,
        });
      }
  }
  return h;
};
const entry = (expires: string): Entry => ({
  fingerprint: FP,
  hazard: 'threading/data-race',
  where: '',
  cells: [],
  reason: 'known',
  owner: 'ann',
  expires,
  sometimes: true,
});
const stateIn = (p: Page): string | undefined => p.findings[0]?.state;

const mayFail = (expires: string, cell = CELL): TestEntry => ({
  test: 'a::b',
  cells: [cell],
  reason: 'the clock of the runner',
  owner: 'ann',
  expires,
});
const FAILED: Told = {
  at: 'a',
  none: [0, 9],
  more: { verdict: 'suite-failed', code: EXIT.TEST_FAILED, failed: ['a::b'] },
};

describe('a test that fails', () => {
  test.each<[string, TestEntry[], string, number]>([
    ['is red', [], 'test failed', EXIT.TEST_FAILED],
    ['is held', [mayFail('2026-06-15')], 'test failed, quarantined', EXIT.OK],
    ['is red again when its last day is over', [mayFail('2026-06-14')], 'quarantine expired', EXIT.HAZARD],
    ['is red in another cell', [mayFail('2026-06-15', 's-c_ccgcc-asan')], 'test failed', EXIT.TEST_FAILED],
    [
      'is red beside another that is held',
      [{ ...mayFail('2026-06-15'), test: 'a::c' }],
      'test failed',
      EXIT.TEST_FAILED,
    ],
  ])('%s', (_name, tests, said, code) => {
    const page = pageOf(historyOf(FAILED), baseline([], tests), DAY);
    expect(page.exitCode).toBe(code);
    expect(linesOfPage(page).join('\n')).toContain(said);
    expect(renderPageMarkdown(page)).toContain(said);
    expect(renderPageHtml(page)).toContain(said);
  });
  test('whose quarantine is over is red although it did not fail', () => {
    const page = pageOf(historyOf({ at: 'a', none: [0, 9] }), baseline([], [mayFail('2026-06-14')]), DAY);
    expect(page.exitCode).toBe(EXIT.HAZARD);
    expect(page.ending).toMatchObject([{ name: 'a::b', expired: true, tonight: false }]);
  });
  test('and is held does not hide a hazard or a failed build of the same night', () => {
    const held = baseline([], [mayFail('2026-06-15')]);
    const built = historyOf(FAILED, {
      at: 'a',
      none: [0, 1],
      more: { verdict: 'build-failed', code: EXIT.BUILD_FAILED, proven: false },
    });
    expect(pageOf(built, held, DAY).exitCode).toBe(EXIT.BUILD_FAILED);
    const hazard = historyOf({ at: 'a', none: [1, 9], more: { failed: ['a::b'] } });
    expect(pageOf(hazard, held, DAY).exitCode).toBe(EXIT.HAZARD);
  });
});

describe('a finding', () => {
  test.each<[string, Told[], Entry[], string, number]>([
    [
      'is new',
      [
        { at: 'a', none: [0, 9] },
        { at: 'b', none: [1, 9] },
      ],
      [],
      'new',
      1,
    ],
    [
      'was there before',
      [
        { at: 'a', none: [1, 9] },
        { at: 'b', none: [1, 9] },
      ],
      [],
      'open',
      1,
    ],
    [
      'of this very commit is there, seen or not',
      [
        { at: 'a', none: [9, 9] },
        { at: 'a', none: [0, 99] },
      ],
      [],
      'open',
      1,
    ],
    [
      'is gone after enough silence',
      [
        { at: 'a', none: [10, 50] },
        { at: 'b', none: [0, 29] },
      ],
      [],
      'gone',
      0,
    ],
    [
      'is not known to be gone',
      [
        { at: 'a', none: [10, 50] },
        { at: 'b', none: [0, 28] },
      ],
      [],
      'unseen',
      0,
    ],
    [
      'is silent only where it was never seen',
      [
        { at: 'a', none: [10, 50] },
        { at: 'b', load: [0, 900] },
      ],
      [],
      'unseen',
      0,
    ],
    ['is held', [{ at: 'a', none: [1, 9] }], [entry('2026-06-15')], 'quarantined', 0],
    ['is no longer held', [{ at: 'a', none: [1, 9] }], [entry('2026-06-14')], 'expired', 1],
  ])('%s', (_name, nights, entries, state, code) => {
    const page = pageOf(historyOf(...nights), baseline(entries), DAY);
    expect(stateIn(page)).toBe(state);
    expect(page.exitCode).toBe(code);
  });

  test('that is accepted no longer is red although nothing showed it', () => {
    const page = pageOf(historyOf({ at: 'a', none: [0, 9] }), baseline([entry('2026-06-14')]), DAY);
    expect(page.exitCode).toBe(EXIT.HAZARD);
    expect(linesOfPage(page).join('\n')).toContain('expired');
  });

  test('has the perturbation that shows it, if chance does not', () => {
    const clear = pageOf(historyOf({ at: 'a', none: [0, 50], load: [12, 50] }), baseline(), DAY);
    expect(clear.findings[0]?.cells[0]?.matters).toMatchObject({ name: 'load', seen: 12, of: 50 });
    const chance = pageOf(historyOf({ at: 'a', none: [2, 50], load: [6, 50] }), baseline(), DAY);
    expect(chance.findings[0]?.cells[0]).not.toHaveProperty('matters');
  });

  test('has the rates of nights of the same code, and of no others', () => {
    const conditions = (...nights: Told[]): unknown =>
      pageOf(historyOf(...nights), baseline(), DAY).findings[0]?.cells[0]?.conditions.map((c) => [
        c.seen,
        c.of,
      ]);
    expect(conditions({ at: 'a', none: [1, 9] }, { at: 'a', none: [1, 9] })).toEqual([[2, 18]]);
    expect(conditions({ at: 'a', none: [1, 9] }, { at: 'b', none: [1, 9] })).toEqual([[1, 9]]);
    expect(conditions({ none: [1, 9] }, { none: [1, 9] })).toEqual([[1, 9]]);
  });

  test('has a rate that moved', () => {
    const page = pageOf(
      historyOf({ at: 'a', none: [1, 100] }, { at: 'b', none: [20, 100] }),
      baseline(),
      DAY,
    );
    expect(page.findings[0]?.moved).toMatchObject([{ cell: CELL, before: { seen: 1 }, now: { seen: 20 } }]);
  });
});

describe('a night', () => {
  const cases: [string, Told[], number, RegExp][] = [
    ['with a cell that did not run', [{ at: 'a' }], 6, /it did not run/],
    [
      'that is not proven',
      [{ none: [0, 3], more: { proven: false, why: 'no canary' } }],
      6,
      /3 of 3 not proven: no canary/,
    ],
    [
      'with a failed test',
      [{ none: [0, 3], more: { failed: ['t'], code: 4, verdict: 'suite-failed' } }],
      4,
      /test failed {2}t /,
    ],
    ['too short to see much', [{ none: [0, 58] }], 0, /58 proven iterations: a rate of 5 % needs 59/],
    ['twice as slow', [{ none: [0, 60] }, { none: [0, 60], more: { ms: 900 } }], 0, /9\.0 times as slow/],
  ];
  test.each(cases)('%s', (_name, nights, code, said) => {
    const page = pageOf(historyOf(...nights), baseline(), DAY);
    expect(page.exitCode).toBe(code);
    expect(linesOfPage(page).join('\n')).toMatch(said);
  });

  test('does not exist yet', () =>
    expect(pageOf(emptyHistory(), baseline(), DAY).exitCode).toBe(EXIT.NOTHING_SELECTED));
});

test('foreign text is text in both formats', () => {
  const page = pageOf(historyOf({ at: 'a', none: [1, 9] }), baseline(), DAY);
  const html = renderPageHtml(page);
  expect(html).toContain('&lt;b&gt;@f&lt;/b&gt;');
  expect(html).not.toContain('<b>');
  const row = renderPageMarkdown(page)
    .split('\n')
    .find((l) => l.includes(FP))!;
  expect(row).toContain('`src/a.c:1 <b>@f</b>`');
  expect(row.match(/(?<!\\)\|/g)).toHaveLength(11);
});

test('a command can be copied from the text of the issue, however long', () => {
  const h = historyOf({ at: 'a', none: [1, 9] });
  const repro = `env ${Array.from({ length: 100 }, (_, i) => `VARIABLE_${i}=/some/where/${i}`).join(' ')} ./s`;
  h.found.set(FP, { ...h.found.get(FP)!, repro });
  expect(renderPageMarkdown(pageOf(h, baseline(), DAY))).toContain(`\`${repro}\``);
});

test('the first line says that a test failed; one in quarantine is not counted', () => {
  const head = (...tests: TestEntry[]): string =>
    linesOfPage(pageOf(historyOf(FAILED), baseline([], tests), DAY)).at(-1)!;
  expect(head()).toContain('✗ 1 failed test, 0 new');
  expect(head(mayFail('2026-06-15'))).toContain('✓ 0 new');
});

test('the text of the issue is cut at a row, and says how many are missing', () => {
  const h = historyOf({ at: 'a', none: [1, 1] });
  for (let i = 0; i < 2000; i++) h.found.set(`${i}`, { ...h.found.get(FP)!, fp: `${i}` });
  for (const r of h.nights[0]!.iterations) r.findings.push(...h.found.keys());
  const text = renderPageMarkdown(pageOf(h, baseline(), DAY));
  expect(Buffer.byteLength(text)).toBeLessThan(65_536);
  expect(text).toMatch(/\n\d+ more rows did not fit/);
});

describe('perturbations', () => {
  const facts = (gate: Facts['gate'], binding: Facts['binding'] = 'c'): Facts => ({
    id: CELL,
    gate,
    binding,
    seeded: gate === 'miri',
  });
  test.each<[Facts, Perturbation[]]>([
    [facts('tsan'), PERTURBATIONS.filter((p) => p !== 'fuzz' && p !== 'contain')],
    [facts('fuzz', 'py'), ['none', 'seed', 'cpus', 'load', 'order', 'fuzz']],
    [facts('contain', 'py'), ['none', 'seed', 'cpus', 'load', 'order', 'contain']],
    [facts('miri', 'rs'), ['none', 'seed', 'cpus', 'load', 'order', 'schedule']],
    [facts('ubsan'), ['none', 'seed', 'cpus', 'load', 'order', 'allocator']],
    [facts('cgocheck', 'go'), ['none', 'seed', 'cpus', 'load', 'order', 'schedule']],
  ])('of $gate are those that change something', (f, names) => expect(perturbationsOf(f)).toEqual(names));

  test.each<[Perturbation, Facts, object]>([
    ['none', facts('tsan'), { env: {} }],
    ['seed', facts('asan', 'py'), { env: { FFI_GATES_SEED: '7', PYTHONHASHSEED: '7' } }],
    ['cpus', facts('tsan'), { cpus: 2 }],
    ['load', facts('tsan'), { load: 8 }],
    ['schedule', facts('helgrind'), { seed: 7, perturb: 0.3 }],
    ['schedule', facts('memcheck'), { env: { VALGRIND_OPTS: '--fair-sched=yes' } }],
    ['allocator', facts('memcheck'), { fill: 0x7f }],
    ['fuzz', facts('fuzz', 'go'), { seed: 7 }],
    ['contain', facts('contain', 'node'), { seed: 7 }],
  ])('%s does the same for the same seed', (name, f, expected) =>
    expect(disturbanceOf(name, f, 7, 4)).toMatchObject(expected),
  );
});
