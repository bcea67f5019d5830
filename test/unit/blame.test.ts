/** A red run of our own fixtures says whose fault it is. */
import { expect, test } from 'vitest';
import { blameOf } from '../../src/judge/blame.js';
import type { Proven } from '../../src/config/shipped-tables.js';
import { GATES } from '../../src/gates/index.js';
import { renderSummary } from '../../src/reporters/terminal/summary.js';
import type { CellReport, FixturesReport, LaneReport } from '../../src/model/report.js';
import type { Verdict } from '../../src/model/verdict.js';
import { cell, sampleReport } from '../helpers/sample-report.js';

const PROVEN: Proven = { gcc: ['12.2.0'], valgrind: ['3.19.0'], nightly: ['1.97.0 (2026-05-15)'] };
const TOOLS = { gcc: '12.2.0', valgrind: '3.19.0', nightly: '1.97.0 (2026-05-15)' };
const MISSED: Verdict = { kind: 'missed', missed: ['a'], why: 'not seen: a' };

const hazards = (gate: string, caught: string[], more: Partial<CellReport> = {}): CellReport =>
  cell(
    'hazards',
    'rs',
    `cmakegcc-${gate}`,
    caught.includes('a') ? { kind: 'as-declared', caught: 1 } : MISSED,
    {
      role: 'hazard',
      caught,
      ...more,
    },
  );
const lane = (gate: string, proven = true): LaneReport => ({
  binding: 'rs',
  builder: 'cmakegcc',
  gate,
  proven,
  canaries: [{ class: 'leak', seen: proven }],
});
const fixtures = (more: Partial<FixturesReport> = {}): FixturesReport => ({
  declared: 2,
  caught: 1,
  missed: [],
  twins: 10,
  noisyTwins: [],
  blind: [],
  detection: [],
  ...more,
});
const missed = (gate: string): FixturesReport['missed'][number] => ({
  cell: `hazards-rs_cmakegcc-${gate}`,
  case: 'a',
  hazard: 'ub/rust-data-race',
  gate,
  at: 'ub.rs:40',
});
const blame = (cells: CellReport[], f: FixturesReport, lanes = [lane('miri')], tools = TOOLS) =>
  blameOf({ cells, lanes, fixtures: f, tools }, PROVEN, GATES);

test('a green run blames nobody', () => {
  expect(blame([hazards('miri', ['a'])], fixtures())).toBeUndefined();
});

test('a case that one gate misses and another sees is the gate’s', () => {
  const f = fixtures({ missed: [missed('miri')] });
  const told = blame([hazards('miri', []), hazards('memcheck', ['a'])], f);
  expect(told).toMatchObject({ who: 'gate', says: expect.stringContaining('miri missed a (ub.rs:40)') });
  expect(told?.remedy).toContain("npx ffi-gates run 'hazards-rs_cmakegcc-miri'");
});

test('one that every gate misses is the fixture’s', () => {
  const f = fixtures({ missed: [missed('miri'), missed('memcheck')] });
  expect(blame([hazards('miri', []), hazards('memcheck', [])], f)?.who).toBe('fixture');
});

test('a version of a tool that has never passed is named before anything of ours', () => {
  const tools = { ...TOOLS, nightly: '1.101.0 (2026-10-29)' };
  const f = fixtures({ missed: [missed('miri')] });
  const told = blame([hazards('miri', []), hazards('memcheck', ['a'])], f, [lane('miri')], tools);
  expect(told?.who).toBe('toolchain');
  expect(told?.says).toContain('nightly 1.101.0 (2026-10-29)');
  expect(told?.says).toContain('1.97.0 (2026-05-15)');
  // The nightly has nothing to do with what memcheck sees.
  const other = fixtures({ missed: [missed('memcheck')] });
  expect(blame([hazards('memcheck', []), hazards('asan', ['a'])], other, [], tools)?.who).toBe('gate');
});

test('builds that fail, cells that do not end and canaries that are not seen are this machine’s', () => {
  const broken = cell('twins', 'rs', 'cmakegcc-asan', {
    kind: 'build-failed',
    why: 'cc: exit status 1\nx.c:1',
  });
  expect(blame([broken], fixtures())?.who).toBe('machine');
  const slow = cell('twins', 'rs', 'cmakegcc-asan', {
    kind: 'inconclusive',
    doubt: 'timed-out',
    why: 'stopped',
  });
  expect(blame([slow], fixtures())).toMatchObject({
    who: 'machine',
    remedy: expect.stringContaining('stop other work'),
  });
  const unarmed = blame([hazards('miri', ['a'])], fixtures(), [lane('miri', false)]);
  expect(unarmed).toMatchObject({ who: 'machine', remedy: expect.stringContaining('doctor') });
});

test('a twin that one gate reports is the gate’s, one that several report the fixture’s', () => {
  const twin = (gate: string): CellReport =>
    cell(
      'twins',
      'rs',
      `cmakegcc-${gate}`,
      { kind: 'hazard', findings: 1, fresh: 1, known: 0 },
      { role: 'twin' },
    );
  const noisy = (gate: string): FixturesReport['noisyTwins'][number] => ({
    cell: `twins-rs_cmakegcc-${gate}`,
    finding: 'memcheck/Leak_DefinitelyLost: 312 bytes',
    test: 'host::a',
  });
  const both = [twin('memcheck'), twin('asan')];
  expect(blame(both, fixtures({ noisyTwins: [noisy('memcheck')] }))?.who).toBe('gate');
  expect(blame(both, fixtures({ noisyTwins: [noisy('memcheck'), noisy('asan')] }))?.who).toBe('fixture');
});

test('it is the last line that a person reads, uncut, with what to do', () => {
  const told = {
    who: 'gate',
    says: `miri missed a ${'x'.repeat(200)}`,
    remedy: 'npx ffi-gates run x',
  } as const;
  const report = sampleReport();
  const lines = renderSummary(
    { ...report, exitCode: 6, fixtures: { ...report.fixtures!, blame: told } },
    { width: 80, color: false },
  );
  expect(lines.at(-1)).toMatch(/^A gate of ffi-gates is to blame, not this machine: miri missed a x+ → npx/);
});
