/** The wording of verdicts, counts, places and times, which all reporters share. */
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/model/exit-codes.js';
import type { FindingReport, Report, ReportedFrame } from '../../src/model/report.js';
import type { Verdict } from '../../src/model/verdict.js';
import {
  acceptedOf,
  asideOf,
  byUrgency,
  count,
  duration,
  endingOf,
  endOf,
  functionOf,
  headline,
  isKnownOnly,
  placeOf,
  plainOf,
  suppressedOf,
  tally,
  titleOf,
  topFrame,
  VERDICT_KINDS,
  VERDICTS,
  whyOf,
} from '../../src/reporters/wording.js';
import { shuffles } from '../helpers/evidence.js';
import { cell, race, sampleReport, src, useAfterFree } from '../helpers/sample-report.js';

const hazard = (findings: number, known: number, why?: string): Verdict => ({
  kind: 'hazard',
  findings,
  fresh: findings - known,
  known,
  ...(why === undefined ? {} : { why }),
});
const KINDS: Verdict[] = [
  { kind: 'clean' },
  { kind: 'as-declared', caught: 1 },
  { kind: 'skipped', why: 'no clang' },
  hazard(2, 0),
  { kind: 'suite-failed', why: '1 failed: a' },
  { kind: 'build-failed', why: 'cc: error' },
  { kind: 'missed', missed: ['uaf'], why: 'not seen' },
  { kind: 'inconclusive', doubt: 'timed-out', why: '3 s' },
];

describe('a verdict', () => {
  test('of every kind has a glyph and a word of its own, so that no sign is a colour alone', () => {
    expect(KINDS.map((v) => v.kind).sort()).toEqual([...VERDICT_KINDS].sort());
    for (const key of ['glyph', 'label'] as const)
      expect(new Set(VERDICT_KINDS.map((k) => VERDICTS[k][key])).size).toBe(VERDICT_KINDS.length);
  });
  test('looks good only where something was proven', () => {
    const good = VERDICT_KINDS.filter((k) => VERDICTS[k].tone === 'good');
    expect(good).toEqual(['clean', 'as-declared']);
  });
  test('other than clean says why', () =>
    expect(KINDS.map(whyOf)).toEqual([
      '',
      '1 planted hazard caught',
      'no clang',
      '2 findings',
      '1 failed: a',
      'cc: error',
      'not seen (uaf)',
      'timed-out: 3 s',
    ]));
  test('of findings says how many the baseline knows, and what else is the matter', () => {
    expect(whyOf(hazard(1, 0))).toBe('1 finding');
    expect(whyOf(hazard(3, 1))).toBe('3 findings, 1 of them known');
    expect(whyOf(hazard(2, 2))).toBe('2 known findings, none fresh');
    expect(whyOf(hazard(1, 0, 'also timed-out: 3 s'))).toBe('1 finding: also timed-out: 3 s');
  });
  test('is one line, whatever a compiler or a test printed', () =>
    expect(whyOf({ kind: 'build-failed', why: 'a.c:1:\n\terror \u001b[31mred\u001b[0m \u202e' })).toBe(
      'a.c:1: error red \\u202e',
    ));
  test('is known only where nothing in it is fresh', () =>
    expect([...KINDS, hazard(2, 1), hazard(2, 2)].filter(isKnownOnly)).toEqual([hazard(2, 2)]));
});

