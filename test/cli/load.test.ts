/** Runs on a machine that is busy with other things, or with each other: what they find does not depend on it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { BIN, eventually } from '../helpers/rig.js';
import { makeWaits, type Waits } from '../helpers/waits.js';

/** Processes that only burn time, on two cores. */
const BUSY = 4;

let waits: Waits;
const busy: ChildProcess[] = [];
beforeAll(() => {
  waits = makeWaits();
  for (let i = 0; i < BUSY; i++) busy.push(spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
});
afterAll(() => {
  for (const b of busy) b.kill('SIGKILL');
  waits.remove();
});

type Ended = { code: number | null; stdout: string; stderr: string };

const start = (
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: waits.repo,
    env: { ...waits.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (t: string) => (text.stdout += t));
  child.stderr.setEncoding('utf8').on('data', (t: string) => (text.stderr += t));
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, ...text })));
  return { child, ended };
};
const runInto = (out: string, cache: string): string[] => ['run', '--out', out, '--cache', cache, '--quiet'];
const reportOf = (out: string): Report =>
  JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as Report;

/** The only test passed; its lane has no canary, so it is not proven. */
const expectUsual = (ended: Ended, out: string): void => {
  expect(ended.code, ended.stderr).toBe(6);
  expect(reportOf(out).cells).toMatchObject([
    { id: 'one-c_commandgcc-memcheck', verdict: { kind: 'skipped' } },
    {
      id: 'one-c_commandgcc-plain',
      verdict: { kind: 'inconclusive', doubt: 'gate-not-armed' },
      tests: { passed: 1, failed: 0 },
    },
  ]);
};

/** Each is given a directory of its own. */
const ROWS: Record<string, (at: string) => Promise<void>> = {
  'a run': async (at) => {
    expectUsual(await start(runInto(join(at, 'out'), join(at, 'cache'))).ended, join(at, 'out'));
  },
  'runs beside each other, with one cache': async (at) => {
    const outs = ['a', 'b', 'c'].map((n) => join(at, n));
    const all = await Promise.all(outs.map(async (o) => start(runInto(o, join(at, 'cache'))).ended));
    all.forEach((ended, i) => expectUsual(ended, outs[i]!));
  },
  'a tool that takes its time is there': async (at) => {
    const slow = join(at, 'slow');
    mkdirSync(slow);
    writeFileSync(join(slow, 'valgrind'), '#!/bin/sh\nsleep 3; echo valgrind-3.19.0\n', { mode: 0o755 });
    const { stdout } = await start(['plan'], { PATH: `${slow}:${waits.env['PATH']}` }).ended;
    expect(stdout).toMatch(/^run {3}one-c_commandgcc-memcheck/m);
  },
  'commands that probe, beside each other': async () => {
    const [plan, doctor] = await Promise.all([start(['plan']).ended, start(['doctor']).ended]);
    expect(plan.stdout).toMatch(/1 cells to run, 1 skipped/);
    expect(doctor.stdout).toMatch(/compiler gcc/);
    expect([plan.code, doctor.code]).toEqual([0, 0]);
  },
  'a second run into one directory is refused, also by another path': async (at) => {
    const out = join(at, 'deep', 'out');
    symlinkSync(join(at, 'deep'), join(at, 'link'));
    const reached = join(at, 'reached');
    const first = start(runInto(out, join(at, 'cache')), { PUPPET_AT: 'testing', PUPPET_REACHED: reached });
    expect(await eventually(() => (existsSync(reached) ? true : undefined), 120_000)).toBe(true);
    for (const path of [out, join(at, 'link', 'out'), `${out}/../out/`]) {
      const second = await start(runInto(path, join(at, 'cache'))).ended;
      expect(second.code).toBe(2);
      expect(second.stderr).toMatch(
        new RegExp(`^ffi-gates: a run of process ${first.child.pid} is writing to \\S+: wait for it, .*\\n$`),
      );
    }
    // It neither lost anything to the others, nor keeps anything from those that follow.
    expect(existsSync(join(out, 'logs'))).toBe(true);
    first.child.kill('SIGKILL');
    await first.ended;
    rmSync(join(at, 'link'));
    expectUsual(await start(runInto(out, join(at, 'cache'))).ended, out);
  },
  'of two runs that begin at once into one directory, one is refused': async (at) => {
    const out = join(at, 'out');
    const both = await Promise.all([1, 2].map(async () => start(runInto(out, join(at, 'cache'))).ended));
    const codes = both.map((b) => b.code).sort();
    // The first may have ended before the second began.
    expect([
      [2, 6],
      [6, 6],
    ]).toContainEqual(codes);
    expectUsual(
      both.find((b) => b.code === 6)!,
      out,
    );
  },
};

describe('under load', () => {
  test.each(Object.keys(ROWS))('%s', async (name) => {
    await ROWS[name]!(waits.fresh('row'));
  });
});
