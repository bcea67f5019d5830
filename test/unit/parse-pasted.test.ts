/** Reports as people paste them into trackers: from consoles and collectors that change the lines a little. */
import { expect, test } from 'vitest';
import { parseText } from '../../src/parsers/index.js';
import { expectPrefixLaw } from '../helpers/captured.js';

const only = (text: string) => {
  const parsed = parseText(text);
  expect(parsed).toMatchObject({ complete: true, unread: [] });
  expect(parsed.diagnostics).toHaveLength(1);
  return parsed.diagnostics[0]!;
};
const names = (s: ReturnType<typeof only>, role: string): (string | undefined)[] =>
  s.stacks.find((k) => k.role === role)?.frames.map((f) => (f.kind === 'opaque' ? f.text : f.function)) ?? [];

const ASAN = `==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x1 bp 0x2 sp 0x3
READ of size 4 at 0x602000000010 thread T0
    # 0 0x4f0011 in shelf_top shelf.c:12
    # 11 0x4f0022 in main (/opt/shop/till+0x22)

SUMMARY: AddressSanitizer: heap-use-after-free shelf.c:12 in shelf_top`;

test('a number of a frame that is parted from its sign, lest it become a link', () => {
  expect(names(only(ASAN), 'fault')).toEqual(['shelf_top', 'main']);
});

test('words that prose quotes or a test expects are no report', () => {
  const text = [
    'It prints `WARNING in native method: JNI call made with exception pending` now and then.',
    '        out.shouldNotMatch("^WARNING in native method:.*$");',
  ].join('\n');
  expect(parseText(text)).toMatchObject({ diagnostics: [], unread: [], complete: true });
});

const SWIFT = `WARNING: ThreadSanitizer: Swift access race (pid=7)
  Modifying access at 0x00010 by thread T5:
    #0 Shelf.put(_:) Shelf.swift:9 (till:arm64+0x11)
    #1 partial apply for closure #1 in run() Shelf.swift (till:arm64+0x22)
    #2 partial apply for closure #2 in run() <compiler-generated> (till:arm64+0x33)
    #3 wrap_dispatch_apply <null>:71622888 (libclang_rt.tsan_osx_dynamic.dylib:arm64e+0x44)

  Previous modifying access at 0x00010 by main thread:
    #0 Shelf.put(_:) Shelf.swift:9 (till:arm64+0x11)

SUMMARY: ThreadSanitizer: Swift access race Shelf.swift:9 in Shelf.put(_:)`;

test('the accesses of a Swift race, and Swift frames without a line', () => {
  const s = only(SWIFT);
  expect(s.stacks.map((k) => [k.role, k.thread])).toEqual([
    ['fault', 'thread T5'],
    ['other-access', 'main thread'],
  ]);
  expect(names(s, 'fault').slice(1, 3)).toEqual([
    'partial apply for closure #1 in run()',
    'partial apply for closure #2 in run()',
  ]);
  expect(s.stacks[0]?.frames[3]).toEqual({
    kind: 'module',
    module: 'libclang_rt.tsan_osx_dynamic.dylib',
    offset: '0x44',
    function: 'wrap_dispatch_apply',
  });
});

test('the first race detector of Go printed no address', () => {
  const s = only(`WARNING: DATA RACE
Write by goroutine 7:
  main.put()
      /src/shelf.go:9 +0x44

Previous read by main goroutine:
  main.main()
      /src/shelf.go:5 +0x11
==================`);
  expect(s).toMatchObject({ access: { kind: 'write' }, thread: 'goroutine 7' });
  expect(names(s, 'other-access')).toEqual(['main.main']);
});

