/** Runs that end with status 0, or with the wrong status, and what the verdict must be nevertheless. Real tools. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { cellOf, endOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

let rig: Rig;
let ran: Ran;

/** A test that looks at cells for which a tool is absent here is skipped, with the words of the plan. */
const need = (t: TestContext, ...ids: string[]): void => {
  const why = whyAbsent(ran, ids);
  if (why) t.skip(why);
};

const findingsOf = (id: string): string[] =>
  (ran.report?.findings ?? []).filter((f) => f.witnesses.some((w) => w.cell === id)).map((f) => f.hazard);
const witness = (id: string) => ran.report?.findings.flatMap((f) => f.witnesses).find((w) => w.cell === id);

beforeAll(async () => {
  rig = makeRig();
  // What a user's shell may hold, each of which would disarm a gate if it reached the children.
  ran = await rig.run([], {
    ASAN_OPTIONS: 'detect_leaks=0:halt_on_error=0:exitcode=0:log_path=/nowhere/asan',
    LSAN_OPTIONS: 'exitcode=0:suppressions=/nowhere',
    UBSAN_OPTIONS: 'log_path=/nowhere/ubsan:suppressions=/nowhere',
    TSAN_OPTIONS: 'report_bugs=0:exitcode=0',
    LD_PRELOAD: '/nowhere/libnothing.so',
    PYTHONMALLOC: 'pymalloc',
    PYTEST_ADDOPTS: '--collect-only',
    CFLAGS: '-fno-sanitize=all',
    LD_LIBRARY_PATH: '/nowhere',
  });
}, 600_000);
afterAll(() => rig.remove());

const ENDS: [cell: string, end: string, why: string][] = [
  ['good-c_ccgcc-asan', 'clean', 'nothing is wrong'],
  ['good-py_ccgcc-asan', 'clean', 'nothing is wrong'],
  ['overflow-c_ccgcc-ubsan', 'hazard', 'UBSan reports and the status is 0'],
  ['pastend-py_ccgcc-asan', 'hazard', 'pytest would capture the report and die with it'],
  ['leaves-py_ccgcc-asan', 'inconclusive/tests-missing', 'os._exit(0) skips the leak check'],
  ['leakexit-c_ccgcc-asan', 'inconclusive/tests-missing', '_exit(0) skips the leak check'],
  ['leaklast-c_ccgcc-asan', 'inconclusive/leaks-unchecked', '_exit(0) after the last test'],
  ['leaklast-py_ccgcc-asan', 'inconclusive/leaks-unchecked', 'os._exit(0) after the last test'],
  ['deafpy-py_commandgcc-asan', 'inconclusive/gate-not-armed', 'the library is not instrumented'],
  ['deafc-c_commandgcc-asan', 'inconclusive/gate-not-armed', 'only the test program is instrumented'],
  ['status-c_ccgcc-asan', 'inconclusive/fired-but-silent', 'the checker’s status without a report'],
  ['cutxml-c_ccgcc-plain', 'inconclusive/log-truncated', 'Valgrind was killed while it wrote'],
  ['smell-c_ccgcc-plain', 'inconclusive/unread-report', 'an unknown checker spoke'],
  ['child-c_ccgcc-asan', 'hazard', 'a child died with 99 and its parent passed'],
  ['failing-c_ccgcc-asan', 'suite-failed', 'a test failed and no gate spoke'],
  ['empty-c_ccgcc-plain', 'inconclusive/no-tests', 'nothing was tested'],
  ['dies-py_ccgcc-plain', 'hazard', 'the C library and the interpreter tell of one abort'],
  ['crashes-c_ccgcc-plain', 'hazard', 'killed by a signal, and nobody says why'],
  ['listdies-c_ccgcc-plain', 'inconclusive/listing-failed', 'the program died while it listed its tests'],
  ['listhangs-c_ccgcc-plain', 'inconclusive/listing-failed', 'the listing never ended'],
  [
    'listcut-py_ccgcc-plain',
    'inconclusive/gate-not-armed',
    'the file that loads the library cannot be imported',
  ],
  ['tenth-c_ccgcc-asan', 'hazard', 'one test of ten ends the process'],
  ['hang-c_ccgcc-plain', 'inconclusive/timed-out', 'a test never ends'],
  ['hanglate-c_ccgcc-ubsan', 'hazard', 'a report was written before the hang'],
  ['leak-c_ccgcc-asan', 'hazard', 'a leak is reported at exit'],
  ['leaks-py_ccgcc-asan', 'hazard', 'a leak of the library below CPython'],
  ['race-go_ccgcc-tsan', 'hazard', 'TSan in Go: a report and status 0'],
];