describe('the headline', () => {
  const of = (...all: Verdict[]): string =>
    headline({ cells: all.map((v, i) => cell(`s${i}`, 'c', 'ccgcc-asan', v)) } as Partial<Report> as Report);

  test('counts as proven what is clean or as declared, and nothing else', () => {
    expect(of({ kind: 'clean' })).toBe('1 of 1 cell proven');
    expect(of(...KINDS)).toBe(
      '2 of 8 cells proven, 1 with hazards, 1 with failed tests, 3 not proven, 1 skipped',
    );
  });
  test('tells findings that are known from fresh ones, and counts no cell twice', () =>
    expect(of(hazard(2, 2), hazard(2, 1), hazard(1, 0))).toBe(
      '0 of 3 cells proven, 2 with hazards, 1 with known hazards only',
    ));
  test('claims nothing of a run without cells', () => expect(of()).toBe('0 of 0 cells proven'));
  test('has the numbers of the tally, in which every kind has its place', () => {
    const counts = tally(KINDS.map((v) => cell('s', 'c', 'ccgcc-asan', v)));
    expect(counts).toEqual(Object.fromEntries(VERDICT_KINDS.map((k) => [k, 1])));
    expect(tally([])).toEqual(Object.fromEntries(VERDICT_KINDS.map((k) => [k, 0])));
  });
});

test('every exit code has an ending of its own, and a strange one is called so', () => {
  const all = Object.values(EXIT).map(endingOf);
  expect(new Set(all).size).toBe(all.length);
  expect(all.filter((t) => t.startsWith('unknown'))).toEqual([]);
  expect(endingOf(77)).toBe('unknown exit code 77');
});

test('a red run says which of its reasons it has', () => {
  const found = [cell('s', 'c', 'ccgcc-asan', hazard(2, 1))];
  const known = [cell('s', 'c', 'ccgcc-asan', hazard(1, 1))];
  const baseline = { matched: [], gone: ['a'], expired: [] } as unknown as Report['baseline'];
  const end = (cells: Report['cells'], more: Partial<Report> = {}): string =>
    endOf({ ...sampleReport(), exitCode: EXIT.HAZARD, cells, ...more });
  expect(end(found, { baseline: undefined } as object)).toBe('hazards were found');
  expect(end(known, { baseline } as object)).toMatch(/^an entry of the baseline .* no longer holds$/);
  expect(end(found, { baseline } as object)).toMatch(/^hazards were found; an entry of the baseline/);
});

test.each([
  [0, '0 ms'],
  [849.6, '850 ms'],
  [1_000, '1.0 s'],
  [3_249, '3.2 s'],
  [59_940, '59.9 s'],
  // Never 60.0 s.
  [59_960, '1 m 00 s'],
  [245_000, '4 m 05 s'],
  [3_599_400, '59 m 59 s'],
  [3_599_600, '1 h 00 m'],
  [7_380_000, '2 h 03 m'],
  [90_000_000, '25 h 00 m'],
])('%d ms is said as %s', (ms, text) => expect(duration(ms)).toBe(text));

test('one is one, and nought and two are several', () =>
  expect([0, 1, 2].map((n) => count(n, 'cell'))).toEqual(['0 cells', '1 cell', '2 cells']));

describe('a place', () => {
  test.each<[string, Parameters<typeof placeOf>[0], string, string]>([
    ['a line', src('f', 'native/x.c', 7), 'native/x.c:7', 'f'],
    [
      'a function of an object',
      { kind: 'module', module: '/l/x.so', offset: '0x1f', function: 'f' },
      'f (/l/x.so+0x1f)',
      'f',
    ],
    ['an object', { kind: 'module', module: '/l/x.so' }, '(/l/x.so)', ''],
    ['a method', { kind: 'symbol', function: 'a.B.c', file: 'B.java' }, 'a.B.c (B.java)', 'a.B.c'],
    ['a bare name', { kind: 'symbol', function: 'main.main' }, 'main.main', 'main.main'],
    ['a text that no rule fits', { kind: 'opaque', text: '0xdead\n\tbeef' }, '0xdead beef', ''],
    ['nothing', undefined, '', ''],
  ])('%s', (_, frame, place, fn) => {
    expect(placeOf(frame)).toBe(place);
    expect(functionOf(frame)).toBe(fn);
  });
});

