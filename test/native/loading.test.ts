/** Suites without tests: what loading alone shows, under the real gate. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';

const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const run = (tool: string, args: string[], cwd?: string): { status: number | null; stdout: string } =>
  spawnSync(tool, args, { encoding: 'utf8', cwd });

const missing = [
  ...(isAbsolute(run('gcc', ['-print-file-name=libasan.so']).stdout?.trim() ?? '') ? [] : ['gcc with ASan']),
  ...(run('python3', ['-c', 'import pytest, setuptools']).status === 0
    ? []
    : ['python3, pytest, setuptools']),
];
if (missing.length) console.warn(`SKIPPED: loading needs ${missing.join(', ')}`);

/** An extension whose initialisation reads `count` values of a block of 8. */
const extension = (name: string, count: number): string => `#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "${name}", 0, -1, 0};
static int sum(const int *values, int count) {
  int all = 0;
  for (int i = 0; i < count; i++) all += values[i];
  return all;
}
PyMODINIT_FUNC PyInit_${name}(void) {
  int *values = calloc(8, sizeof *values);
  volatile int all = sum(values, ${count});
  free(values);
  return all < 0 ? NULL : PyModule_Create(&module);
}
`;

type Row = { modules: Record<string, string>; files?: Record<string, string>; load?: string };
const LOADED: Record<string, Row & { found: string[]; tests: string[]; verdict: Record<string, unknown> }> = {
  'a fault in one module costs that module alone': {
    modules: { bad: extension('bad', 9), good: extension('good', 8) },
    found: ['sum'],
    tests: ['good'],
    verdict: { kind: 'hazard', fresh: 1 },
  },
  'what loads well is clean; a library without an initialisation is no module': {
    modules: { good: extension('good', 8), plain: 'int plain(void) { return 1; }\n' },
    found: [],
    tests: ['good'],
    verdict: { kind: 'clean' },
  },
  'modules that are named, without the others of the build': {
    modules: { bad: extension('bad', 9), good: extension('good', 8) },
    load: '[good]',
    found: [],
    tests: ['good'],
    verdict: { kind: 'clean' },
  },
  'a name that cannot be imported is a failure': {
    modules: { good: extension('good', 8) },
    load: '[nowhere]',
    found: [],
    tests: ['nowhere'],
    verdict: { kind: 'suite-failed' },
  },
  'a build without anything to import': {
    modules: { plain: 'int plain(void) { return 1; }\n' },
    found: [],
    tests: [],
    verdict: { kind: 'inconclusive', doubt: 'listing-failed' },
  },
};

describe.skipIf(missing.length > 0)('a suite that only loads', () => {
  const made = mkdtempSync(join(tmpdir(), 'ffi-gates-loading-'));
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  test.each(Object.entries(LOADED))(
    '%s',
    (name, { modules, load = 'true', found, tests, verdict }) => {
      const dir = join(made, String(Object.keys(LOADED).indexOf(name)));
      const write = (path: string, text: string): void => {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text);
      };
      const names = Object.keys(modules);
      for (const m of names) write(`${m}.c`, modules[m]!);
      write(
        'setup.py',
        `from setuptools import setup, Extension\nsetup(name='x', ext_modules=[${names.map((m) => `Extension('${m}', ['${m}.c'])`).join(', ')}])\n`,
      );
      // Neither its settings nor its fixtures concern what is loaded.
      write('pytest.ini', '[pytest]\naddopts = --no-such-option\n');
      write('conftest.py', 'raise ImportError("nobody asked for it")\n');
      write(
        'ffi-gates.yaml',
        `version: 1\nsuites: [{id: x, binding: pyx, dir: ., with: {load: ${load}}}]\ngates: {asan: }\n`,
      );
      const { stdout } = run(process.execPath, [BIN, 'run', '--quiet', '--json'], dir);
      const report = JSON.parse(stdout) as Report;
      const cell = report.cells.find((c) => c.role === 'subject');
      expect(cell?.verdict).toMatchObject(verdict);
      const own = report.findings
        .filter((f) => !f.planted)
        .map((f) => f.stacks[0]?.frames.find((x) => x.own));
      expect(own).toEqual(found.map((f) => expect.objectContaining({ function: f }) as unknown));
      const ended = (cell?.tests.passed ?? 0) + (cell?.tests.failed ?? 0);
      expect(ended).toBe(tests.length);
    },
    120_000,
  );
});
