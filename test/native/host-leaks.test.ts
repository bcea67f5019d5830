/**
 * Who allocated what leaked, and what an extension of Python uses after it was freed (`plugins/preload/hostblocks.h`,
 * `hostleaks.h`): the whole native stack, the lines of Python and the test, wherever the project allocates.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOfBlock, type Diagnostic, type Stack } from '../../src/model/diagnostic.js';
import { frameName } from '../../src/model/function-name.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PRELOAD = fileURLToPath(new URL('../../plugins/preload', import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-host-leaks-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const answer = (tool: string, ...args: string[]): string =>
  spawnSync(tool, args, { encoding: 'utf8' }).stdout?.trim() ?? '';
const gcc = (...args: string[]): boolean => spawnSync('gcc', args, { cwd: dir }).status === 0;
const runtime = answer('gcc', '-print-file-name=libasan.so');
/** What a wrapper starts. */
const python3 = answer('python3', '-c', 'import sys; print(sys.executable)');
const include = answer('python3', '-c', 'import sysconfig; print(sysconfig.get_path("include"))');
const SHARED = ['-O2', '-fPIC', '-shared', `-I${include}`];
const SOURCES = ['hoststack.c', 'hoststack-python.c'].map((name) => join(PRELOAD, name));
const library = (name: string, ...flags: string[]): boolean =>
  gcc(...SHARED, '-DHOST_STACK_PYTHON', ...flags, '-o', name, ...SOURCES);
const missing = !runtime.startsWith('/') || include === '' || !library('hoststack');
if (missing)
  console.warn('SKIPPED: blocks of Python need gcc, its ASan, and the headers of Python up to 3.13');

const EXTENSION = `
#include <Python.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
static char *wrap(size_t n) { char *p = malloc(n); if (p) p[0] = 1; return p; }
static char *kept;
static PyObject *ascii(PyObject *m, PyObject *s) { return PyLong_FromSsize_t(PyBytes_GET_SIZE(PyUnicode_AsASCIIString(s))); }
static PyObject *lose(PyObject *m, PyObject *n) { wrap(PyLong_AsLong(n)); Py_RETURN_NONE; }
static PyObject *make(PyObject *m, PyObject *none) { kept = wrap(100); Py_RETURN_NONE; }
static PyObject *drop(PyObject *m, PyObject *none) { free(kept); Py_RETURN_NONE; }
static PyObject *use(PyObject *m, PyObject *none) { return PyLong_FromLong(kept[0]); }
static void *run(void *none) { wrap(4001); return none; }
static PyObject *thread(PyObject *m, PyObject *none) {
  pthread_t t;
  pthread_create(&t, NULL, run, NULL);
  pthread_join(t, NULL);
  Py_RETURN_NONE;
}
static void handler(int signal) { kept = wrap(4002); }
static PyObject *signalled(PyObject *m, PyObject *alternative) {
  struct sigaction act = {.sa_handler = handler, .sa_flags = PyObject_IsTrue(alternative) ? SA_ONSTACK : 0};
  static char stack[1 << 16];
  stack_t other = {.ss_sp = stack, .ss_size = sizeof stack}, before;
  sigaltstack(&other, &before);
  sigaction(SIGUSR1, &act, NULL);
  raise(SIGUSR1);
  sigaltstack(&before, NULL);
  if (act.sa_flags == 0) kept = NULL;
  Py_RETURN_NONE;
}
/* Loses a block when it is collected. */
static void gone(PyObject *capsule) { wrap(4003); }
static PyObject *capsule(PyObject *m, PyObject *none) { return PyCapsule_New(&kept, NULL, gone); }
static PyObject *many(PyObject *m, PyObject *n) {
  for (long i = PyLong_AsLong(n); i-- > 0;) free(wrap(16));
  Py_RETURN_NONE;
}
static PyMethodDef all[] = {{"ascii", ascii, METH_O}, {"lose", lose, METH_O}, {"make", make, METH_NOARGS}, {"drop", drop, METH_NOARGS},
  {"use", use, METH_NOARGS}, {"thread", thread, METH_NOARGS}, {"signalled", signalled, METH_O}, {"capsule", capsule, METH_NOARGS},
  {"many", many, METH_O}, {0}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "own_extension", 0, -1, all};
PyMODINIT_FUNC PyInit_own_extension(void) { return PyModule_Create(&def); }
`;

