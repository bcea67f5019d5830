/** One process tree: real children, ended in every way. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { launch } from '../../src/process/launch.js';
import { processesWith } from '../helpers/rig.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-launch-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let n = 0;
const sh = async (
  script: string,
  timeoutMs = 60_000,
  mark = 'none',
  signal = new AbortController().signal,
) => {
  const output = join(dir, `${++n}.log`);
  const env = { PATH: process.env['PATH'] ?? '', LAUNCH_MARK: mark };
  const end = await launch({ argv: ['sh', '-c', script], cwd: dir, env }, { output, timeoutMs, signal });
  return { ...end, text: readFileSync(output, 'utf8') };
};

test('keeps the order of stdout and stderr', async () => {
  const { exit, text } = await sh('echo 1; echo 2 >&2; echo 3; echo 4 >&2; exit 5');
  expect(text).toBe('1\n2\n3\n4\n');
  expect(exit).toEqual({ kind: 'code', code: 5 });
});

test('names the signal that ended the process', async () =>
  expect((await sh('kill -SEGV $$')).exit).toEqual({ kind: 'signal', signal: 'SIGSEGV' }));

test('a program that does not exist could not start', async () => {
  const end = await launch(
    { argv: [join(dir, 'absent')], cwd: dir, env: {} },
    { output: join(dir, 'absent.log'), timeoutMs: 1000, signal: new AbortController().signal },
  );
  expect(end.exit.kind).toBe('spawn-error');
});

test('one that ends leaves the others alone, whatever their number', async () => {
  const until = (file: string): string => `while [ ! -e ${file} ]; do sleep 0.2; done`;
  // Among fifty numbers on end are some that begin with the number of one before them.
  const first = Array.from({ length: 9 }, () => sh(until('first')));
  const others = Array.from({ length: 40 }, () => sh(until('others')));
  writeFileSync(join(dir, 'first'), '');
  const ended = await Promise.all(first);
  writeFileSync(join(dir, 'others'), '');
  for (const { exit } of [...ended, ...(await Promise.all(others))])
    expect(exit).toEqual({ kind: 'code', code: 0 });
}, 120_000);

test('its time over, a tree that ignores TERM is killed and its output kept', async () => {
  const mark = `t${process.pid}`;
  const { exit, text } = await sh("trap '' TERM; echo begun; while :; do sleep 0.05; done", 300, mark);
  expect(exit).toEqual({ kind: 'timeout' });
  expect(text).toBe('begun\n');
  expect(processesWith(`LAUNCH_MARK=${mark}`)).toEqual([]);
}, 30_000);

test('a daemon in a session of its own does not outlive its launch', async () => {
  const mark = `d${process.pid}`;
  await sh('setsid sh -c "trap \'\' TERM HUP; sleep 600" & sleep 0.1', 60_000, mark);
  expect(processesWith(`LAUNCH_MARK=${mark}`)).toEqual([]);
}, 30_000);

test('an aborted run stops it', async () => {
  const abort = new AbortController();
  const end = sh('sleep 600', 60_000, 'none', abort.signal);
  abort.abort();
  expect((await end).exit).toEqual({ kind: 'stopped' });
}, 30_000);
