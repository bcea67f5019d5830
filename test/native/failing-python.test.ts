/**
 * Objects that an extension of Python cannot have: each maker of objects fails as Python itself does, and only where it takes
 * memory at all.
 */
import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectFound, type FailingRow } from '../helpers/failing-found.js';
import { cellOf, makeRig, type Rig } from '../helpers/rig.js';

const run = (tool: string, args: string[]) => spawnSync(tool, args, { encoding: 'utf8' });
const missing =
  !isAbsolute(run('gcc', ['-print-file-name=libasan.so']).stdout?.trim() ?? '') ||
  run('python3', ['-c', 'import pytest, setuptools']).status !== 0;
if (missing)
  console.warn('SKIPPED: failing objects of Python need gcc with ASan, python3, pytest and setuptools');

/** `c`: the body of a function without arguments. */
type Row = FailingRow & { c: string; calls: number };

const ROWS: readonly Row[] = [
  {
    name: 'loses_block',
    c: 'char *p = PyMem_Malloc(8); keep(p); if (!p) return PyErr_NoMemory(); PyObject *o = PyBytes_FromStringAndSize(NULL, 64); if (!o) return NULL; PyMem_Free(p); return o;',
    calls: 2,
    finds: 'ownership/leak-on-error-path',
    after: 'PyBytes_FromStringAndSize',
  },
  {
    name: 'loses_object',
    c: 'PyObject *t = PyBytes_FromStringAndSize("text", 4), *l = t ? PyList_New(1) : NULL; if (!l) return NULL; PyList_SET_ITEM(l, 0, t); return l;',
    calls: 2,
    finds: 'ownership/leak-on-error-path',
    after: 'PyList_New',
  },
  {
    name: 'gives_back_object',
    c: 'PyObject *t = PyBytes_FromStringAndSize("text", 4), *l = t ? PyList_New(1) : NULL; if (!l) { Py_XDECREF(t); return NULL; } PyList_SET_ITEM(l, 0, t); return l;',
    calls: 2,
  },
  {
    name: 'never_looks',
    c: 'PyObject *o = PyBytes_FromStringAndSize(NULL, 64); Py_SET_SIZE((PyVarObject *)o, 32); PyBytes_AS_STRING(o)[32] = 0; return o;',
    calls: 1,
    finds: 'null/dereference',
    after: 'PyBytes_FromStringAndSize',
  },
  // Python has these for good.
  {
    name: 'takes_what_is_there',
    c: 'PyObject *e = PyBytes_FromStringAndSize("", 0); Py_DECREF(e); return PyTuple_New(0);',
    calls: 0,
  },
];

describe.skipIf(missing)('objects that Python cannot make', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-failing-python-');
  });
  afterAll(() => rig.remove());

  test('show what an extension forgets or never looks at, and nothing of what Python has for good', async () => {
    rig.write(
      'ext/maker.c',
      `#define PY_SSIZE_T_CLEAN
#include <Python.h>
__attribute__((noinline, noipa, no_instrument_function)) static void keep(void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }
${ROWS.map((r) => `static PyObject *${r.name}(PyObject *self, PyObject *none) { (void)self, (void)none; ${r.c} }`).join('\n')}
static PyMethodDef methods[] = {${ROWS.map((r) => `{"${r.name}", ${r.name}, METH_NOARGS, 0}, `).join('')}{0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "maker", 0, -1, methods, 0, 0, 0, 0};
PyMODINIT_FUNC PyInit_maker(void) { (void)keep; return PyModule_Create(&module); }
`,
    );
    rig.write(
      'ext/setup.py',
      "from setuptools import setup, Extension\nsetup(name='maker', ext_modules=[Extension('maker', ['maker.c'])])\n",
    );
    rig.write(
      'ext/test_maker.py',
      `import maker\n${ROWS.map((r) => `def test_${r.name}():\n    maker.${r.name}()\n`).join('')}`,
    );
    rig.write(
      'ffi-gates.yaml',
      'version: 1\nsuites: [{ id: m, binding: pyx, dir: ext }]\ngates: { failing: }\n',
    );
    const ran = await rig.run();
    expectFound(ran, ROWS, {
      nameOf: (t) => t.replace(/^.*::test_/, ''),
      where: (name) => `${name} \\(maker\\.c:\\d+\\)`,
    });
    const calls = ROWS.reduce((n, r) => n + r.calls, 0);
    expect(cellOf(ran, 'm-pyx_owngcc-failing').failing).toMatchObject({
      found: calls,
      driven: calls,
      lost: 0,
    });
  });
});
