/** Parts of reports and whole ones as trackers hold them. Each row stands for a kind that was once silent, wrong, lost or told twice. */
import { describe, expect, test } from 'vitest';
import { shownFrame } from '../../src/cli/parse/identity.js';
import { functionOf } from '../../src/model/function-name.js';
import { parseText } from '../../src/parsers/index.js';

const GDB = `Program received signal SIGABRT, Aborted.
0x00007ffff7c8e9fc in pthread_kill () from /lib/x86_64-linux-gnu/libc.so.6
(gdb) bt
#0  0x00007ffff7c8e9fc in pthread_kill () from /lib/x86_64-linux-gnu/libc.so.6
#1  0x00007ffff7c267f3 in abort () from /lib/x86_64-linux-gnu/libc.so.6
#2  0x00007ffff7c87677 in __libc_message (fmt=0x7ffff7dd9b77 "%s") at ../sysdeps/posix/libc_fatal.c:155
#3  0x00007ffff7c9ecfc in malloc_printerr (str=0x7ffff7ddc638 "words") at malloc.c:5664
#4  0x00007ffff7ca0a44 in _int_free (av=<optimized out>, p=<optimized out>, have_lock=0) at malloc.c:4439
#5  0x0000555555555189 in shelf_top (s=0x5555555592a0) at shelf.c:12
#6  0x00005555555551a9 in main () at till.c:5
`;
const MAP = Array.from(
  { length: 80 },
  (_, i) =>
    `7f5493e${String(i).padStart(2, '0')}000-7f549400f000 r-xp 00000000 fd:02 16802195   /lib/libc-2.17.so`,
).join('\n');

type Row = [name: string, hazard: string, fn: string | undefined, text: string];

