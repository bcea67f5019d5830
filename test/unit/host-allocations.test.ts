/** Whose a leaked block is that a runtime allocated inside a call of the user's. */
import { describe, expect, test } from 'vitest';
import { originOf } from '../../src/judge/origin.js';
import type { ProjectCode } from '../../src/model/project-code.js';
import type { Frame, Diagnostic } from '../../src/model/diagnostic.js';

const own: ProjectCode = { dirs: ['/app'], shared: [], objects: new Set(['libmine.so']) };
const at = (fn: string | undefined, object: string): Frame => ({
  kind: 'module',
  module: `/usr/lib/${object}`,
  offset: '0x10',
  ...(fn === undefined ? {} : { function: fn }),
});
const line = (fn: string, file: string): Frame => ({ kind: 'source', function: fn, file, line: 1 });
const JIT: Frame = { kind: 'opaque', text: '0xE0ECB44' };
const mine = at('use_own_env', 'libmine.so');
const written = line('call', '/app/src/lib.rs');
const malloc = at('malloc', 'vgpreload_memcheck-amd64-linux.so');

const origin = (...frames: Frame[]): string => {
  const s: Diagnostic = {
    tool: 'memcheck',
    rule: 'memcheck/Leak_DefinitelyLost',
    hazard: 'ownership/leak',
    message: '312 bytes in 1 blocks are definitely lost',
    leak: { kind: 'definite', bytes: 312, objects: 1 },
    complete: true,
    log: { line: 1, endLine: 2 },
    stacks: [{ role: 'allocated', frames: [malloc, ...frames] }],
  };
  return originOf(s, own, new Set());
};

describe('the JVM', () => {
  const jvm = (...names: string[]): Frame[] => names.map((fn) => at(fn, 'libjvm.so'));

  test('allocates for itself while a thread attaches', () => {
    // As memcheck printed it for a twin: os::malloc ← … ← jni_AttachCurrentThread ← use_own_env.
    const inside = jvm(
      'os::malloc(unsigned long, MEMFLAGS, NativeCallStack const&)',
      'AllocateHeap(unsigned long, MEMFLAGS, NativeCallStack const&, AllocFailStrategy::AllocFailEnum)',
      'JNIHandleBlock::allocate_block(Thread*)',
      'attach_current_thread(JavaVM_*, void**, void*, bool)',
      'jni_AttachCurrentThread',
    );
    expect(origin(...inside, mine)).toBe('runtime');
  });

  test.each([
    'jni_FindClass',
    'jni_GetMethodID',
    'jni_CallVoidMethodV',
    'checked_jni_NewObject',
    'JVM_LoadLibrary',
  ])('keeps what %s makes', (fn) => expect(origin(...jvm('os::malloc', fn), mine)).toBe('runtime'));

  test.each([
    'jni_GetStringUTFChars',
    'jni_GetStringCritical',
    'jni_GetByteArrayElements',
    'checked_jni_GetIntArrayElements',
    'jni_GetPrimitiveArrayCritical',
    'jni_NewGlobalRef',
    'jvmti_Allocate',
  ])('hands over what %s makes', (fn) => expect(origin(...jvm('os::malloc', fn), mine)).toBe('own'));

  test('allocates for Java code that native code called back', () => {
    expect(origin(...jvm('os::malloc', 'InterpreterRuntime::resolve'), JIT, mine)).toBe('runtime');
  });

  test('is not every library that is called like one of the JDK’s', () => {
    expect(origin(at('zip_open', 'libzip.so.4'), mine)).toBe('own');
    expect(origin(at('libnet_init', 'libnet.so.1'), mine)).toBe('own');
  });

  test('without names nothing is said for it', () => {
    expect(origin(at(undefined, 'libjvm.so'), mine)).toBe('own');
  });
});

