import { expect, test } from 'vitest';
import { isOwnManaged, originOf } from '../../src/judge/origin.js';
import { projectFrames, type ProjectCode } from '../../src/model/project-code.js';
import type { Frame, Diagnostic, Stack } from '../../src/model/diagnostic.js';

const own: ProjectCode = { dirs: ['/app'], shared: [], objects: new Set(['libmine.so']) };
const at = (fn: string, object: string): Frame => ({
  kind: 'module',
  function: fn,
  module: `/usr/lib/${object}`,
  offset: '0x10',
});
const jvm = at('ObjectMonitor::exit', 'libjvm.so');
const mine = at('worker', 'libmine.so');
const race = (...stacks: [Stack['role'], ...Frame[]][]): Diagnostic => ({
  tool: 'helgrind',
  rule: 'helgrind/Race',
  hazard: 'threading/data-race',
  message: 'Possible data race',
  complete: true,
  log: { line: 1, endLine: 2 },
  stacks: stacks.map(([role, ...frames]) => ({ role, frames })),
});
const originOfRace = (...stacks: [Stack['role'], ...Frame[]][]): string =>
  originOf(race(...stacks), own, new Set());

test('a thread of ours that enters the JVM does not own what the JVM does with its own memory', () => {
  const malloc = at('malloc', 'vgpreload_helgrind-amd64-linux.so');
  expect(originOfRace(['fault', jvm, mine], ['other-access', jvm], ['allocated', malloc, jvm])).toBe(
    'runtime',
  );
  expect(originOfRace(['fault', jvm, mine], ['other-access', jvm], ['allocated', malloc, mine])).toBe('own');
  expect(originOfRace(['fault', jvm, mine], ['other-access', mine])).toBe('own');
  expect(originOfRace(['fault', at('memcpy', 'libc.so.6'), mine], ['other-access', jvm])).toBe('own');
});

test('what a thread did before and after says nothing about what it accessed in between', () => {
  const bounded = race(['fault', jvm], ['other-access', mine], ['related', mine]);
  bounded.stacks[1]!.title = 'This conflicts with a previous access by thread #2, after';
  bounded.stacks[2]!.title = 'but before';
  expect(originOf(bounded, own, new Set())).toBe('runtime');
  bounded.stacks[0]!.frames = [mine];
  expect(originOf(bounded, own, new Set())).toBe('own');
});

test('an interpreter that native code called back polls what the rest of the runtime writes: not a race of ours', () => {
  const java: Frame = { kind: 'opaque', text: '0xE0ECB44' };
  const call = at('JavaCalls::call_helper', 'libjvm.so');
  expect(originOfRace(['fault', java, java, call, mine, java], ['other-access', jvm])).toBe('runtime');
  expect(originOfRace(['fault', java, java, call, mine, java], ['other-access', mine])).toBe('own');
  // Code without an object that our own code calls is its plug-in or what it generated: nobody's runtime.
  expect(originOfRace(['fault', java, mine], ['other-access', jvm])).toBe('own');
});

test('the dynamic loader reads past the ends of its own strings', () => {
  const overread = race(
    ['fault', at('strncmp', 'ld-linux-x86-64.so.2')],
    ['allocated', at('malloc', 'x.so')],
  );
  const s: Diagnostic = {
    ...overread,
    tool: 'memcheck',
    rule: 'memcheck/InvalidRead',
    hazard: 'bounds/heap-overread',
  };
  expect(originOf(s, own, new Set())).toBe('runtime');
  const other = { ...s, stacks: [{ role: 'fault' as const, frames: [jvm] }, s.stacks[1]!] };
  expect(originOf(other, own, new Set())).toBe('host');
});

test('routines of libc that compare vectors read past a block of the host, and past one of ours for us', () => {
  const libc = (fn: string): Frame =>
    ({ ...at(fn, 'libc.so.6'), kind: 'source', file: 'memcmp-avx2-movbe.S', line: 415 }) as Frame;
  const python = at('unicode_compare', 'libpython3.11.so.1.0');
  const overread = (rule: string, top: Frame, caller: Frame, owner: Frame): Diagnostic => ({
    ...race(['fault', top, caller], ['allocated', at('malloc', 'vgpreload_memcheck-amd64-linux.so'), owner]),
    tool: 'memcheck',
    rule: `memcheck/${rule}`,
    hazard: 'bounds/heap-overread',
  });
  const originAt = (...given: Parameters<typeof overread>): string =>
    originOf(overread(...given), own, new Set());
  for (const fn of ['__wmemcmp_avx2_movbe', '__wcsncmp_sse2', '__rawmemchr_evex'])
    expect(originAt('InvalidRead', libc(fn), python, python), fn).toBe('runtime');
  expect(originAt('InvalidRead', libc('__wmemcmp_avx2_movbe'), mine, python)).toBe('own');
  expect(originAt('InvalidRead', libc('__wmemcmp_avx2_movbe'), python, mine)).toBe('own');
  expect(originAt('InvalidWrite', libc('__wmemset_avx2'), python, python)).toBe('host');
  expect(originAt('InvalidRead', libc('qsort_r'), python, python)).toBe('host');
  expect(originAt('InvalidRead', at('__mine_avx2', 'libx.so'), python, python)).toBe('host');
});

