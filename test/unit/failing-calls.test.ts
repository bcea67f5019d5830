/** Calls that fail: what is listed of them, in which launches they do, and which reports of these are faults of error paths. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  callsIn,
  failuresIn,
  ignoredIn,
  testByCall,
  type FailingCall,
} from '../../src/execute/failing-calls.js';
import { launchesOf } from '../../src/execute/run-failing.js';
import { allOf, drivenInVain, onErrorPaths, readable, type Failure } from '../../src/judge/error-paths.js';
import type { Evidence } from '../../src/judge/evidence.js';
import { judge } from '../../src/judge/judge.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import type { ReadLog } from '../../src/parsers/read-logs.js';
import {
  at,
  attempt,
  cellsOf,
  diagnostic,
  evidence,
  leak,
  own,
  pick,
  seen,
  stack,
} from '../helpers/evidence.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-failing-calls-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const READ = { diagnostics: [], unread: [], complete: true, missing: [] };
const key = (n: number): string => n.toString(16).padStart(16, '0');
const note = (text: string): string => `ffi-gates guard failing: note: ${text}\n`;
const logOf = (pid: number, text: string): ReadLog => {
  const name = `failing.${pid}.log`;
  writeFileSync(join(dir, name), text);
  return { path: join(dir, name), name, pid, parsed: READ };
};

test('a call belongs to the test that ran when it was listed; one before all tests to the loading', () => {
  const [loading, first, second] = [1, 2, 3].map((n) => note(`site ${key(n)}\tmalloc\tlibx.so+0x${n}`));
  const log = logOf(7, `${loading}${first}${second}`);
  const begins = (name: string, bytes: number, pid = 7) =>
    ({ test: name, outcome: 'started', pid, logs: { [log.name]: bytes } }) as const;
  const events = [
    begins('a', loading!.length),
    begins('elsewhere', loading!.length + first!.length, 8),
    begins('b', loading!.length + first!.length),
  ];
  expect(callsIn(attempt([], { events, logs: [log] }), 'any')).toEqual([
    { key: key(1), test: 'any', loading: true },
    { key: key(2), test: 'a' },
    { key: key(3), test: 'b' },
  ]);
});

test('what failed is read with its callers, and whether the host had the result', () => {
  const failed = note(`failed ${key(1)}\tmalloc\tjoin (/repo/native/x.c:7)\tparts (/repo/native/x.c:9)`);
  const logs = [logOf(1, failed), logOf(2, failed + note(`returned ${key(1)}`)), logOf(3, '')];
  const failure: Failure = {
    key: key(1),
    call: 'malloc',
    places: ['join (/repo/native/x.c:7)', 'parts (/repo/native/x.c:9)'],
    returned: false,
  };
  expect([...failuresIn(logs)]).toEqual([
    [1, failure],
    [2, { ...failure, returned: true }],
  ]);
});

test('the line of the host that led to the call is told with a report that has none of its own', () => {
  const text =
    note(`failed ${key(1)}\tmalloc\tjoin (/repo/native/x.c:7)`) +
    note(`called ${key(1)}\tmono\tLib:Run /repo/net/Lib.cs:9\tTests:a /repo/net/Tests of Lib.cs:3`);
  const failures = failuresIn([logOf(6, text)]);
  const judged = (d: Diagnostic) =>
    onErrorPaths([{ ...seen(d), pid: 6 }], failures, { seen: [], own })[0]?.diagnostic.stacks;
  const crash = diagnostic({ hazard: 'crash/signal', rule: 'os/SIGSEGV', stacks: [] });
  const told = judged(crash);
  expect(told).toMatchObject([
    {
      role: 'managed',
      host: 'mono',
      frames: [
        { function: 'Lib:Run', file: '/repo/net/Lib.cs', line: 9 },
        { function: 'Tests:a', file: '/repo/net/Tests of Lib.cs', line: 3 },
      ],
    },
  ]);
  const asked: Diagnostic = {
    ...crash,
    stacks: [{ role: 'managed', host: 'mono', frames: [at('Lib:Run')] }],
  };
  expect(judged(asked)).toEqual(asked.stacks);
});

test.each([
  ['of a host that nobody knows', `called ${key(1)}\tperl\tf /repo/x.pl:1`],
  ['without lines', `called ${key(1)}\tmono`],
  ['that is cut', `called ${key(1)}\tmono\tLib:Run /repo/net/Lib.cs`],
  ['of another call', `called ${key(2)}\tmono\tLib:Run /repo/net/Lib.cs:9`],
])('a note %s adds nothing', (_what, called) => {
  const text = note(`failed ${key(1)}\tmalloc\tjoin (/repo/native/x.c:7)`) + note(called);
  expect(failuresIn([logOf(7, text)]).get(7)?.managed).toBeUndefined();
});

test('several fail in one process, and a report is that of the one before it', () => {
  const failed = (n: number): string => note(`failed ${key(n)}\tmalloc\tf${n} (/repo/native/x.c:${n})`);
  const text = failed(1) + 'a report\n' + note(`returned ${key(1)}`) + failed(2) + 'a report\n';
  const failure = failuresIn([logOf(4, text)]).get(4);
  expect(failure).toMatchObject({ key: key(2), returned: false });
  expect(allOf(failure!).map((f) => [f.key, f.returned])).toEqual([
    [key(1), true],
    [key(2), false],
  ]);
  const calls: FailingCall[] = [
    { key: key(1), test: 'a' },
    { key: key(2), test: 'b' },
  ];
  const inLog = (line: number): Diagnostic => ({
    ...diagnostic(),
    tool: 'failing',
    log: { line, endLine: line },
  });
  expect([2, 5].map((line) => testByCall(calls, inLog(line), failure))).toEqual(['a', 'b']);
  // What a checker writes stands in a log of its own: the process ended by it.
  expect(testByCall(calls, { ...inLog(2), tool: 'asan' }, failure)).toBe('b');
  expect(testByCall(calls, inLog(1), failure)).toBeUndefined();
});

describe('an error that was reported to a host', () => {
  const journal = (pid: number, text: string): ReadLog => {
    const name = `errors.${pid}.log`;
    writeFileSync(join(dir, name), text.replaceAll('guard failing', 'guard errors'));
    return { path: join(dir, name), name, pid, parsed: READ };
  };
  const failed = note(
    `failed ${key(1)}\tparse\t/b/libx.so+0x10\t/b/addon.node+0x20\ttest_parse /repo/py/test_x.py:7`,
  );
  let launches = 0;
  const launch = (outcome: 'passed' | 'failed', text: string) =>
    attempt(['a'], {
      logs: [journal(++launches, text)],
      events: [
        { test: 'a', outcome: 'started', pid: 1 },
        { test: 'a', outcome },
      ],
    });

  test('was ignored if its test passed: the report has the function, its native callers and the lines of the host', () => {
    const [found, ...others] = ignoredIn(launch('passed', failed));
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      test: 'a',
      diagnostic: {
        tool: 'errors',
        hazard: 'unwind/error-ignored',
        stacks: [
          {
            role: 'fault',
            frames: [
              { kind: 'module', module: '/b/libx.so', offset: '0x10', function: 'parse' },
              { kind: 'module', module: '/b/addon.node', offset: '0x20' },
            ],
          },
          {
            role: 'managed',
            frames: [{ kind: 'source', function: 'test_parse', file: '/repo/py/test_x.py', line: 7 }],
          },
        ],
      },
    });
  });

  test.each<[string, ReturnType<typeof launch>]>([
    ['a test that fails', launch('failed', failed)],
    ['a test without such a call', launch('passed', note(`site ${key(1)}\tparse\t/b/libx.so+0x10`))],
  ])('was not, by %s', (_, a) => {
    expect(ignoredIn(a)).toEqual([]);
  });

  test('is what a crash is about that follows, but no abort', () => {
    const crash = diagnostic({ hazard: 'null/dereference', rule: 'asan/SEGV', message: 'SEGV' });
    const failures = failuresIn([journal(99, failed)]);
    const judged = (d: Diagnostic) =>
      onErrorPaths([{ ...seen(d), pid: 99 }], failures, { seen: [], own }).map((o) => o.diagnostic.hazard);
    expect(judged(crash)).toEqual(['unwind/error-ignored']);
    expect(judged({ ...crash, hazard: 'crash/abort' })).toEqual([]);
  });
});

describe('launches', () => {
  const call = (n: number, name: string, more: Partial<FailingCall> = {}): FailingCall => ({
    key: key(n),
    test: name,
    ...more,
  });
  const CALLS = [call(1, 'a'), call(2, 'a'), call(3, 'b'), call(4, 'c', { loading: true }), call(5, 'b')];
  const keysOf = (some: FailingCall[][]): number[][] =>
    some.map((l) => l.map((c) => Number.parseInt(c.key, 16)));

  test('take one call of each test where tests have processes of their own', () => {
    expect(keysOf(launchesOf(CALLS, { forks: true }))).toEqual([[1, 3], [2, 5], [4]]);
  });
  test('take one call each where they share a process', () => {
    expect(keysOf(launchesOf(CALLS, { forks: false }))).toEqual([[1], [2], [3], [4], [5]]);
  });
  test('are none without a call', () => {
    expect(launchesOf([], { forks: true })).toEqual([]);
  });
});

describe('reports of a launch in which a call failed', () => {
  const failure: Failure = {
    key: key(1),
    call: 'malloc',
    places: ['join (/repo/native/x.c:7)'],
    returned: false,
  };
  const crash = diagnostic({ hazard: 'null/dereference', rule: 'asan/SEGV', message: 'SEGV' });
  const abort = diagnostic({ hazard: 'crash/abort', rule: 'asan/ABRT', message: 'ABRT' });
  const broken = diagnostic({ hazard: 'tool/internal-error', rule: 'asan/CHECK', message: 'CHECK failed' });
  const judged = (
    d: Diagnostic,
    {
      failures = [[1, failure]],
      pid = 1,
      before = [],
    }: { failures?: [number, Failure][]; pid?: number | null; before?: Diagnostic[] } = {},
  ): [string, string] | undefined => {
    const [o] = onErrorPaths([{ ...seen(d), ...(pid === null ? {} : { pid }) }], new Map(failures), {
      seen: before.map((b) => seen(b)),
      own,
    });
    return o && [o.diagnostic.hazard, o.diagnostic.message];
  };
  const after = { ...failure, returned: true };

  test.each<[string, ReturnType<typeof judged>, ReturnType<typeof judged>]>([
    ['a crash in the call', judged(crash), ['null/dereference', 'SEGV, after malloc failed in join (x.c:7)']],
    ['a crash when the host has its result', judged(crash, { failures: [[1, after]] }), undefined],
    ['a process that ends itself', judged(abort), undefined],
    [
      'a leak',
      judged(leak(at('join'))),
      ['ownership/leak-on-error-path', '8 bytes leaked, after malloc failed in join (x.c:7)'],
    ],
    [
      'a leak that the host got to know of',
      judged(leak(at('join')), { failures: [[1, after]] }),
      ['ownership/leak-on-error-path', '8 bytes leaked, after malloc failed in join (x.c:7)'],
    ],
    [
      'memory that is used after it was freed, later on',
      judged(diagnostic(), { failures: [[1, after]] }),
      ['ownership/use-after-free', 'heap-use-after-free, after malloc failed in join (x.c:7)'],
    ],
    ['what the suite shows without a failure', judged(diagnostic(), { before: [diagnostic()] }), undefined],
    ['what another process shows', judged(crash, { pid: 2 }), undefined],
    [
      'what no process can be told of, if one call failed',
      judged(crash, { pid: null }),
      ['null/dereference', 'SEGV, after malloc failed in join (x.c:7)'],
    ],
    [
      'what no process can be told of, if several failed',
      judged(crash, {
        pid: null,
        failures: [
          [1, failure],
          [2, failure],
        ],
      }),
      undefined,
    ],
    [
      'a failed call without debug information',
      judged(crash, {
        failures: [[1, { ...failure, places: ['/b/libx.so+0x12', 'outer (/repo/native/x.c:9)'] }]],
      }),
      ['null/dereference', 'SEGV, after malloc failed in /b/libx.so+0x12, called by outer'],
    ],
    ['a checker that fails', judged(broken, { pid: 2 }), ['tool/internal-error', 'CHECK failed']],
  ])('%s', (_, shown, wanted) => {
    expect(shown).toEqual(wanted);
  });
});

describe('a cell whose calls fail', () => {
  const cell = pick(
    cellsOf('suites: [{ id: s, binding: c, dir: . }]\ngates: { failing: }\n'),
    's-c_owngcc-failing',
  );
  const base: Partial<Evidence> = {
    attempts: [attempt(['a'], { watched: { sum: 3, none: '' } })],
    failing: { found: 3, driven: 3, lost: 0 },
  };
  const log = (parsed: Partial<ReadLog['parsed']>): ReadLog => ({
    path: '/l/asan.1',
    name: 'asan.1',
    pid: 1,
    parsed: { ...READ, ...parsed },
  });
  const UNREAD = log({ unread: [{ line: 1, text: '==1==ERROR: AddressSanitizer: new words' }] });
  const failed = attempt([], {
    events: [
      { test: 'a', outcome: 'started' },
      { test: 'a', outcome: 'failed' },
    ],
  });
  const stopped = { exit: { kind: 'timeout' } } as const;
  const verdictOf = (more: Partial<Evidence>): string => {
    const { verdict } = judge(evidence(cell, { ...base, ...more }), [], new Set());
    return verdict.kind === 'inconclusive' ? verdict.doubt : verdict.kind;
  };

  test.each<[string, Partial<Evidence>, string]>([
    ['all of them failed', { driven: [attempt(['a'])] }, 'clean'],
    ['tests fail with their calls', { driven: [failed] }, 'clean'],
    ['a launch had to be stopped', { driven: [attempt(['a'], stopped)] }, 'clean'],
    [
      'a line of such a launch was not read',
      { driven: [attempt(['a'], { logs: [UNREAD] })] },
      'unread-report',
    ],
    [
      'the log of a launch that was stopped is cut',
      { driven: [attempt(['a'], { ...stopped, logs: [UNREAD] })] },
      'clean',
    ],
    [
      'a report of such a launch is cut',
      { driven: [attempt(['a'], { logs: [log({ complete: false })] })] },
      'log-truncated',
    ],
    [
      'logs of such a launch were removed',
      { driven: [attempt(['a'], { lost: 'asan.1 is gone' })] },
      'log-truncated',
    ],
    [
      'the checker ended a launch without a word',
      { driven: [attempt(['a'], { exit: { kind: 'code', code: 99 } })] },
      'fired-but-silent',
    ],
    [
      'none was reached again',
      { driven: [attempt(['a'])], failing: { found: 3, driven: 0, lost: 3 } },
      'fired-but-silent',
    ],
    [
      'a test fails without any of it',
      { attempts: [{ ...failed, watched: { sum: 3, none: '' } }] },
      'suite-failed',
    ],
    [
      'one shows a fault',
      { driven: [attempt(['a'])], seen: [seen(diagnostic({ stacks: [stack('fault', at('join'))] }))] },
      'hazard',
    ],
  ])('%s', (_, more, wanted) => {
    expect(verdictOf(more)).toBe(wanted);
  });

  test('has logs that must be understood, but for launches that were stopped', () => {
    const driven = [attempt(['a']), attempt(['b'], stopped)];
    expect(readable(evidence(cell, { ...base, driven })).length).toBe(2);
    expect(drivenInVain(evidence(cell, { ...base, driven }))).toBeUndefined();
  });
});
