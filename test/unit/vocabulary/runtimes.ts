/** Words of Python, .NET, mono, glibc and the C++ runtimes. */
import type { HazardId } from '../../../src/model/hazard.js';
import type { Chapter } from './chapter.js';

const python = `Fatal Python error: $
Python runtime state: initialized

Current thread 0x00007f95 (most recent call first):
  File "/src/a.py", line 5 in f
`;
const mono = (signal: string): string => `
=================================================================
	Native Crash Reporting
=================================================================
Got a ${signal} while executing native code. This usually indicates
a fatal error in the mono runtime or one of the native libraries 
used by your application.
=================================================================

=================================================================
	Native stacktrace:
=================================================================
	0x55 - /usr/bin/mono : mono_print_method_from_ip

=================================================================
	Managed Stacktrace:
=================================================================
	  at Program:f (intptr) [0x00012] in <file:5>
=================================================================
`;

export const RUNTIMES: readonly Chapter[] = [
  {
    title: 'Python: fatal errors',
    source: 'Modules/faulthandler.c, Python/pylifecycle.c, Objects/obmalloc.c, Objects/object.c',
    tool: 'python',
    log: python,
    kinds: [
      ['Segmentation fault', 'crash/signal'],
      ['Aborted', 'crash/abort'],
      ['Bus error', 'crash/signal'],
      ['Illegal instruction', 'crash/signal'],
      ['Floating point exception', 'crash/signal'],
      ['Floating-point exception', 'crash/signal'],
      ['unexpected signum: 5', 'crash/signal', python.replace('error: $', 'error from $')],
      ...(
        [
          ['access violation', 'crash/signal'],
          ['stack overflow', 'resource/exhausted'],
          ['int divide by zero', 'ub/division-by-zero'],
          ['code 0xe06d7363', 'crash/signal'],
        ] as const
      ).map(([words, hazard]): readonly [string, HazardId, string] => [
        words,
        hazard,
        python.replace('Fatal Python error', 'Windows fatal exception'),
      ]),
      [
        'Timeout (0:00:01)!',
        'crash/other',
        '$\nThread 0x00007f95 (most recent call first):\n  File "/src/a.py", line 5 in f\n',
      ],
      ['in new thread', 'crash/abort'],
      ['_Py_CheckRecursiveCall: Cannot recover from stack overflow.', 'resource/exhausted'],
      [
        'PyThreadState_Get: the function must be called with the GIL held, after Python initialization and before Python finalization, but the GIL is released (the current Python thread state is NULL)',
        'threading/gil-not-held',
      ],
      ['Py_FatalError: words of an extension', 'crash/abort'],
      ['none_dealloc: deallocating None', 'resource/python-refcount-underflow'],
      ['_Py_NegativeRefcount: object has negative ref count', 'resource/python-refcount-underflow'],
      ['_PyMem_DebugRawFree: bad trailing pad byte', 'bounds/heap-overflow'],
      [
        "_PyMem_DebugRawFree: bad ID: Allocated using API 'm', verified using API 'r'",
        'ownership/allocator-mismatch',
      ],
      [
        '_Py_CheckFunctionResult: a function returned a result with an exception set',
        'rules/python-exception-set',
      ],
      // until 3.9
      [
        'SystemError: <built-in function f> returned NULL without setting an error',
        'rules/python-exception-set',
        '$\n',
      ],
      [
        'SystemError: <built-in function f> returned a result with an error set',
        'rules/python-exception-set',
        '$\n',
      ],
      [
        'Exception ignored on calling ctypes callback function <function f at 0x7f10>:',
        'unwind/foreign-exception',
        '$\nTraceback (most recent call last):\n  File "/src/a.py", line 5, in f\nValueError: x\n',
      ],
    ],
    unknown: ['the snake shed its skin too early', 'crash/abort'],
  },
  {
    title: 'Python: shapes of stacks',
    source: 'Python/traceback.c, Modules/faulthandler.c',
    tool: 'python',
    log: 'Fatal Python error: Segmentation fault\n\n$\n',
    kinds: [
      'Current thread 0x00007f95 (most recent call first):\n  <no Python frame>',
      'Current thread 0x00007f95 (most recent call first):\n  <tstate is freed>',
      'Current thread 0x00007f95 (most recent call first):\n  Garbage-collecting\n  File "/src/a.py", line 5 in f',
      'Current thread 0x00007f95 [worker] (most recent call first):\n  File "/src/a.py", line ??? in f\n  ...',
      'Thread 0x00007f96 (most recent call first):\n  File "/src/a.py", line 5 in f',
      'Stack (most recent call first):\n  File "/src/a.py", line 5 in f',
      'Current thread 0x00007f95 (most recent call first):\n  File "/src/a.py", line 5 in f\n\nExtension modules: a, b (total: 2)',
      `Current thread 0x00007f95 (most recent call first):
  File "/src/a.py", line 5 in f

Current thread's C stack trace (most recent call first):
  Binary file "/usr/lib/libpython3.14.so", at _Py_DumpStack+0x3e [0x7f1]
  Binary file "/usr/lib/libx.so", at +0x3e [0x7f2]
  <truncated rest of calls>`,
      'Current thread 0x00007f95 (most recent call first):\n  File "/src/a.py", line 5 in f\n\nCurrent thread\'s C stack trace (most recent call first):\n  <cannot get C stack on this system>',
    ].map((words) => [words, 'crash/signal'] as const),
  },
  {
    title: '.NET',
    source: 'src/coreclr/vm/eepolicy.cpp (LogInfoForFatalError), eventreporter.cpp',
    tool: 'dotnet',
    log: '$\n   at Ns.Program.F(IntPtr)\n   at Ns.Program.Main()\n',
    kinds: [
      // .NET 5 and later: the headline is a line of its own, and another names who failed where that is known
      [
        'Fatal error.\nSystem.AccessViolationException: Attempted to read or write protected memory.',
        'crash/signal',
      ],
      ['Fatal error.\nInternal CLR error. (0x80131506)', 'crash/heap-corruption'],
      ['Fatal error.\n0xC0000005', 'crash/signal'],
      [
        'Fatal error.\nInvalid Program: attempted to call a UnmanagedCallersOnly method from managed code.',
        'abi/calling-convention',
      ],
      [
        "Process terminated.\nA callback was made on a garbage collected delegate of type 'Ns!Ns.Cb::Invoke'.",
        'lifetime/callback-collected',
      ],
      ['Process terminated.\nAssertion failed.', 'crash/abort'],
      ['Stack overflow.\nRepeated 9571 times:\n--------------------------------', 'resource/exhausted'],
      [
        'Fatal error. Internal CLR error. (0x80131506)\n[createdump] Gathering state for process 7',
        'crash/heap-corruption',
      ],
      [
        'Fatal error. System.AccessViolationException: Attempted to read or write protected memory. This is often an indication that other memory is corrupt.',
        'crash/signal',
      ],
      ['Fatal error. Internal CLR error. (0x80131506)', 'crash/heap-corruption'],
      [
        'Fatal error. Invalid Program: attempted to call a UnmanagedCallersOnly method from managed code.',
        'abi/calling-convention',
      ],
      ['Fatal error. 0xC0000005', 'crash/signal'],
      ['Fatal error while logging another fatal error.', 'crash/other'],
      ['Process terminated. Assertion failed.', 'crash/abort'],
      ['Stack overflow.\nRepeat 9571 times:\n--------------------------------', 'resource/exhausted'],
      ['Unhandled exception. System.DllNotFoundException: Unable to load shared library', 'abi/other'],
      ['Unhandled exception. System.EntryPointNotFoundException: Unable to find an entry point', 'abi/other'],
      ['Unhandled exception. System.BadImageFormatException: Bad IL format', 'abi/other'],
      [
        "Unhandled exception. System.Runtime.InteropServices.MarshalDirectiveException: Cannot marshal 'parameter #1'",
        'abi/other',
      ],
      [
        'Unhandled exception. System.Runtime.InteropServices.SEHException (0x80004005): External component has thrown an exception.',
        'unwind/foreign-exception',
      ],
      // Windows' log of events (eventreporter.cpp): .NET Framework 4 and every CoreCLR
      [
        'Description: The process was terminated due to an unhandled exception.\nException Info: System.AccessViolationException: Attempted to read or write protected memory.',
        'crash/signal',
      ],
      [
        'Description: The process was terminated due to an internal error in the .NET Runtime at IP 00007FFB2E8DA07C (00007FFB2E6D0000) with exit code 80131506.',
        'crash/heap-corruption',
      ],
      [
        'Description: The process was terminated due to an internal error in the .NET Runtime at IP 0x00007FFB2E8DA07C (0x00007FFB2E6D0000) with exit code 0xc0000005.',
        'crash/signal',
      ],
      ['Description: The process was terminated due to a stack overflow.', 'resource/exhausted'],
      [
        'Description: The application requested process termination through System.Environment.FailFast(string message).\nMessage: x\nStack:',
        'crash/abort',
      ],
      ['Unhandled exception. System.InvalidOperationException: x\n ---> System.Exception: y', 'crash/abort'],
      ['Unhandled Exception:\nSystem.Exception: x', 'crash/abort'],
      ['[ERROR] FATAL UNHANDLED EXCEPTION: System.Exception: x', 'crash/abort'],
    ],
    unknown: ['Fatal error. A new kind of trouble', 'crash/other'],
  },
  {
    title: 'mono',
    source: 'src/mono/mono/mini/mini-exceptions.c',
    tool: 'mono',
    log: mono('$'),
    kinds: [
      ['SIGSEGV', 'crash/signal'],
      ['SIGABRT', 'crash/abort'],
      ['SIGFPE', 'crash/signal'],
      ['SIGILL', 'crash/signal'],
      ['words', 'crash/abort', 'CLR: Managed code called FailFast, saying "$"\n'],
    ],
    unknown: ['SIGWINK', 'crash/signal'],
  },
  {
    title: 'glibc',
    source: 'malloc/malloc.c, debug/fortify_fail.c, debug/stack_chk_fail.c, assert/assert.c',
    tool: 'glibc',
    log: '$\n',
    kinds: [
      ['free(): double free detected in tcache 2', 'ownership/double-free'],
      ['double free or corruption (fasttop)', 'ownership/double-free'],
      ['free(): invalid pointer', 'ownership/invalid-free'],
      ['munmap_chunk(): invalid pointer', 'ownership/invalid-free'],
      ['free(): invalid size', 'crash/heap-corruption'],
      ['free(): invalid next size (fast)', 'crash/heap-corruption'],
      ['malloc(): corrupted top size', 'crash/heap-corruption'],
      ['malloc(): unaligned tcache chunk detected', 'crash/heap-corruption'],
      ['corrupted size vs. prev_size while consolidating', 'crash/heap-corruption'],
      ['malloc: top chunk is corrupt', 'crash/heap-corruption'],
      // 2.25 and before; and until 2.16
      [
        "*** Error in `./a.out': malloc(): memory corruption: 0x0000000001ab3450 ***",
        'crash/heap-corruption',
      ],
      // … of Red Hat
      [
        "*** Error in './a.out': double free or corruption (!prev): 0x00000000035988c0 ***",
        'ownership/double-free',
      ],
      // … with what a page made of its stars
      [
        'a.out(7,0x110) malloc: **\\* error for object 0x8e94490: pointer being freed was not allocated',
        'ownership/invalid-free',
      ],
      [
        '*** glibc detected *** ./a.out: double free or corruption (!prev): 0x0804b018 ***',
        'ownership/double-free',
      ],
      ['Fatal glibc error: malloc assertion failure in sysmalloc: old_size == 0', 'crash/heap-corruption'],
      ['FATAL: exception not rethrown', 'unwind/foreign-exception'],
      [
        'a.out(7,0x110) malloc: *** error for object 0x11e: pointer being freed was not allocated',
        'ownership/invalid-free',
      ],
      [
        'double free or corruption (out)\n======= Backtrace: =========\n./a.out(f+0x25)[0x7f41]\n======= Memory map: ========',
        'ownership/double-free',
      ],
      ['malloc_consolidate(): unaligned fastbin chunk detected', 'crash/heap-corruption'],
      ['*** stack smashing detected ***: terminated', 'bounds/stack-overflow'],
      ['*** buffer overflow detected ***: terminated', 'bounds/other'],
      ['*** %n in writable segment detected ***', 'ub/other'],
      ['*** invalid open64 call: O_CREAT or O_TMPFILE without mode ***: terminated', 'ub/other'],
      ['*** longjmp causes uninitialized stack frame ***: terminated', 'ub/other'],
      ["a.out: a.c:5: f: Assertion `p' failed.", 'crash/abort'],
    ],
    unknown: ['*** a new trick detected ***: terminated', 'crash/abort'],
  },
  {
    title: 'C++ runtimes',
    source: 'libstdc++-v3/libsupc++/vterminate.cc, pure.cc; libcxxabi/src/cxa_default_handlers.cpp',
    tool: 'cxx',
    log: '$\n',
    kinds: [
      [
        "terminate called after throwing an instance of 'std::runtime_error'\n  what():  x",
        'unwind/foreign-exception',
      ],
      ['terminate called without an active exception', 'crash/abort'],
      ['terminate called recursively', 'crash/abort'],
      [
        'libc++abi: terminating due to uncaught exception of type std::runtime_error: x',
        'unwind/foreign-exception',
      ],
      ['libc++abi: terminating with uncaught foreign exception', 'unwind/foreign-exception'],
      ['pure virtual method called', 'ownership/use-after-free'],
      ['libc++abi: Pure virtual function called!', 'ownership/use-after-free'],
    ],
    unknown: ['libc++abi: terminating for no reason', 'crash/abort'],
  },
  {
    title: 'Node and V8',
    source: 'src/node_errors.cc, src/node_api.cc; deps/v8/src/base/logging.cc',
    tool: 'node',
    log: '$\n',
    kinds: [
      [
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        'resource/exhausted',
      ],
      [
        'FATAL ERROR: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope',
        'rules/other',
      ],
      // Node's own assertions: since 21 in two lines, before `node[7]: ../src/a.cc:5: void f(): Assertion `p' failed.`
      [
        '  #  node[7]: void node::fs::FileHandle::Close() at ../src/node_file.cc:263\n  #  Assertion failed: (ret) == (0)\n\n----- Native stack trace -----\n\n 1: 0xf1a6f1 node::Assert(node::AssertionInfo const&) [node]',
        'crash/abort',
      ],
      ['FATAL ERROR: napi_throw_error napi_fatal_error', 'rules/other'],
      [
        'FATAL ERROR: HandleScope::HandleScope Entering the V8 API without proper locking in place',
        'threading/wrong-thread-env',
      ],
      [
        'FATAL ERROR: v8::HandleScope::HandleScope() Entering the V8 API without proper locking in place',
        'threading/wrong-thread-env',
      ],
      // V8 itself, where no one handles its errors: workers, embedders, Node until 4
      [
        '#\n# Fatal error in HandleScope::HandleScope\n# Entering the V8 API without proper locking in place\n#',
        'threading/wrong-thread-env',
      ],
      [
        'Fatal error in v8::HandleScope::HandleScope()\nEntering the V8 API without proper locking in place',
        'threading/wrong-thread-env',
      ],
      [
        'v8::HandleScope::HandleScope() Entering the V8 API without proper locking in place',
        'threading/wrong-thread-env',
      ],
      [
        'FATAL ERROR: v8::Isolate::Dispose() Disposing the isolate that is entered by a thread',
        'threading/wrong-thread-env',
      ],
      ['#\n# Fatal error in v8::ToLocalChecked\n# Empty MaybeLocal\n#', 'rules/other'],
      ['# Fatal error in , line 0\n# unreachable code\n#\n#FailureMessage Object: 0x7ffe', 'crash/abort'],
      ["node[7]: ../src/a.cc:5:void f(): Assertion `p' failed.", 'crash/abort'],
      [
        'FATAL ERROR: Error::New napi_get_last_error_info\n----- Native stack trace -----\n\n 1: 0xa0e670 node::Abort() [node]\n\n----- JavaScript stack trace -----',
        'rules/other',
      ],
      // Windows without symbols
      [
        'FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal.\n 1: node_module_register\n 2: 00007FF8E3CD743D\n 3: acme::Sensor::Read',
        'rules/other',
      ],
      ['# Fatal error in , line 0\n# Check failed: a.', 'crash/abort'],
    ],
    unknown: ['FATAL ERROR: the event loop looped', 'crash/abort'],
  },
];