const SCRIPT = `
import faulthandler, gc, os, struct, sys
faulthandler.register(61, file=int(os.environ["FFI_GATES_HOST_STACK_FD"]), all_threads=False, chain=False)
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "own", "site-packages" if sys.argv[1] == "installed" else ""))
import own_extension as e
count = 0
def begin(name):
    global count
    count += 1
    os.pwrite(int(os.environ["FFI_GATES_HOST_STACK_TEST_FD"]), struct.pack("=q504s", count if name else 0, name.encode()), 0)
def reference(): e.ascii("x" * 500)
def wrapper():
    begin("t.py::one"); first()
    begin("t.py::two[a in b]"); second()
    begin(""); third()
def first(): e.lose(300)
def installed(): first()
def second(): e.lose(300); e.lose(301)
def third(): e.lose(302)
def thread(): e.thread()
def signalled(): e.signalled(0)
def alternative():
    e.signalled(1); drop(); e.use()
def collected():
    class Loop: pass
    loop = Loop(); loop.itself = loop; loop.capsule = e.capsule()
    del loop
    gc.collect()
def churn():
    e.lose(303); e.many(200_000)
def fork():
    begin("t.py::parent")
    if os.fork() == 0:
        begin("t.py::child"); first()
        return
    os.wait()
def closed():
    os.close(int(os.environ["FFI_GATES_HOST_STACK_TEST_FD"])); first()
def uaf():
    e.make(); drop(); e.use()
def drop(): e.drop()
def host(): globals()["kept"] = [0] * 100
globals()[sys.argv[1]]()
`;

beforeAll(() => {
  if (missing) return;
  spawnSync('mkdir', [join(dir, 'own')]);
  writeFileSync(join(dir, 'own', 'extension.c'), EXTENSION);
  writeFileSync(join(dir, 'script.py'), SCRIPT);
  const sanitized = ['-g', '-fno-omit-frame-pointer', '-fsanitize=address', '-fPIC', '-shared'];
  if (!gcc(...sanitized, `-I${include}`, '-o', 'own/own_extension.so', 'own/extension.c'))
    throw new Error('the extension does not compile');
  spawnSync('mkdir', [join(dir, 'own', 'site-packages')]);
  copyFileSync(join(dir, 'own', 'own_extension.so'), join(dir, 'own', 'site-packages', 'own_extension.so'));
}, 120_000);

const run = async (mode: string, preload = 'hoststack'): Promise<Diagnostic[]> => {
  const logs = mkdtempSync(join(dir, 'logs-'));
  spawnSync(python3, [join(dir, 'script.py'), mode], {
    timeout: 50_000,
    killSignal: 'SIGKILL',
    env: {
      ...process.env,
      PYTHONMALLOC: 'malloc_debug',
      LD_PRELOAD: `${join(dir, preload)}:${runtime}`,
      FFI_GATES_HOST_STACK: 'python',
      FFI_GATES_HOST_BLOCKS: '1',
      FFI_GATES_OWN: join(dir, 'own'),
      ASAN_OPTIONS: `log_path=${logs}/log:verify_asan_link_order=0`,
      LSAN_OPTIONS: 'report_objects=1',
    },
  });
  const all = await Promise.all(readdirSync(logs).map((name) => readLog(join(logs, name))));
  expect(all.flatMap((p) => [...p.unread, ...p.missing])).toEqual([]);
  return all.flatMap((p) => p.diagnostics);
};

const native = (d: Diagnostic): string[] =>
  d.stacks.filter((k) => k.host === undefined).flatMap((k) => k.frames.map(frameName));
