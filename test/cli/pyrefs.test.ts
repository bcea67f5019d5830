/** A test that `pyrefs` passes over while the suite runs is looked at in a process of its own, or makes the cell inconclusive. */
import { afterEach, describe, expect, test } from 'vitest';
import { cellOf, makeRig, whyAbsent, type Rig } from '../helpers/rig.js';

let rig: Rig;
afterEach(() => rig.remove());

const CELL = 's-py_ccgcc-pyrefs';
const matrix = (settings: string): string => `version: 1
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - { id: s, binding: py, dir: proj, targets: [puppet], env: { PUPPET_DIR: '\${target.puppet}' } }
gates: { pyrefs: { ${settings} } }
`;
/** No close look is affordable after the first that finds nothing. */
const CONFTEST = `import sys
pyrefs = sys.modules.get("ffi_gates_pyrefs")
if pyrefs:  # not while tests are listed
    pyrefs._IN_VAIN_SECONDS = pyrefs._IN_VAIN_SHARE = 0
`;
const HEAD = `import ctypes, os
ctypes.CDLL(os.path.join(os.environ["PUPPET_DIR"], "libpuppet.so"))
def lose(thing): ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
kept = []
def test_keeps(): kept.append([0] * 9)
`;
const LOSES = 'def test_loses(): lose([0] * 8)\n';
const ALSO_KEEPS = 'def test_also_keeps(): kept.append([1] * 9)\n';
/** Passes over and over in a process in which the other test has been. */
const NEEDS = 'def test_needs():\n    assert kept\n    kept.append([2] * 9)\n';
const FAR = 'def test_far(): kept.append([3] * 9)\n';

const KINDS: Record<string, { tests: string; settings?: string; verdict: string; says?: RegExp }> = {
  'one that loses a reference is seen': { tests: LOSES, verdict: 'hazard', says: /"fresh":1/ },
  'one that keeps what it makes is clean': { tests: ALSO_KEEPS, verdict: 'clean' },
  'one that fails alone proves nothing, and fails nothing': {
    tests: NEEDS,
    verdict: 'inconclusive',
    says: /tests-unproven.*test_needs/,
  },
  'one beyond the limit proves nothing': {
    tests: ALSO_KEEPS + FAR,
    settings: 'looks: 1',
    verdict: 'inconclusive',
    says: /tests-unproven.*test_far.*raise 'looks'/,
  },
};

describe('of the tests that were passed over', () => {
  test.each(Object.entries(KINDS))(
    '%s',
    async (_, { tests, settings = '', verdict, says }) => {
      rig = makeRig();
      rig.write('proj/conftest.py', CONFTEST);
      rig.write('proj/test_a.py', HEAD + tests);
      rig.write('ffi-gates.yaml', matrix(settings));
      const ran = await rig.run();
      if (whyAbsent(ran, [CELL])) return;
      const cell = cellOf(ran, CELL);
      expect(cell.verdict.kind, JSON.stringify(cell.verdict)).toBe(verdict);
      if (says) expect(JSON.stringify(cell.verdict)).toMatch(says);
      expect(cell.tests.failed).toBe(0);
    },
    300_000,
  );
});
