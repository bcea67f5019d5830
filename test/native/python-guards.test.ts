/**
 * The guards of Python in real interpreters: what they must see, and correct code on which they are silent. Each row is a suite
 * of its own for pytest, with our plugin.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { readLog, watchedIn, type ReadLog } from '../../src/parsers/read-logs.js';

const PLUGIN = fileURLToPath(new URL('../../plugins/pytest', import.meta.url));
const has = (module: string): boolean => spawnSync('python3', ['-c', `import ${module}`]).status === 0;
const missing = !has('pytest');
if (missing) console.warn('SKIPPED: the guards of Python need python3 and pytest');
const cffi = has('cffi');
if (!cffi) console.warn('SKIPPED: callbacks of cffi need cffi');

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-python-guards-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

type Seen = { diagnostics: Diagnostic[]; watched: number | undefined; output: string; notes: string[] };
let runs = 0;

/** Runs a suite under a guard. */
const watch = async (
  guard: 'CTGUARD' | 'PYREFS' | 'PYGUARD',
  suite: string,
  passes = true,
): Promise<Seen> => {
  const own = join(dir, String(runs++));
  const logs = join(own, 'logs');
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(own, 'test_it.py'), suite);
  const ran = spawnSync(
    'python3',
    ['-m', 'pytest', '-q', '-s', '-p', 'ffi_gates_plugin', '-p', 'no:cacheprovider', 'test_it.py'],
    {
      cwd: own,
      env: {
        ...process.env,
        PYTHONPATH: PLUGIN,
        PYTEST_DISABLE_PLUGIN_AUTOLOAD: '1',
        [`FFI_GATES_${guard}`]: logs,
      },
      encoding: 'utf8',
    },
  );
  const output = ran.stdout + ran.stderr;
  expect(ran.status, output).toBe(passes ? 0 : 1);
  const read: ReadLog[] = [];
  for (const name of readdirSync(logs)) {
    const path = join(logs, name);
    read.push({ path, name, parsed: await readLog(path) });
  }
  for (const { parsed } of read) expect(parsed).toMatchObject({ unread: [], complete: true });
  const diagnostics = read.flatMap((l) => l.parsed.diagnostics);
  const notes = read.flatMap((l) =>
    readFileSync(l.path, 'utf8')
      .split('\n')
      .filter((line) => / guard [a-z]+: not /.test(line)),
  );
  return { diagnostics, watched: watchedIn({ line: /: done, (\d+) /, none: '' }, read).sum, output, notes };
};

const CTYPES = `import ctypes, gc, threading
libc = ctypes.CDLL(None)
COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
data = (ctypes.c_int * 3)(3, 1, 2)
def sort(compare): libc.qsort(data, 3, 4, compare)
def same(a, b): return 0
def raw(c): return ctypes.c_void_p.from_buffer_copy(c)
def address(f): return ctypes.cast(f, ctypes.c_void_p).value
class Holder(ctypes.Structure): _fields_ = [("compare", COMPARE)]
`;
const FFI = `import cffi, gc
ffi = cffi.FFI()
ffi.cdef("void qsort(void *, size_t, size_t, int (*)(const void *, const void *));")
libc, data, SIGN = ffi.dlopen(None), ffi.new("int[3]", [3, 1, 2]), "int(*)(const void *, const void *)"
def sort(compare): libc.qsort(data, 3, 4, compare)
def same(a, b): return 0
`;
/** A test's number in its suite, its title, its lines, and the functions in which the guard must report it. */
type Row = readonly [title: string, lines: string, functions?: readonly string[]];

const suiteOf = (head: string, rows: readonly Row[]): string =>
  head + rows.map(([, lines], n) => `def test_${n}():\n${lines.replaceAll(/^/gm, '    ')}\n`).join('\n');