const linesIn = (k: Stack): (string | undefined)[] =>
  k.frames.map((f) => (f.kind === 'source' ? f.function.split('.').at(-1) : undefined));
const python = (d: Diagnostic): (string | undefined)[] =>
  d.stacks.filter((k) => k.host !== undefined).flatMap(linesIn);
/** Leaks in which the project has a part. */
const own = (all: readonly Diagnostic[]): Diagnostic[] => all.filter((d) => d.leak?.foreign !== true);

describe.skipIf(missing)('a leak of an extension', () => {
  test('that Python allocated for it has a whole stack and its lines', async () => {
    const [d, ...others] = own(await run('reference'));
    expect(others).toEqual([]);
    // Functions of Python come before it, which the sanitizer's own unwinding does not pass.
    expect(native(d!).indexOf('ascii')).toBeGreaterThan(1);
    expect(python(d!)).toEqual(['reference', '<module>']);
  }, 60_000);

  test('through one function is told apart by who called, and names the test', async () => {
    const found = own(await run('wrapper'));
    const told = found.map((d) => [python(d)[0], d.leak?.bytes, d.test]);
    expect(told.sort()).toEqual([
      ['first', 300, 't.py::one'],
      ['second', 300, 't.py::two[a in b]'],
      ['second', 301, 't.py::two[a in b]'],
      ['third', 302, undefined],
    ]);
    for (const d of found) expect(native(d).slice(1, 3)).toEqual(['wrap', 'lose']);
  }, 60_000);

  test.each([
    { mode: 'thread', bytes: 4001, lines: [] },
    { mode: 'signalled', bytes: 4002, lines: ['signalled', '<module>'] },
    { mode: 'collected', bytes: 4003, lines: ['collected', '<module>'] },
    { mode: 'churn', bytes: 303, lines: ['churn', '<module>'] },
    { mode: 'closed', bytes: 300, lines: ['first', 'closed', '<module>'] },
  ])(
    'is known wherever it is made: $mode',
    async ({ mode, bytes, lines }) => {
      const found = (await run(mode)).filter((d) => d.leak?.bytes === bytes);
      expect(found).toHaveLength(1);
      expect(native(found[0]!)).toContain('wrap');
      expect(python(found[0]!)).toEqual(lines);
    },
    120_000,
  );

  test('in a forked process names the test of that process', async () => {
    const found = (await run('fork')).filter((d) => d.leak?.bytes === 300);
    expect(found.map((d) => d.test)).toEqual(['t.py::child']);
  }, 60_000);

  test('that Python alone lost is known not to be the project’s', async () => {
    const found = (await run('host')).filter((d) => d.leak !== undefined);
    expect(own(found)).toEqual([]);
  }, 60_000);

  test('of a package that is installed below the project is not the project’s', async () => {
    const found = (await run('installed')).filter((d) => d.leak?.bytes === 300);
    expect(found).toHaveLength(1);
    expect(own(found)).toEqual([]);
  }, 60_000);

  test('of which nothing is known, since the project has more objects than there is room for, stays one', async () => {
    expect(library('crowded', '-DOWN_RANGES=0')).toBe(true);
    const found = (await run('reference', 'crowded')).filter((d) => d.leak !== undefined);
    expect(found.length).toBeGreaterThan(0);
    expect(own(found)).toEqual(found);
  }, 60_000);
});

describe.skipIf(missing)('an error in a block of an extension', () => {
  test.each(['uaf', 'alternative'])(
    'shows who allocated and who freed it: %s',
    async (mode) => {
      const [d] = await run(mode);
      expect(d).toMatchObject({ rule: 'asan/heap-use-after-free', complete: true });
      const lines = d!.stacks.filter(isOfBlock).map((k) => [k.title, ...linesIn(k)]);
      expect(lines).toEqual([
        ['where the block was allocated', mode, '<module>'],
        ['where the block was freed', 'drop', mode, '<module>'],
      ]);
    },
    60_000,
  );
});
