/** The baseline's life: nothing is known, everything is accepted, something is fixed, something new comes. Real tools. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cellOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

let rig: Rig;
const CELLS = ['leak-c_ccgcc-asan', 'tenth-c_ccgcc-asan', 'crashes-c_ccgcc-plain', 'overflow-c_ccgcc-ubsan'];
const FIXED = `#include "ffi_gates_suite.h"
#include "puppet.h"
static int leaks(void) { return 0; }
const suite_test suite_tests[] = {{"leaks", leaks}, {NULL, NULL}};
`;

const file = (): string => join(rig.repo, 'ffi-gates-baseline.yaml');
const baseline = (...args: string[]): Promise<Ran> =>
  rig.start(['baseline', '--out', rig.out, ...args]).ended;
const said = (r: Ran): string => `${r.stdout}${r.stderr}`;
let first: Ran;

beforeAll(async () => {
  rig = makeRig();
  first = await rig.run(CELLS);
}, 300_000);
afterAll(() => rig.remove());

test('before there is a baseline, all is fresh', (t) => {
  if (whyAbsent(first, CELLS)) t.skip();
  expect(first.code, said(first)).toBe(1);
  expect(first.report).not.toHaveProperty('baseline');
  expect(cellOf(first, CELLS[0]!).verdict).toMatchObject({ kind: 'hazard', fresh: 1, known: 0 });
});

test('--update without a reason writes nothing', async () => {
  const ran = await baseline('--update');
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('--reason');
  expect(existsSync(file())).toBe(false);
});

test('accepted findings are known: exit code 0, shown everywhere, red nowhere', async (t) => {
  if (whyAbsent(first, CELLS)) t.skip();
  const update = await baseline(
    '--update',
    '--reason',
    'before the gates',
    '--owner',
    'core',
    '--expires',
    '2999-01-01',
  );
  expect(update.code, said(update)).toBe(0);
  const ran = await rig.run(CELLS);
  expect(ran.code, said(ran)).toBe(0);
  for (const id of CELLS) expect(cellOf(ran, id).verdict, id).toMatchObject({ kind: 'hazard', fresh: 0 });
  expect(ran.report!.baseline).toMatchObject({ fresh: 0, gone: [], expired: [] });
  const known = ran.report!.findings.filter((f) => f.known);
  expect(known.length).toBe(ran.report!.baseline!.known);
  expect(known[0]!.known).toEqual({ reason: 'before the gates', owner: 'core', expires: '2999-01-01' });
  expect(ran.stdout).toContain('before the gates – owner core, until 2999-01-01');
  const junit = readFileSync(join(rig.out, 'junit.xml'), 'utf8');
  expect(junit).not.toContain('<failure');
  expect(junit).toContain('known: before the gates');
  expect(readFileSync(join(rig.out, 'index.html'), 'utf8')).toContain('(known: before the gates');
  expect(readFileSync(file(), 'utf8')).toMatch(
    /^# yaml-language-server: \$schema=\S+\/baseline\.schema\.json\n/,
  );
  expect((await baseline()).stdout).toContain(`0 fresh, ${known.length} in ffi-gates-baseline.yaml`);
  expect((await rig.run(['--last-failed'])).code).toBe(3);
}, 120_000);

test('a finding outside the baseline is fresh', async (t) => {
  if (whyAbsent(first, CELLS)) t.skip();
  const fp = first.report!.findings.find((f) => f.witnesses.some((w) => w.cell === CELLS[0]))!.fingerprint;
  const kept = readFileSync(file(), 'utf8');
  rig.write('ffi-gates-baseline.yaml', kept.replace(fp, 'f'.repeat(16)));
  const ran = await rig.run([CELLS[0]!]);
  rig.write('ffi-gates-baseline.yaml', kept);
  expect(ran.code).toBe(1);
  // A whole proven cell that had shown it did not: the made-up entry is gone.
  expect(cellOf(ran, CELLS[0]!).verdict).toMatchObject({ fresh: 1, known: 0 });
  expect(ran.report!.baseline!.fresh).toBe(1);
  // Others did not run: nothing is known of theirs.
  expect(ran.report!.baseline!.unchecked.length).toBeGreaterThan(0);
}, 120_000);

test('an expired entry accepts nothing and fails', async (t) => {
  if (whyAbsent(first, CELLS)) t.skip();
  const kept = readFileSync(file(), 'utf8');
  rig.write('ffi-gates-baseline.yaml', kept.replaceAll('2999-01-01', '2001-01-01'));
  const ran = await rig.run([CELLS[0]!]);
  rig.write('ffi-gates-baseline.yaml', kept);
  expect(ran.code).toBe(1);
  expect(cellOf(ran, CELLS[0]!).verdict).toMatchObject({ fresh: 1 });
  expect(ran.stdout).toContain('expired');
}, 120_000);

test('what was fixed is gone, fails until it is pruned, and comments survive the pruning', async (t) => {
  if (whyAbsent(first, CELLS)) t.skip();
  const kept = readFileSync(file(), 'utf8');
  rig.write('ffi-gates-baseline.yaml', `# ours\n${kept}`);
  rig.write('c/leak.c', FIXED);
  const ran = await rig.run(CELLS);
  expect(ran.code, said(ran)).toBe(1);
  expect(ran.report!.baseline!.gone.map((e) => e.hazard)).toEqual(['ownership/leak']);
  expect(ran.stdout).toContain('ffi-gates baseline --prune');
  expect(readFileSync(join(rig.out, 'junit.xml'), 'utf8')).toContain('type="baseline-gone"');
  const pruned = await baseline('--prune');
  expect(pruned.stdout, said(pruned)).toContain('1 entry removed');
  expect(readFileSync(file(), 'utf8')).toMatch(/^# ours\n/);
  const after = await rig.run(CELLS);
  expect(after.code, said(after)).toBe(0);
  expect(cellOf(after, CELLS[0]!).verdict.kind).toBe('clean');
}, 180_000);

test('a broken baseline is told with its place before anything runs', async () => {
  const kept = existsSync(file()) ? readFileSync(file(), 'utf8') : 'version: 1\nfindings: []\n';
  rig.write('ffi-gates-baseline.yaml', 'version: 1\nfindings:\n  - fingerprnt: x\n');
  const ran = await rig.run([CELLS[0]!]);
  rig.write('ffi-gates-baseline.yaml', kept);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toMatch(/ffi-gates-baseline\.yaml:3:\d+: /);
});