test('the goroutine that called C stands for a thread whose stack Go cannot walk', () => {
  const s = only(`SIGABRT: abort
PC=0x7fff695c8552 m=0 sigcode=0

goroutine 0 [idle]:
runtime: unknown pc 0x7fff695c8552
stack: frame={sp:0x7ffeefbff6d8, fp:0x0} stack=[0x7ffeefb80760,0x7ffeefbff7c0)
00007ffeefbff5d8:  00007fff695c8552  0000000000000000

goroutine 1 [syscall]:
runtime.cgocall(0x4256b50, 0xc00004fe08, 0x0)
	/usr/local/go/src/runtime/cgocall.go:154 +0x5b
main._Cfunc_shelf_free(0x5006ad0)
	_cgo_gotypes.go:50 +0x49
main.main()
	/src/till.go:33 +0x4d`);
  expect(names(s, 'fault')).toEqual(['runtime.cgocall', 'main._Cfunc_shelf_free', 'main.main']);
});

test('a hidden class keeps its name', () => {
  const s = only(`FATAL ERROR in native method: Using JNIEnv in the wrong thread
	at com.x.Till$$Lambda/0x0000000801011400.run(java.base@21/Unknown Source)
	at app//com.x.Till.main(Till.java:3)
done`);
  expect(names(s, 'managed')).toEqual(['com.x.Till$$Lambda/0x0000000801011400.run', 'com.x.Till.main']);
});

test('an inherited descriptor does not swallow the summary behind it', () => {
  const s = only(
    [
      'Memcheck, a memory error detector',
      '',
      'FILE DESCRIPTORS: 4 open at exit.',
      'Open file descriptor 3: ./shelf.txt',
      '   at 0x2B3AFA: open (open64.c:41)',
      '   by 0x100009: put (shelf.c:7)',
      '',
      'Open file descriptor 2: /dev/pts/1',
      '   <inherited from parent>',
      '',
      'HEAP SUMMARY:',
      '    in use at exit: 0 bytes in 0 blocks',
      '',
      'ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)',
    ]
      .map((text) => `==7== ${text}`.trimEnd())
      .join('\n'),
  );
  expect(s.rule).toBe('memcheck/FdNotClosed');
});

test('a stack of Miri behind an empty line, as it was printed until 2022', () => {
  const s =
    only(`error: Undefined Behavior: pointer to alloc1 was dereferenced after this allocation got freed
  --> src/shelf.rs:9:18
   |
9  |         unsafe { *p }
   |                  ^^ pointer to alloc1 was dereferenced after this allocation got freed
   |
   = help: see https://doc.rust-lang.org/nightly/reference/behavior-considered-undefined.html

   = note: inside \`Shelf::top\` at src/shelf.rs:9:18
   = note: inside \`main\` at src/till.rs:4:5

error: aborting due to previous error`);
  expect(names(s, 'fault')).toEqual(['Shelf::top', 'main']);
});

test("a module of mono's whose function has no name", () => {
  const s = only(`=================================================================
	Native Crash Reporting
=================================================================
Got a SIGSEGV while executing native code. This usually indicates
a fatal error in the mono runtime or one of the native libraries
used by your application.
=================================================================
	Native stacktrace:
=================================================================
	0x7fb9e3ca5c19 - /opt/till/libshelf.so : 
	0x7fb9e3111f89 - /opt/till/libshelf.so : shelf_top
=================================================================
	Managed Stacktrace:
=================================================================
	  at Till.Shelf:Top <0x00052>
=================================================================`);
  expect(s.stacks[0]?.frames).toEqual([
    { kind: 'module', module: '/opt/till/libshelf.so' },
    { kind: 'module', module: '/opt/till/libshelf.so', function: 'shelf_top' },
  ]);
});

test.each([
  ['pointer being freed was not allocated', 'ownership/invalid-free'],
  ['double free', 'ownership/double-free'],
  [
    'incorrect checksum for freed object - object was probably modified after being freed.',
    'crash/heap-corruption',
  ],
])("macOS' allocator: %s", (words, hazard) => {
  for (const who of ['till(27,0x1106895c0) ', '']) {
    const text = `${who}malloc: *** error for object 0x11ea8d3b8: ${words}\n${who}malloc: *** set a breakpoint in malloc_error_break to debug`;
    expect(only(text).hazard).toBe(hazard);
  }
});

