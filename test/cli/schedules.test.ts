/**
 * A race that one schedule in several shows, with a puppet in the place of cargo and Miri (`test/puppet/rustup`): one launch
 * proves nothing, and what is found says how to see it again.
 */
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cellOf, endOf, makeRig, type Rig } from '../helpers/rig.js';

const PUPPET = fileURLToPath(new URL('../puppet/rustup', import.meta.url));
const ID = 'mine-rs_owngcc-miri';
const matrix = (gate: string): string => `version: 1
canaries: false
suites:
  - { id: mine, binding: rs, dir: crate }
gates: { miri: ${gate} }
`;

let rig: Rig;
let env: Record<string, string>;
beforeEach(() => {
  rig = makeRig();
  const bin = join(rig.dir, 'rust');
  mkdirSync(bin);
  for (const name of ['rustup', 'cargo', 'rustc']) copyFileSync(PUPPET, join(bin, name));
  rig.write('crate/Cargo.toml', '[package]\nname = "mine"\n');
  env = { PATH: `${bin}:${process.env['PATH']}`, PUPPET_LOG: join(rig.dir, 'seeds'), PUPPET_SEED: '3' };
});
afterEach(() => rig.remove());

const launches = (): string[] => readFileSync(join(rig.dir, 'seeds'), 'utf8').trim().split('\n');

test('it is found, told with its seed, and seen again by its command', async () => {
  rig.write('ffi-gates.yaml', matrix('{ seeds: 6 }'));
  const ran = await rig.run([], env);
  expect(ran.code, ran.stdout + ran.stderr).toBe(1);
  const cell = cellOf(ran, ID);
  expect(cell).toMatchObject({ verdict: { kind: 'hazard', findings: 1 }, seeds: 6, diedIn: ['t::racy'] });
  // What failed under one schedule has failed, although it passed under another.
  expect(cell.failedTests).toMatchObject([{ test: 't::moody', message: expect.stringContaining('seed 1') }]);
  const [race] = ran.report?.findings ?? [];
  expect(race).toMatchObject({ hazard: 'ub/rust-data-race', seed: 3 });
  expect(race?.witnesses[0]?.test).toBe('t::racy');
  expect(race?.repro).toContain('-Zmiri-seed=3');
  expect(ran.stdout).toContain('seen by rs/miri (seed 3)');
  // The command tells the program what the launch told it, to the letter: the schedule depends on that.
  expect(race?.repro).toContain('--exact fine racy');
  // Each test is left out from its first report on.
  expect(launches()).toEqual([
    '0 fine racy moody',
    '1 fine racy moody',
    '2 fine racy',
    '3 fine racy',
    '4 fine',
    '5 fine',
  ]);
  const again = await rig.start(['repro', race!.fingerprint, '--run', '--out', rig.out], env).ended;
  expect(again.code, again.stdout + again.stderr).toBe(1);
}, 60_000);

test('fewer schedules than it needs do not show it, and the report says how many were tried', async () => {
  rig.write('ffi-gates.yaml', matrix('{ seeds: 1 }'));
  const ran = await rig.run([], env);
  expect(ran.report?.findings).toEqual([]);
  expect(cellOf(ran, ID).seeds).toBe(1);
  expect(launches()).toEqual(['0 fine racy moody']);
  // The nightly that it was, since it is another one every day.
  expect(ran.report?.host.tools['nightly']).toBe('1.101.0 (2026-10-29)');
}, 60_000);

test('flags of the matrix stand behind the seed, and take nothing away', async () => {
  rig.write('ffi-gates.yaml', matrix("{ seeds: 4, env: { MIRIFLAGS: '-Zmiri-strict-provenance' } }"));
  const ran = await rig.run([], env);
  expect(ran.report?.findings[0]?.repro).toContain('-Zmiri-seed=3 -Zmiri-strict-provenance');
}, 60_000);

test('a suite that hangs under one schedule is not asked for the next', async () => {
  rig.write('ffi-gates.yaml', matrix('{ seeds: 6, timeout: 2 }'));
  const ran = await rig.run([], { ...env, PUPPET_HANGS: 'yes' });
  expect(endOf(cellOf(ran, ID)), ran.stdout + ran.stderr).toBe('inconclusive/timed-out');
  expect(new Set(launches().map((l) => l.split(' ')[0]))).toEqual(new Set(['0']));
}, 60_000);
