/** From evidence to the one report: what proves a lane, what makes a run red, and that nothing depends on any order. */
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/host/probe.js';
import type { Evidence, Observation } from '../../src/judge/evidence.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { Report } from '../../src/model/report.js';
import {
  attempt,
  diagnostic,
  ended,
  evidence,
  host,
  leak,
  planted,
  seen,
  shuffles,
  stack,
} from '../helpers/evidence.js';
import { TOOLS } from '../helpers/made-host.js';
import {
  accepts,
  ASAN,
  assembled,
  found,
  madeOf,
  MATRIX,
  MEMCHECK,
  provingCanary,
  reportOf,
  rowOf,
  saw,
  verdicts,
  type Made,
  type Run,
} from '../helpers/made-run.js';

describe('a run is green', () => {
  test('when every lane’s canary was seen and every suite ran to its end without a report', async () => {
    const report = await reportOf();
    expect(report).toMatchObject({
      version: 1,
      exitCode: 0,
      matrix: 'ffi-gates.yaml',
      ms: 1500,
    });
    expect(found(report)).toEqual([]);
    expect(Object.values(verdicts(report))).toEqual(['clean', 'clean', 'clean', 'clean']);
    expect(report.cells.map((c) => c.id)).toEqual(report.cells.map((c) => c.id).sort());
    expect(report.lanes).toHaveLength(4);
    expect(report.lanes.every((l) => l.proven)).toBe(true);
  });
  test('not in a lane whose canary was missed, which leaves the other lanes as they are', async () => {
    const report = await reportOf({
      canary: (c) =>
        c.lane === 'c_ccgcc-asan' ? evidence(c, { listed: ['canary_heap'] }) : provingCanary(c),
    });
    expect(verdicts(report)).toMatchObject({ [ASAN]: 'gate-not-armed', [MEMCHECK]: 'clean' });
    expect(report.exitCode).toBe(6);
    expect(report.lanes.filter((l) => !l.proven)).toEqual([
      {
        binding: 'c',
        builder: 'ccgcc',
        gate: 'asan',
        proven: false,
        canaries: [
          { class: 'heap', seen: false, why: 'bounds/heap-overflow was planted at canary.c:3 and not seen' },
        ],
      },
    ]);
  });
  test('not in a lane whose canary could not be built, which says so', async () => {
    const report = await reportOf({
      canary: (c) => evidence(c, { failed: 'no cmake', attempts: [], listed: ['canary_heap'] }),
    });
    expect(new Set(Object.values(verdicts(report)))).toEqual(new Set(['gate-not-armed']));
    expect(report.lanes[0]?.canaries[0]?.why).toBe('no cmake');
    // A failed build outranks an inconclusive cell.
    expect(report.exitCode).toBe(5);
  });
  test('never without canaries: no lane is proven then', async () => {
    const report = await reportOf({ matrix: `${MATRIX}canaries: false\n` });
    expect(new Set(Object.values(verdicts(report)))).toEqual(new Set(['gate-not-armed']));
    expect([report.exitCode, report.lanes.some((l) => l.proven)]).toEqual([6, false]);
  });
  test('not when the lane of a suite that is red anyway has a canary without a single planted bug', async () => {
    const report = await reportOf({
      canary: (c) =>
        c.lane === 'c_ccgcc-asan' ? evidence(c, { listed: ['canary_noop'] }) : provingCanary(c),
      left: { [ASAN]: saw(diagnostic()) },
    });
    expect(verdicts(report)).toMatchObject({ [ASAN]: 'hazard', [MEMCHECK]: 'clean' });
    expect(rowOf(report, 'canary-c_ccgcc-asan').verdict).toEqual({ kind: 'as-declared', caught: 0 });
    // The hazard alone would give 1, but an unproven lane may have missed others.
    expect(report.exitCode).toBe(6);
  });
  test('not when a canary is missed in a lane whose suites are all red anyway', async () => {
    const report = await reportOf({
      canary: (c) => (c.gate.id === 'asan' ? evidence(c, { listed: ['canary_heap'] }) : provingCanary(c)),
      left: { [ASAN]: saw(diagnostic()), 's-py_ccgcc-asan': saw(diagnostic()) },
    });
    expect(verdicts(report)).toMatchObject({ [ASAN]: 'hazard', 's-py_ccgcc-asan': 'hazard' });
    expect(report.exitCode).toBe(6);
  });
});