/** One report each. */
const READ: readonly Row[] = [
  [
    'glibc, and gdb at the same abort',
    'ownership/invalid-free',
    'shelf_top',
    `free(): invalid pointer\n\n${GDB}`,
  ],
  [
    'glibc with a backtrace and a map of its own, and gdb',
    'ownership/double-free',
    'shelf_top',
    `*** Error in \`./till': double free or corruption (fasttop): 0x0000000000602010 ***
======= Backtrace: =========
/lib64/libc.so.6[0x3dd2a75146]
======= Memory map: ========
${MAP}

${GDB}`,
  ],
  [
    'the C++ runtime, and gdb',
    'unwind/foreign-exception',
    'shelf_top',
    `terminate called after throwing an instance of 'std::out_of_range'\n  what():  no such shelf\n\n${GDB}`,
  ],
  [
    'an assertion, and lldb',
    'crash/abort',
    'shelf_top',
    `till: shelf.c:12: shelf_top: Assertion \`s != 0' failed.
Process 27 stopped
* thread #1, name = 'till', stop reason = signal SIGABRT
  * frame #0: 0x00007ffff7c8e9fc libc.so.6\`pthread_kill
    frame #1: 0x0000555555555189 till\`shelf_top(s=0x0) at shelf.c:12
    frame #2: 0x00005555555551a9 till\`main at till.c:5`,
  ],
  [
    "Windows' log of events",
    'crash/signal',
    'Acme.Shelf.Top',
    `Application: till.exe
CoreCLR Version: 8.0.724.31311
.NET Version: 8.0.7
Description: The process was terminated due to an unhandled exception.
Exception Info: System.AccessViolationException: Attempted to read or write protected memory. This is often an indication that other memory is corrupt.
   at Acme.Shelf.Top(IntPtr)
   at Acme.Till.Main(System.String[])`,
  ],
  [
    '… of .NET Framework, with captions',
    'crash/signal',
    'Acme.Shelf.Top',
    `Framework Version: v4.0.30319
Description: The process was terminated due to an unhandled exception.
Exception Info: System.AccessViolationException
Stack:
   at Acme.Shelf.Top(IntPtr)`,
  ],
  [
    '… of an error of the runtime',
    'crash/heap-corruption',
    undefined,
    'Description: The process was terminated due to an internal error in the .NET Runtime at IP 0x00007FFB2E8DA07C (0x00007FFB2E6D0000) with exit code 0x80131506.',
  ],
  [
    'an access violation that a logger caught, with its stack',
    'crash/signal',
    'Acme.Shelf.Top',
    `warn: Acme.Till[0] System.AccessViolationException: Attempted to read or write protected memory. This is often an indication that other memory is corrupt.
   at Acme.Shelf.Top(IntPtr s)
   at Acme.Till.Main(String[] args) in C:\\src\\Till.cs:line 12`,
  ],
  [
    "… in a runner of tests' words",
    'crash/signal',
    'Acme.Shelf.Top',
    `  Failed Top [12 ms]
  Error Message:
   System.AccessViolationException : Attempted to read or write protected memory. This is often an indication that other memory is corrupt.
  Stack Trace:
     at Acme.Shelf.Top(IntPtr s)
   at Acme.Tests.Top() in /src/Tests.cs:line 12`,
  ],
  [
    "… in Visual Studio's",
    'crash/signal',
    'Acme.Shelf.Top',
    `System.AccessViolationException
  HResult=0x80004003
  Message=Attempted to read or write protected memory. This is often an indication that other memory is corrupt.
  Source=Acme
  StackTrace:
   at Acme.Shelf.Top(IntPtr s)`,
  ],
  [
    '… inside another exception',
    'crash/signal',
    'Acme.Till..cctor',
    `Unhandled exception. System.TypeInitializationException: The type initializer for 'Acme.Till' threw an exception.
 ---> System.AccessViolationException: Attempted to read or write protected memory. This is often an indication that other memory is corrupt.
   at Acme.Till..cctor()
   --- End of inner exception stack trace ---
   at Acme.Program.Main()`,
  ],
  [
    'mono 2 to 5, whose managed stack stands first',
    'crash/signal',
    'shelf_top',
    `Stacktrace:

  at <unknown> <0xffffffff>
  at (wrapper managed-to-native) Acme.Shelf.Top (intptr) <0xffffffff>
  at Acme.Till.Main (string[]) <0x0001b>

Native stacktrace:

\tmono() [0x4a1dd8]
\t/src/libshelf.so(shelf_top+0x10) [0x7f10]

Debug info from gdb:

=================================================================
Got a SIGSEGV while executing native code. This usually indicates
a fatal error in the mono runtime or one of the native libraries
used by your application.
=================================================================`,
  ],
  [
    "gccgo's calls, some without a name",
    'null/dereference',
    'till._Cfunc_shelf_top',
    `fatal error: unexpected signal during runtime execution
[signal SIGSEGV: segmentation violation code=1 addr=8 pc=43850201]

goroutine 12 [syscall, locked to thread]:
runtime.dopanic
        ../../../src/libgo/go/runtime/panic.go:892
runtime.sigpanic
        ../../../src/libgo/go/runtime/signal_unix.go:311

        :0

        :0
till._Cfunc_shelf_top
        /tmp/go-build/till/_obj/_cgo_gotypes.go:567
till.$nested85
        /src/till.go:23`,
  ],
  [
    'Go 1.5 without its first line',
    'crash/signal',
    'example.org/till._Cfunc_shelf_top',
    `[signal 0xb code=0x2 addr=0xcb1e0f5520 pc=0x4004794]

goroutine 6 [syscall, locked to thread]:
runtime.cgocall(0x4002d30, 0xc8202b1700, 0xc800000000)
\t/usr/local/go/src/runtime/cgocall.go:120 +0x11b fp=0xc8202b16b8 sp=0xc8202b1688
example.org/till._Cfunc_shelf_top(0x200000000)
\texample.org/till/_obj/_cgo_gotypes.go:64 +0x3c fp=0xc8202b1700 sp=0xc8202b16b8`,
  ],
  [
    "Go's words about a signal, whose stack nobody copied",
    'null/dereference',
    undefined,
    'SIGSEGV: segmentation violation\nPC=0x10b0d98de m=14 sigcode=1 addr=0x28\nsignal arrived during cgo execution\n\nIt is so with any shelf.',
  ],
  [
    'a tombstone of a fault of which the kernel knows no address',
    'crash/signal',
    'shelf_top',
    `*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
pid: 27, tid: 31, name: worker  >>> com.x.till <<<
signal 11 (SIGSEGV), code 128 (SI_KERNEL), fault addr 0x0
backtrace:
      #00 pc 0000000000001bf4  /data/app/com.x/lib/arm64/libshelf.so (shelf_top+8)`,
  ],
];

