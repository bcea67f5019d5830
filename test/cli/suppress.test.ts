/** Suppressions from a finding to a clean cell, with counts, leftovers and nets cast too wide. Real tools. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cellOf, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

let rig: Rig;
let first: Ran;
const LEAK = 'leak-c_ccgcc-asan';
const OVERFLOW = 'overflow-c_ccgcc-ubsan';
const CRASH = 'crashes-c_ccgcc-plain';
const said = (r: Ran): string => `${r.stdout}${r.stderr}`;
const fingerprint = (id: string): string =>
  first.report!.findings.find((f) => f.witnesses.some((w) => w.cell === id))!.fingerprint;
const suppress = (id: string): Promise<Ran> =>
  rig.start(['suppress', fingerprint(id), '--reason', 'kept on purpose', '--out', join(rig.dir, 'first')])
    .ended;
const FILE = 'ffi-gates-suppressions.yaml';

beforeAll(async () => {
  rig = makeRig();
  first = await rig.run([LEAK, OVERFLOW, CRASH]);
  cpSync(rig.out, join(rig.dir, 'first'), { recursive: true });
}, 300_000);
afterAll(() => rig.remove());

test('a crash cannot be suppressed, and nothing is written', async (t) => {
  if (whyAbsent(first, [LEAK, OVERFLOW, CRASH])) t.skip();
  const ran = await suppress(CRASH);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('baseline');
  expect(existsSync(join(rig.repo, FILE))).toBe(false);
});

test('leaks and undefined behaviour are dropped by the checkers themselves, and counted where they count', async (t) => {
  if (whyAbsent(first, [LEAK, OVERFLOW])) t.skip();
  for (const id of [LEAK, OVERFLOW]) {
    const ran = await suppress(id);
    expect(ran.code, said(ran)).toBe(0);
  }
  expect((await suppress(LEAK)).stdout).toContain('already there');
  const ran = await rig.run([LEAK, OVERFLOW]);
  expect(ran.code, said(ran) + readFileSync(join(rig.repo, FILE), 'utf8')).toBe(0);
  for (const id of [LEAK, OVERFLOW]) expect(cellOf(ran, id).verdict.kind, id).toBe('clean');
  expect(readFileSync(join(rig.repo, FILE), 'utf8')).toMatch(
    /^# yaml-language-server: \$schema=\S+\/suppressions\.schema\.json\n/,
  );
  const [leak, overflow] = ran.report!.suppressions!;
  expect(leak).toMatchObject({ reason: 'kept on purpose', unused: false, hides: [] });
  expect(leak!.matched).toBeGreaterThan(0);
  expect(overflow).toMatchObject({ unused: false, hides: [] });
  expect(overflow).not.toHaveProperty('matched');
  expect(ran.stdout).toContain('not counted');
}, 120_000);

describe('ThreadSanitizer and Valgrind', () => {
  const RACE = 'race-c_ccgcc-tsan';
  const LOST = 'leak-c_ccgcc-memcheck';
  const MATRIX = `version: 1
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - &c { id: leak, binding: c, dir: c, targets: [puppet], gates: [memcheck], with: { sources: [leak.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: race, gates: [tsan], with: { sources: [race.c], include: [../native], libs: [puppet] } }
gates: { tsan: , memcheck: }
`;
  const args = ['--matrix', 'more.yaml'];

  test('drop what one file tells them, and count it; an entry past its day drops nothing and fails', async (t) => {
    rig.write('more.yaml', MATRIX);
    const entries = (expires: string): string => `version: 1
suppressions:
  - { hazard: threading/data-race, file: puppet.c, reason: benign }
  - { tool: memcheck, hazard: ownership/leak, module: libpuppet.so, reason: kept, owner: core, expires: ${expires} }
`;
    rig.write(FILE, entries('2999-01-01'));
    const ran = await rig.run(args);
    if (whyAbsent(ran, [RACE, LOST])) t.skip();
    for (const id of [RACE, LOST])
      expect(cellOf(ran, id).verdict.kind, JSON.stringify(cellOf(ran, id).verdict)).toBe('clean');
    expect(ran.code, said(ran)).toBe(0);
    for (const row of ran.report!.suppressions!) {
      expect(row, row.name).toMatchObject({ unused: false, hides: [] });
      expect(row.matched, row.name).toBeGreaterThan(0);
    }
    rig.write(FILE, entries('2001-01-01'));
    const late = await rig.run([...args, LOST]);
    expect(late.code, said(late)).toBe(1);
    expect(cellOf(late, LOST).verdict).toMatchObject({ kind: 'hazard', fresh: 1 });
    expect(late.report!.suppressions![1]).toMatchObject({ expired: true, owner: 'core', unused: false });
    expect(late.stdout).toContain('expired');
    expect(readFileSync(join(rig.out, 'junit.xml'), 'utf8')).toContain('type="suppression-expired"');
  }, 180_000);
});

test('what nothing matches is unused; what would hide a canary is too broad, and nothing is called proven by it', async (t) => {
  if (whyAbsent(first, [LEAK])) t.skip();
  rig.write(
    FILE,
    `version: 1
suppressions:
  - { hazard: ownership/leak, function: no_such_function, reason: left over }
  - { hazard: ownership/leak, function: '*', reason: far too much }
`,
  );
  const ran = await rig.run([LEAK]);
  expect(ran.code, said(ran)).toBe(6);
  const [left, wide] = ran.report!.suppressions!;
  expect(left).toMatchObject({ unused: true, hides: [] });
  expect(wide).toMatchObject({ unused: false, hides: ['ownership/leak'] });
  expect(ran.stdout).toContain('too broad');
  expect(readFileSync(join(rig.out, 'junit.xml'), 'utf8')).toContain('type="suppression-too-broad"');
  // The canary itself was not hidden: the lane shows what it can.
  expect(ran.report!.lanes.every((l) => l.proven)).toBe(true);
}, 120_000);
