/**
 * Soaks that are killed, interrupted, robbed of their disk or run twice: the history is that of one that was left alone. The
 * suite is a puppet's, so an iteration takes a moment.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually, makeRig, type Ran, type Rig } from '../helpers/rig.js';
import { foldHistory, type IterationRecord, type Night } from '../../src/soak/history.js';

const CELLS = ['good-c_ccgcc-plain', 'good-c_ccgcc-asan'];

let rig: Rig;
let dir: string;
beforeEach(() => {
  rig = makeRig();
  dir = join(rig.dir, 'soak');
});
afterEach(() => rig.remove());

const args = (...more: string[]): string[] => [
  'soak',
  ...more,
  '--history',
  dir,
  '--cache',
  join(rig.dir, 'cache'),
];
const soak = (...more: string[]): Promise<Ran> => rig.start(args(...more)).ended;
const file = (): string => join(dir, 'history.ndjson');
const text = (): string => (existsSync(file()) ? readFileSync(file(), 'utf8') : '');
const nights = (): Night[] => foldHistory(text()).history.nights;
/** What of an iteration does not depend on the machine. */
const facts = ({ cell, i, seed, perturb, verdict, findings, tests }: IterationRecord): unknown => ({
  cell,
  i,
  seed,
  perturb,
  verdict,
  findings,
  tests,
});
const iterations = (): unknown[] => nights().flatMap((n) => n.iterations.map(facts));
const lines = (): number => text().split('"kind":"iter"').length - 1;
const BUDGET = ['good-c*', '--repeat', '4', '--seed', '5', '--perturb', 'none,seed,order'];

describe('a soak that is stopped', () => {
  test('and resumed has the history of one that was not', async () => {
    const left = await soak(...BUDGET);
    expect(left.stderr + left.stdout).toContain('8 of 8 done');
    const whole = iterations();
    expect(whole).toHaveLength(8);
    dir = join(rig.dir, 'stopped');
    // As a job of CI does it: the same command each time, until it comes to its end.
    for (const [signal, after] of [
      ['SIGKILL', 1],
      ['SIGTERM', 3],
      ['SIGKILL', 5],
    ] as const) {
      const { child, ended } = rig.start(args(...BUDGET, '--resume'));
      expect(await eventually(() => (lines() >= after ? true : undefined), 60_000)).toBe(true);
      child.kill(signal);
      const { code } = await ended;
      if (signal === 'SIGTERM') expect(code).toBe(130);
      expect(nights()).toHaveLength(1);
    }
    // What a machine that lost its power leaves.
    appendFileSync(file(), '{"kind":"iter","cell":"go');
    const last = await soak(...BUDGET, '--resume');
    expect(last.stderr).toContain('the last line of the history was cut, and is dropped');
    expect(last.code).toBe(left.code);
    expect(iterations()).toEqual(whole);
    const [night] = nights();
    expect(night?.end).toMatchObject({ reason: 'repeats', done: 8, planned: 8 });
    expect(night?.cells.map((c) => c.id).sort()).toEqual([...CELLS].sort());
    // Each line of it is another iteration.
    expect(new Set(night!.iterations.map((r) => `${r.cell} ${r.i}`)).size).toBe(8);
  }, 240_000);

  test('by TERM writes its page and leaves no process', async () => {
    const { child, ended } = rig.start(args('good-c*', '--for', '10m', '--perturb', 'load,none'));
    expect(await eventually(() => (lines() >= 2 ? true : undefined), 60_000)).toBe(true);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code, stdout).toBe(130);
    expect(nights()[0]?.end?.reason).toBe('interrupted');
    expect(readFileSync(join(dir, 'page.md'), 'utf8')).toContain('it was interrupted');
    const busy = (): true | undefined => {
      const { stdout: all } = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
      return all.includes(`kill -0 "$1" 2>/dev/null; do i=0`) && all.includes(` sh ${child.pid}`)
        ? undefined
        : true;
    };
    expect(await eventually(busy, 20_000)).toBe(true);
  }, 120_000);
});

