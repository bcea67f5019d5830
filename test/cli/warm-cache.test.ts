/**
 * Builds that are kept between jobs, as the action keeps them: an archive of the directory of builds, unpacked in a fresh checkout at
 * the same place on a machine that never built it. Nothing is built again but what changed, and every cell runs again.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const MATRIX = `version: 1
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - &c { id: good, binding: c, dir: c, targets: [puppet], with: { sources: [good.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: overflow, gates: [ubsan], with: { sources: [overflow.c], include: [../native], libs: [puppet] } }
gates: { plain: , asan: { compilers: [gcc] }, ubsan: { compilers: [gcc] } }
`;
const BUILDS = '.ffi-gates/builds';

let rig: Rig;
beforeEach(() => {
  rig = makeRig();
  rig.write('ffi-gates.yaml', MATRIX);
  rig.write('.gitignore', '.ffi-gates/\n');
});
afterEach(() => rig.remove());

const git = (...args: string[]): void =>
  void execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
    cwd: rig.repo,
    stdio: 'ignore',
  });
const archive = (): string => join(rig.dir, 'builds.tar');
const run = (): Promise<Ran> => rig.start(['run', '--out', rig.out, '--cache', BUILDS, '--quiet']).ended;

/** The checkout of another job: the same path, new files, and the builds of the archive. */
const freshCheckout = (): void => {
  const origin = join(rig.dir, 'origin.git');
  if (!existsSync(origin)) {
    git('init', '-q', '-b', 'main');
    git('add', '-A');
    git('commit', '-q', '-m', 'all');
    git('clone', '-q', '--bare', '.', origin);
  }
  rmSync(rig.repo, { recursive: true });
  mkdirSync(rig.repo);
  git('clone', '-q', origin, '.');
  execFileSync('tar', ['-xf', archive()], { cwd: rig.repo });
};
/** What does not depend on time. */
const facts = (ran: Ran): unknown => [
  ran.code,
  ran.report?.cells.map((c) => [c.id, endOf(c), c.tests]),
  ran.report?.findings.map((f) => f.fingerprint),
];
const made = (ran: Ran): string[] => ran.report!.builds.filter((b) => !b.reused).map((b) => b.id);

test('a warm run of a fresh checkout builds nothing, and says the same', async () => {
  const cold = await run();
  expect(cold.code, cold.stdout + cold.stderr).toBe(1);
  expect(made(cold).length).toBeGreaterThan(5);
  execFileSync('tar', ['-cf', archive(), BUILDS], { cwd: rig.repo });

  freshCheckout();
  const warm = await run();
  expect(made(warm)).toEqual([]);
  expect(warm.report!.builds.map((b) => b.id).sort()).toEqual(cold.report!.builds.map((b) => b.id).sort());
  expect(facts(warm)).toEqual(facts(cold));

  // A change of the tests builds the tests, under each gate of their suite, and no target.
  freshCheckout();
  appendFileSync(join(rig.repo, 'c/overflow.c'), '\n');
  const changed = await run();
  expect(facts(changed)).toEqual(facts(cold));
  const again = made(changed);
  expect(again.length).toBeGreaterThan(0);
  expect(again.filter((id) => /^(?:puppet|canary)-/.test(id))).toEqual([]);

  // A change of the library builds it and what is linked to it, but no canary.
  freshCheckout();
  appendFileSync(join(rig.repo, 'native/puppet.c'), '\n');
  const changedLibrary = made(await run());
  expect(changedLibrary.filter((id) => id.startsWith('puppet-')).length).toBeGreaterThan(2);
  expect(changedLibrary.filter((id) => id.startsWith('canary'))).toEqual([]);
}, 900_000);

test('builds of another place are not taken: paths are in them', async () => {
  const cold = await run();
  execFileSync('tar', ['-cf', archive(), BUILDS], { cwd: rig.repo });
  freshCheckout();
  const other = join(rig.dir, 'elsewhere');
  execFileSync('cp', ['-r', rig.repo, other]);
  const ran = await rig.start(['run', '--out', rig.out, '--cache', BUILDS, '--quiet'], {}, other).ended;
  expect(ran.code).toBe(cold.code);
  expect(made(ran).length).toBeGreaterThan(0);
  for (const f of ran.report!.findings)
    expect(JSON.stringify(f.stacks), f.message).not.toContain(`${rig.repo}/`);
}, 900_000);
