/**
 * Suites that are run by `dotnet test`, with a puppet in the SDK's place (`test/puppet/dotnet`): what is started, what is
 * read. Without an SDK the lane is skipped with the way to get one, never failed.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cellOf, endOf, makeRig, pathWithout, type Rig } from '../helpers/rig.js';

const PUPPET = fileURLToPath(new URL('../puppet/dotnet', import.meta.url));
const matrix = (canaries: boolean): string => `version: 1
canaries: ${canaries}
suites:
  - { id: sdk, binding: net, dir: netsdk, with: { runner: dotnet } }
gates: { plain: { env: { PUPPET_ARM: 'yes' } } }
`;
const ID = 'sdk-net_owngccdotnet-plain';

let rig: Rig;
let PATH: string;
beforeEach(() => {
  rig = makeRig();
  PATH = pathWithout(join(rig.dir, 'bin'), 'dotnet');
});
afterEach(() => rig.remove());

const installPuppet = (): void => {
  mkdirSync(join(rig.dir, 'sdk'));
  copyFileSync(PUPPET, join(rig.dir, 'sdk', 'dotnet'));
  PATH = `${join(rig.dir, 'sdk')}:${PATH}`;
};

test('without an SDK the lane is skipped and says how to get one', async () => {
  rig.write('ffi-gates.yaml', matrix(true));
  const ran = await rig.run([], { PATH });
  expect(endOf(cellOf(ran, ID))).toBe('skipped');
  expect(ran.report?.unavailable).toEqual([
    {
      lane: 'net_owngccdotnet-plain',
      why: expect.stringContaining('.NET SDK'),
      remedy: expect.stringContaining('dot.net'),
    },
  ]);
  // It was the only lane, and a run in which nothing ran proves nothing.
  expect(ran.code).toBe(6);
  expect(ran.stdout).toContain('none ran');
}, 60_000);

test('with one, each test has its turn and its result, and only the test host is armed', async () => {
  installPuppet();
  rig.write('ffi-gates.yaml', matrix(false));
  const ran = await rig.run([], { PATH });
  const cell = cellOf(ran, ID);
  expect(cell.tests, ran.stdout + ran.stderr).toEqual({ passed: 3, failed: 1, skipped: 1 });
  expect(cell.failedTests.map((t) => t.test)).toEqual(['Ns.Suite.Differs']);
  // The host that died has no result: the tests behind it were run, and the cell cannot be green.
  expect(cell.verdict).toMatchObject({
    kind: 'inconclusive',
    why: expect.stringMatching(/Ns\.Suite\.Dies|status 1/),
  });
  expect(existsSync(join(rig.repo, 'netsdk', 'obj'))).toBe(false);
}, 60_000);

test('its canary is a project of its own, and a lane of its own', async () => {
  installPuppet();
  rig.write('ffi-gates.yaml', matrix(true));
  const plan = await rig.start(['plan', '--json'], { PATH }).ended;
  const { cells } = JSON.parse(plan.stdout) as { cells: { id: string }[] };
  expect(cells.map((c) => c.id)).toEqual([ID, 'canary-net_owngccdotnet-plain']);
}, 60_000);