test('CPython synchronises by locks that can be followed: a race inside it, on a thread of ours, is ours', () => {
  const python = at('Py_IncRef', 'libpython3.11.so.1.0');
  expect(originOfRace(['fault', python, mine], ['other-access', python])).toBe('own');
});

test('a line of a header of somebody else, compiled into our object, is ours only where nothing else is', () => {
  const line = (fn: string, file: string): Frame => ({
    kind: 'source',
    function: fn,
    file,
    line: 1,
    module: '/x/libmine.so',
  });
  const inlined = line('Py_TYPE', '/usr/include/python3.11/object.h');
  const written = line('decode', '/app/decode.c');
  const header = line('mine', '/app/include/mine.h');
  expect(projectFrames([inlined, written, header], own)).toEqual([written, header]);
  expect(projectFrames([inlined, jvm], own)).toEqual([inlined]);
});

test('what was installed below the project is nobody’s who works there, as source or as a header', () => {
  const line = (fn: string, file: string, module?: string): Frame => ({
    kind: 'source',
    function: fn,
    file,
    line: 1,
    ...(module === undefined ? {} : { module }),
  });
  const library = '/app/out/libmine.so';
  const written = line('decode', '/app/src/decode.cc', library);
  const numpy = line('assert_equal', '/app/.venv/lib/python3.11/site-packages/numpy/testing/utils.py');
  const napi = line('Napi::Env::SetInstanceData', '/app/node_modules/node-addon-api/napi-inl.h', library);
  const pytest = line('raises', '/app/out/.venv/lib/python3/dist-packages/_pytest/python_api.py');
  const test_ = line('test_decode', '/app/tests/test_decode.py');
  expect(projectFrames([numpy, pytest, test_], own)).toEqual([test_]);
  expect(projectFrames([numpy, pytest], own)).toEqual([]);
  expect(projectFrames([napi, written], own)).toEqual([written]);
  expect(projectFrames([napi], own)).toEqual([napi]);
  // A project that itself lies in such a directory is its own all the same.
  const there = { ...own, dirs: ['/b/node_modules/mine', '/c/site-packages/'] };
  const inside = [line('f', '/b/node_modules/mine/f.c'), line('g', '/c/site-packages/g.py')];
  expect(projectFrames(inside, there)).toEqual(inside);
  const others = [line('f', '/b/node_modules/mine/node_modules/x/f.c'), line('g', '/b/node_modules/y/g.c')];
  expect(projectFrames(others, there)).toEqual([]);
});

const leak = (...frames: Frame[]): Diagnostic => ({
  ...race(['allocated', ...frames]),
  tool: 'lsan',
  rule: 'lsan/direct-leak',
  hazard: 'ownership/leak',
  leak: { kind: 'direct', bytes: 40, objects: 1 },
});

test('what tracemalloc keeps about a block of ours is not ours; the block is', () => {
  const made = ['malloc', '_PyMem_DebugRawMalloc'].map((fn) => at(fn, 'libasan.so.8'));
  const python = (...names: string[]): Frame[] => names.map((fn) => at(fn, 'libpython3.11.so.1.0'));
  const origin = (...names: string[]): string =>
    originOf(leak(...made, ...python(...names), mine), own, new Set());
  expect(origin('raw_malloc', 'traceback_new', 'tracemalloc_add_trace', 'tracemalloc_alloc')).toBe('runtime');
  expect(origin('tracemalloc_alloc', 'tracemalloc_malloc_gil', 'PyObject_Malloc')).toBe('own');
});

