/** Finds the source files that stacks name. */
import { makeCaches } from '../../src/process/caches.js';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { settleSources, sourceBelow } from '../../src/build/source-files.js';

const root = mkdtempSync(join(tmpdir(), 'ffi-gates-sources-'));
afterAll(() => rmSync(root, { recursive: true }));
for (const path of ['c/linux.c', 'a/pool.c', 'b/pool.c', 'b/deep/only.cpp', 'src/Main.java', 'pool.c']) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), '');
}

test('a relative source is the file at that path, else the only one whose path ends so', () => {
  expect(sourceBelow([root], 'c/linux.c', makeCaches())).toBe(join(root, 'c/linux.c'));
  expect(sourceBelow([root], '../c/linux.c', makeCaches())).toBe(join(root, 'c/linux.c'));
  expect(sourceBelow([root], './pool.c', makeCaches())).toBe(join(root, 'pool.c'));
  expect(sourceBelow([root], 'deep/only.cpp', makeCaches())).toBe(join(root, 'b/deep/only.cpp'));
  expect(sourceBelow([join(root, 'c'), root], 'a/pool.c', makeCaches())).toBe(join(root, 'a/pool.c'));
});

test('what is ambiguous, absolute or not compiled stays as printed', () => {
  mkdirSync(join(root, 'two/x/y'), { recursive: true });
  mkdirSync(join(root, 'two/z/y'), { recursive: true });
  for (const d of ['x', 'z']) writeFileSync(join(root, 'two', d, 'y/same.c'), '');
  expect(sourceBelow([join(root, 'two')], 'y/same.c', makeCaches())).toBeUndefined();
  expect(sourceBelow([root], '/c/linux.c', makeCaches())).toBeUndefined();
  expect(sourceBelow([root], 'Main.java', makeCaches())).toBeUndefined();
  expect(sourceBelow([root], 'src/Main.java', makeCaches())).toBe(join(root, 'src/Main.java'));
  expect(sourceBelow([root], 'linux.c2', makeCaches())).toBeUndefined();
});

test('sources of a copy, and those a step out of the build’s directory, are the files of the tree', () => {
  const file = (f: string): string => {
    const frames = [{ kind: 'source' as const, function: 'f', file: f, line: 1 }];
    const diagnostic = { stacks: [{ role: 'fault' as const, frames }] } as Parameters<
      typeof settleSources
    >[0];
    settleSources(diagnostic, [root], [{ from: root, to: '/copy' }], makeCaches());
    return frames[0]!.file;
  };
  expect(file('../pool.c')).toBe(join(root, 'pool.c'));
  expect(file('/copy/c/linux.c')).toBe(join(root, 'c/linux.c'));
  expect(file('../csu/libc-start.c')).toBe('../csu/libc-start.c');
});
