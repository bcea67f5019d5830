/** Suites of Python as strangers keep them: collected and started where their maintainers do, and told what stood in the way. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { cellOf, endOf, eventually, makeRig, whyAbsent, type Rig } from '../helpers/rig.js';

let rig: Rig;
afterEach(() => rig.remove());

const matrix = (suite: string, proven = false): string => `version: 1
canaries: ${proven}
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - { id: s, binding: py, targets: [puppet], env: { PUPPET_DIR: '\${target.puppet}' }, ${suite} }
gates: { plain: }
`;
const CELL = 's-py_ccgcc-plain';

type Kind = {
  suite: string;
  files: Record<string, string>;
  tests: { passed: number; failed: number };
  /** With its canary, without which nothing is clean. */
  proven?: true;
  /** What the verdict of the cell must say. */
  says?: RegExp;
  failed?: string[];
};

const KINDS: Record<string, Kind> = {
  'files are named relative to the project': {
    suite: 'dir: proj/tests, with: { root: .. }',
    files: {
      'proj/tests/data/a.txt': 'x',
      'proj/tests/test_a.py':
        'def test_a(pytestconfig):\n    assert open("tests/data/a.txt").read() == "x"\n    assert (pytestconfig.rootpath / "tests").is_dir()\n',
    },
    tests: { passed: 1, failed: 0 },
  },
  'a package of tests called test, with relative imports': {
    suite: 'dir: proj/test, with: { root: .., path: [..] }',
    files: {
      'proj/test/__init__.py': '',
      'proj/test/conftest.py': 'WORD = "x"\n',
      'proj/test/test_a.py':
        'from .conftest import WORD\nimport test.conftest\ndef test_a(): assert WORD == "x"\n',
    },
    tests: { passed: 1, failed: 0 },
  },
  siblings: {
    suite: 'dir: proj, with: { args: [a/tests, b/tests] }',
    files: {
      'proj/a/tests/test_a.py': 'def test_a(): pass\n',
      'proj/b/tests/test_b.py': 'def test_b(): assert False\n',
      'proj/c/test_c.py': 'raise ImportError("nobody asked for it")\n',
    },
    tests: { passed: 1, failed: 1 },
    failed: ['b/tests/test_b.py::test_b'],
  },
  'a file that cannot be collected costs itself': {
    suite: 'dir: proj/tests',
    files: {
      'proj/tests/test_a.py':
        'import ctypes, os\nctypes.CDLL(os.path.join(os.environ["PUPPET_DIR"], "libpuppet.so"))\ndef test_a(): pass\n',
      'proj/tests/test_b.py': 'import a_helper_that_is_not_here\n',
    },
    tests: { passed: 1, failed: 0 },
    proven: true,
    says: /"clean".*1 of 2 test files could not be collected: test_b\.py: .*a_helper_that_is_not_here/,
  },
  'scripts are run as their maintainers run them': {
    suite: 'dir: proj/tests, with: { root: .. }',
    files: {
      'proj/tests/checks.py':
        'import unittest\nclass Checks(unittest.TestCase):\n    def test_it(self): assert open("tests/checks.py")\n',
      // Importing it would run everything, and end pytest.
      'proj/tests/test_ends.py': 'import unittest, checks\nunittest.main(module=checks)\n',
      'proj/tests/test_fails.py': 'import sys\nsys.exit("three of four are wrong")\n',
      'proj/tests/test_guarded.py': 'def main():\n    assert False\nif __name__ == "__main__":\n    main()\n',
      'proj/tests/test_plain.py': 'for i in range(3):\n    assert i < 3\n',
      // Neither is one: tests start the first, and pytest finds something in the second.
      'proj/tests/test_server.py':
        'import sys\nif __name__ == "__main__":\n    assert sys.argv[1]\n    sys.exit(3)\n',
      'proj/tests/test_usual.py':
        'import unittest\nclass T(unittest.TestCase):\n    def test_it(self): pass\nif __name__ == "__main__":\n    unittest.main()\n',
    },
    tests: { passed: 3, failed: 2 },
    failed: ['tests/test_fails.py::__main__', 'tests/test_guarded.py::__main__'],
  },
  'a file that ends Python when it is imported costs itself': {
    suite: 'dir: proj/tests',
    files: {
      'proj/tests/test_a.py':
        'import ctypes, os\nctypes.CDLL(os.path.join(os.environ["PUPPET_DIR"], "libpuppet.so"))\ndef test_a(): pass\n',
      'proj/tests/test_b.py': 'import sys\nif True:\n    sys.exit("needs a display")\ndef test_b(): pass\n',
      'proj/tests/test_c.py': 'import pytest\npytest.exit("not today")\n',
    },
    tests: { passed: 1, failed: 0 },
    proven: true,
    says: /2 of 3 test files could not be collected: test_b\.py: .*needs a display/,
  },
  'more tests than a command line takes': {
    suite: 'dir: proj/tests',
    files: {
      'proj/tests/test_a.py':
        'import pytest\n@pytest.mark.parametrize("i", range(9000), ids=lambda i: "x" * 300 + str(i))\ndef test_a(i): assert i != 8999\n',
    },
    tests: { passed: 8999, failed: 1 },
  },
  'a host that ends at each test is not started for all of them': {
    suite: 'dir: proj/tests',
    files: {
      'proj/tests/conftest.py':
        'import pytest\n@pytest.fixture(autouse=True)\ndef display(): pytest.exit("no display is here", 4)\n',
      'proj/tests/test_a.py':
        'import pytest\n@pytest.mark.parametrize("i", range(60))\ndef test_a(i): pass\n',
    },
    tests: { passed: 0, failed: 0 },
    says: /ended with status 4 while .*: .*no display is here/,
  },
};

