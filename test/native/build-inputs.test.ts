/** What a build is made again for: its sources, and no file that only says what is run. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeBuilds } from '../../src/build/build-cache.js';
import { baseEnv } from '../../src/host/environment.js';
import { makeCaches } from '../../src/process/caches.js';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-build-inputs-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Whether another run of ffi-gates uses the build that is there. */
const isReused = async (): Promise<boolean> => {
  const done: boolean[] = [];
  const build = makeBuilds({
    caches: makeCaches(),
    cache: join(dir, '.ffi-gates', 'builds'),
    env: baseEnv(),
    notInputs: [join(dir, 'ffi-gates.yaml')],
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    started: () => undefined,
    done: (d) => void done.push(d.reused),
  });
  const made = await build({
    id: 'made',
    inputs: [dir],
    facts: [],
    commands: (out) => [{ argv: ['/bin/sh', '-c', 'echo > made'], cwd: out, env: {} }],
    produces: ['made'],
  });
  expect(made).toHaveProperty('key');
  return done[0]!;
};

test('an edit of the matrix builds nothing again, an edit beside it does', async () => {
  mkdirSync(join(dir, 'below'));
  for (const name of ['a.c', 'ffi-gates.yaml', 'below/ffi-gates.yaml']) writeFileSync(join(dir, name), '1');
  expect(await isReused()).toBe(false);
  writeFileSync(join(dir, 'ffi-gates.yaml'), '2');
  expect(await isReused()).toBe(true);
  // Another project's, which may be what a test reads.
  writeFileSync(join(dir, 'below', 'ffi-gates.yaml'), '2');
  expect(await isReused()).toBe(false);
  writeFileSync(join(dir, 'a.c'), '2');
  expect(await isReused()).toBe(false);
  expect(await isReused()).toBe(true);
});