/** Runs all rows as one suite, and compares what is reported of each: `hazard function`, by the innermost frame. */
const rowsUnder = (guard: 'CTGUARD' | 'PYREFS', hazard: string, head: string, rows: readonly Row[]): void => {
  let seen: Seen | undefined;
  beforeAll(async () => {
    seen = await watch(guard, suiteOf(head, rows));
  }, 300_000);
  test.each(rows.map(([title, , functions = []], n) => ({ title, n, functions })))(
    '$title',
    ({ n, functions }) => {
      const inTest = (d: Diagnostic): boolean =>
        d.stacks.some((s) => s.frames.some((f) => f.kind === 'source' && f.function === `test_${n}`));
      const found = seen!.diagnostics.filter(inTest).map((d) => {
        const top = d.stacks[0]?.frames[0];
        return `${d.hazard} ${top?.kind === 'source' ? top.function : 'nowhere'}`;
      });
      expect(found).toEqual(functions.map((f) => `${hazard} ${f.replace('test', `test_${n}`)}`));
    },
  );
  test('everything was watched, and nothing else is reported', () => {
    expect(seen!.watched).toBeGreaterThanOrEqual(rows.length);
    expect(seen!.diagnostics).toHaveLength(rows.flatMap(([, , f = []]) => f).length);
  });
};

describe.skipIf(missing)('ctguard sees a callback', () => {
  rowsUnder('CTGUARD', 'lifetime/callback-collected', CTYPES, [
    ['of which only the address is kept', 'a = address(COMPARE(same))\nsort(ctypes.c_void_p(a))', ['sort']],
    ['that died by counting', 'c = COMPARE(same)\na = raw(c)\ndel c\nsort(a)', ['sort']],
    ['whose structure is gone', 'h = Holder(COMPARE(same))\na = raw(h)\ndel h\nsort(a)', ['sort']],
    [
      'that is replaced',
      'h = Holder(COMPARE(same))\na = raw(h)\nh.compare = COMPARE(same)\nsort(a)',
      ['sort'],
    ],
    ['not again, if it is kept', 'c = COMPARE(same)\ngc.collect()\nsort(c)'],
    ['not in a structure', 'h = Holder(COMPARE(same))\ngc.collect()\nsort(h.compare)'],
    ['not in an array', 'a = (COMPARE * 2)(COMPARE(same), COMPARE(same))\ngc.collect()\nsort(a[1])'],
    ['not by way of a cast', 'p = ctypes.cast(COMPARE(same), ctypes.c_void_p)\ngc.collect()\nsort(p)'],
    ['not as a decorator', '@COMPARE\ndef f(a, b): return 0\nsort(f)'],
    ['not a temporary that lives as long as the call', 'sort(COMPARE(same))'],
    [
      'not if it drops itself while it runs',
      'kept = []\ndef f(a, b):\n  kept.clear()\n  return 0\nkept.append(COMPARE(f))\nlibc.qsort(data, 2, 4, kept[0])',
    ],
    ['not if it is null, or an address', 'assert not COMPARE()\nassert COMPARE(address(libc.qsort))'],
    ['not a function', 'assert ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(("abs", libc))(-3) == 3'],
    [
      'and shows a suite what it sees without the guard: the function that raises, its first frame, its conversion',
      `import sys
seen = []
def f(a, b): 1 // 0
def g(a, b): return "text"
sys.unraisablehook = seen.append
try:
  for function in (f, g):
    c = COMPARE(function)
    c(None, None)
  said = [s.object if s.object is not None else s.err_msg for s in seen]
  assert all(s is o or repr(o) in str(s) for s, o in zip(said, (f, g))), said
  assert [s.exc_type for s in seen] == [ZeroDivisionError, TypeError]
  assert seen[0].exc_traceback.tb_frame.f_code is f.__code__
finally: sys.unraisablehook = sys.__unraisablehook__`,
    ],
    [
      'if its function is a method, an instance or a class',
      `class C:
  def m(self, a, b): return 0
  def __call__(self, a, b): return 0
addresses = [raw(COMPARE(f)) for f in (C().m, C(), int)]
sort(addresses[0])
sort(addresses[1])`,
      ['sort', 'sort'],
    ],
    [
      'and leaves the lives of objects as they are',
      `import weakref
class Owner: pass
o = Owner()
o.callback = COMPARE(lambda a, b, o=o: 0)
seen = weakref.ref(o)
del o
gc.collect()
assert seen() is None
def f(a, b): return 0
c, seen = COMPARE(f), weakref.ref(f)
del f
sort(c)
assert seen() is not None
del c
assert seen() is None`,
    ],
  ]);
});