test("Python's last words without a thread are whole, those of a signal are not", () => {
  const after = '\n\nProcess finished with exit code 134';
  expect(parseText(`Fatal Python error: PyThreadState_Get: no current thread${after}`).complete).toBe(true);
  expect(parseText(`Fatal Python error: Segmentation fault${after}`).complete).toBe(false);
});

test('a .NET stack that lost its indentation', () => {
  const s = only(`Fatal error. System.AccessViolationException: Attempted to read or write protected memory.
Repeat 2 times:
at Till.Native.ShelfTop(Int32)
at Till.Program.Main()`);
  expect(names(s, 'managed')).toEqual(['Till.Native.ShelfTop(Int32)', 'Till.Program.Main()']);
});

const ART = [
  'art/runtime/indirect_reference_table.cc:70] JNI ERROR (app bug): accessed stale Global 0x2a',
  'art/runtime/java_vm_ext.cc:410] JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a',
  'art/runtime/java_vm_ext.cc:410]     from void com.x.Till.run()',
  'art/runtime/runtime.cc:366] Runtime aborting...',
  'art/runtime/runtime.cc:366] "main" prio=5 tid=1 Native',
  'art/runtime/runtime.cc:366]   | group="main" sCount=0 dsCount=0 obj=0x748f7a10 self=0xb4d76500',
  'art/runtime/runtime.cc:366]   native: #00 pc 0003f2a0  /data/app/com.x/lib/arm/libshelf.so (shelf_top+8)',
  'art/runtime/runtime.cc:366]   at com.x.Till.run(Till.java:9)',
  'art/runtime/runtime.cc:366] "Thread-2" prio=5 tid=2 Runnable',
  'art/runtime/runtime.cc:366]   at com.x.Other.run(Other.java:3)',
];

test.each([
  ['', 'bare'],
  ['A/art: ', 'without a process'],
  ['F/com.x.till(32439): ', 'brief'],
  ['07-11 14:39:46.013 21191-21275/com.x.till A/art: ', 'Android Studio'],
])('ART behind %j (%s)', (lead) => {
  const text = ART.map((line) => lead + line).join('\n');
  const s = only(text);
  expect(s.rule).toBe('art/check-jni');
  expect(names(s, 'fault')).toEqual(['shelf_top']);
  expect(names(s, 'managed')).toEqual(['com.x.Till.run']);
  expectPrefixLaw(text);
});

test('a tombstone repeats the message, and alone it has the stack', () => {
  const tombstone = `Abort message: 'JNI DETECTED ERROR IN APPLICATION: use of deleted global reference 0x2a'
    x0  0000000000000000  x1  00000000000006ad
backtrace:
      #00 pc 000000000004e44c  /system/lib64/libc.so (abort+164)
      #01 pc 0000000000012344  /data/app/com.x/lib/arm64/libshelf.so (shelf_top+20)`;
  expect(names(only(tombstone), 'fault')).toEqual(['abort', 'shelf_top']);
  expect(only(`${ART.join('\n')}\n${tombstone}`).log.line).toBe(1);
});

const TCMALLOC = `segv_handler.cc:168] *** GWP-ASan (https://google.github.io/tcmalloc/gwp-asan.html) has detected a memory error ***
segv_handler.cc:169] >>> Access at offset 0 into buffer of length 124
segv_handler.cc:171] Error originates from memory allocated in thread 7 at:
logging.cc:193]   @  0x4e7277
segv_handler.cc:178] The memory was freed in thread 7 at:
logging.cc:193]   @  0x4d2db7  shelf_free
segv_handler.cc:190] Use-after-free occurs in thread 7 at:
logging.cc:193]   @  0x35e1d1  shelf_top`;

test.each(['', '1089 /src/tcmalloc/', '[  DEATH   ] tcmalloc/'])("TCMalloc's GWP-ASan behind %j", (lead) => {
  const text = TCMALLOC.split('\n')
    .map((line) => lead + line)
    .join('\n');
  const s = only(text);
  expect(s).toMatchObject({
    hazard: 'ownership/use-after-free',
    region: 'offset 0 into buffer of length 124',
  });
  expect(s.stacks.map((k) => k.role)).toEqual(['allocated', 'freed', 'fault']);
  expect(names(s, 'fault')).toEqual(['shelf_top']);
  expectPrefixLaw(text);
});