describe('cells that lie through the exit code', () => {
  test.for(ENDS)('%s is %s: %s', ([id, end], t) => {
    need(t, id);
    expect(endOf(cellOf(ran, id)), JSON.stringify(cellOf(ran, id).verdict)).toBe(end);
  });

  test('the worst cell is the exit code', () => expect(ran.code).toBe(6));

  test('all canaries of these lanes were seen although the environment would have disarmed them', (t) => {
    if (!ran.report?.lanes.length) t.skip('no lane can exist here');
    const unproven = ran.report?.lanes.filter((l) => !l.proven);
    expect(unproven).toEqual([]);
  });

  test('hazards are named by what went wrong', (t) => {
    need(t, 'overflow-c_ccgcc-ubsan', 'pastend-py_ccgcc-asan', 'race-go_ccgcc-tsan');
    expect(findingsOf('overflow-c_ccgcc-ubsan')).toEqual(['ub/integer-overflow']);
    expect(findingsOf('pastend-py_ccgcc-asan')).toEqual(['bounds/heap-overflow']);
    expect(findingsOf('child-c_ccgcc-asan')).toEqual(['bounds/heap-overflow']);
    expect(findingsOf('race-go_ccgcc-tsan')).toEqual(['threading/data-race']);
  });

  test('one bug seen in five cells of two bindings is one finding with a witness for each', (t) => {
    need(t, 'child-c_ccgcc-asan', 'pastend-py_ccgcc-asan');
    const bugs = ran.report?.findings.filter((f) => f.hazard === 'bounds/heap-overflow' && !f.planted) ?? [];
    expect(bugs).toHaveLength(1);
    expect([...new Set(bugs[0]?.witnesses.map((w) => w.binding))].sort()).toEqual(['c', 'py']);
  });

  test('a report belongs to the test that ran', (t) => {
    need(t, 'overflow-c_ccgcc-ubsan', 'pastend-py_ccgcc-asan', 'tenth-c_ccgcc-asan');
    expect(witness('overflow-c_ccgcc-ubsan')?.test).toBe('overflows');
    expect(witness('pastend-py_ccgcc-asan')?.test).toBe('test_past_end.py::test_past_end');
    expect(witness('tenth-c_ccgcc-asan')?.test).toBe('t3');
    expect(witness('hanglate-c_ccgcc-ubsan')?.test).toBe('overflows');
  });

  test('a crash hides nothing: the other nine have results', (t) => {
    need(t, 'tenth-c_ccgcc-asan');
    const cell = cellOf(ran, 'tenth-c_ccgcc-asan');
    expect(cell.tests).toEqual({ passed: 9, failed: 0, skipped: 0 });
    expect(cell.diedIn).toEqual(['t3']);
  });

  test('the names of a list that was cut short are run all the same', (t) => {
    const ids = ['listdies-c_ccgcc-plain', 'listhangs-c_ccgcc-plain', 'listcut-py_ccgcc-plain'];
    need(t, ...ids);
    for (const id of ids) expect(cellOf(ran, id).tests.passed, id).toBe(1);
    const cut = cellOf(ran, 'listcut-py_ccgcc-plain');
    expect(cut.uncollected).toMatchObject([{ why: expect.stringContaining('module_that_nobody_has') }]);
  });

  test('a hazard found before a hang still says that time ran out', (t) => {
    need(t, 'hanglate-c_ccgcc-ubsan');
    expect(cellOf(ran, 'hanglate-c_ccgcc-ubsan').verdict).toMatchObject({
      why: expect.stringMatching(/timed-out/),
    });
  });

  test('unread lines are shown', (t) => {
    need(t, 'smell-c_ccgcc-plain');
    expect(cellOf(ran, 'smell-c_ccgcc-plain').unread.map((u) => u.text)).toEqual([
      expect.stringContaining('FooSanitizer'),
    ]);
  });

  test('a death of which the C library and the host both tell is one finding, with the host’s stack', (t) => {
    need(t, 'dies-py_ccgcc-plain');
    const found = ran.report?.findings.filter((f) =>
      f.witnesses.some((w) => w.cell === 'dies-py_ccgcc-plain'),
    );
    expect(found?.map((f) => f.hazard)).toEqual(['ownership/double-free']);
    expect(
      found?.[0]?.stacks.flatMap((k) => k.frames).some((f) => JSON.stringify(f).includes('test_dies')),
    ).toBe(true);
    expect(found?.[0]?.witnesses).toHaveLength(1);
  });

  test('two processes killed without a word are two diagnostics, each with its test', (t) => {
    need(t, 'crashes-c_ccgcc-plain');
    const killed = ran.report?.findings
      .flatMap((f) => f.witnesses)
      .filter((w) => w.cell === 'crashes-c_ccgcc-plain');
    expect(killed?.map((w) => w.test).sort()).toEqual(['first', 'second']);
    expect(cellOf(ran, 'crashes-c_ccgcc-plain').tests.passed).toBe(1);
  });

  test('the finding’s command shows it again, and runs no other test', (t) => {
    need(t, 'hanglate-c_ccgcc-ubsan');
    const found = ran.report?.findings.find((f) => f.hazard === 'ub/integer-overflow' && !f.planted);
    // One of its witnesses hangs in another test.
    const again = spawnSync('sh', ['-c', found!.repro], { encoding: 'utf8', timeout: 20_000 });
    expect(again.stdout).toMatch(/signed integer overflow/);
    expect(again.signal).toBeNull();
  });
});