describe.skipIf(missing)('ctguard', () => {
  test('names the place where the callback was made, and sees it on another thread', async () => {
    const lines =
      'a = address(COMPARE(same))\ngc.collect()\nt = threading.Thread(target=sort, args=(ctypes.c_void_p(a),))\nt.start()\nt.join()';
    const { diagnostics } = await watch('CTGUARD', suiteOf(CTYPES, [['', lines]]));
    expect(diagnostics).toMatchObject([
      {
        hazard: 'lifetime/callback-collected',
        message: 'native code calls same, which Python has collected',
      },
    ]);
    expect(diagnostics[0]?.stacks.map((s) => [s.role, s.frames[0]])).toMatchObject([
      ['fault', { function: 'sort' }],
      ['allocated', { function: 'test_0', line: 11 }],
    ]);
  });
  test('a suite that calls nothing watches nothing', async () => {
    expect((await watch('CTGUARD', 'def test_it(): pass\n')).watched).toBe(0);
  });
});

describe.skipIf(missing)('ctguard sees that errno', () => {
  rowsUnder('CTGUARD', 'errno/clobbered', CTYPES, [
    ['is kept by no library', 'libc.open(b"/no", 0)\nctypes.get_errno()', ['test']],
    [
      'is read by its address',
      'libc.open(b"/no", 0)\nlibc.__errno_location.restype = ctypes.POINTER(ctypes.c_int)\nlibc.__errno_location()[0]',
      ['test'],
    ],
    [
      'not if it is kept, and read twice',
      'kept = ctypes.CDLL(None, use_errno=True)\nkept.open(b"/no", 0)\nassert ctypes.get_errno() == ctypes.get_errno() == 2',
    ],
    ['not if it is set', 'libc.abs(1)\nctypes.set_errno(0)\nassert ctypes.get_errno() == 0'],
  ]);
});

describe.skipIf(missing || !cffi)('ctguard sees a callback of cffi', () => {
  rowsUnder('CTGUARD', 'lifetime/callback-collected', FFI, [
    ['of which only the address is kept', 'c = ffi.cast(SIGN, ffi.callback(SIGN, same))\nsort(c)', ['sort']],
    ['not if it is kept', 'c = ffi.callback(SIGN, same)\ngc.collect()\nsort(c)'],
    ['not as a decorator', '@ffi.callback(SIGN)\ndef f(a, b): return 0\nsort(f)'],
    [
      'and shows a suite what it sees without the guard',
      `got = []
def f(a, b): 1 // 0
c = ffi.callback(SIGN, f, error=7, onerror=lambda *e: got.append(e))
assert repr(c) == "<cdata 'int(*)(void *, void *)' calling %r>" % f
assert ffi.cast(SIGN, ffi.cast("void *", c))(ffi.NULL, ffi.NULL) == c(ffi.NULL, ffi.NULL) == 7
assert [e[2].tb_frame.f_code for e in got] == [f.__code__] * 2`,
    ],
    [
      'that is not one: the error is that of cffi',
      'try: ffi.callback(SIGN, 3)\nexcept TypeError: pass\nelse: assert False',
    ],
    [
      'and leaves the lives of objects as they are',
      'import weakref\nclass Owner: pass\no = Owner()\no.c = ffi.callback(SIGN, lambda a, b, o=o: 0)\nseen = weakref.ref(o)\ndel o\ngc.collect()\nassert seen() is None\nsort(ffi.callback(SIGN, same))',
    ],
  ]);
});

