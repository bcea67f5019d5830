/** The laws of verdicts on evidence made by hand; no process is started. */
import { describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../src/judge/fingerprint.js';
import type { ProjectCode } from '../../src/model/project-code.js';
import type { Evidence, Observation, Attempt } from '../../src/judge/evidence.js';
import type { Diagnostic, Stack } from '../../src/model/diagnostic.js';
import { judge, withProof } from '../../src/judge/judge.js';
import { laneOf } from '../../src/judge/lane-proof.js';
import type { Verdict } from '../../src/model/verdict.js';
import type { TestEvent } from '../../src/model/test-event.js';
import { GATES } from '../../src/gates/index.js';

const own: ProjectCode = { dirs: ['/repo/native'], shared: ['/repo/native'], objects: new Set(['libx.so']) };
const stack = (role: Stack['role'], fn: string, file = '/repo/native/x.c', line = 7): Stack => ({
  role,
  frames: [{ kind: 'source', function: fn, file, line }],
});
const diagnostic = (more: Partial<Diagnostic> = {}): Diagnostic => ({
  tool: 'asan',
  rule: 'asan/heap-use-after-free',
  hazard: 'ownership/use-after-free',
  message: 'heap-use-after-free',
  stacks: [stack('fault', 'use')],
  complete: true,
  log: { line: 1, endLine: 9 },
  ...more,
});
const seen = (s: Diagnostic): Observation => ({ diagnostic: s, log: '/out/asan.1', repro: 'true' });
const ended = (name: string, outcome: TestEvent['outcome']): TestEvent[] => [
  { test: name, outcome: 'started', pid: 1 },
  { test: name, outcome },
];
const attempt = (more: Partial<Attempt> = {}): Attempt => ({
  requested: ['a'],
  exit: { kind: 'code', code: 0 },
  events: ended('a', 'passed'),
  logs: [],
  unfinished: [],
  ...more,
});
const evidence = (more: Partial<Evidence> = {}): Evidence => ({
  // Of the cell, judging reads the gate's statuses and the suite's role.
  cell: { gate: GATES.asan, suite: { role: 'subject' }, compiler: 'gcc' } as unknown as Evidence['cell'],
  listed: ['a'],
  wanted: ['a'],
  attempts: [attempt()],
  seen: [],
  own,
  products: [],
  copies: [],
  maps: new Set(),
  recorded: false,
  out: '',
  ms: 1,
  logs: [],
  ...more,
});
const verdictOf = (e: Evidence, blind?: string) => judge(e, [], new Set(), blind).verdict;

describe('a guard', () => {
  const none = 'the tests call nothing';
  test.each<[string, (number | undefined)[], string]>([
    ['that watched something in one of two launches is clean', [0, 3], 'clean'],
    ['that watched nothing is not armed', [0, 0], none],
    ['that left no last line is not armed', [undefined], 'left no last line'],
  ])('%s', (_, watched, expected) => {
    const attempts = watched.map((n) =>
      attempt({ watched: { ...(n === undefined ? {} : { sum: n }), none } }),
    );
    const verdict = verdictOf(evidence({ attempts }));
    expect(JSON.stringify(verdict)).toContain(expected);
    expect(verdict.kind).toBe(expected === 'clean' ? 'clean' : 'inconclusive');
  });
});

describe('a guard that repeats tests', () => {
  const open = { once: [], open: ['a'] };
  const first = attempt({ unproven: open });
  const passes = attempt();
  test.each<[string, Partial<Evidence>, Verdict['kind'], string]>([
    ['passed a test over', { attempts: [first] }, 'inconclusive', "tests-unproven.*of a, .*'looks'"],
    ['looked at it in another launch', { attempts: [first], closer: passes }, 'clean', '^((?!why).)*$'],
    [
      'and passed it over again',
      { attempts: [first], closer: attempt({ unproven: open }) },
      'inconclusive',
      'tests-unproven',
    ],
    [
      'where it fails: that is no result of the suite, and proves nothing',
      { attempts: [first], closer: attempt({ events: ended('a', 'failed') }) },
      'inconclusive',
      'tests-unproven',
    ],
    [
      'where it ends the process',
      { attempts: [first], closer: attempt({ events: ended('a', 'passed').slice(0, 1) }) },
      'inconclusive',
      'tests-unproven',
    ],
    [
      'cannot repeat a test, and says so',
      { attempts: [attempt({ unproven: { once: ['a'], open: [] } })] },
      'clean',
      '1 test is not proven, since a repetition does not pass: a',
    ],
    [
      'cannot repeat it in the other launch either',
      { attempts: [first], closer: attempt({ unproven: { once: ['a'], open: [] } }) },
      'clean',
      'not proven',
    ],
    [
      'passed a test over, and found something',
      { attempts: [first], seen: [seen(diagnostic())] },
      'hazard',
      'also tests-unproven',
    ],
  ])('%s', (_, more, kind, says) => {
    const verdict = verdictOf(evidence(more));
    expect(verdict.kind).toBe(kind);
    expect(JSON.stringify(verdict)).toMatch(new RegExp(says));
  });
});

describe('clean', () => {
  const lane = { binding: 'c', builder: 'ccgcc', gate: 'asan' } as const;
  test('is what a passed suite without reports is, in a proven lane only', () => {
    const v = verdictOf(evidence());
    expect(v).toEqual({ kind: 'clean' });
    expect(withProof(v, { ...lane, proven: true, canaries: [{ class: 'heap', seen: true }] })).toEqual(v);
    expect(
      withProof(v, { ...lane, proven: false, canaries: [{ class: 'heap', seen: false }] }),
    ).toMatchObject({
      doubt: 'gate-not-armed',
      why: expect.stringContaining('heap'),
    });
  });
  test('is not possible in a lane without a canary, nor in one whose canary declared nothing', () => {
    expect(laneOf(lane, undefined).proven).toBe(false);
    const nothing = judge(evidence(), [], new Set());
    expect(laneOf(lane, nothing).proven).toBe(false);
  });
  test('is not possible where the object under test is opaque', () =>
    expect(verdictOf(evidence(), 'opaque')).toMatchObject({ doubt: 'gate-not-armed' }));
  test('is not possible from nothing', () => {
    expect(verdictOf(evidence({ listed: [], wanted: [], attempts: [] }))).toMatchObject({
      doubt: 'no-tests',
    });
    expect(verdictOf(evidence({ listingFailed: 'exit status 2' }))).toMatchObject({
      doubt: 'listing-failed',
    });
    const killed = attempt({ exit: { kind: 'signal', signal: 'SIGKILL' }, events: [], unfinished: ['a'] });
    expect(verdictOf(evidence({ attempts: [killed] }))).toMatchObject({
      doubt: 'fired-but-silent',
      why: 'the process was killed by SIGKILL while a ran',
    });
    expect(verdictOf(evidence({ attempts: [] }))).toMatchObject({ doubt: 'did-not-start' });
    expect(verdictOf(evidence({ wanted: ['a', 'b'] }))).toMatchObject({ doubt: 'tests-missing' });
  });
});

describe('two witnesses', () => {
  const requested = (code: number, events = ended('a', 'passed')): Evidence =>
    evidence({ attempts: [attempt({ exit: { kind: 'code', code }, events })] });
  test('the gate’s status without a report is no clean cell', () =>
    expect(verdictOf(requested(99))).toMatchObject({ doubt: 'fired-but-silent' }));
  test('any status although no test failed is no clean cell', () =>
    expect(verdictOf(requested(3))).toMatchObject({ doubt: 'fired-but-silent' }));
  test('a report with status 0 is a hazard', () =>
    expect(verdictOf(evidence({ seen: [seen(diagnostic())] }))).toMatchObject({
      kind: 'hazard',
      findings: 1,
      fresh: 1,
      known: 0,
    }));
  test('a failed test with its runner’s status is a failed suite', () =>
    expect(verdictOf(requested(1, ended('a', 'failed')))).toMatchObject({ kind: 'suite-failed' }));
  test('a failed test does not excuse one without a result', () =>
    expect(
      verdictOf({
        ...requested(1, ended('a', 'failed')),
        wanted: ['a', 'b'],
        attempts: [
          attempt({ exit: { kind: 'code', code: 1 }, events: ended('a', 'failed') }),
          attempt({ requested: ['b'], exit: { kind: 'code', code: 1 }, events: [] }),
        ],
      }),
    ).toMatchObject({ kind: 'inconclusive' }));
});

describe('a finding that ended a test', () => {
  const begun = ended('a', 'passed').slice(0, 1);
  const log = {
    name: 'asan.1',
    path: '/out/asan.1',
    parsed: { diagnostics: [diagnostic()], unread: [], complete: true, missing: [] },
  };
  const died = (more: Partial<Evidence> = {}): Evidence =>
    evidence({
      attempts: [
        attempt({ exit: { kind: 'code', code: 99 }, events: begun, unfinished: ['a'], logs: [log] }),
      ],
      ...more,
    });
  test('is why that test has no result', () => {
    const named = died({ seen: [{ ...seen(diagnostic()), test: 'a' }] });
    expect(verdictOf(named)).toEqual({ kind: 'hazard', findings: 1, fresh: 1, known: 0 });
    // A finding that names no test explains the tests that its launch left unfinished.
    const unnamed = died({ seen: [seen(diagnostic())] });
    expect(verdictOf(unnamed)).toEqual({ kind: 'hazard', findings: 1, fresh: 1, known: 0 });
  });
  test('does not explain why another has none', () => {
    const e = died({ seen: [{ ...seen(diagnostic()), test: 'a' }], wanted: ['a', 'b'] });
    expect(verdictOf(e)).toMatchObject({ kind: 'hazard', why: 'also tests-missing: no result for b' });
  });
});

describe('reruns', () => {
  test.each([
    ['failed', 'passed'],
    ['passed', 'failed'],
  ] as const)('%s then %s is failed', (first, second) => {
    const j = judge(
      evidence({
        attempts: [attempt({ events: ended('a', first) }), attempt({ events: ended('a', second) })],
      }),
      [],
      new Set(),
    );
    expect(j.verdict.kind).toBe('suite-failed');
    expect(j.tests).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
  test('reports of one bug are one finding, as in the report', () =>
    expect(
      verdictOf(
        evidence({
          seen: [
            seen(diagnostic()),
            seen(diagnostic({ stacks: [stack('fault', 'use', '/repo/native/x.c', 9)] })),
            seen(diagnostic({ stacks: [stack('fault', 'other')] })),
          ],
        }),
      ),
    ).toMatchObject({ kind: 'hazard', findings: 2, fresh: 2, known: 0 }));
  test('a report of any run stays', () =>
    expect(verdictOf(evidence({ attempts: [attempt(), attempt()], seen: [seen(diagnostic())] })).kind).toBe(
      'hazard',
    ));
});

describe('an indirect leak', () => {
  type Leak = { kind: 'direct' | 'indirect'; fn: string; entry: string; test?: string; log?: string };
  const leaked = ({ kind, fn, entry, test: of, log = '/out/lsan.1' }: Leak): Observation => ({
    log,
    repro: 'true',
    ...(of === undefined ? {} : { test: of }),
    diagnostic: diagnostic({
      tool: 'lsan',
      rule: `lsan/${kind}-leak`,
      hazard: 'ownership/leak',
      leak: { kind, bytes: 8, objects: 1 },
      stacks: [
        {
          role: 'allocated',
          frames: [fn, entry].map((f) => ({
            kind: 'source',
            function: f,
            file: '/repo/native/x.c',
            line: 7,
          })),
        },
      ],
    }),
  });
  const root = { kind: 'direct', fn: 'new_tree', entry: 'parse' } as const;
  test.each<[string, Leak[], number]>([
    ['of the same call', [root, { kind: 'indirect', fn: 'new_node', entry: 'parse' }], 1],
    [
      'of the same test',
      [
        { ...root, test: 'a' },
        { kind: 'indirect', fn: 'n', entry: 'add', test: 'a' },
      ],
      1,
    ],
    ['of another call', [root, { kind: 'indirect', fn: 'new_node', entry: 'add' }], 2],
    [
      'of another test',
      [
        { ...root, test: 'a' },
        { kind: 'indirect', fn: 'n', entry: 'add', test: 'b' },
      ],
      2,
    ],
    ['of another process', [root, { kind: 'indirect', fn: 'n', entry: 'parse', log: '/out/lsan.2' }], 2],
    [
      'of which none is direct: a circle',
      [
        { kind: 'indirect', fn: 'new_node', entry: 'parse' },
        { kind: 'indirect', fn: 'new_text', entry: 'parse' },
      ],
      1,
    ],
    ['that nothing direct refers to', [{ kind: 'indirect', fn: 'new_node', entry: 'parse' }], 1],
  ])('%s', (_, leaks, findings) => {
    expect(verdictOf(evidence({ seen: leaks.map(leaked) }))).toMatchObject({ kind: 'hazard', findings });
  });
});

describe('a fingerprint', () => {
  const of = (s: Diagnostic): string => fingerprintOf(s, own);
  test('holds no line, path, pid or address', () => {
    const moved = diagnostic({
      pid: 77,
      message: 'heap-use-after-free on 0xdeadbeef',
      stacks: [stack('fault', 'use', '/elsewhere/native/x.c', 99)],
    });
    const there: ProjectCode = { ...own, dirs: ['/elsewhere/native'], shared: ['/elsewhere/native'] };
    expect(fingerprintOf(moved, there)).toBe(of(diagnostic()));
  });
  test('is one for the same bug through ASan and memcheck', () =>
    expect(of(diagnostic({ tool: 'memcheck', rule: 'memcheck/InvalidRead' }))).toBe(of(diagnostic())));
  test('has no order of a race’s sides', () => {
    const race = (...stacks: Stack[]): string =>
      of(diagnostic({ tool: 'tsan', hazard: 'threading/data-race', stacks }));
    expect(race(stack('fault', 'put'), stack('other-access', 'get'))).toBe(
      race(stack('fault', 'get'), stack('other-access', 'put')),
    );
  });
  test('tells functions and hazards apart', () => {
    expect(of(diagnostic({ stacks: [stack('fault', 'other')] }))).not.toBe(of(diagnostic()));
    expect(of(diagnostic({ hazard: 'ownership/double-free' }))).not.toBe(of(diagnostic()));
  });
});