describe('a finding is shown at', () => {
  const foreign: ReportedFrame = { kind: 'source', function: 'g', file: '/usr/src/g.c', line: 1 };
  const module: ReportedFrame = { kind: 'module', module: '/l/host.so', function: 'h' };
  const of = (...stacks: ReportedFrame[][]) =>
    topFrame({ ...useAfterFree, stacks: stacks.map((frames) => ({ role: 'fault', frames })) });
  test('its first own frame, that of the fault before those of other stacks', () => {
    expect(of([module, src('f', 'x.c', 1), src('e', 'x.c', 2)], [src('d', 'x.c', 3)])).toEqual(
      src('f', 'x.c', 1),
    );
    expect(of([module], [foreign, src('d', 'x.c', 3)])).toEqual(src('d', 'x.c', 3));
  });
  test('else a frame with a source, else the first, else nowhere', () => {
    expect(of([module], [module, foreign])).toBe(foreign);
    expect(of([module])).toBe(module);
    expect(of([])).toBeUndefined();
    expect(of()).toBeUndefined();
  });
});

test('findings come by urgency, whatever order they are in: fresh and own ones first, planted ones last', () => {
  const make = (name: string, more: Partial<FindingReport>): FindingReport => ({
    ...useAfterFree,
    fingerprint: name,
    ...more,
  });
  const ranked = [
    make('b', { hazard: 'bounds/heap-overflow' }),
    make('a', {}),
    make('c', {}),
    make('a2', { origin: 'host', hazard: 'bounds/heap-overflow' }),
    make('a3', { origin: 'tool' }),
    make('k', { hazard: 'abi/arity', known: { reason: 'old' } }),
    make('p', { hazard: 'abi/arity', planted: true }),
    make('q', { hazard: 'abi/arity', planted: true, known: { reason: 'old' } }),
  ];
  for (const all of shuffles(ranked))
    expect(all.sort(byUrgency).map((f) => f.fingerprint)).toEqual(ranked.map((f) => f.fingerprint));
});

test('what was accepted says why, whose it is and until when', () => {
  expect(acceptedOf({ reason: 'old' })).toBe('old');
  expect(acceptedOf({ reason: 'old', owner: 'me', expires: '2026-01-02' })).toBe(
    'old – owner me, until 2026-01-02',
  );
  expect(acceptedOf({ reason: 'two\nlines', owner: undefined, expires: '2026-01-02' })).toBe(
    'two lines – until 2026-01-02',
  );
});

test('a suppression that nobody counted is not called unused', () => {
  const row = { name: 'x', reason: 'r', unused: false, hides: [] };
  expect(suppressedOf(row)).toBe('not counted');
  expect(suppressedOf({ ...row, matched: 3 })).toBe('dropped 3');
  expect(suppressedOf({ ...row, matched: 0, unused: true })).toBe('unused');
  // Given to no checker: what it would have done is not known.
  expect(suppressedOf({ ...row, expired: true })).toBe('expired');
});

test('a failed test says how it ends otherwise, where somebody tried', () => {
  expect(plainOf({ test: 'a' }, 'asan')).toBe('');
  expect(plainOf({ test: 'a', plain: 'failed' }, 'asan')).toBe('fails without the gate too');
  expect(plainOf({ test: 'a', plain: 'passed', flaky: true }, 'asan')).toBe(
    'only under asan, passed when run again alone',
  );
});

test('beside a finding stands where it lies and which schedule showed it, where that is known', () => {
  const bare = { ...race };
  delete bare.scope;
  expect(asideOf(bare)).toBe('');
  expect(asideOf({ ...race, scope: 'core', seed: 0 })).toBe('core, seed 0');
});

test('a hazard that this version does not know is called by its id', () => {
  expect(titleOf('ownership/use-after-free')).not.toBe('ownership/use-after-free');
  expect(titleOf('new/kind')).toBe('new/kind');
});

test('the sample report has one of every kind', () =>
  expect(Object.values(tally(sampleReport().cells)).every((n) => n > 0)).toBe(true));

test('a time that rounds to a second is said in seconds', () => expect(duration(999.6)).toBe('1.0 s'));
