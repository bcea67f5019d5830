/** Warnings of the optimiser, whose view instrumentation changes, do not end the build of a project that wants none. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { noErrors } from '../../src/gates/optimiser-warnings.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-warnings-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const source = join(dir, 'a.c');
writeFileSync(source, 'int use(int *);\nint large(void) {\n  int all[400];\n  return use(all);\n}\n');

const COMPILERS = [
  ['gcc', 'gcc'],
  ['clang', 'clang-19'],
] as const;
const versionOf = (name: string): string | undefined => {
  const { status, stdout } = spawnSync(name, ['-dumpversion'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

test.each(COMPILERS)('%s', (compiler, name) => {
  const version = versionOf(name);
  if (version === undefined) return expect(name).not.toBe('gcc');
  const compile = (...flags: string[]): { status: number | null; stderr: string } => {
    const words = ['-c', source, '-o', join(dir, 'a.o'), '-O1', ...flags];
    return spawnSync(name, [...words, '-Wall', '-Werror', '-Wframe-larger-than=100'], { encoding: 'utf8' });
  };
  expect(compile().status).not.toBe(0);
  const { status, stderr } = compile(...noErrors(compiler, version));
  expect([status, stderr]).toEqual([0, expect.stringMatching(/frame.*-Wframe-larger-than/)]);
  // What is the project's own affair stays an error, and no name is one that the compiler does not know.
  expect(compile(...noErrors(compiler, version), '-include', writeUnused()).status).not.toBe(0);
});

const writeUnused = (): string => {
  const file = join(dir, 'unused.h');
  writeFileSync(file, 'static int unused(void) { return 1; }\n');
  return file;
};

test('an older compiler is given no name that it does not know', () => {
  expect(noErrors('gcc', '7.5.0')).not.toContain('-Wno-error=restrict');
  expect(noErrors('gcc', '9.4.0')).not.toContain('-Wno-error=tsan');
  expect(noErrors('gcc', '12.2.0')).toContain('-Wno-error=tsan');
});