test('OpenJ9 says the method of an error, and that it aborts, on lines of their own', () => {
  const s = only(`JVMJNCK055E JNI error in ReleaseByteArrayElements: Pointer 0x1 was already released
JVMJNCK077E Error detected in com/x/Till.run()I

JVMJNCK024E JNI error detected. Aborting.
JVMJNCK025I Use -Xcheck:jni:nonfatal to continue running when errors are detected.`);
  expect(s.rule).toBe('openj9/JVMJNCK055E');
  expect(names(s, 'managed')).toEqual(['com.x.Till.run']);
});

const J9 = `Unhandled exception
Type=Segmentation error vmState=0x00040000
J9Generic_Signal_Number=00000018 Signal_Number=0000000b Error_Value=00000000 Signal_Code=00000001
Handler1=00007F9F1A0F1F60 Handler2=00007F9F198C9CF0 InaccessibleAddress=0000000000000018
xmm0 0000000000000000 (f: 0.000000, d: 0.000000e+00)
----------- Stack Backtrace -----------
Java_com_x_Till_run+0x51 (0x00007F9F0C3B66F1 [libshelf.so+0x6f1])
(0x00007F9F1A1A5A92 [libj9vm29.so+0x18da92])
---------------------------------------`;

test('a crash of OpenJ9', () => {
  const s = only(J9);
  expect(s).toMatchObject({
    rule: 'openj9/SIGSEGV',
    hazard: 'null/dereference',
    address: '0x0000000000000018',
  });
  expect(names(s, 'fault')).toEqual(['Java_com_x_Till_run', undefined]);
  expectPrefixLaw(J9);
  expect(parseText(J9.split('\n').slice(0, 4).join('\n')).complete).toBe(false);
});

test('what Windows says to Python, behind a progress line', () => {
  const s = only(`tests/test_shelf.py::test_top Windows fatal exception: access violation

Current thread 0x00000e90 (most recent call first):
  File "D:\\a\\till\\tests\\test_shelf.py", line 41 in test_top`);
  expect(s).toMatchObject({ tool: 'python', hazard: 'crash/signal' });
  expect(names(s, 'managed')).toEqual(['test_top']);
});

test("PyPy's dumps", () => {
  const s = only(`Fatal Python error: Segmentation fault

Stack (most recent call first, approximate line numbers):
  File "/opt/till/shelf.py", line 12 in top`);
  expect(names(s, 'managed')).toEqual(['top']);
});

test('Valgrind on a page that drops leading blanks', () => {
  const s = only(`==7== Memcheck, a memory error detector
==7== Invalid read of size 4
==7== at 0x109167: top (shelf.c:8)
==7== by 0x1091AA: main (till.c:12)
==7== Address 0x4a4f044 is 0 bytes after a block of size 4 alloc'd
==7== at 0x484280F: malloc (vg_replace_malloc.c:442)
==7== by 0x10915E: main (till.c:11)
==7==
==7== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)`);
  expect(s.stacks.map((k) => k.frames.length)).toEqual([2, 2]);
});

test('calls that old Rust inlined', () => {
  const s = only(`thread 'main' panicked at 'empty', src/till.rs:9:5
stack backtrace:
  19:     0x56102b9af43f - std::panicking::try
                               at /rustc/b8ce/src/libstd/panicking.rs:281
                           till::Shelf::top
                               at src/till.rs:9
  20:     0x56102b9af43f - till::main
                               at src/main.rs:3`);
  expect(names(s, 'fault')).toEqual(['std::panicking::try', 'till::Shelf::top', 'till::main']);
});

test('a frame of which nothing is known but where it is', () => {
  const s =
    only(`==till==7==ERROR: ThreadSanitizer: SEGV on unknown address 0x7ffd2c19ab00 (pc 0x7f6327069ddc bp 0x1 sp 0x2 T7)
    #0 <null> <null> (0x7f6327069ddb)

ThreadSanitizer can not provide additional info.
SUMMARY: ThreadSanitizer: SEGV (<unknown module>)
==till==7==ABORTING`);
  expect(s.stacks[0]?.frames).toEqual([{ kind: 'opaque', text: '<null> <null> (0x7f6327069ddb)' }]);
});

