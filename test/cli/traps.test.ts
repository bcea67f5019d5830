/** Traps of hosts and checkers, each sprung on purpose through the real command line. A lane that is absent here is skipped. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { cellOf, endOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

let rig: Rig;
let ran: Ran;
const need = (t: TestContext, ...ids: string[]): void => {
  const why = whyAbsent(ran, ids);
  if (why) t.skip(why);
};
const found = (id: string) =>
  (ran.report?.findings ?? []).filter((f) => f.witnesses.some((w) => w.cell === id));

beforeAll(async () => {
  rig = makeRig();
  ran = await rig.run(['--matrix', 'traps.yaml']);
}, 900_000);
afterAll(() => rig.remove());

const ENDS: [cell: string, end: string, hazards: string[], why: string][] = [
  ['killed-c_ccgcc-memcheck', 'inconclusive/log-truncated', [], 'Valgrind was killed from outside'],
  ['killedlate-c_ccgcc-memcheck', 'hazard', ['bounds/heap-overflow'], 'it had written an error by then'],
  ['good-py_ccclang-asan', 'clean', [], 'clang’s runtime loads below CPython'],
  ['pastend-py_ccclang-asan', 'hazard', ['bounds/heap-overflow'], 'and reports there'],
  ['hostbuffer-py_ccgcc-asan', 'hazard', ['bounds/heap-overflow'], 'pymalloc would hide it'],
  ['deepbind-py_ccgcc-asan', 'inconclusive/tool-failed', ['tool/host-fault'], 'ASan refuses RTLD_DEEPBIND'],
  ['worker-py_ccgcc-asan', 'hazard', ['bounds/heap-overflow'], 'the worker died with 99, its parent passed'],
  ['failsleaks-py_ccgcc-asan', 'hazard', ['ownership/leak'], 'LSan’s status replaces that of the tests'],
  ['overflow-go_ccgcc-ubsan', 'hazard', ['ub/integer-overflow'], 'go test passes and hides the report'],
  ['dies-go_ccgcc-plain', 'hazard', ['ownership/double-free'], 'glibc and the Go runtime tell of one abort'],
  [
    'exits-node_ccgcc-asan',
    'inconclusive/gate-not-armed',
    [],
    'V8’s unfreed blocks are not ours, and no addon was loaded',
  ],
  [
    'exits-node_ccclang-asan',
    'inconclusive/gate-not-armed',
    [],
    'V8’s unfreed blocks are not ours, and no addon was loaded',
  ],
  ['throws-node_ccgcc-asan', 'suite-failed', [], 'a failed test is no hazard'],
  ['segv-node_ccgcc-asan', 'hazard', ['crash/signal'], 'Node takes SIGSEGV back from ASan'],
  ['crash-jni_ccgcc-plain', 'hazard', ['null/dereference'], 'console and crash file are one finding'],
  ['crash-jni_ccgcc-asan', 'hazard', ['null/dereference'], 'the JVM passes C’s faults on'],
  ['crash-jni_ccclang-asan', 'hazard', ['null/dereference'], 'the JVM passes C’s faults on'],
  [
    'crash-jni_ccgcc-xcheck',
    'hazard',
    ['null/dereference', 'unwind/pending-exception'],
    'warnings come on stdout, and the test passes',
  ],
  ['crash-net_ccgcc-plain', 'hazard', ['crash/signal'], 'mono’s own report'],
  ['crash-net_ccgcc-asan', 'hazard', ['crash/signal'], 'mono’s reporter does not hang under ASan'],
];

describe('traps', () => {
  test.for(ENDS)('%s is %s %j: %s', ([id, end, hazards], t) => {
    need(t, id);
    const cell = cellOf(ran, id);
    expect(endOf(cell), JSON.stringify(cell.verdict)).toBe(end);
    expect(
      found(id)
        .map((f) => f.hazard)
        .sort(),
    ).toEqual(hazards);
  });

  test('a killed Valgrind’s cell says so beside what it had found', (t) => {
    need(t, 'killedlate-c_ccgcc-memcheck');
    expect(cellOf(ran, 'killedlate-c_ccgcc-memcheck').verdict).toMatchObject({
      why: expect.stringMatching(/log-truncated: vg\.\d+\.xml/),
    });
  });

  test('a failing suite below a leak keeps its own numbers', (t) => {
    need(t, 'failsleaks-py_ccgcc-asan');
    expect(cellOf(ran, 'failsleaks-py_ccgcc-asan').tests).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  test('what the host leaves unfreed is counted and shown', (t) => {
    need(t, 'exits-node_ccgcc-asan');
    const bucket = ran.report?.runtimeBucket.flatMap((f) => f.witnesses.map((w) => w.cell));
    expect(bucket).toContain('exits-node_ccgcc-asan');
  });

  test('a host that takes its own faults still ran the tests before the crash', (t) => {
    need(t, 'crash-jni_ccgcc-asan');
    const cell = cellOf(ran, 'crash-jni_ccgcc-asan');
    expect(cell.tests.passed).toBe(2);
    // ASan announces the fault on the console and reports it in its log: nothing is cut short.
    expect(JSON.stringify(cell.verdict)).not.toContain('log-truncated');
    if (whyAbsent(ran, ['crash-net_ccgcc-asan']) === undefined)
      expect(cellOf(ran, 'crash-net_ccgcc-asan').tests.passed).toBe(1);
  });

  test('one crash seen by the JVM on its console and in its file has one witness a cell', (t) => {
    need(t, 'crash-jni_ccgcc-plain');
    const [crash] = found('crash-jni_ccgcc-plain');
    expect(crash?.witnesses.filter((w) => w.cell === 'crash-jni_ccgcc-plain')).toHaveLength(1);
  });
});

describe('settings of a matrix that would disarm', () => {
  const DEAF: [what: string, env: string][] = [
    ['a preload that is lost', '{ LD_PRELOAD: "", ASAN_OPTIONS: verify_asan_link_order=0 }'],
    ['a log directory that does not exist', '{ LSAN_OPTIONS: log_path=/nowhere/asan }'],
    ['a suppression that hides the binding’s own leaks', '{ LSAN_OPTIONS: "suppressions=hide.txt" }'],
    ['a status of 0 for findings', '{ ASAN_OPTIONS: "exitcode=0", LSAN_OPTIONS: "exitcode=0" }'],
  ];
  test.for(DEAF)('%s: never clean', async ([, env], t) => {
    need(t, 'failsleaks-py_ccgcc-asan');
    const text = readFileSync(`${rig.repo}/traps.yaml`, 'utf8');
    rig.write('hide.txt', 'leak:libpuppet\nleak:libfficanary\nleak:libpython\n');
    rig.write(
      'deaf.yaml',
      text.replace(
        'asan: { compilers: [gcc, clang] }',
        `asan: { env: ${env.replace('hide.txt', `${rig.repo}/hide.txt`)} }`,
      ),
    );
    const off = await rig.run(['{leaks,pastend}-py_*', '--matrix', 'deaf.yaml']);
    for (const c of off.report?.cells.filter((x) => x.role === 'subject') ?? [])
      expect(['hazard', 'inconclusive'], JSON.stringify(c.verdict)).toContain(c.verdict.kind);
    expect([1, 6]).toContain(off.code);
  });
});
