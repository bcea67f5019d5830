/** A process for each test, forked by our plugin in the real pytest: what ends one test's process ends no other's. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { py } from '../../src/bindings/python/py.js';
import { NO_ARM, type Tools } from '../../src/model/launch.js';
import type { Apart } from '../../src/bindings/binding.js';
import type { TestEvent } from '../../src/model/test-event.js';

const requested = spawnSync('python3', ['-c', 'import sys, pytest; print(sys.executable)'], {
  encoding: 'utf8',
});
const missing = requested.status !== 0;
if (missing) console.warn('SKIPPED: processes of pytest need python3 and pytest');

const TESTS = `import os, atexit, pytest

@pytest.fixture(scope="module")
def shared():
    yield []
    print("torn down in", os.getpid())

def test_first(shared): shared.append(1)
def test_dies(): os.abort()
def test_leaves(): os._exit(3)
def test_fails(shared): assert shared == [1]
def test_at_exit(): atexit.register(lambda: print("at exit of", os.getpid()))
`;

describe.skipIf(missing)('pytest', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-pytest-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'test_it.py'), TESTS);
  const tools: Tools = { python: { path: requested.stdout?.trim() ?? '', version: '3' } };

  const run = (isolate: Apart): { events: TestEvent[]; stdout: string; scratch: string } => {
    const scratch = mkdtempSync(join(dir, 'scratch-'));
    const place = { dir, out: dir, targets: {}, env: {}, with: {} };
    const ids = ['first', 'dies', 'leaves', 'fails', 'at_exit'].map((t) => `test_it.py::test_${t}`);
    const instrument = { compiler: 'gcc', cc: 'gcc', cxx: 'g++', cflags: [], ldflags: [] } as const;
    const l = py.run(place, { ...instrument, cflags: [], ldflags: [] }, tools, {
      tests: ids,
      isolate,
      arm: NO_ARM,
      scratch,
      logDir: scratch,
    });
    const [file, ...args] = l.argv;
    const { stdout } = spawnSync(file, args, {
      cwd: l.cwd,
      env: { ...process.env, ...l.env },
      encoding: 'utf8',
    });
    return { events: py.events(scratch, [], place), stdout, scratch };
  };

  test('runs each in a process of its own, which ends as a session does', () => {
    const { events, stdout, scratch } = run(true);
    const began = events.filter((e) => e.outcome === 'started');
    expect(began.map((e) => e.test.replace(/^.*::test_/, ''))).toEqual([
      'first',
      'dies',
      'leaves',
      'fails',
      'at_exit',
    ]);
    expect(new Set(began.map((e) => e.pid)).size).toBe(5);
    const outcome = (name: string): string[] =>
      events.filter((e) => e.test.endsWith(`_${name}`) && e.outcome !== 'started').map((e) => e.outcome);
    expect(['first', 'dies', 'leaves', 'at_exit'].map(outcome)).toEqual([['passed'], [], [], ['passed']]);
    // What another test left in memory is not there.
    expect(outcome('fails')).toEqual(['failed']);
    const pid = (name: string): number | undefined => began.find((e) => e.test.endsWith(`_${name}`))?.pid;
    expect(stdout).toContain(`torn down in ${pid('first')}`);
    expect(stdout).toContain(`at exit of ${pid('at_exit')}`);
    expect(readdirSync(join(scratch, 'objects'))).toContain(`maps.${pid('first')}`);
  }, 60_000);

  test('gives a process of its own to those that are named, and goes on in the common one', () => {
    const { events } = run(['test_it.py::test_dies', 'test_it.py::test_leaves']);
    const began = events.filter((e) => e.outcome === 'started');
    expect(began.map((e) => e.test.replace(/^.*::test_/, ''))).toEqual([
      'first',
      'dies',
      'leaves',
      'fails',
      'at_exit',
    ]);
    const [first, dies, leaves, fails, atExit] = began.map((e) => e.pid);
    expect([fails, atExit]).toEqual([first, first]);
    expect(new Set([first, dies, leaves]).size).toBe(3);
    // What the first left in memory is there.
    expect(events.find((e) => e.test.endsWith('fails') && e.outcome === 'failed')).toBeUndefined();
  }, 60_000);

  test('runs all in one where nobody asks for more, and the first that dies ends it', () => {
    const { events } = run(false);
    expect(events.filter((e) => e.outcome === 'started').map((e) => e.test.replace(/^.*_/, ''))).toEqual([
      'first',
      'dies',
    ]);
  }, 60_000);
});