describe('CPython', () => {
  const python = (...names: string[]): Frame[] => names.map((fn) => at(fn, 'libpython3.11.so.1.0'));

  test.each([
    'PyMem_Malloc',
    'PyMem_RawRealloc',
    'PyObject_Malloc',
    '_PyObject_GC_New',
    'PyType_GenericAlloc',
    'PyBytes_FromStringAndSize',
    'PyList_New',
    'PyLong_FromLong',
    'PyUnicode_AsUTF8String',
    'PyUnicode_FromString.localalias',
    'PyDict_Copy',
    'PySequence_List',
    'PyNumber_Add',
    'PyObject_CallFunctionObjArgs',
    'PyObject_GetAttrString',
    'Py_BuildValue',
    'PyCapsule_New',
    'PyErr_NewException',
    'PyOS_double_to_string',
    'Py_DecodeLocale',
    'PyUnicode_Partition',
    '_PyObject_MakeTpCall',
    'list_iternext',
    'object_new',
  ])('hands over what %s makes', (fn) => expect(origin(...python('_PyObject_Malloc', fn), mine)).toBe('own'));

  test.each([
    'PyGILState_Ensure',
    'PyImport_ImportModule',
    'PyType_Ready',
    'PyDict_SetItem',
    'PyList_Append',
    'PyModule_AddObject',
    'PyErr_SetString',
    'PyObject_SetAttrString',
    'PyUnicode_InternInPlace',
    'PySys_SetObject',
    'Py_InitializeEx',
  ])('keeps what %s makes', (fn) => expect(origin(...python('_PyMem_RawMalloc', fn), mine)).toBe('runtime'));

  test('is known by its names where a log names no object', () => {
    expect(origin(line('PyGILState_Ensure', 'Python/pystate.c'), mine)).toBe('runtime');
    expect(origin(line('PyBytes_FromString', 'Objects/bytesobject.c'), mine)).toBe('own');
  });
});

describe('Node', () => {
  const node = (fn: string): Frame => at(fn, 'node');
  test.each([
    'napi_create_reference',
    'napi_create_async_work',
    'napi_create_threadsafe_function',
    'napi_create_promise',
    'v8::ArrayBuffer::NewBackingStore(v8::Isolate*, unsigned long)',
    'uv_fs_scandir',
  ])('hands over what %s makes', (fn) => expect(origin(node(fn), mine)).toBe('own'));

  test.each([
    'napi_wrap',
    'napi_create_external',
    'napi_create_function',
    'napi_call_function',
    'napi_throw_error',
    'napi_module_register',
  ])('keeps what %s makes', (fn) => expect(origin(node(fn), mine)).toBe('runtime'));
});

test('Mono compiles the managed half of a callback for itself', () => {
  const mono = ['monoeg_malloc', 'mono_jit_compile_method'].map((fn) => at(fn, 'mono-sgen'));
  expect(origin(...mono, JIT, mine)).toBe('runtime');
  expect(origin(at('mono_string_to_utf8', 'mono-sgen'), mine)).toBe('own');
  // Generated code that asked another library is not the runtime.
  expect(origin(at('sqlite3_open', 'libsqlite3.so.0'), JIT, mine)).toBe('own');
});

test('Go starts threads for itself; C.malloc is a function of the package', () => {
  const file = '/usr/local/go/src/runtime/cgo/gcc_libinit.c';
  const started = line('x_cgo_thread_start', file);
  expect(origin(at('calloc', 'libc.so.6'), started, line('main.call', '/app/main.go'))).toBe('runtime');
  const made = line('_cgo_0123456789ab_Cfunc__Cmalloc', 'cgo-gcc-prolog');
  expect(origin(made, line('main.call', '/app/main.go'))).toBe('own');
});

test('Rust’s library hands over what it makes, but what it keeps for threads, streams and panics', () => {
  expect(origin(line('alloc::boxed::Box<T>::new', '/rustc/1/library/alloc/src/boxed.rs'), written)).toBe(
    'own',
  );
  expect(origin(line('std::ffi::CString::new', '/rustc/1/library/std/src/ffi/mod.rs'), written)).toBe('own');
  expect(origin(line('std::thread::Builder::spawn', 'library/std/src/thread/mod.rs'), written)).toBe(
    'runtime',
  );
  // An inlined function is printed without its path.
  expect(origin(line('spawn<fn()>', '/rustc/1/library/std/src/thread/mod.rs'), written)).toBe('runtime');
  expect(origin(line('new<u8>', '/rustc/1/library/alloc/src/boxed.rs'), written)).toBe('own');
});
