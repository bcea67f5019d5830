/** A leak of memory that Python allocated for an extension is the extension's, under the real gate. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
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
if (missing.length) console.warn(`SKIPPED: the leak in Python needs ${missing.join(', ')}`);

/** An extension that keeps or leaks what it asked Python for. */
const extension = (free: string): string => `#include <Python.h>
static PyObject *take(PyObject *self, PyObject *args) {
  char *volatile block = PyMem_Malloc(1234);
  ${free}
  block = 0;
  Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"take", take, METH_NOARGS, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "taker", 0, -1, methods};
PyMODINIT_FUNC PyInit_taker(void) { return PyModule_Create(&module); }
`;

describe.skipIf(missing.length > 0)('memory that Python allocates', () => {
  const made = mkdtempSync(join(tmpdir(), 'ffi-gates-python-leak-'));
  afterAll(() => rmSync(made, { recursive: true, force: true }));

  const judged = (name: string, free: string, more = ''): { report: Report } => {
    const dir = join(made, name);
    mkdirSync(dir);
    const file = (path: string, text: string): void => writeFileSync(join(dir, path), text);
    file('taker.c', extension(free));
    file(
      'setup.py',
      'from setuptools import setup, Extension\n' +
        "setup(name='taker', ext_modules=[Extension('taker', ['taker.c'])])\n",
    );
    file('test_taker.py', 'import taker\ndef test_take(): taker.take()\n' + more);
    file('ffi-gates.yaml', 'version: 1\nsuites: [{id: taker, binding: pyx, dir: .}]\ngates: {asan: }\n');
    const { stdout } = run(process.execPath, [BIN, 'run', '--quiet', '--json'], dir);
    return { report: JSON.parse(stdout) as Report };
  };

  test('and an extension leaks is found in the extension', () => {
    const { report } = judged('leaks', '');
    const [leak] = report.findings.filter((f) => !f.planted);
    expect(leak?.hazard).toBe('ownership/leak');
    expect(leak?.stacks[0]?.frames.find((f) => f.own)).toMatchObject({ function: 'take' });
    expect(leak?.caller).toMatchObject({ file: 'test_taker.py', line: 2 });
    expect(leak?.witnesses.map((w) => w.test)).toEqual(['test_taker.py::test_take']);
    const logs = report.cells.find((c) => c.role === 'subject')?.logs ?? [];
    expect(logs.some((l) => l.includes('/3/'))).toBe(false);
    expect(report.cells.find((c) => c.role === 'subject')?.verdict).toMatchObject({
      kind: 'hazard',
      fresh: 1,
    });
  });

  test('and an extension frees is clean, without a second launch', () => {
    const { report } = judged('frees', 'PyMem_Free(block);');
    const cell = report.cells.find((c) => c.role === 'subject');
    expect(cell?.verdict).toEqual({ kind: 'clean' });
    expect(cell?.logs.some((l) => l.includes('/2/'))).toBe(false);
    expect(readFileSync(join(made, 'frees/reports/latest/report.json'), 'utf8')).not.toContain('1234 byte');
  });

  test('and nobody is known to leak is inconclusive where the second launch does not end', () => {
    const leave =
      'def test_leave():\n    import os\n' +
      "    if 'fast_unwind_on_malloc=0' in os.environ['ASAN_OPTIONS'] or 'FFI_GATES_HOST_BLOCKS' in os.environ: os._exit(0)\n";
    const { report } = judged('leaves', '', leave);
    expect(report.cells.find((c) => c.role === 'subject')?.verdict).toMatchObject({
      kind: 'inconclusive',
      doubt: 'leaks-unchecked',
    });
  });
});
