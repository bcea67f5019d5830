import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { sourceBelow } from '../../src/build/source-files.js';

const root = mkdtempSync(join(tmpdir(), 'ffi-gates-sources-'));
afterAll(() => rmSync(root, { recursive: true }));
for (const path of ['c/linux.c', 'a/pool.c', 'b/pool.c', 'b/deep/only.cpp', 'src/Main.java', 'pool.c']) {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), '');
}

test('a relative source is the file at that path, else the only one whose path ends so', () => {
  expect(sourceBelow([root], 'c/linux.c')).toBe(join(root, 'c/linux.c'));
  expect(sourceBelow([root], '../c/linux.c')).toBe(join(root, 'c/linux.c'));
  expect(sourceBelow([root], './pool.c')).toBe(join(root, 'pool.c'));
  expect(sourceBelow([root], 'deep/only.cpp')).toBe(join(root, 'b/deep/only.cpp'));
  expect(sourceBelow([join(root, 'c'), root], 'a/pool.c')).toBe(join(root, 'a/pool.c'));
});

test('what is ambiguous, absolute or not compiled stays as printed', () => {
  mkdirSync(join(root, 'two/x/y'), { recursive: true });
  mkdirSync(join(root, 'two/z/y'), { recursive: true });
  for (const d of ['x', 'z']) writeFileSync(join(root, 'two', d, 'y/same.c'), '');
  expect(sourceBelow([join(root, 'two')], 'y/same.c')).toBeUndefined();
  expect(sourceBelow([root], '/c/linux.c')).toBeUndefined();
  expect(sourceBelow([root], 'Main.java')).toBeUndefined();
  expect(sourceBelow([root], 'linux.c2')).toBeUndefined();
});
