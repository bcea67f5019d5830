import { expect, test } from 'vitest';
import { entries, hostLines, nameOf, newest, table } from '../../e2e/outcomes.mjs';
import type { BindingId } from '../../src/model/ids.js';
import type { FindingReport, ReportedFrame } from '../../src/model/report.js';
import { src } from '../helpers/sample-report.js';

const finding = (
  binding: BindingId,
  frames: ReportedFrame[],
  more: Partial<FindingReport> = {},
): FindingReport => ({
  fingerprint: 'f',
  hazard: 'ownership/leak',
  rule: 'lsan',
  origin: 'own',
  message: 'lost',
  complete: true,
  stacks: [{ role: 'fault', frames }],
  planted: false,
  witnesses: [{ cell: 'c', log: 'l', line: 1, gate: 'asan', binding, count: 1 }],
  repro: '',
  ...more,
});
const inC = [src('lose', 'src/lose.c', 3), src('test', '/usr/lib/elsewhere.rs', 9)];

test('a finding has a host line if the host said its caller, or if the host is compiled and its frame is the project’s', () => {
  const caller = { function: 'test_lose', file: 'test_lose.py', line: 4 };
  const findings = [
    finding('py', inC, { caller }),
    finding('py', inC),
    finding('rs', [...inC, src('it_loses', 'tests/lose.rs', 7)]),
    finding('go', [...inC, src('TestLose', 'lose_test.go', 7)]),
    // A Rust frame of an extension that Python loads is no line of the host; one outside of the project is none either.
    finding('pyx', [src('lose', 'src/lib.rs', 3)]),
    finding('rs', inC),
    finding('py', inC, { planted: true }),
  ];
  expect(hostLines({ findings })).toEqual({ with: 3, without: 3 });
});

const outcome = (ended: string, wrong: string[] = []) => ({
  ended,
  seconds: 61,
  load: 19.6,
  hostLines: { with: 1, without: 2 },
  wrong,
});
const a = { name: 'a', version: '1', registry: 'pypi', expect: 'hazard' };
const b = { name: 'a', as: 'a-fixed', version: '2', registry: 'pypi', expect: 'clean' };

test('the newest outcome of an entry counts, and entries that are gone have none', () => {
  const known = { 'a-fixed': outcome('2026-11-29'), a: outcome('2026-11-30'), gone: outcome('2026-11-30') };
  const added = { 'a-fixed': outcome('2026-11-30', ['x']), a: outcome('2026-11-28', ['x']) };
  expect(newest([b, a], known, added)).toEqual({
    a: outcome('2026-11-30'),
    'a-fixed': outcome('2026-11-30', ['x']),
  });
});

test('the table has a row for each entry, whatever came of it', () => {
  const never = { ...a, name: 'n' };
  const failed = { ended: '2026-11-30T19:00:00.000Z', seconds: 5, wrong: [`a | b${'x'.repeat(80)}`, 'c'] };
  const text = table([a, b, never], { a: outcome('2026-11-30T19:00:00.000Z'), 'a-fixed': failed });
  expect(text.split('\n').slice(2)).toEqual([
    '| a | 1 (pypi) | hazard | ok | 1 / 2 | 61 | 20 | 2026-11-30 |',
    `| a-fixed | 2 (pypi) | clean | not ok: a \\| b${'x'.repeat(74)}…, and 1 more |  | 5 |  | 2026-11-30 |`,
    '| n | 1 (pypi) | hazard | not run |  |  |  |  |',
  ]);
});

test('no two entries have one name', () => {
  const names = entries().map(nameOf);
  expect(names.length).toBeGreaterThan(50);
  expect(new Set(names).size).toBe(names.length);
});