test.each([
  'SIGBUS (0xa) at pc=0x000000010ec314f0, pid=62, tid=348',
  'SIGSEGV (0xb) at pc=0x1, pid=7, tid=0x1',
])('a crash of HotSpot whose signs became headings: %s', (headline) => {
  const text = `A fatal error has been detected by the Java Runtime Environment:

 ${headline}

JRE version: OpenJDK Runtime Environment (17.0.1+12) (build 17.0.1+12)
Java VM: OpenJDK 64-Bit Server VM (17.0.1+12, mixed mode, bsd-aarch64)
Problematic frame:
C  [libshelf.so+0x6f1]  shelf_top+0x51

No core dump will be written. Core dumps have been disabled.

An error report file with more information is saved as:
/opt/till/hs_err_pid62.log

If you would like to submit a bug report, please visit:
  https://example.org/issues

Process finished with exit code 134 (interrupted by signal 6: SIGABRT)`;
  const s = only(text);
  expect(s.rule).toBe(`hotspot/${headline.slice(0, headline.indexOf(' '))}`);
  expect(names(s, 'fault')).toEqual(['shelf_top']);
  expectPrefixLaw(text);
});

test('a crash of OpenJ9 behind the words of its test runner, by a signal of macOS', () => {
  const text = J9.replace('0000000b', '0000000a').replace('=0000000000000018', '=0000000149235A8C');
  const s = only(text.replace(/^/gm, 'DLT stderr '));
  expect(s).toMatchObject({ rule: 'openj9/SIGBUS', hazard: 'crash/signal' });
  expect(names(s, 'fault')).toHaveLength(2);
});

test("TSan's frames whose signs were lost", () => {
  const s = only(`WARNING: ThreadSanitizer: data race (pid=7)
  Write of size 4 at 0x7b04 by thread T1:
    0 shelf_put(int) /src/shelf.cpp:9:3 (till+0x11)
    1 run <null> (till+0x22) (BuildId: ab12)

  Previous read of size 4 at 0x7b04 by main thread:
    0 main /src/till.cpp:5:1 (till+0x33)

SUMMARY: ThreadSanitizer: data race /src/shelf.cpp:9:3 in shelf_put(int)`);
  expect(names(s, 'fault')).toEqual(['shelf_put(int)', 'run']);
  expect(names(s, 'other-access')).toEqual(['main']);
});

test('an uncaught exception, in the words of an older libc++abi that does not name itself', () => {
  const s = only('terminating with uncaught exception of type shelf::Empty: nothing left');
  expect(s).toMatchObject({ tool: 'cxx', hazard: 'unwind/foreign-exception' });
});

test("Go's fatal error behind the words of its caller", () => {
  const s = only(`deploy exit status 2. fatal error: unexpected signal during runtime execution
[signal SIGBUS: bus error code=0x2 addr=0x2fd04a0 pc=0x45bed0]

goroutine 1 [running]:
main.main()
	/src/till.go:3 +0x1d`);
  expect(s.rule).toBe('go/SIGBUS');
  expect(names(s, 'fault')).toEqual(['main.main']);
});

test.each([
  ['morestack on g0', 'resource/exhausted'],
  ['morestack on gsignal', 'resource/exhausted'],
  ['bad g in signal handler', 'crash/abort'],
])("Go's last words without a stack: %s", (words, hazard) => {
  const log = (text: string) => `> Jul 02 23:15:22 shop till[1959]: ${text}`;
  const s = only([log('opened'), log(`fatal: ${words}`), log('till.service: exited')].join('\n'));
  expect(s).toMatchObject({ tool: 'go', hazard });
});

