/** The gate `fuzz` on a repository with wrappers in Python: gaps that the boundary vectors of `values` do not reach. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { FindingReport } from '../../src/model/report.js';
import { cellOf, endOf, makeRig, type Ran } from '../helpers/rig.js';

const HELPER = readFileSync(
  fileURLToPath(new URL('../../plugins/values/ffi_gates_values.py', import.meta.url)),
  'utf8',
);
const missing = spawnSync('python3', ['-c', 'import pytest']).status !== 0;
if (missing) console.warn('SKIPPED: the lane of fuzz needs python3 and pytest');

const CELL = 'api-py_ccgcc-fuzz';
const KEPT = 'cache/fuzz/api-py.json';

// Lengths in the first byte, or before a colon, are believed; text has to be a number.
const LIBRARY = `#include <stdint.h>
#include <stdlib.h>
#include <string.h>
int unpack(const uint8_t *data, size_t len) {
  if (len < 1) return 0;
  uint8_t *out = malloc(32);
  const size_t n = data[0] & 0x3f;
  int sum = 0;
  for (size_t i = 0; i < n && i + 1 < len; i++) out[i] = data[i + 1];
  for (size_t i = 0; i < n && i + 1 < len; i++) sum += out[i];
  free(out);
  return sum;
}
int netstring(const uint8_t *data, size_t len) {
  size_t n = 0, i = 0;
  for (; i < len && data[i] >= '0' && data[i] <= '9'; i++) n = n * 10 + (data[i] - '0');
  if (i == 0 || i >= len || data[i] != ':') return -1;
  char *out = malloc(n + 1);
  memcpy(out, data + i + 1, n);
  const int first = n ? out[0] : 0;
  free(out);
  return first & 0xff;
}
int digits(const char *text) {
  int n = 0;
  for (; *text; text++, n++) if (*text < '0' || *text > '9') return -2;
  return n;
}
`;
const matrix = (functions: string): string => `version: 1
targets:
  plain: { builder: cc, dir: native, sources: [plain.c], produces: [libplain.so], errors: { digits: negative, netstring: negative } }
suites:
  - { id: api, binding: py, dir: tests, targets: [plain], values: { functions: [${functions}] } }
gates: { fuzz: { time: 0.1, inputs: 300 } }
`;
const UNPACK = "'int unpack(const uint8_t *data, size_t len)'";
const DIGITS = "'int digits(const char *text)'";

const NETSTRING = "'int netstring(const uint8_t *data, size_t len)'";

const WRAPPERS = `import ctypes, os
from ffi_gates_values import check, todo
lib = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_PLAIN"], "libplain.so"))
def unpack(data): return lib.unpack(data, len(data))
def careful_unpack(data):
    if data and data[0] & 0x3F > 32: raise ValueError("too long")
    return unpack(data)
def netstring(data):
    n = lib.netstring(data, ctypes.c_size_t(len(data)))
    if n < 0: raise ValueError("no netstring")
    return n
def c_text(text):
    if "\\0" in text: raise ValueError("NUL")
    return text.encode()
def digits(text): return lib.digits(c_text(text))
def careful_digits(text):
    n = digits(text)
    if n < 0: raise ValueError("no digits")
    return n
`;

type Row = {
  functions: string;
  tests: string;
  ends: string;
  says: RegExp[];
  /** Hazards, what the finding says, and the input in its command. */
  findings: [string, RegExp, RegExp][];
};

