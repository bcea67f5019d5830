import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Frame } from '../../src/finding.js';
import { locateFiles } from '../../src/own-files.js';

const made = mkdtempSync(join(tmpdir(), 'ffi-gates-own-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));
for (const path of ['app/core.c', 'app/lib/deep/io.c', 'app/a/two.c', 'app/b/two.c', 'out/src/made.c']) {
  mkdirSync(dirname(join(made, path)), { recursive: true });
  writeFileSync(join(made, path), '');
}

const located = async (file: string, module?: string): Promise<string> => {
  const frame: Frame = { kind: 'source', function: 'f', file, line: 1, ...(module ? { module } : {}) };
  const parsed = {
    sightings: [
      {
        tool: 'asan' as const,
        rule: 'asan/heap-buffer-overflow',
        hazard: 'bounds/heap-overflow' as const,
        message: '',
        stacks: [{ role: 'fault' as const, frames: [frame] }],
        complete: true,
        log: { line: 1, endLine: 2 },
      },
    ],
    unread: [],
    complete: true,
    missing: [],
  };
  await locateFiles([{ path: 'x', name: 'x', parsed }], [join(made, 'app')], [join(made, 'out')]);
  return frame.file.replace(`${made}/`, '');
};

test('relative files of frames are found below the user’s directories, in the copy that was built, or by their end', async () => {
  expect(await located('core.c')).toBe('app/core.c');
  expect(await located('./core.c')).toBe('app/core.c');
  expect(await located('made.c')).toBe('out/src/made.c');
  expect(await located('deep/io.c')).toBe('app/lib/deep/io.c');
  expect(await located('io.c')).toBe('app/lib/deep/io.c');
});

test('what may be somebody else’s stays as it is', async () => {
  expect(await located('two.c')).toBe('two.c');
  expect(await located('Modules/io.c')).toBe('Modules/io.c');
  expect(await located('../core.c')).toBe('../core.c');
  expect(await located('core.c', '/usr/lib/libother.so')).toBe('core.c');
});
