/** The gate `values` on a repository with wrappers in Python: what it says beyond the planted cases of the fixtures. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { cellOf, endOf, makeRig } from '../helpers/rig.js';

const HELPER = readFileSync(
  fileURLToPath(new URL('../../plugins/values/ffi_gates_values.py', import.meta.url)),
  'utf8',
);
const missing = spawnSync('python3', ['-c', 'import pytest']).status !== 0;
if (missing) console.warn('SKIPPED: the lane of values needs python3 and pytest');

const LIBRARY = `#include <stdint.h>
int64_t plus(int64_t a, int64_t b) { return a + b; }
int twice(int a) { return 2 * (a & 0xffff); }
`;
const CELL = 'api-py_ccgcc-values';
const matrix = (functions: string): string => `version: 1
targets:
  plain: { builder: cc, dir: native, sources: [plain.c], produces: [libplain.so] }
suites:
  - { id: api, binding: py, dir: tests, targets: [plain], values: { functions: [${functions}] } }
gates: { values: {} }
`;
const WRAPPERS = `import ctypes, os
from ffi_gates_values import check
lib = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_PLAIN"], "libplain.so"))
lib.plus.argtypes, lib.plus.restype = [ctypes.c_int64, ctypes.c_int64], ctypes.c_int64
def fits(n, bits):
    if not -(1 << bits - 1) <= n < 1 << bits - 1: raise OverflowError(n)
    return n
def plus(a, b): return lib.plus(fits(a, 64), fits(b, 64))
def twice(a): return lib.twice(fits(a, 32))
`;
const BOTH = "'int64_t plus(int64_t a, int64_t b)', 'int twice(int a)'";

type Row = {
  functions: string;
  tests: string;
  /** The verdict, and what the report must say. */
  ends: string;
  says: RegExp[];
  /** Findings, as hazard and the vector's end of the message. */
  findings: [string, RegExp][];
};

const ROWS: Record<string, Row> = {
  'wrappers that agree': {
    functions: BOTH,
    tests: 'def test_plus(): check("plus", plus)\ndef test_twice(): check("twice", twice)\n',
    ends: 'clean',
    says: [],
    findings: [],
  },
  'a function that no test asks': {
    functions: BOTH,
    tests: 'def test_plus(): check("plus", plus)\n',
    ends: 'inconclusive/tool-failed',
    says: [/no test asks twice/],
    findings: [],
  },
  'a function that no signature names': {
    functions: "'int64_t plus(int64_t a, int64_t b)'",
    tests: 'def test_plus(): check("plus", plus)\ndef test_twice(): check("twice", twice)\n',
    ends: 'inconclusive/tool-failed',
    says: [/twice is asked at .*test_it\.py:\d+, and no signature names it/],
    findings: [],
  },
  'an adapter that is not filled in': {
    functions: "'int twice(int a)'",
    tests: 'from ffi_gates_values import todo\ndef test_twice(): check("twice", lambda a: todo())\n',
    ends: 'inconclusive/tool-failed',
    says: [/twice took no vector at all: NotImplementedError: call the wrapper in this line/],
    findings: [],
  },
  'a vector that ends the process, and one behind it whose result is wrong': {
    functions: BOTH,
    tests: `def narrow(a, b):
    if a == 2: ctypes.string_at(0)
    whole = plus(a, b)
    return ctypes.c_int(whole).value
def test_plus(): check("plus", narrow)
def test_twice(): check("twice", twice)
`,
    ends: 'hazard',
    says: [],
    findings: [
      ['crash/signal', /plus\(a = 2, b = 1\) ended the host; C alone answers 3/],
      [
        'abi/wrong-width',
        /plus\(a = \d+, b = 1\) is \d+ in C and -?\d+ through the wrapper: the result arrives as int32/,
      ],
    ],
  },
};

describe.skipIf(missing)('a suite with', () => {
  const rigs: ReturnType<typeof makeRig>[] = [];
  afterAll(() => rigs.forEach((r) => r.remove()));

  test.each(Object.entries(ROWS))('%s', { timeout: 600_000 }, async (_, row) => {
    const rig = makeRig('ffi-gates-values-');
    rigs.push(rig);
    rig.write('ffi-gates.yaml', matrix(row.functions));
    rig.write('native/plain.c', LIBRARY);
    rig.write('tests/ffi_gates_values.py', HELPER);
    rig.write('tests/test_it.py', `${WRAPPERS}${row.tests}`);
    const ran = await rig.run();
    const cell = cellOf(ran, CELL);
    expect(endOf(cell), JSON.stringify(cell)).toBe(row.ends);
    for (const words of row.says) expect(JSON.stringify(cell)).toMatch(words);
    const found = (ran.report?.findings ?? []).filter(
      (f) =>
        f.witnesses.some((w) => w.cell === CELL) &&
        // That makes a cell inconclusive, and is no hazard.
        f.origin !== 'tool' &&
        // The process that a vector ends is a crash of its own.
        (f.hazard !== 'crash/signal' || /ended the host/.test(f.message)),
    );
    for (const [hazard, words] of row.findings)
      expect(
        found.filter((f) => f.hazard === hazard && words.test(f.message)),
        JSON.stringify(found),
      ).toHaveLength(1);
    if (row.findings.length === 0) expect(found).toEqual([]);
    for (const f of found) expect(f.repro).toMatch(/FFI_GATES_VALUES_ONLY=\w+:\d+/);
  });
});