const ROWS: Record<string, Row> = {
  'wrappers that refuse': {
    functions: `${UNPACK}, ${DIGITS}`,
    tests:
      'def test_unpack(): check("unpack", careful_unpack)\ndef test_digits(): check("digits", careful_digits)\n',
    ends: 'clean',
    says: [],
    findings: [],
  },
  'a length that is believed': {
    functions: UNPACK,
    tests: 'def test_unpack(): check("unpack", unpack)\ndef test_other(): assert True\n',
    ends: 'hazard',
    says: [],
    // 33 bytes behind the length is the least, and each of them may be 0.
    findings: [
      [
        'trust/validation-gap',
        /^unpack\(data = 34 bytes [0-9a-f]{2}000000…\) is an error of memory in C, and the wrapper does not refuse it$/,
        /FFI_GATES_FUZZ_INPUT=unpack \d+ b:[0-9a-f]{2}(?:00){33}'/,
      ],
      ['bounds/heap-overflow', /heap-buffer-overflow/, /FFI_GATES_FUZZ_INPUT=unpack \d+ b:/],
    ],
  },
  // A digit and a colon are too rare for the inputs of one launch.
  'a gap that is found in C alone': {
    functions: NETSTRING,
    tests: 'def test_net(): check("netstring", netstring)\n',
    ends: 'hazard',
    says: [],
    findings: [
      [
        'trust/validation-gap',
        /^netstring\(data = bytes 3[1-9]3a\) is an error of memory in C, and the wrapper does not refuse it$/,
        /FFI_GATES_FUZZ_INPUT=netstring \d+ b:3[1-9]3a'/,
      ],
    ],
  },
  'an error that is handed on as a value': {
    functions: DIGITS,
    tests: 'def test_digits(): check("digits", digits)\n',
    ends: 'hazard',
    says: [],
    findings: [
      [
        'trust/validation-gap',
        /^digits\(text = ".{1,6}"\) is refused by C, which returns -2, and the wrapper answers -2$/,
        /FFI_GATES_FUZZ_INPUT=digits \d+ s:[0-9a-f]{4}'/,
      ],
    ],
  },
  'an adapter that is not filled in': {
    functions: DIGITS,
    tests: 'def test_digits(): check("digits", lambda text: todo())\n',
    ends: 'inconclusive/tool-failed',
    says: [/digits took none of \d+ inputs, of which C takes some: NotImplementedError: call the wrapper/],
    findings: [],
  },
  'a function that no test asks': {
    functions: `${UNPACK}, ${DIGITS}`,
    tests: 'def test_digits(): check("digits", careful_digits)\n',
    ends: 'inconclusive/tool-failed',
    says: [/no test asks unpack/],
    findings: [],
  },
};

describe.skipIf(missing)('a suite with', () => {
  const rigs: ReturnType<typeof makeRig>[] = [];
  afterAll(() => rigs.forEach((r) => r.remove()));

  test.each(Object.entries(ROWS))('%s', { timeout: 600_000 }, async (_, row) => {
    const rig = makeRig('ffi-gates-fuzz-');
    rigs.push(rig);
    rig.write('ffi-gates.yaml', matrix(row.functions));
    rig.write('native/plain.c', LIBRARY);
    rig.write('tests/ffi_gates_values.py', HELPER);
    rig.write('tests/test_it.py', `${WRAPPERS}${row.tests}`);
    const ran = await rig.run();
    const cell = cellOf(ran, CELL);
    expect(endOf(cell), JSON.stringify(cell)).toBe(row.ends);
    for (const words of row.says) expect(JSON.stringify(cell)).toMatch(words);
    const findingsOf = ({ report }: Ran): FindingReport[] =>
      (report?.findings ?? []).filter((f) => f.witnesses.some((w) => w.cell === CELL) && f.origin !== 'tool');
    const found = findingsOf(ran);
    expect(found.map((f) => f.hazard).sort(), JSON.stringify(found)).toEqual(
      row.findings.map(([hazard]) => hazard).sort(),
    );
    for (const [hazard, words, command] of row.findings) {
      const f = found.find((x) => x.hazard === hazard);
      expect(f?.message).toMatch(words);
      expect(f?.repro).toMatch(command);
      if (hazard !== 'trust/validation-gap') continue;
      // The command alone shows it again.
      const again = spawnSync('sh', ['-c', f?.repro ?? 'false'], { encoding: 'utf8' });
      expect(again.stdout, again.stderr).toContain(f?.message ?? '');
    }
    if (row.ends !== 'hazard') return;
    // The next run begins with it, whatever its seed draws.
    const kept = join(rig.dir, KEPT);
    expect(existsSync(kept)).toBe(true);
    const before = JSON.parse(readFileSync(kept, 'utf8')) as Record<string, { reproducers: string[][] }>;
    const [name = ''] = Object.keys(before);
    const [reproducer = []] = before[name]?.reproducers ?? [];
    const second = await rig.run();
    const f = findingsOf(second).find((x) => x.hazard === 'trust/validation-gap');
    expect(f?.repro).toContain(`FFI_GATES_FUZZ_INPUT=${name} 0 ${reproducer.join(' ')}'`);
    expect(f?.fingerprint).toBe(found.find((x) => x.hazard === f?.hazard)?.fingerprint);
  });
});