describe('a second run', () => {
  test('runs the tests again, whatever is cached, and finds the same', async (t) => {
    need(t, 'race-go_ccgcc-tsan', 'overflow-c_ccgcc-ubsan', 'tenth-c_ccgcc-asan');
    const again = await rig.run(['{race-go,overflow-c,tenth-c}_*']);
    const ours = again.report!.builds.filter((b) => !b.id.startsWith('canary'));
    expect(ours.filter((b) => !b.reused)).toEqual([]);
    expect(endOf(cellOf(again, 'race-go_ccgcc-tsan'))).toBe('hazard');
    expect(cellOf(again, 'tenth-c_ccgcc-asan').tests.passed).toBe(9);
    const ids = (r: Ran): string[] => r.report!.findings.filter((f) => !f.planted).map((f) => f.fingerprint);
    expect(ids(ran)).toEqual(expect.arrayContaining(ids(again)));
  }, 300_000);
});

describe('a lane without proof', () => {
  test('is never clean: canaries switched off', async (t) => {
    need(t, 'good-c_ccgcc-plain');
    const text = readFileSync(`${rig.repo}/ffi-gates.yaml`, 'utf8');
    rig.write('none.yaml', `${text}canaries: false\n`);
    const off = await rig.run(['good-c_*-plain', '--matrix', 'none.yaml']);
    expect(endOf(cellOf(off, 'good-c_ccgcc-plain'))).toBe('inconclusive/gate-not-armed');
    expect(off.code).toBe(6);
  }, 120_000);

  test('is never clean: the matrix itself disarms the gate', async (t) => {
    need(t, 'leak-c_ccgcc-asan');
    const text = readFileSync(`${rig.repo}/ffi-gates.yaml`, 'utf8');
    rig.write('deaf.yaml', text.replace('asan: ,', 'asan: { env: { ASAN_OPTIONS: detect_leaks=0 } },'));
    const off = await rig.run(['{good,leak}-c_*-asan', '--matrix', 'deaf.yaml']);
    expect(endOf(cellOf(off, 'leak-c_ccgcc-asan'))).toBe('inconclusive/gate-not-armed');
    expect(endOf(cellOf(off, 'good-c_ccgcc-asan'))).toBe('inconclusive/gate-not-armed');
  }, 120_000);
});

describe('two runs of one plan', () => {
  test('write the same JUnit but for times and process ids', async () => {
    const junit = (): string =>
      readFileSync(`${rig.out}/junit.xml`, 'utf8')
        .replace(/(time|timestamp)="[^"]*"/g, '$1=""')
        .replace(/\b(vg|asan|lsan|ubsan|tsan)\.\d+/g, '$1.PID')
        .replace(/in \d+ ms|\d+(?:\.\d+)? m?s\b/g, 'MS');
    const args = ['{good-c,failing-c,overflow-c}_*', '--matrix', 'off.yaml'];
    rig.write('off.yaml', `${readFileSync(`${rig.repo}/ffi-gates.yaml`, 'utf8')}canaries: false\n`);
    await rig.run(args);
    const first = junit();
    await rig.run([...args, '--jobs', '1']);
    expect(junit()).toBe(first);
  }, 120_000);
});
