/** A clock that jumps by days while ffi-gates looks at it: durations, budgets and verdicts do not follow it. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldHistory } from '../../src/soak/history.js';
import { makeRig, type Ran, type Rig } from '../helpers/rig.js';

const JUMPING = fileURLToPath(new URL('../puppet/jumping-clock.mjs', import.meta.url));
const HOUR = 3_600_000;

let rig: Rig;
beforeAll(() => {
  rig = makeRig('ffi-gates-clock-');
});
afterAll(() => rig.remove());
const at = (name: string): string => join(rig.dir, name);
const start = (...args: string[]): Promise<Ran> =>
  rig.start(args, { NODE_OPTIONS: `--import ${pathToFileURL(JUMPING).href}` }).ended;
const cache = (): string[] => ['--cache', at('cache')];

test('the clock of such a process does jump', () => {
  const text = 'const a = [1, 2, 3].map(() => Date.now()); console.log(Math.max(...a) - Math.min(...a))';
  writeFileSync(at('look.mjs'), text);
  const apart = execFileSync(process.execPath, ['--import', pathToFileURL(JUMPING).href, at('look.mjs')]);
  expect(Number(apart)).toBeGreaterThan(40 * HOUR);
});

test('a run', async () => {
  const ran = await start('run', 'good-c*', '--out', rig.out, ...cache(), '--quiet');
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const { ms, cells, builds } = ran.report!;
  for (const each of [ms, ...cells.map((c) => c.ms), ...builds.map((b) => b.ms)]) {
    expect(each).toBeGreaterThanOrEqual(0);
    expect(each).toBeLessThan(HOUR);
  }
});

test('plan, shards and merge', async () => {
  const plan = await start('plan', 'good-c*', '--json', '--shards', '2');
  writeFileSync(at('plan.json'), plan.stdout);
  const given = ['--plan', at('plan.json'), ...cache()];
  for (const i of [1, 2])
    await start('run', '--shard', `${i}/2`, '--out', at(`blobs/${i}`), '--quiet', ...given);
  const merged = await start('merge', at('blobs'), '--out', rig.out, ...given);
  expect(merged.stderr).toBe('');
  expect(merged.code).toBe(0);
  expect(merged.report!.ms).toBeGreaterThanOrEqual(0);
});

test('a soak: its budget is neither used up nor endless', async () => {
  const soak = (...more: string[]): Promise<Ran> =>
    start('soak', 'good-c*', '--history', at('soak'), ...cache(), '--perturb', 'none', ...more);
  const ran = await soak('--for', '3h', '--repeat', '3');
  expect(ran.code, ran.stdout + ran.stderr).toBe(0);
  const [night] = foldHistory(readFileSync(join(at('soak'), 'history.ndjson'), 'utf8')).history.nights;
  expect(night!.end).toMatchObject({ reason: 'repeats' });
  expect(night!.iterations.length).toBe(3 * night!.cells.length);
  for (const { ms } of night!.iterations) {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThan(HOUR);
  }
  await soak('--for', '20s');
  const nights = foldHistory(readFileSync(join(at('soak'), 'history.ndjson'), 'utf8')).history.nights;
  expect(nights).toHaveLength(2);
  expect(nights[1]!.end).toMatchObject({ reason: 'time' });
});