const LEAKS = `import ctypes, functools, threading
lose = lambda thing: ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))
kept = []
class Node:
    def __init__(self): self.me, self.many = self, {n: str(n) + "a" for n in range(20)}
@functools.lru_cache(None)
def made(n): return [n]
`;
describe.skipIf(missing)('pyrefs sees the loss of', () => {
  rowsUnder('PYREFS', 'resource/python-refcount-leak', LEAKS, [
    ['a list', 'lose([0] * 8)', ['test']],
    ['bytes, which the collector does not know', 'lose(b"x" * id(kept).bit_length())', ['test']],
    ['memory that Python’s own allocator does not know', 'lose(bytes(bytearray(100_000)))', ['test']],
    ['an object with a cycle', 'lose(Node())', ['test']],
    ['a list beside one that is kept', 'kept.append(Node()); lose([0] * 8)', ['test']],
    ['nothing that is kept in a list', 'kept.append([1, [2]])'],
    ['no bytes that are kept', 'kept.append(bytes(bytearray(600)))'],
    ['no objects that are kept, with cycles', 'kept.append(Node())'],
    ['no garbage in cycles', 'Node()'],
    [
      'no classes that ctypes remembers',
      'class T(ctypes.Structure): _fields_ = [("x", ctypes.c_int)]\nctypes.POINTER(T)',
    ],
    [
      'no memory of the library',
      'm = ctypes.CDLL(None).malloc\nm.restype = ctypes.c_void_p\nm(ctypes.c_size_t(1000))',
    ],
    ['no functions that are called at exit', 'import atexit\natexit.register(lambda: None)'],
    [
      'no threads that still run',
      'threading.Thread(target=threading.Event().wait, args=(1,), daemon=True).start()',
    ],
    [
      'nothing in a test that measures itself',
      'import tracemalloc\ntracemalloc.start()\nkept.append([1])\ntracemalloc.stop()',
    ],
    [
      'no names that C looks up',
      'ctypes.pythonapi.PyObject_HasAttrString(ctypes.py_object(kept), b"append")',
    ],
    ['nothing in a cache', 'made(len(kept))\nkept.append(0)'],
    ['nothing that is released', 'x = [0] * 8\nlose(x)\nctypes.pythonapi.Py_DecRef(ctypes.py_object(x))'],
  ]);
});

describe.skipIf(missing)('pyrefs', () => {
  test('the first result of a test counts, and its fixtures are fresh each time', async () => {
    const suite = `import pytest
made, torn = [], []
@pytest.fixture(scope="module")
def shared():
    made.append("module")
    yield
    torn.append("module")
@pytest.fixture
def fresh():
    made.append("test")
    yield []
    torn.append("test")
def test_a(shared, fresh):
    fresh.append(1)
    assert fresh == [1]
def test_b(shared):
    assert made.count("module") == 1 and torn.count("module") == 0
    assert made.count("test") == torn.count("test") >= 3
state = []
def test_once():
    state.append(1)
    assert len(state) == 1
def test_skipped(): pytest.skip("no")
`;
    const { diagnostics, watched, output, notes } = await watch('PYREFS', suite);
    expect(output).toMatch(/3 passed, 1 skipped/);
    expect([diagnostics, watched]).toEqual([[], 2]);
    expect(notes).toEqual(['ffi-gates guard pyrefs: not repeatable: "test_it.py::test_once"']);
  });

  test('a fixture that lives on, and what it knows of others, hides no loss', async () => {
    const suite = `${LEAKS}
import pytest
@pytest.fixture(scope="module")
def shared(): return []
@pytest.fixture
def fresh(shared): return []
def test_bytes(fresh): lose(b"x" * id(kept).bit_length())
def test_nothing(fresh): pass
`;
    const { diagnostics, watched } = await watch('PYREFS', suite);
    expect(diagnostics.map((d) => [d.hazard, d.stacks[0]?.frames[0]])).toMatchObject([
      ['resource/python-refcount-leak', { function: 'test_bytes' }],
    ]);
    expect(watched).toBe(2);
  });

  test('a suite that keeps something in every test is not looked at for ever, and that is said', async () => {
    const suite = `${LEAKS}
import ffi_gates_pyrefs
ffi_gates_pyrefs._IN_VAIN_SECONDS = ffi_gates_pyrefs._IN_VAIN_SHARE = 0
def test_lost(): lose([0] * 8)
def test_kept(): kept.append(Node())
def test_passed_over(): kept.append(Node())
def test_grows_not(): pass
`;
    const { diagnostics, watched, notes } = await watch('PYREFS', suite);
    expect(diagnostics.map((d) => d.hazard)).toEqual(['resource/python-refcount-leak']);
    expect(watched).toBe(3);
    expect(notes).toEqual(['ffi-gates guard pyrefs: not looked at closely: "test_it.py::test_passed_over"']);
  });

  test('a fixture that fails at the end of its module fails', async () => {
    const suite =
      'import pytest\n@pytest.fixture(scope="module")\ndef shared():\n    yield\n    assert False, "in the end"\ndef test_it(shared): pass\n';
    expect((await watch('PYREFS', suite, false)).output).toMatch(/1 passed, 1 error/);
  });
});