describe('a suite', () => {
  test.each(Object.entries(KINDS))(
    '%s',
    async (_, { suite, files, tests, says, failed, proven }) => {
      rig = makeRig();
      rig.write('ffi-gates.yaml', matrix(suite, proven));
      for (const [path, text] of Object.entries(files)) rig.write(path, text);
      const ran = await rig.run();
      if (whyAbsent(ran, [CELL])) return;
      const cell = cellOf(ran, CELL);
      expect(cell.tests, JSON.stringify(cell.verdict)).toMatchObject(tests);
      if (failed) expect(cell.failedTests.map((t) => t.test)).toEqual(failed);
      if (says) {
        expect(JSON.stringify(cell.verdict)).toMatch(says);
        expect(ran.code).toBe(6);
      }
      // Neither a launch for each test, nor one that could not begin.
      expect(cell.logs.filter((l) => l.includes('output.log')).length).toBeLessThan(10);
    },
    300_000,
  );
});

test('an interrupted run reports what it has judged, and nothing of what was cut off', async () => {
  rig = makeRig();
  rig.write(
    'ffi-gates.yaml',
    `version: 1
canaries: false
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - { id: fails, binding: py, dir: one, targets: [puppet] }
  - { id: waits, binding: py, dir: two, targets: [puppet] }
gates: { plain: }
`,
  );
  const reached = join(rig.dir, 'reached');
  rig.write('one/test_a.py', 'def test_a(): assert False\n');
  rig.write(
    'two/test_b.py',
    'import os, pathlib, time\ndef test_b():\n    pathlib.Path(os.environ["PUPPET_REACHED"]).touch()\n    time.sleep(600)\n',
  );
  const { child, ended } = rig.start(
    ['run', '--jobs', '1', '--out', rig.out, '--cache', join(rig.dir, 'cache'), '--quiet'],
    { PUPPET_REACHED: reached },
  );
  expect(await eventually(() => (existsSync(reached) ? true : undefined), 120_000)).toBe(true);
  // As under npx: the terminal's, and the one that npm passes on.
  child.kill('SIGINT');
  child.kill('SIGTERM');
  const ran = await ended;
  expect(ran.code, ran.stderr).toBe(130);
  expect(ran.report).toMatchObject({ exitCode: 130, cut: { judged: 1, cells: 2 } });
  expect(endOf(cellOf(ran, 'fails-py_ccgcc-plain'))).toBe('suite-failed');
  expect(cellOf(ran, 'waits-py_ccgcc-plain').verdict).toMatchObject({
    kind: 'skipped',
    why: expect.stringContaining('interrupted') as string,
  });
  expect(ran.stdout).toContain('interrupted: 1 of 2 cells were judged');
}, 300_000);