test('a banner of HotSpot that lost a blank', () => {
  const s = only(`#
# A fatal error has been detected by the Java Runtime Environment:
#
# EXCEPTION_ACCESS_VIOLATION (0xc0000005) at pc=0x5d527473, pid=7924, tid=7436
#
# Problematic frame:
# C  [shelf.dll+0x427473]
#
# Failed to write core dump. Minidumps are not enabled by default on client versions of Windows`);
  expect(s.rule).toBe('hotspot/EXCEPTION_ACCESS_VIOLATION');
});

test.each([
  ['', undefined],
  ['runtime: g 1: unknown pc 0x0\ngoroutine 1 [syscall, locked to thread]:\n', 'goroutine 1'],
])("Go's exceptions of Windows, with and without a header", (header, thread) => {
  const text = `Exception 0xc0000005 0x0 0x18 0x7ffe2912fee0
PC=0x7ffe2912fee0
signal arrived during external code execution

${header}runtime.cgocall(0x1556ae4, 0xc000557b90)
        C:/Go/src/runtime/cgocall.go:158 +0x4a
main._Cfunc_shelf_top()
        _cgo_gotypes.go:41 +0x45

rax     0x0`;
  const s = only(text);
  expect(s).toMatchObject({
    rule: 'go/exception-c0000005',
    hazard: 'null/dereference',
    address: '0x18',
  });
  expect(s.thread).toBe(thread);
  expect(names(s, 'fault')).toEqual(['runtime.cgocall', 'main._Cfunc_shelf_top']);
  expectPrefixLaw(text);
});

test.each([
  ['----- Native stack trace -----\n\n', '0xf410aa ', '0x7f794ed6f718  '],
  ['', '0xf410aa ', '0x7f794ed6f718 '],
  ['', '', '0x7f794ed6f718 '],
])("the native stack of Node's last words behind %j", (title, pc, unnamed) => {
  const s = only(`FATAL ERROR: HandleScope::HandleScope Entering the V8 API without proper locking in place
${title} 1: ${pc}node::OnFatalError(char const*, char const*) [/usr/bin/node]
 2: ${unnamed}[/opt/till/shelf.node]
12: ${pc}_start [/usr/bin/node]
done`);
  expect(s.stacks[0]?.frames).toEqual([
    { kind: 'module', module: '/usr/bin/node', function: 'node::OnFatalError(char const*, char const*)' },
    { kind: 'module', module: '/opt/till/shelf.node' },
    { kind: 'module', module: '/usr/bin/node', function: '_start' },
  ]);
});

test.each([
  ["*** Error in `till': corrupted double-linked list: 0x00007f4110d93ac0 ***", 'crash/heap-corruption'],
  ["*** Error in `till': malloc(): memory corruption: 0x00007f4110d93ac0 ***", 'crash/heap-corruption'],
  [
    '*** glibc detected *** ./till: double free or corruption (!prev): 0x0804b018 ***',
    'ownership/double-free',
  ],
])('older glibc prints a stack: %s', (words, hazard) => {
  const s = only(`${words}
======= Backtrace: =========
/lib64/libc.so.6(+0x7b194)[0x7f4118a6e194]
./till(shelf_free+0x25)[0x7f4118092a75]
[0x7f409e745592]
======= Memory map: ========
00400000-00416000 r-xp 00000000 08:03 275996980                          /opt/till`);
  expect(s.hazard).toBe(hazard);
  expect(names(s, 'fault').slice(0, 2)).toEqual([undefined, 'shelf_free']);
});

test('a foreign catch that ends the unwinding of pthread_cancel', () => {
  expect(only('FATAL: exception not rethrown').hazard).toBe('unwind/foreign-exception');
});

test('a debug build of Python prints the exception before the stack', () => {
  const s =
    only(`Fatal Python error: _Py_CheckFunctionResult: a function returned a result with an exception set
Python runtime state: initialized
shelf.Empty: nothing left

The above exception was the direct cause of the following exception:

SystemError: <built-in function top> returned a result with an exception set

Current thread 0x00007fe41a8c3740 (most recent call first):
  File "/src/till.py", line 3 in <module>
Aborted`);
  expect(names(s, 'managed')).toEqual(['<module>']);
});

