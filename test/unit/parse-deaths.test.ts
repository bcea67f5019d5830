/**
 * First lines that runtimes and libraries print in some version, without anything behind them: none leaves a log clean. What is read
 * of them stands in test/unit/vocabulary; these are noticed.
 */
import { describe, expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';

/** Who prints it, in which versions, and the line. */
const ROWS: readonly (readonly [source: string, line: string])[] = [
  ['CoreCLR 1.0 to 2.2', 'Process is terminating due to StackOverflowException.'],
  [
    'CoreCLR, checked builds',
    'Assert failure(PID 1234 [0x000004d2], Thread: 1235 [0x04d3]): Consistency check failed: AV in clr',
  ],
  ['.NET Framework', 'CLR error 80131506.'],
  ['mono 4 to 6', "* Assertion at ../../../mono/metadata/class.c:1234, condition `klass' not met"],
  ['mono in .NET 6 and later', "mono-rt: * Assertion at /src/mono/mini.c:12, condition `cfg' not met"],
  ['mono 2 to 6', '* Assertion: should not be reached at ../../../mono/mini/mini.c:12'],
  ['mono 2 to 6', 'Stack overflow in unmanaged: IP: 0x7f31, fault addr: 0x7f3f'],
  ['mono 1', 'Got a segv while executing native code. This usually indicates'],
  ['mono 5 and later', 'Cannot transition thread 0x7f31 from STATE_BLOCKING with DO_BLOCKING'],
  ['Boehm GC in mono', 'Too many heap sections: Increase MAXHINCR or MAX_HEAP_SECTS'],
  ['glibc 2.23 and later, getaddrinfo', 'Unexpected error 9 on netlink descriptor 5.'],
  ['glibc 2.23 and later, getaddrinfo', 'Unexpected netlink response of size 12 on descriptor 5'],
  ['GLib', 'ERROR:src/shelf.c:12:shelf_top: assertion failed: (shelf != NULL)'],
  [
    'GLib of a library',
    'Gtk:ERROR:../gtk/gtkicontheme.c:4150:ensure_surface: assertion failed (error == NULL)',
  ],
  ['mono 5 and later', 'mono_os_mutex_lock: pthread_mutex_lock failed with "Invalid argument" (22)'],
  ['mono, SGen', 'Error: Garbage collector could not allocate 16384 bytes of memory for major heap section.'],
  ['V8 10 and later', 'Fatal JavaScript invalid size error 169220804 (see crbug.com/1201626)'],
  ['V8 9 and later', 'Fatal JavaScript out of memory: Reached heap limit'],
  ['Go until 1.3', 'runtime: split stack overflow'],
  ['Valgrind 3', 'valgrind:  Fatal error at startup: a function redirection'],
  [
    'Valgrind 3',
    "valgrind: failed to start tool 'memcheck' for platform 'amd64-linux': No such file or directory",
  ],
  ['ThreadSanitizer', 'FATAL: Code 0x5576a0f5a000 is out of application range. Non-PIE build?'],
  ['glog', '*** Check failure stack trace: ***'],
  ['zsh', 'zsh: abort      ./till'],
  ['test runners', 'The process was terminated with signal 11'],
  ['V8 6 and later', '# Fatal process out of memory: Zone'],
  ['V8 11 and later', '# Fatal process OOM in insufficient memory to create an Isolate'],
  ['V8', '# Debug check failed: IsHeapObject().'],
  ['Node 22 and later', '  #  Assertion failed: (env) != nullptr'],
  ['Node', '<--- Last few GCs --->'],
  ['Node 0.12 to 12', '==== JS stack trace ========================================='],
  [
    'macOS',
    'Assertion failed: (!uv__is_closing(handle)), function uv_close, file ../src/unix/core.c, line 123.',
  ],
  ['Windows', 'Assertion failed: handle->flags & UV_HANDLE_CLOSING, file src\\win\\async.c, line 76'],
  ['musl', 'Assertion failed: p != 0 (shelf.c: shelf_top: 12)'],
  ['HotSpot 1.3', 'Unexpected Signal : 11 occurred at PC=0x4034EE3C'],
  ['HotSpot 1.4', '# HotSpot Virtual Machine Error : 11'],
  ['HotSpot 1.4', '# Error ID : 4F530E43505002EF'],
  ['HotSpot 5 and later', '#  Internal Error (sharedRuntime.cpp:834), pid=2738, tid=140'],
  ['HotSpot 5 and later', '#  guarantee(false) failed: the shelf is empty'],
  ['HotSpot on Windows', '#  EXCEPTION_ACCESS_VIOLATION (0xc0000005) at pc=0x00007ff8'],
  ['HotSpot 5 and later', '#  SIGBUS (0x7) at pc=0x00007f31, pid=1, tid=2'],
  ['HotSpot 6 and later', '#  Out of Memory Error (os_linux.cpp:2718), pid=3, tid=4'],
  ['HotSpot 5 and later', '[error occurred during error reporting (printing native stack), id 0xb]'],
  [
    'HotSpot 8 and later',
    "OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory(0x00000000e0000000, 536870912, 0) failed; error='Cannot allocate memory' (errno=12)",
  ],
  ['OpenJ9', 'JVMDUMP039I Processing dump event "gpf", detail "" at 2020/01/01 00:00:00 - please wait.'],
  ["glibc's mcheck", 'memory clobbered past end of allocated block'],
  ['glibc 2.20 and later', 'The futex facility returned an unexpected error code.'],
  ['bionic 5 and later', 'FORTIFY: memcpy: prevented 100-byte write into 10-byte buffer'],
  ['bionic 4', 'FORTIFY_SOURCE: strcpy buffer overflow. Calling abort().'],
  ['bionic', 'stack corruption detected (-fstack-protector)'],
  ['bionic 2 to 4', '@@@ ABORTING: INVALID HEAP ADDRESS IN dlfree'],
  ['Dalvik', 'Invalid indirect reference 0x4a1 in decodeIndirectRef'],
  [
    'tcmalloc_debug',
    'memory allocation/deallocation mismatch at 0x1f0: allocated with malloc being deallocated with delete',
  ],
  [
    'libstdc++ 6 and later',
    "/usr/include/c++/13/bits/stl_vector.h:1125: int& std::vector<int>::operator[](size_type): Assertion '__n < this->size()' failed.",
  ],
  ['libstdc++ in debug mode', 'Error: attempt to subscript container with out-of-bounds index 10, but'],
  [
    'libc++ 15 to 17',
    '/usr/include/c++/v1/vector:1393: assertion __n < size() failed: vector[] index out of bounds',
  ],
  ['libc++ 18 and later', 'libc++ Hardening assertion __n < size() failed: vector[] index out of bounds'],
  ['libc++abi', 'libc++abi: __cxa_guard_acquire detected recursive initialization'],
  ['libstdc++', 'deleted virtual method called'],
  ["Microsoft's C runtime", 'HEAP CORRUPTION DETECTED: after Normal block (#1) at 0x1F0.'],
  ["Microsoft's C runtime", "Run-Time Check Failure #2 - Stack around the variable 'a' was corrupted."],
  [
    'Visual Studio',
    'Unhandled exception at 0x00007FF6 in till.exe: 0xC0000005: Access violation reading location 0x0.',
  ],
  ['CPython 3.4 and later', 'object refcount : -1'],
  ['CPython 2.7', 'SystemError: error return without exception set'],
  ['CPython', 'SystemError: ../Objects/longobject.c:415: bad argument to internal function'],
  ['Go', 'runtime: pointer 0xc000 to unallocated span span.base()=0xc span.limit=0xc span.state=0'],
  ['Go 1.3 and later', 'runtime: goroutine stack exceeds 1000000000-byte limit'],
  ['Go', 'runtime: unexpected return pc for main.f called from 0x1'],
  ['Go', 'runtime/cgo: pthread_create failed: Resource temporarily unavailable'],
  ['Go', 'signal arrived on non-Go thread'],
  ['Go', 'unexpected fault address 0x7f31'],
  ['Rust 1.63 and later', 'panicked after panic::always_abort(), aborting.'],
  ['Valgrind 3', 'vex amd64->IR: unhandled instruction bytes: 0x62 0xF1'],
  ['Valgrind 3', "valgrind: m_mallocfree.c:303 (get_bszB_as_is): Assertion 'bszB_lo == bszB_hi' failed."],
  ['Helgrind 3', "Helgrind: hg_main.c:309 (lockN_acquire_reader): Assertion 'lk->kind == LK_rdwr' failed."],
  ['Ruby', 'You may have encountered a bug in the Ruby interpreter or extension libraries.'],
  ['Perl 5', 'Attempt to free unreferenced scalar: SV 0x55d1 at a.pl line 1.'],
  ['Lua 5', 'PANIC: unprotected error in call to Lua API (attempt to index a nil value)'],
  ['Linux on x86', 'general protection fault, probably for non-canonical address 0xdead: 0000 [#1] SMP'],
  ['Linux on ARM', 'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000'],
  ['macOS 10', 'malloc: Incorrect checksum for freed object 0x7f31: probably modified after being freed.'],
  ['Electric Fence 2', 'ElectricFence Exiting: free(0x1f0): address not from malloc().'],
  ['Swift 5.9 and later', '*** Program crashed: Bad pointer dereference at 0x0000000000000008 ***'],
  ['PyPy', 'Fatal RPython error: AssertionError'],
  [
    'OCaml, debug runtime',
    '[01] file runtime/shared_heap.c; line 778 ### Assertion failed: Has_status_val(v)',
  ],
  ['QtTest to 6.2', 'QFATAL : Shelf::top() Received signal 11'],
  ['QtTest 6.3 and later', 'Received signal 11 (SIGSEGV), address 0x8'],
  ['Firebase', 'Crashed: Thread: SIGSEGV  0x0000000000000000'],
  ['Firebase', '#00 pc 0x94ed8 libc.so (BuildId: 870560a8376a70249f9e9a7b480cc02f)'],
  ['gdb', '#2  0x0000000000b44bf3 in node::OnFatalError(char const*, char const*) ()'],
];

describe('a log with nothing but the words of', () => {
  test.each(ROWS)('%s: %s', (_, line) => {
    const { diagnostics, unread, complete } = parseText(`Running tests\n${line}\nok\n`);
    expect(diagnostics.length > 0 || unread.length > 0 || !complete).toBe(true);
  });
});

describe('words that begin like them are none', () => {
  test.each([
    'Assertion failed: expected 3, got 4',
    'Error: attempt to connect timed out',
    'runtime: 3 s, out of memory is not a problem',
    'Crashed: no, it ran to its end',
    'Received signal 15, shutting down',
    'Received signal 11 times',
    'Fatal process: none',
    'Check failed: 0, passed: 3',
    'SystemError: the disk is full',
    '[BUG] ',
  ])('%s', (line) =>
    expect(parseText(`Running tests\n${line}\nok\n`)).toMatchObject({ unread: [], complete: true }),
  );
});
