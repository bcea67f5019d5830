/** Repositories that a new user may bring: nothing to gate in them, no tests, a service that is not there, blanks in paths. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { cellOf, endOf, makeRig, whyAbsent, type Rig } from '../helpers/rig.js';

let rig: Rig;
afterEach(() => rig.remove());

describe('a repository without any binding', () => {
  test.each(['init', 'run', 'plan'])(
    '%s says so, writes nothing and is not green',
    async (command) => {
      rig = makeRig();
      const dir = join(rig.dir, 'empty');
      mkdirSync(dir);
      const ran = await rig.start([command, ...(command === 'init' ? [dir] : [])], {}, dir).ended;
      expect(ran.stderr).toMatch(
        command === 'init'
          ? /no tests that reach native code were found/
          : /no ffi-gates\.yaml here or above/,
      );
      expect(ran.code).toBe(command === 'init' ? 3 : 2);
      expect(readdirSync(dir)).toEqual([]);
    },
    60_000,
  );
});

describe('a suite of Python', () => {
  const matrix = (files: string): string => `version: 1
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - { id: s, binding: py, dir: py, targets: [puppet], env: { PUPPET_DIR: '\${target.puppet}' }, with: { args: [${files}] } }
gates: { plain: , asan: }
`;

  test('that needs a service which is not there fails, with and without the gate', async (t) => {
    rig = makeRig();
    rig.write('ffi-gates.yaml', matrix('test_service.py'));
    rig.write(
      'py/test_service.py',
      'import socket\n\n\ndef test_asks():\n    socket.create_connection(("127.0.0.1", 1), timeout=5)\n\n\ndef test_other():\n    pass\n',
    );
    const ran = await rig.run();
    if (whyAbsent(ran, ['s-py_ccgcc-asan'])) t.skip();
    expect(ran.code, ran.stdout + ran.stderr).toBe(4);
    const cell = cellOf(ran, 's-py_ccgcc-asan');
    expect(cell.tests).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(cell.failedTests).toMatchObject([{ test: 'test_service.py::test_asks', plain: 'failed' }]);
    expect(ran.stdout).toContain('(fails without the gate too): ConnectionRefusedError');
  }, 120_000);

  test('without a single test is not clean', async (t) => {
    rig = makeRig();
    rig.write('ffi-gates.yaml', matrix('test_none.py'));
    rig.write('py/test_none.py', 'from library import lib\n');
    const ran = await rig.run();
    if (whyAbsent(ran, ['s-py_ccgcc-asan'])) t.skip();
    expect(ran.code).toBe(6);
    expect(cellOf(ran, 's-py_ccgcc-asan').verdict).toMatchObject({
      kind: 'inconclusive',
      why: expect.stringMatching(/no tests/),
    });
  }, 120_000);
});

describe('a path with blanks and letters beyond ASCII', () => {
  const CELLS = ['leak-c_ccgcc-asan', 'overflow-c_ccgcc-ubsan', 'leaks-py_ccgcc-asan', 'race-go_ccgcc-tsan'];
  test('does not disturb builds, checkers, findings or their commands', async (t) => {
    rig = makeRig('ffi gates é ');
    const ran = await rig.run(CELLS);
    if (whyAbsent(ran, CELLS)) t.skip();
    expect(
      ran.report!.lanes.every((l) => l.proven),
      ran.stdout + ran.stderr,
    ).toBe(true);
    for (const id of CELLS) expect(endOf(cellOf(ran, id)), id).toBe('hazard');
    const mine = ran.report!.findings.filter((f) => !f.planted);
    expect(mine.map((f) => f.hazard).sort()).toEqual([
      'ownership/leak',
      'threading/data-race',
      'ub/integer-overflow',
    ]);
    const again = await rig.start(['repro', mine[0]!.fingerprint, '--run', '--out', rig.out]).ended;
    expect(again.stdout, again.stderr).toContain('seen again');
    const leak = mine.find((f) => f.hazard === 'ownership/leak')!;
    const file = join(rig.repo, 'ffi-gates-suppressions.yaml');
    await rig.start(['suppress', leak.fingerprint, '--reason', 'kept', '--out', rig.out]).ended;
    expect(existsSync(file)).toBe(true);
    const after = await rig.run(CELLS.slice(0, 1));
    expect(endOf(cellOf(after, CELLS[0]!))).toBe('clean');
    expect(after.report!.suppressions).toMatchObject([{ unused: false }]);
    expect(after.report!.suppressions![0]!.matched).toBeGreaterThan(0);
  }, 300_000);
});