describe('a cell is not clean', () => {
  test('when what was built for it carries no hook of its gate; a gate that needs none does not mind', async () => {
    const left = { products: ['/repo/out/lib/libx.so'] };
    const report = await reportOf({
      left: { [ASAN]: left, [MEMCHECK]: left },
      symbols: 'malloc free',
    });
    expect(verdicts(report)).toMatchObject({ [ASAN]: 'gate-not-armed', [MEMCHECK]: 'clean' });
    expect(rowOf(report, ASAN).verdict).toMatchObject({ why: expect.stringContaining('libx.so') });
  });
  test('when what its process had mapped carries none, and the row lists what was mapped', async () => {
    const report = await reportOf({
      left: { [ASAN]: { maps: new Set(['/repo/out/cell/libx.so', '/usr/lib/libc.so.6']), recorded: true } },
      symbols: 'malloc free',
    });
    expect(verdicts(report)).toMatchObject({ [ASAN]: 'gate-not-armed' });
    expect(rowOf(report, ASAN).objects).toEqual({
      instrumented: [],
      runtime: [],
      opaque: ['libx.so', 'libc.so.6'],
      blind: ['libx.so'],
    });
    expect(rowOf(report, MEMCHECK)).not.toHaveProperty('objects');
  });
});

describe('a report in nobody’s code', () => {
  const habit: Diagnostic = diagnostic({
    tool: 'memcheck',
    rule: 'memcheck/InvalidFree',
    hazard: 'ownership/invalid-free',
    stacks: [stack('fault', host('free'), host('dlclose'))],
  });
  test('is red, unless the lane’s canary shows it too while it does nothing', async () => {
    const red = await reportOf({ left: { [MEMCHECK]: saw(habit) } });
    expect([found(red).length, red.runtimeBucket.length, red.exitCode]).toEqual([1, 0, 1]);
    const quiet = await reportOf({
      left: { [MEMCHECK]: saw(habit) },
      habits: { 'c_ccgcc-memcheck': habit },
    });
    expect(verdicts(quiet)).toMatchObject({ [MEMCHECK]: 'clean' });
    expect([found(quiet).length, quiet.runtimeBucket.length, quiet.exitCode]).toEqual([0, 1, 0]);
  });
  test('is not excused by the habits of another lane', async () => {
    const report = await reportOf({
      left: { [MEMCHECK]: saw(habit), 's-py_ccgcc-memcheck': saw(habit) },
      habits: { 'py_ccgcc-memcheck': habit },
    });
    expect(verdicts(report)).toMatchObject({ [MEMCHECK]: 'hazard', 's-py_ccgcc-memcheck': 'clean' });
  });
  test('is not excused where no canary runs that could show it', async () => {
    const report = await reportOf({ matrix: `${MATRIX}canaries: false\n`, left: { [MEMCHECK]: saw(habit) } });
    expect(verdicts(report)).toMatchObject({ [MEMCHECK]: 'hazard' });
  });
});

describe('what a run lacks', () => {
  const bare: Partial<Host> = { tools: { ...TOOLS, valgrind: undefined } };
  test('is a row for each cell, with its reason, and is no failure', async () => {
    const report = await reportOf({ host: bare });
    expect(verdicts(report)).toMatchObject({ [ASAN]: 'clean', [MEMCHECK]: 'skipped' });
    expect(rowOf(report, MEMCHECK)).toMatchObject({
      suite: 's',
      binding: 'c',
      builder: 'ccgcc',
      gate: 'memcheck',
      role: 'subject',
      verdict: { why: 'valgrind is not installed' },
    });
    expect(report.exitCode).toBe(0);
    expect(report.cells.map((c) => c.id)).toEqual(report.cells.map((c) => c.id).sort());
  });
  test('is told once for each lane with its remedy, and makes a strict run red', async () => {
    const two = MATRIX.replace('suites:', 'suites:\n  - { id: s2, binding: c, dir: c2, targets: [lib] }');
    const report = await reportOf({ matrix: two, host: bare, more: { strict: true } });
    expect(report.unavailable.map((u) => u.lane)).toEqual(['c_ccgcc-memcheck', 'py_ccgcc-memcheck']);
    expect(report.unavailable[0]?.remedy).toContain('valgrind');
    expect(report.exitCode).toBe(6);
    expect((await reportOf({ more: { strict: true } })).exitCode).toBe(0);
  });
  test('is nothing to be installed where the matrix leaves it out itself', async () => {
    const report = await reportOf({
      matrix: `${MATRIX}exclude: [{ cells: 's-c_*-memcheck', why: slow }]\n`,
      more: { strict: true },
    });
    expect(rowOf(report, MEMCHECK).verdict).toEqual({ kind: 'skipped', why: 'excluded: slow' });
    expect([report.unavailable, report.exitCode]).toEqual([[], 0]);
  });
  test('keeps the role that the suite would have had', async () => {
    const report = await reportOf({ matrix: MATRIX.replace('dir: py,', 'dir: py, role: twin,'), host: bare });
    expect(rowOf(report, 's-py_ccgcc-memcheck').role).toBe('twin');
  });
});