test.each(READ)('%s', (_, hazard, fn, text) => {
  const { diagnostics, unread } = parseText(text);
  const frame = diagnostics[0] && shownFrame(diagnostics[0]);
  expect({ hazards: diagnostics.map((d) => d.hazard), fn: frame && functionOf(frame), unread }).toEqual({
    hazards: [hazard],
    fn,
    unread: [],
  });
});

test('two aborts are two, where each has words of its own', () => {
  const two = parseText(`free(): invalid pointer\n\n${GDB}\nfree(): invalid pointer\nAborted\n`);
  expect(two.diagnostics.map((d) => d.hazard)).toEqual(['ownership/invalid-free', 'ownership/invalid-free']);
  // What a debugger showed before is another process' end.
  const before = parseText(`${GDB}\nfree(): invalid pointer\nAborted\n`);
  expect(before.diagnostics.map((d) => d.tool)).toEqual(['gdb', 'glibc']);
  // Another signal is another end.
  const other = parseText(
    `free(): invalid pointer\n\n${GDB.replace('SIGABRT, Aborted', 'SIGSEGV, Segmentation fault')}`,
  );
  expect(other.diagnostics.map((d) => d.tool)).toEqual(['glibc', 'gdb']);
});

describe('a part of a report is not understood:', () => {
  test.each([
    [
      'variables and frames of gdb, from the second one on',
      '\t        act = {sa_flags = 0}\n\t#1  0x00007f8a238326c1 in __GI_abort () at abort.c:79\n\t        save_stage = 1',
    ],
    [
      'memory of a tombstone',
      '07-20 17:44:39.483: I/DEBUG(177): memory near fp:\n07-20 17:44:39.483: I/DEBUG(177):     7a717c14 7bd75fa4 1d20000d',
    ],
    [
      "HotSpot's list of threads, quoted",
      '>   0x00000185d796d000 JavaThread "C2 CompilerThread0" daemon [_thread_blocked, id=17648, stack(0x00000015c3d00000,0x00000015c3e00000)]\n> Other Threads:',
    ],
    [
      "a sanitizer's frames of Rust, without places",
      '    #6 <shelf::Guard<F> as core::ops::function::FnOnce<()>>::call_once :? (till+0x99701) (BuildId: 77506b41)\n    #17 main ??:? (till+0x93b57) (BuildId: 77506b4',
    ],
    [
      "frames of ART's abort below the columns of Android Studio",
      `${' '.repeat(100)}runtime.cc:669] #237 pc 0000000000016184  /apex/com.android.art/lib64/libart.so (art::JavaVMExt::JniAbort(char const*, char const*)+2524)`,
    ],
    [
      'the head of a crash report of macOS',
      '{"app_name":"Till","timestamp":"2031-12-30 18:45:40.00 +0100","bug_type":"309","name":"Till"}\n{\n  "uptime" : 3200,\n  "procRole" : "Default",',
    ],
    [
      'facts of one',
      '  "procName" : "Till",\n  "vmRegionInfo" : "0x1cb8 is not in any region.  Bytes before following region: 4374930248",',
    ],
    [
      'frames in one of its long lines',
      `${'"value":0},{'.repeat(80)}"frames":[{"imageOffset":28464,"symbol":"kevent","symbolLocation":8,"imageIndex":15}]`,
    ],
    [
      "a stack of Julia's runtime",
      'shelf_top at /src/shelf.c:12\njl_toplevel_eval_flex at /cache/src/toplevel.c:877',
    ],
    [
      'a managed stack of mono',
      'Stacktrace:\n\n  at (wrapper managed-to-native) Acme.Shelf:Top (intptr)\n  at Acme.Till:Main (string[]) <0x0001b>',
    ],
    [
      'an access violation whose stack nobody copied',
      'System.AccessViolationException: Attempted to read or write protected memory. This is often an indication that other memory is corrupt.',
    ],
  ])('%s', (_, text) => {
    const { diagnostics, unread, complete } = parseText(text);
    expect(diagnostics).toEqual([]);
    expect(unread.length > 0 || !complete).toBe(true);
  });
});

