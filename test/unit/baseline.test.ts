/** When an entry of the baseline is known, gone, expired or open; no process is started. */
import { describe, expect, test } from 'vitest';
import { today } from '../../src/config/expiry.js';
import { parseBaseline, standing, valid, type Baseline, type Entry } from '../../src/config/baseline.js';
import { exitCodeOf, type Verdict } from '../../src/model/verdict.js';
import { cell } from '../helpers/sample-report.js';

const FP = '0123456789abcdef';
const entry = (more: Partial<Entry> = {}): Entry => ({
  fingerprint: FP,
  hazard: 'ownership/leak',
  where: 'a.c:1 f',
  cells: ['x-c_ccgcc-asan'],
  reason: 'old',
  sometimes: false,
  ...more,
});
const lane = (proven: boolean) => ({
  binding: 'c' as const,
  builder: 'ccgcc',
  gate: 'asan',
  proven,
  canaries: [],
});
const stateOf = (
  e: Entry,
  v: Verdict,
  more: { seen?: string[]; proven?: boolean; ids?: string[]; day?: string } = {},
): string => {
  const b: Baseline = { file: '/r/b.yaml', entries: [e] };
  const s = standing(b, {
    seen: new Set(more.seen ?? []),
    cells: [cell('x', 'c', 'ccgcc-asan', v)],
    lanes: [lane(more.proven ?? true)],
    ids: new Set(more.ids ?? ['x-c_ccgcc-asan']),
    day: more.day ?? '2026-01-01',
  });
  return s.gone.length ? 'gone' : s.expired.length ? 'expired' : s.unchecked.length ? 'unchecked' : 'holds';
};
const CLEAN: Verdict = { kind: 'clean' };

describe('an entry', () => {
  test('holds while its finding is seen', () =>
    expect(stateOf(entry(), CLEAN, { seen: [FP] })).toBe('holds'));
  test('is gone when a proven cell that showed it ran to its end without', () =>
    expect(stateOf(entry(), CLEAN)).toBe('gone'));
  test.each<[string, Verdict, boolean]>([
    ['the lane is not proven', CLEAN, false],
    ['the suite failed', { kind: 'suite-failed', why: 'x' }, true],
    ['the cell was skipped', { kind: 'skipped', why: 'x' }, true],
    ['the cell is in doubt', { kind: 'inconclusive', doubt: 'timed-out', why: 'x' }, true],
    [
      'another finding cut it short',
      { kind: 'hazard', findings: 1, fresh: 1, known: 0, why: 'also …' },
      true,
    ],
  ])('is not known to be gone when %s', (_, v, proven) =>
    expect(stateOf(entry(), v, { proven })).toBe('unchecked'),
  );
  test('is gone when the matrix has none of its cells any more', () =>
    expect(stateOf(entry(), { kind: 'skipped', why: 'x' }, { ids: ['y-c_ccgcc-asan'] })).toBe('gone'));
  test('for a finding that is seen sometimes is never gone by itself', () =>
    expect(stateOf(entry({ sometimes: true }), CLEAN)).toBe('unchecked'));
  test('written by hand, without cells, needs a whole run', () => {
    expect(stateOf(entry({ cells: [] }), CLEAN)).toBe('gone');
    expect(stateOf(entry({ cells: [] }), CLEAN, { ids: ['x-c_ccgcc-asan', 'y-c_ccgcc-asan'] })).toBe(
      'unchecked',
    );
  });
  test('holds on its last day and is expired after it', () => {
    const e = entry({ expires: '2026-01-01' });
    expect(stateOf(e, CLEAN, { seen: [FP], day: '2026-01-01' })).toBe('holds');
    expect(stateOf(e, CLEAN, { seen: [FP], day: '2026-01-02' })).toBe('expired');
    expect(valid({ file: '', entries: [e] }, '2026-01-02').size).toBe(0);
  });
});

test('a cell with known findings only is no failure', () => {
  expect(exitCodeOf({ kind: 'hazard', findings: 2, fresh: 0, known: 2 })).toBe(0);
  expect(exitCodeOf({ kind: 'hazard', findings: 2, fresh: 1, known: 1 })).toBe(1);
});

test('today is a day', () => expect(today(new Date('2026-03-04T23:59:59Z'))).toBe('2026-03-04'));

describe('the file', () => {
  const parse = (text: string) => () => parseBaseline(text, 'b.yaml');
  const of = (lines: string): string => `version: 1\nfindings:\n  - ${lines.split('\n').join('\n    ')}\n`;
  const good = `fingerprint: ${FP}\nhazard: ownership/leak\nreason: old`;

  test('with an entry, and empty', () => {
    expect(parse(of(good))().entries[0]).toEqual({ ...entry(), where: '', cells: [] });
    expect(parse('version: 1\nfindings:\n')().entries).toEqual([]);
  });

  test.each([
    [of(`${good}\nowned: me`), 'b.yaml:6:5', "unknown key 'owned'. Did you mean 'owner'?"],
    [of(good.replace('leak', 'laek')), 'b.yaml:4:13', "Did you mean 'ownership/leak'?"],
    [of(good.replace(FP, 'xyz')), 'b.yaml:3:18', '16 hexadecimal digits'],
    [of(good.replace('reason: old', 'reason: ""')), 'b.yaml:5:13', 'must say why'],
    [of(good.replace('\nreason: old', '')), 'b.yaml:3:5', "'reason' is missing"],
    [of(`${good}\nexpires: soon`), 'b.yaml:6:14', 'YYYY-MM-DD'],
    [of(`${good}\nexpires: 2026-13-45`), 'b.yaml:6:14', 'not a day'],
    [`${of(good)}  - ${good.split('\n').join('\n    ')}\n`, 'b.yaml:6:18', 'two entries'],
    ['version: 2\nfindings: []\n', 'b.yaml:1:10', 'version'],
  ])('%#: says where and what', (text, at, says) => {
    let thrown: { at?: string; message?: string } = {};
    try {
      parse(text)();
    } catch (e) {
      thrown = e as typeof thrown;
    }
    expect(thrown.at).toBe(at);
    expect(thrown.message).toContain(says);
  });
});