test.each([
  ['E/dalvikvm(22265): ', 'attempt to use stale local reference 0x20d00001', 'rules/jni-bad-reference'],
  ['F/art: ', 'global reference table overflow (max=51200)', 'resource/jni-global-ref-leak'],
  ['A/com.x.till: ', 'local reference table overflow (max=512)', 'resource/jni-local-ref-overflow'],
])("Dalvik's words behind %j", (tag, words, hazard) => {
  for (const time of ['05-13 14:07:13.139: ', '2022-05-13 14:07:13.139 22265-22457/com.x.till ', '']) {
    const text = [
      `JNI ERROR (app bug): ${words}`,
      'VM aborting',
      'backtrace:',
      '    #00  pc 00045e50  /system/lib/libdvm.so (dvmAbort+75)',
      '    #01  pc 0004a1b3  /data/data/com.x.till/lib/libshelf.so (shelf_top+12)',
      'stack:',
    ]
      .map((line) => `${time}${tag}${line}`)
      .join('\n');
    const s = only(text);
    expect(s.hazard).toBe(hazard);
    expect(names(s, 'fault')).toEqual(['dvmAbort', 'shelf_top']);
  }
});

test('surefire marks some lines of a crash', () => {
  const s = only(`#
# A fatal error has been detected by the Java Runtime Environment:
#
SUREFIRE-859: #  SIGSEGV (0xb) at pc=0x00007fff98c60152, pid=6353, tid=0x1703
#
# Problematic frame:
# C  [libshelf.so+0x1152]  shelf_top+0x12
#
SUREFIRE-859: # Failed to write core dump. Core dumps have been disabled.`);
  expect(s.rule).toBe('hotspot/SIGSEGV');
});

test("the minimal runtime's first words had no address", () => {
  expect(only('ubsan: add-overflow')).toMatchObject({ rule: 'ubsan/add-overflow', stacks: [] });
  expect(parseText('ubsan: nothing to report').diagnostics).toEqual([]);
});

test('who created the thread that died stands behind the SUMMARY', () => {
  const report = `==8==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x4f4f bp 0x0 sp 0x0 T1)
    #0 0x4f4f in shelf_top shelf.c:3

AddressSanitizer can not provide additional info.
SUMMARY: AddressSanitizer: SEGV shelf.c:3 in shelf_top`;
  const created = `
Thread T1 created by T0 here:
    #0 0x104c3 in pthread_create (/opt/till+0x3c)
    #1 0x102 in main till.c:9
`;
  const s = only(`${report}${created}
    #0 0x999 in elsewhere other.c:1
==8==ABORTING`);
  expect(s.stacks.map((k) => [k.role, k.frames.length])).toEqual([
    ['fault', 1],
    ['thread-created', 2],
  ]);
  expect(only(report).complete).toBe(true);
  expect(parseText(`${report}\n${report}${created}`).diagnostics.map((t) => t.stacks.length)).toEqual([1, 2]);
});

test.each([
  'Exception ignored from cffi callback <function top at 0x7f74fdd6ac00>:',
  'Exception ignored from cffi callback <function top at 0x7f74>, trying to convert the result back to C:',
  'From cffi callback <function top at 0x7f74fdd6ac00>:',
])('an exception that cannot leave a callback of cffi: %s', (words) => {
  const s = only(`${words}
Traceback (most recent call last):
  File "/src/till.py", line 7, in top
    raise ValueError("empty")
ValueError: empty`);
  expect(s.message).toBe('an exception cannot leave a cffi callback: ValueError: empty');
  expect(names(s, 'managed')).toEqual(['top']);
});

test.each([
  [
    "Process terminated. A callback was made on a garbage collected delegate of type 'Till!Till.Cb::Invoke'.",
    'lifetime/callback-collected',
  ],
  ['Fatal error. 0xC0000005', 'crash/signal'],
])("what .NET's last words mean: %s", (words, hazard) => {
  expect(only(`${words}\n   at Till.Native.Run()\n   at Till.Program.Main()`).hazard).toBe(hazard);
});