test('a leak is the collector’s where Node-API allocated for a value, and the caller’s where it is to be deleted', () => {
  const make = at('operator new(unsigned long)', 'libasan.so.8');
  const origin = (...frames: Frame[]): string => originOf(leak(make, ...frames), own, new Set());
  expect(origin(at('napi_create_external', 'node'), mine)).toBe('runtime');
  expect(origin(at('napi_create_reference', 'node'), mine)).toBe('own');
  expect(origin(mine, at('napi_create_external', 'node'))).toBe('own');
});

test('between the runtime and the caller there may be headers of a wrapper: they change nothing', () => {
  const make = at('operator new(unsigned long)', 'libasan.so.8');
  const header = (fn: string, file: string): Frame => ({ kind: 'source', function: fn, file, line: 1 });
  const nan = header('Nan::Set', '../node_modules/nan/nan_maybe_43_inl.h');
  const napi = header('Napi::Reference<Napi::Object>::New', '../node_modules/node-addon-api/napi-inl.h');
  const jni = header('JNIEnv_::GetStringUTFChars', '/usr/lib/jvm/include/jni.h');
  const origin = (...frames: Frame[]): string => originOf(leak(make, ...frames), own, new Set());
  expect(origin(at('v8::Object::Set', 'node'), nan, mine)).toBe('runtime');
  expect(origin(at('napi_create_reference', 'node'), napi, mine)).toBe('own');
  expect(origin(at('jni_NewStringUTF', 'libjvm.so'), jni, mine)).toBe('runtime');
  expect(origin(at('jni_GetStringUTFChars', 'libjvm.so'), jni, mine)).toBe('own');
  // What the wrapper itself allocates is nobody else's.
  expect(origin(napi, mine)).toBe('own');
});

test('Java frames are the user’s unless they are of the platform, of what runs tests, or made up', () => {
  const isOwn = (fn: string): boolean => isOwnManaged({ kind: 'symbol', function: fn });
  expect(isOwn('org.example.Native.call')).toBe(true);
  expect(['java.lang.Thread.run', 'org.junit.platform.A.b', '0x00007f0154.apply'].filter(isOwn)).toEqual([]);
});

test('an unset value is the host’s where it made and uses it itself, however it was called', () => {
  const malloc = at('malloc', 'vgpreload_memcheck-amd64-linux.so');
  const py = (name: string): Frame => at(name, 'libpython3.11.so.1.0');
  const small = [py('maybe_small_long'), py('PyLong_FromString')];
  const originOfValue = (fault: Frame[], made: Frame[]): string =>
    originOf(
      {
        ...race(['fault', ...fault], ['origin', ...made]),
        tool: 'memcheck',
        rule: 'memcheck/UninitCondition',
        hazard: 'init/uninitialised-read',
      },
      own,
      new Set(),
    );
  const integer = [malloc, py('_PyLong_New'), py('PyLong_FromString'), mine];
  expect(originOfValue([...small, mine], integer)).toBe('runtime');
  // The host made it without a call from the project, and the project called only later.
  expect(originOfValue([...small, mine], [malloc, py('_PyLong_New'), py('main')])).toBe('runtime');
  // The project’s own block, or one that was handed to it to be filled; and a value that it uses itself.
  expect(originOfValue([py('unicode_hash'), mine], [malloc, mine])).toBe('own');
  expect(originOfValue([py('bytes_hash'), mine], [malloc, py('PyBytes_FromStringAndSize'), mine])).toBe(
    'own',
  );
  expect(originOfValue([mine, py('main')], integer)).toBe('own');
  expect(originOfValue([at('strlen', 'vgpreload_memcheck-amd64-linux.so'), mine], integer)).toBe('own');
});

test('what PyO3 keeps for Python as long as the process lives is no leak of the project’s', () => {
  const rust = (name: string): Frame => ({ kind: 'source', function: name, file: 'src/x.rs', line: 1 });
  const originOfLeak = (...frames: Frame[]): string =>
    originOf(
      {
        ...race(['allocated', at('malloc', 'libasan.so.8'), ...frames, mine]),
        tool: 'lsan',
        rule: 'lsan/direct-leak',
        hazard: 'ownership/leak',
        leak: { kind: 'direct', bytes: 32, objects: 1 },
      },
      own,
      new Set(),
    );
  expect(originOfLeak(rust('<pyo3::types::function::PyCFunction>::internal_new'))).toBe('runtime');
  expect(originOfLeak(rust('pyo3::types::function::PyCFunction::internal_new'))).toBe('runtime');
  expect(originOfLeak(rust('<pyo3::types::bytes::PyBytes>::new'))).toBe('own');
});