describe('the exit code is the worst of', () => {
  const failed: Partial<Evidence> = { attempts: [attempt(['a'], { events: ended('a', 'failed') })] };
  const silent: Partial<Evidence> = { attempts: [attempt(['a'], { exit: { kind: 'timeout' } })] };
  const unbuilt: Partial<Evidence> = { failed: 'cc: error', attempts: [] };
  test.each<[string, Partial<Evidence>[], number]>([
    ['failed tests', [failed], 4],
    ['a hazard beside failed tests', [failed, saw(diagnostic())], 1],
    ['what proves nothing beside a hazard', [saw(diagnostic()), silent], 6],
    ['a build that failed beside all of them', [failed, silent, saw(diagnostic()), unbuilt], 5],
  ])('%s', async (_, all, code) => {
    const ids = [ASAN, MEMCHECK, 's-py_ccgcc-asan', 's-py_ccgcc-memcheck'];
    for (const order of shuffles(all, 2)) {
      const report = await reportOf({ left: Object.fromEntries(order.map((e, i) => [ids[i], e])) });
      expect(report.exitCode).toBe(code);
    }
  });
});

describe('a row', () => {
  const read = (n: number): Evidence['attempts'][number]['logs'] => [
    {
      path: '/repo/out/logs/s/1/gate/asan.7',
      name: 'asan.7',
      parsed: {
        diagnostics: [],
        unread: Array.from({ length: n }, (_, i) => ({ line: i + 1, text: `==7==ERROR ${i}` })),
        complete: true,
        missing: [],
      },
    },
  ];
  test('names logs relative to the report, and shows the first lines that nobody understood', async () => {
    const left = {
      [ASAN]: {
        attempts: [attempt(['a'], { logs: read(30) })],
        logs: ['/repo/out/logs/s/1/output.log'],
        ms: 12.6,
      },
    };
    const row = rowOf(await reportOf({ left }), ASAN);
    expect(row).toMatchObject({ logs: ['logs/s/1/output.log'], ms: 13, verdict: { doubt: 'unread-report' } });
    expect(row.unread).toHaveLength(20);
    expect(row.unread[0]).toEqual({ log: 'logs/s/1/gate/asan.7', line: 1, text: '==7==ERROR 0' });
  });
  test('says how many schedules were tried, where there are several', async () => {
    const report = await reportOf({ left: { [ASAN]: { seeds: 5 } } });
    expect(rowOf(report, ASAN).seeds).toBe(5);
    expect(rowOf(report, MEMCHECK)).not.toHaveProperty('seeds');
  });
});

test('a report is the same to the byte, in whatever order everything came', async () => {
  const matrix = MATRIX.replace(
    'gates:',
    `  - { id: h, binding: c, dir: h, role: hazard, targets: [lib] }
  - { id: t, binding: c, dir: t, role: twin, targets: [lib] }
gates:`,
  );
  const E = planted('a');
  const BLIND = planted('b', { gates: [], blind: true, line: 9 });
  const shown = (...all: (Observation | Diagnostic)[]): Partial<Evidence> => ({
    seen: all.map((o) => ('diagnostic' in o ? o : seen(o, 'a'))),
  });
  const run: Run = {
    matrix,
    host: { tools: { ...TOOLS, pytest: undefined } },
    annotations: { 'h-c': [E, BLIND] },
    left: {
      [ASAN]: shown(diagnostic(), diagnostic({ hazard: 'bounds/heap-overflow' })),
      [MEMCHECK]: shown(
        seen(diagnostic()),
        leak(host('init')),
        diagnostic({ stacks: [stack('fault', host('x'))] }),
      ),
      'h-c_ccgcc-asan': { ...shown(diagnostic()), listed: ['a', 'b'] },
      't-c_ccgcc-asan': shown(diagnostic({ hazard: 'ownership/double-free' })),
    },
    more: {
      baseline: accepts(diagnostic()),
      builds: ['b', 'a', 'c'].map((id) => ({ id, ms: 3, reused: false })),
    },
  };
  const made = (): Made => madeOf(run);
  const first = JSON.stringify(await assembled(made(), run));
  const report = JSON.parse(first) as Report;
  expect([report.exitCode, found(report).length, report.runtimeBucket.length]).toEqual([6, 4, 1]);
  const n = made().evidences.length;
  for (const order of shuffles([...Array(n).keys()], 6)) {
    const o = made();
    const turned = <T>(all: readonly T[]): T[] => order.flatMap((i) => all.filter((_, k) => k % n === i));
    const shuffled: Made = {
      ...o,
      evidences: turned(o.evidences),
      cells: turned(o.cells),
      builds: turned(o.builds),
      expectations: new Map(turned([...o.expectations])),
      host: { ...o.host, tools: Object.fromEntries(turned(Object.entries(o.host.tools))) },
    };
    expect(shuffled.cells).toHaveLength(o.cells.length);
    expect(JSON.stringify(await assembled(shuffled, run))).toBe(first);
  }
});
