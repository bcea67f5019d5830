/** What several bindings, and the same suite with and without its gate, say of one bug. Real tools. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

const MATRIX = `version: 1
name: compare
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - &c { id: leak, binding: c, dir: c, targets: [puppet], gates: [asan], with: { sources: [leak.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: overflow, gates: [ubsan], with: { sources: [overflow.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: fails, gates: [asan, plain], with: { sources: [fails.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: unsure, gates: [asan, plain], timeout: 3, with: { sources: [unsure.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: slow, gates: [asan, plain], timeout: 3, with: { sources: [slow.c], include: [../native], libs: [puppet] } }
  - { id: leaks, binding: py, dir: py, targets: [puppet], gates: [asan], env: { PUPPET_DIR: '\${target.puppet}' }, with: { args: [test_leaks.py] } }
gates: { plain: , asan: , ubsan: }
`;
const FAILS = `#include "ffi_gates_suite.h"
#include "puppet.h"
#include <stdlib.h>
static int always(void) { return 1; }
static int gated(void) { return getenv("ASAN_OPTIONS") ? 1 : 0; }
static int never(void) { return puppet_sum(1, 1) != 2; }
const suite_test suite_tests[] = {{"always", always}, {"gated", gated}, {"never", never}, {NULL, NULL}};
`;
/** Fails the first time in a directory, passes the second. */
const UNSURE = `#include "ffi_gates_suite.h"
static int sometimes(void) {
  char path[4096];
  snprintf(path, sizeof path, "%s/../../been-here", getenv("FFI_GATES_LOG_DIR"));
  if (access(path, F_OK) == 0) return 0;
  FILE *f = fopen(path, "w");
  return f && fclose(f) == 0 ? 1 : 2;
}
static int never(void) { return 1; }
const suite_test suite_tests[] = {{"sometimes", sometimes}, {"never", never}, {NULL, NULL}};
`;
const SLOW = `#include "ffi_gates_suite.h"
static int slow(void) {
  if (getenv("ASAN_OPTIONS")) sleep(600);
  return 0;
}
const suite_test suite_tests[] = {{"slow", slow}, {NULL, NULL}};
`;
const CELLS = ['leak-c_ccgcc-asan', 'leaks-py_ccgcc-asan', 'overflow-c_ccgcc-ubsan', 'fails-c_ccgcc-asan'];

let rig: Rig;
let ran: Ran;
beforeAll(async () => {
  rig = makeRig();
  rig.write('ffi-gates.yaml', MATRIX);
  rig.write('c/fails.c', FAILS);
  rig.write('c/unsure.c', UNSURE);
  rig.write('c/slow.c', SLOW);
  ran = await rig.run();
}, 300_000);
afterAll(() => rig.remove());

const found = (id: string) =>
  ran.report!.findings.filter((f) => f.witnesses.some((w) => w.cell === id && !f.planted));

test('one leak seen from C and from Python is one finding, of the core', (t) => {
  if (whyAbsent(ran, CELLS)) t.skip();
  expect(found('leak-c_ccgcc-asan').map((f) => f.fingerprint)).toEqual(
    found('leaks-py_ccgcc-asan').map((f) => f.fingerprint),
  );
  const [f] = found('leak-c_ccgcc-asan');
  expect(f!.scope).toBe('core');
  expect(new Set(f!.witnesses.map((w) => w.binding))).toEqual(new Set(['c', 'py']));
  expect(ran.stdout).toContain('seen by c/asan py/asan (core)');
});

test('what one binding alone shows, where another ran over the same code, is of the binding', (t) => {
  if (whyAbsent(ran, CELLS)) t.skip();
  expect(found('overflow-c_ccgcc-ubsan').map((f) => f.scope)).toEqual(['binding']);
});

test('tests that fail without the gate are told apart from those that fail only under it', (t) => {
  if (whyAbsent(ran, CELLS)) t.skip();
  const c = cellOf(ran, 'fails-c_ccgcc-asan');
  expect(c.verdict).toMatchObject({ kind: 'suite-failed' });
  expect(Object.fromEntries(c.failedTests.map((f) => [f.test, f.plain]))).toEqual({
    always: 'failed',
    gated: 'passed',
  });
  expect((c.verdict as { why: string }).why).toContain('(1 without the gate too, 1 only under asan)');
  expect(ran.stdout).toContain('failed gated (only under asan)');
  expect(readFileSync(join(rig.out, 'junit.xml'), 'utf8')).toContain('fails without the gate too');
  // The plain cell itself compares with nothing.
  expect(cellOf(ran, 'fails-c_ccgcc-plain').failedTests.map((f) => f.plain)).toEqual([undefined]);
});

test('a failed test that passes when it is run again is flaky, and no less failed', (t) => {
  if (whyAbsent(ran, ['unsure-c_ccgcc-asan'])) t.skip();
  const c = cellOf(ran, 'unsure-c_ccgcc-plain');
  expect(c.verdict).toMatchObject({
    kind: 'suite-failed',
    why: expect.stringContaining('1 passed when run again alone'),
  });
  expect(Object.fromEntries(c.failedTests.map((f) => [f.test, f.flaky]))).toEqual({
    sometimes: true,
    never: undefined,
  });
  expect(c.tests).toEqual({ passed: 0, failed: 2, skipped: 0 });
  expect(ran.stdout).toContain('failed sometimes (fails without the gate too, passed when run again alone)');
});

test('a test that takes too long under the gate only is told apart from one that hangs', (t) => {
  if (whyAbsent(ran, ['slow-c_ccgcc-asan'])) t.skip();
  expect(cellOf(ran, 'slow-c_ccgcc-asan').verdict).toMatchObject({
    kind: 'inconclusive',
    doubt: 'timed-out',
    why: expect.stringContaining('without the gate it ends'),
  });
  expect(cellOf(ran, 'slow-c_ccgcc-plain').verdict).toEqual({ kind: 'clean' });
});

test('alone, a binding is compared with nobody', async (t) => {
  if (whyAbsent(ran, CELLS)) t.skip();
  const one = await rig.run(['leak-c_ccgcc-asan']);
  expect(one.report!.findings.find((f) => !f.planted)).not.toHaveProperty('scope');
}, 120_000);