/** An extension that waits or computes, with the lock and without. */
const SLOW = `#include <Python.h>
#include <time.h>
static void nap(void) { struct timespec t = {0, 150 * 1000 * 1000}; nanosleep(&t, NULL); }
static void spin(void) {
  struct timespec a, b;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &a);
  do clock_gettime(CLOCK_THREAD_CPUTIME_ID, &b);
  while ((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec < 300 * 1000000L);
}
#define FUNCTION(name, body) static PyObject *name(PyObject *self, PyObject *arg) { (void)self, (void)arg; body; Py_RETURN_NONE; }
FUNCTION(waits, nap())
FUNCTION(waits_free, Py_BEGIN_ALLOW_THREADS nap(); Py_END_ALLOW_THREADS)
FUNCTION(nothing, (void)0)
FUNCTION(computes, spin())
FUNCTION(computes_free, Py_BEGIN_ALLOW_THREADS spin(); Py_END_ALLOW_THREADS)
static PyMethodDef methods[] = {
  {"waits", waits, METH_NOARGS, NULL}, {"waits_free", waits_free, METH_NOARGS, NULL},
  {"nothing", nothing, METH_NOARGS, NULL}, {"computes", computes, METH_NOARGS, NULL}, {"computes_free", computes_free, METH_NOARGS, NULL},
  {NULL, NULL, 0, NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "slow", NULL, -1, methods, NULL, NULL, NULL, NULL};
PyMODINIT_FUNC PyInit_slow(void) { return PyModule_Create(&module); }
`;
const include = spawnSync('python3', ['-c', 'import sysconfig; print(sysconfig.get_path("include"))'], {
  encoding: 'utf8',
}).stdout.trim();

describe.skipIf(missing || !existsSync(join(include, 'Python.h')))('pyguard', () => {
  test('sees a wait with the lock, lists a computation, and is silent where others may run', async () => {
    const source = join(dir, 'slow.c');
    writeFileSync(source, SLOW);
    const built = spawnSync('gcc', ['-shared', '-fPIC', `-I${include}`, source, '-o', join(dir, 'slow.so')]);
    expect(built.status, String(built.stderr)).toBe(0);
    const suite = `import sys, time
sys.path.insert(0, ${JSON.stringify(dir)})
import slow
def test_waits(): slow.waits()
def test_waits_free():
    for _ in range(5): slow.waits_free()
def test_computes(): slow.computes()
def test_computes_free(): slow.computes_free()
def test_sleeps(): time.sleep(0.1)
def test_contended():
    import threading
    def work():
        for _ in range(200): sum(range(5000))
    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads: t.start()
    for _ in range(200): slow.nothing()
    for t in threads: t.join()
def test_sorts(): sorted(range(300_000), key=lambda n: -n)
def test_profiled():
    import cProfile
    profile = cProfile.Profile()
    profile.runcall(slow.waits_free)
`;
    const { diagnostics, watched } = await watch('PYGUARD', suite);
    const waits = diagnostics.filter((d) => d.tier === undefined);
    expect(waits.map((d) => [d.hazard, d.message])).toEqual([
      ['threading/gil-not-released', "slow.waits waits with the interpreter's lock"],
    ]);
    expect(waits[0]?.stacks[0]?.frames[0]).toMatchObject({ function: 'test_waits', line: 4 });
    // What computes competes for processors: under load it may not be seen to hold the lock all the time.
    for (const d of diagnostics.filter((x) => x.tier !== undefined))
      expect(d.message).toContain('slow.computes computes for more than 100 ms');
    expect(watched).toBeGreaterThanOrEqual(8);
  }, 120_000);
});