describe('is no report:', () => {
  test.each([
    [
      "a stack of Julia's exception",
      'ERROR: MethodError: no method matching top(::Int64)\nStacktrace:\n [1] top_level_scope\n   @ ~/till.jl:5',
    ],
    [
      'an exception that was met',
      'The wrapper throws System.AccessViolationException: Attempted to read or write protected memory.',
    ],
    ['any exception in the log of events of a program', 'Exception Info: no such shelf'],
  ])('%s', (_, text) => {
    expect(parseText(text)).toMatchObject({ diagnostics: [], unread: [], complete: true });
  });
});

const COMPUTE = `========= Invalid __global__ read of size 4
=========     at 0x000000f0 in void shelf::fill<bool=0, float>(int, float const *)
=========     by thread (251,0,0) in block (0,0,0)
=========     Address 0x964000008 is out of bounds`;

test.each<Row>([
  [
    'cuda-memcheck whose underscores became bold type',
    'bounds/heap-overread',
    'void shelf::fill',
    COMPUTE.replaceAll('__', ''),
  ],
  [
    'a kernel one of whose template arguments has a parenthesis',
    'bounds/other',
    'void shelf::fill',
    `========= Invalid __shared__ read of size 8 bytes
=========     at void shelf::fill<long, (int)1, (int)2>(long, T8)+0x22a0
=========     by thread (0,0,0) in block (0,0,0)
=========     Access at 0xffffffb8 is out of bounds
=========     Saved host backtrace up to driver entry point at kernel launch time`,
  ],
  [
    'Dart 2.0, whose version stands first',
    'crash/signal',
    'shelf_top',
    `===== CRASH =====
version=2.0.0-dev.61.0 (Wed Jun 6 13:24:42 2018 +0000) on "macos_x64"
si_signo=Segmentation fault: 11(11), si_code=0, si_addr=0x7f0000001000
Dumping native stack trace for thread 2813
  pc 0x000055a48d1b3d71 fp 0x00007fe3d263ee00 shelf_top+0x14
-- End of DumpStackTrace`,
  ],
  [
    "names of Windows' Node that are far from the place",
    'rules/other',
    'Acme::Shelf::Top+1206',
    `FATAL ERROR: v8::ToLocalChecked Empty MaybeLocal.
 1: 00007FF71999052F napi_wrap+109311
 2: 00007FF719936026 node::OnFatalError+294
 3: 00007FF71A20B505 v8::V8::ToLocalEmpty+53
 4: 00007FFB2AD82FA6 Acme::Shelf::Top+1206`,
  ],
  [
    'a message of -Xcheck:jni, with empty lines between',
    'rules/jni-call-in-critical',
    'Bridge.call',
    'Warning: Calling other JNI functions in the scope of Get/ReleasePrimitiveArrayCritical or Get/ReleaseStringCritical\n\n\tat Bridge.call(Native Method)\n\n\tat Main.main(Main.java:12)\n',
  ],
])('%s is read', (_, hazard, fn, text) => {
  const { diagnostics, unread } = parseText(text);
  const frame = diagnostics[0] && shownFrame(diagnostics[0]);
  expect({ hazards: diagnostics.map((d) => d.hazard), fn: frame && functionOf(frame), unread }).toEqual({
    hazards: [hazard],
    fn,
    unread: [],
  });
});

