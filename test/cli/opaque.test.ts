/** A shared object that nobody built here: what does not see into it must not call it clean. Real tools. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellOf, endOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

const MATRIX = `version: 1
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - &py { id: prebuilt, binding: py, dir: py, gates: [plain, asan, memcheck], env: { PUPPET_DIR: ../vendor, PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1' }, with: { args: [test_past_end.py] } }
  - { <<: *py, id: both, targets: [puppet], gates: [asan], with: { args: [test_both.py] }, env: { PUPPET_DIR: '\${target.puppet}', PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1' } }
gates: { plain: , asan: , memcheck: }
`;
const BOTH = `import ctypes

from library import lib


def test_both():
    other = ctypes.CDLL("../vendor/libother.so")
    assert lib.puppet_sum(1, 1) == other.puppet_sum(1, 1)
`;
const ASAN = 'prebuilt-py_owngcc-asan';
const MEMCHECK = 'prebuilt-py_owngcc-memcheck';

let rig: Rig;
let ran: Ran;
beforeAll(async () => {
  rig = makeRig();
  rig.write('ffi-gates.yaml', MATRIX);
  rig.write('py/test_both.py', BOTH);
  rig.write('vendor/README', 'Built elsewhere.\n');
  for (const name of ['libpuppet.so', 'libother.so'])
    execFileSync(
      'cc',
      ['-g', '-fPIC', '-shared', '-o', join(rig.repo, 'vendor', name), 'puppet.c', '-pthread'],
      {
        cwd: join(rig.repo, 'native'),
      },
    );
  ran = await rig.run();
}, 300_000);
afterAll(() => rig.remove());

test('AddressSanitizer is blind to it: the lane is proven, the cell is not clean and says why', (t) => {
  if (whyAbsent(ran, [ASAN])) t.skip();
  expect(endOf(cellOf(ran, ASAN)), ran.stdout + ran.stderr).toBe('inconclusive/gate-not-armed');
  expect(cellOf(ran, ASAN).verdict).toMatchObject({ why: expect.stringContaining('libpuppet.so') });
  expect(ran.report!.lanes.find((l) => l.gate === 'asan')?.proven).toBe(true);
  // Plugins of pytest that are installed here may bring objects, too.
  expect(cellOf(ran, ASAN).objects?.blind).toContain('libpuppet.so');
});

test('Valgrind sees into it, and what it sees is the user’s', (t) => {
  if (whyAbsent(ran, [MEMCHECK])) t.skip();
  expect(endOf(cellOf(ran, MEMCHECK)), ran.stdout + ran.stderr).toBe('hazard');
  const found = ran.report!.findings.filter((f) => f.witnesses.some((w) => w.cell === MEMCHECK));
  expect(found.map((f) => [f.hazard, f.origin])).toEqual([['bounds/heap-overflow', 'own']]);
});

test('beside an instrumented library it is named among what nobody saw', (t) => {
  const id = 'both-py_ccgcc-asan';
  if (whyAbsent(ran, [id])) t.skip();
  expect(endOf(cellOf(ran, id)), JSON.stringify(cellOf(ran, id).verdict)).toBe('clean');
  const { instrumented, blind } = cellOf(ran, id).objects!;
  expect(instrumented).toEqual(['libpuppet.so']);
  expect(blind).toContain('libother.so');
  expect(blind).not.toContain('libpuppet.so');
  const line = ran.stdout.split('\n').find((l) => l.includes(`${id} has uninstrumented objects: `));
  expect(line).toContain('libother.so');
});