describe('refused with 2', () => {
  test('a second soak in the same directory, with the process id of the first', async () => {
    const first = rig.start(args('good-c*', '--for', '10m', '--perturb', 'none'));
    expect(await eventually(() => (lines() >= 1 ? true : undefined), 60_000)).toBe(true);
    const second = await soak('good-c*', '--repeat', '1');
    expect(second.code).toBe(2);
    expect(second.stderr).toContain(`a soak of process ${first.child.pid}`);
    first.child.kill('SIGTERM');
    await first.ended;
  }, 120_000);

  test.each([
    ['a history of another version', '{"kind":"night","version":99}\n', /history of version 99/],
    ['a history that is damaged in its middle', 'x\n{"kind":"end"}\n', /line 1 is damaged/],
  ])('%s, which stays as it is', async (_name, content, said) => {
    mkdirSync(dir);
    writeFileSync(file(), content);
    const ran = await soak('good-c*', '--repeat', '1');
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(said);
    expect(text()).toBe(content);
  });

  test.each([
    ['no end', [], /needs an end/],
    ['a time that is none', ['--for', 'long'], /--for must be a duration/],
    ['a number that is none', ['--repeat', '0'], /--repeat must be a positive integer/],
    ['a rate that is none', ['--until-rate', '2'], /--until-rate must be between/],
    [
      'an unknown perturbation',
      ['--repeat', '1', '--perturb', 'orders'],
      /no perturbation 'orders'.*'order'/,
    ],
    ['a quarantine without an owner', ['--quarantine', 'ab'], /needs --reason, --owner and --expires/],
  ])('%s', async (_name, more, said) => {
    const ran = await soak('good-c*', ...more);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(said);
  });
});

test('a disk that is full ends it with 2, and the history stays complete', async () => {
  const { child, ended } = rig.start(args('good-c*', '--for', '10m', '--perturb', 'none'));
  expect(await eventually(() => (lines() >= 1 ? true : undefined), 60_000)).toBe(true);
  // No file of this process may grow beyond what the history has now and a few bytes.
  spawnSync('prlimit', ['--pid', String(child.pid), `--fsize=${text().length + 10}`]);
  const ran = await ended;
  expect(ran.code, ran.stderr).toBe(2);
  expect(ran.stderr).toContain('limit of file sizes');
  expect(foldHistory(text()).torn).toBe(false);
  expect(lines()).toBeGreaterThan(0);
}, 120_000);

test('a test that fails is red, then quarantined for soaks alone, and its expiry is red', async () => {
  const once = ['failing-c*asan', '--repeat', '1', '--perturb', 'none'];
  expect((await soak(...once)).code).toBe(4);
  const terms = ['--owner', 'ann', '--expires', '2999-12-31', '--reason', 'mended next week'];
  const wrong = await soak('--quarantine', 'nothing', ...terms);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/no finding and no failed test 'nothing'[^]*test {2}differs/);
  const held = await soak('--quarantine', 'differs', ...terms);
  expect(held.code, held.stderr).toBe(0);
  const second = await soak(...once, '--until-fail');
  expect(second.code, second.stdout).toBe(0);
  expect(second.stdout).toContain('test failed, quarantined');
  expect(
    nights()
      .at(-1)
      ?.iterations.map((r) => [r.verdict, r.code]),
  ).toEqual([['suite-failed', 0]]);
  // A run knows nothing of it.
  expect((await rig.run(['failing-c*asan'])).code).toBe(4);
  const baseline = join(rig.repo, 'ffi-gates-baseline.yaml');
  // Accepted again, the entry is replaced.
  expect((await soak('--quarantine', 'differs', ...terms)).code).toBe(0);
  expect(readFileSync(baseline, 'utf8').match(/test: differs/g)).toHaveLength(1);
  writeFileSync(baseline, readFileSync(baseline, 'utf8').replace('2999-12-31', '2001-12-31'));
  const page = await soak('--page');
  expect(page.code, page.stdout).toBe(1);
  expect(page.stdout).toContain('quarantine expired');
}, 600_000);

test('a finding is new, then again, then quarantined, and its expiry is red', async () => {
  const once = ['overflow-c*', '--repeat', '1', '--perturb', 'none'];
  const first = await soak(...once);
  expect(first.code, first.stdout + first.stderr).toBe(1);
  expect(first.stdout).toMatch(/NEW\s+[0-9a-f]{16}/);
  const fp = /NEW\s+([0-9a-f]{16})/.exec(first.stdout)![1]!;
  const second = await soak(...once);
  expect(second.stdout).toMatch(new RegExp(`again\\s+${fp}`));
  expect(second.code).toBe(1);
  const held = await soak(
    '--quarantine',
    fp,
    '--owner',
    'ann',
    '--expires',
    '2999-12-31',
    '--reason',
    'known upstream',
  );
  expect(held.code, held.stderr).toBe(0);
  const third = await soak(...once);
  expect(third.code, third.stdout).toBe(0);
  expect(third.stdout).toContain('ann until 2999-12-31: known upstream');
  const baseline = join(rig.repo, 'ffi-gates-baseline.yaml');
  writeFileSync(baseline, readFileSync(baseline, 'utf8').replace('2999-12-31', '2001-12-31'));
  const page = await soak('--page');
  expect(page.code).toBe(1);
  expect(page.stdout).toMatch(new RegExp(`quarantine expired\\s+${fp}`));
  const html = readFileSync(join(dir, 'page.html'), 'utf8');
  expect(html).toContain('ann until 2001-12-31');
  expect(html).not.toContain('<script');
}, 180_000);