describe('lines of two reports that stand among each other are not understood:', () => {
  test.each([
    [
      'a message of Rust, and words of another tool in its place',
      "thread 'main' panicked at src/main.rs:3:5:\nWARNING in native method: JNI call made with exception pending\nunsafe precondition(s) violated: ptr::read requires that the pointer argument is aligned",
    ],
    [
      "a frame of HotSpot's banner, and a line of another in its place",
      '# A fatal error has been detected by the Java Runtime Environment:\n#\n#  SIGSEGV (0xb) at pc=0x00007f3c2a1b2c3d, pid=7, tid=8\n#\n# Problematic frame:\n# Fatal Python error: Aborted\n# C  [libx.so+0x11]  f+0x9\n#\n# If you would like to submit a bug report, please visit:',
    ],
    [
      'the stack of a message of -Xcheck:jni',
      'WARNING in native method: Using JNIEnv in non-Java thread\nloaded 12 rows\n\tat Bridge.call(Native Method)\n',
    ],
    [
      "Miri's place and its trace, with empty lines of another",
      'error: Undefined Behavior: entering unreachable code\n    #0 0x4d1 in g /src/a.c:5:3\n --> src/main.rs:3:5\n\nSUMMARY: x\n  |\n3 | f()\n  = note: BACKTRACE:\n  = note: inside `f` at src/main.rs:3:5',
    ],
    [
      "Dr. Memory's stack, and a frame of a sanitizer",
      'Error #1: UNINITIALIZED READ: reading register eflags\n#0 0x4d1 in f /src/a.c:5:3',
    ],
  ])('%s', (_, text) => {
    const { unread, complete } = parseText(text);
    expect(unread.length > 0 || !complete).toBe(true);
  });
});

describe('words that were broken in two are not understood as less:', () => {
  const LOG = 'shelf: 12 rows';
  test.each([
    [
      "V8's",
      'FATAL ERROR: v8::HandleScope::HandleScope() Entering the V8 API without',
      'proper locking in place',
    ],
    [
      "PHP's",
      '[15-Jan-2031 10:12:20] WARNING: [pool www] child 4242 exited on signal',
      '11 (SIGSEGV - core dumped) after 3.5 seconds from start',
    ],
    [
      "cgo's",
      'panic: runtime error: result of Go function main.f called from cgo is',
      'unpinned Go pointer or points to unpinned Go pointer',
    ],
  ])('%s', (_, first, second) => {
    const whole = parseText(`${LOG}\n${first} ${second}\n`);
    const broken = parseText(`${LOG}\n${first}\n${second}\n`);
    expect(whole.diagnostics.length + whole.unread.length + whole.missing.length).toBeGreaterThan(0);
    expect(broken.unread.length > 0 || !broken.complete).toBe(true);
  });
  test('a line of the same width and the next one are not taken for halves', () => {
    expect(
      parseText(
        'src/a.c:5:3: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type int\nmake: *** [all] Error 1\n',
      ),
    ).toMatchObject({ complete: true, unread: [] });
  });
});

describe('reports that are glued to the end of another line are not lost:', () => {
  test.each([
    '==7==ABORTINGVM warning: Object has been unlocked by JNI',
    'fatal: morestack on g0===== CRASH =====',
    'fatal: bad g in signal handler~~Dr.M~~ Dr. Memory version 2.6.0',
  ])('%s', (line) => {
    const { unread, complete } = parseText(
      `==7==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000000 (pc 0x1 bp 0x2 sp 0x3 T0)\n    #0 0x1 in f /src/a.c:5:3\n\n${line}\n`,
    );
    expect(unread.length > 0 || !complete).toBe(true);
  });
});
