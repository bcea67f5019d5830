/** A library that nobody compiles here, opened by ctypes: `own` of the matrix makes it the code under test. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';

const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const run = (tool: string, args: string[], cwd?: string): { status: number | null; stdout: string } =>
  spawnSync(tool, args, { encoding: 'utf8', cwd });

const missing = [
  ...(isAbsolute(run('gcc', ['-print-file-name=libasan.so']).stdout?.trim() ?? '') ? [] : ['gcc with ASan']),
  ...(run('valgrind', ['--version']).status === 0 ? [] : ['valgrind']),
  ...(run('python3', ['-c', 'import pytest']).status === 0 ? [] : ['python3, pytest']),
];
if (missing.length) console.warn(`SKIPPED: libraries of the system need ${missing.join(', ')}`);

const LIBRARY = `#include <fcntl.h>
#include <stdlib.h>
int vault_open(void) {
  char *volatile lost = malloc(77);
  lost = NULL;
  int number = open("/etc/passwd", O_RDONLY);
  return lost == NULL ? number : -1;
}
`;

describe.skipIf(missing.length > 0)('a library of the system', () => {
  const made = mkdtempSync(join(tmpdir(), 'ffi-gates-system-'));
  afterAll(() => rmSync(made, { recursive: true, force: true }));
  beforeAll(() => {
    mkdirSync(join(made, 'system'));
    writeFileSync(join(made, 'vault.c'), LIBRARY);
    // As distributions ship them: no debug information, and a version in the file's name.
    const object = join(made, 'system/libvault.so.3.1');
    execFileSync('gcc', ['-O1', '-s', '-shared', '-fPIC', '-o', object, join(made, 'vault.c')]);
  });

  const ROWS: Record<string, { own: string; gates: Record<string, string[]> }> = {
    'is the code under test: what it leaks and leaves open are findings': {
      own: 'own: [libvault.so*]\n',
      gates: {
        memcheck: ['ownership/leak'],
        asan: ['ownership/leak'],
        fdguard: ['resource/handle-leak'],
      },
    },
    'is not where the matrix names another': {
      own: 'own: [libvaul.so*, "*.dll"]\n',
      gates: { memcheck: [], fdguard: [] },
    },
  };
  test.each(Object.entries(ROWS))(
    '%s',
    (name, { own, gates }) => {
      const dir = join(made, String(Object.keys(ROWS).indexOf(name)));
      mkdirSync(dir);
      writeFileSync(
        join(dir, 'test_vault.py'),
        `import ctypes\ndef test_open():\n    assert ctypes.CDLL("${made}/system/libvault.so.3.1").vault_open() > 0\n`,
      );
      writeFileSync(
        join(dir, 'ffi-gates.yaml'),
        `version: 1\ncanaries: false\n${own}suites: [{id: vault, binding: py, dir: ., env: {PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1'}}]\ngates: {${Object.keys(gates).join(': , ')}: }\n`,
      );
      const { stdout } = run(process.execPath, [BIN, 'run', '--quiet', '--json'], dir);
      const report = JSON.parse(stdout) as Report;
      const found = Object.keys(gates).map((gate) => [
        gate,
        report.findings.filter((f) => f.witnesses.some((w) => w.gate === gate)).map((f) => f.hazard),
      ]);
      expect(Object.fromEntries(found)).toEqual(gates);
      for (const f of report.findings)
        expect(JSON.stringify(f.stacks[0]?.frames.find((x) => x.own))).toContain('libvault.so.3.1');
    },
    180_000,
  );
});
