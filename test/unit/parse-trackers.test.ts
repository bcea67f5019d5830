/** Reports in the forms in which people paste them into trackers. Each row stands for a kind that was once silent, wrong or lost. */
import { describe, expect, test } from 'vitest';
import { shownFrame } from '../../src/cli/parse/identity.js';
import { functionOf } from '../../src/model/function-name.js';
import { parseText } from '../../src/parsers/index.js';

type Row = { name: string; text: string; hazard: string; fn?: string };

const READ: readonly Row[] = [
  {
    name: 'a frame of a tombstone that a narrow console broke before its function',
    hazard: 'null/dereference',
    fn: 'shelf_top',
    text: `*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
pid: 27, tid: 31, name: worker  >>> com.x.till <<<
signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x8
backtrace:
      #00 pc 0000000000001bf4  /data/app/com.x/lib/arm64/libshelf.so
(shelf_top+8) (BuildId: aa11)
      #01 pc 0000000000001c10  /data/app/com.x/lib/arm64/libshelf.so
(main+40) (BuildId: aa11)`,
  },
  {
    name: 'a report of iOS whose stack atos named, under the number of the crashed thread',
    hazard: 'null/dereference',
    fn: 'shelf_top',
    text: `Exception Type:  EXC_BAD_ACCESS (SIGSEGV)
Exception Subtype: KERN_INVALID_ADDRESS at 0x0000000000000838
Triggered by Thread:  6

Thread 6:
0    Till                                     0x106b604dc shelf_top(Shelf const*) (in Till) (shelf.cc:124)
1    ???                                      0x114fc4928 ???
2    libdispatch.dylib                        0x18e69ce34 _dispatch_call_block_and_release (in libdispatch.dylib) + 24

Binary Images:`,
  },
  {
    name: 'Dart with the name of the code',
    hazard: 'crash/signal',
    fn: 'shelf_top',
    text: `===== CRASH =====
si_signo=Bus error: 10(10), si_code=BUS_ADRERR(2), si_addr=0x1129b03d0
version=3.9.0 (main) (Unknown timestamp) on "macos_x64"
pid=42026, thread=15635, isolate_group=main(0x7f96c180b400), isolate=(nil)(0x0)
os=macos, arch=x64, comp=no, sim=no
isolate_instructions=0, vm_instructions=10c4a2a40
fp=7ffee, sp=7ffed, pc=1129b03d0
  pc 0x00000001129b03d0 fp 0x00007ffee4f7a2b0 shelf_top+0x14
-- End of DumpStackTrace`,
  },
  {
    name: 'places that a tracker made links of',
    hazard: 'bounds/heap-overread',
    fn: 'shelf_top',
    text: `==27==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x602000000014 at pc 0x1 bp 0x2 sp 0x3
READ of size 4 at 0x602000000014 thread T0
    #0 0x55c8 in shelf_top [src/shelf.c:12](src/shelf.c):7
    #1 0x55c9 in main [till.c:5](https://example.org/till/blob/main/till.c#L5)

SUMMARY: AddressSanitizer: heap-buffer-overflow src/shelf.c:12:7 in shelf_top`,
  },
  {
    name: 'a thread of Python that waits, before the one that crashed',
    hazard: 'crash/signal',
    fn: 'test_top',
    text: `Fatal Python error: Floating point exception

Thread 0x0000700001cbf000 (most recent call first):
  File "/py/site-packages/execnet/gateway_base.py", line 400 in read

Current thread 0x0000000110d51600 (most recent call first):
  File "/src/tests/test_shelf.py", line 5 in test_top
  File "/py/site-packages/_pytest/python.py", line 194 in pytest_pyfunc_call`,
  },
  {
    name: 'objects of a backtrace of glibc of which nothing else is known',
    hazard: 'crash/heap-corruption',
    text: `> *** glibc detected *** /opt/till: free(): invalid next size (fast): 0x00007ffe880025b0 ***
> ======= Backtrace: =========
> /lib64/libc.so.6[0x3dd2a75146]
> /opt/till[0x4093c4]
> /lib64/libc.so.6(clone+0x6d)[0x3dd2ae577d]
> ======= Memory map: ========
> 00400000-007d3000 r-xp 00000000 00:14 255598                             /opt/till`,
  },
  {
    name: "Rust's own functions under their old names, and a crate whose name begins like the runtime's",
    hazard: 'init/uninitialised-read',
    fn: 'rust_till::main',
    text: `==27==WARNING: MemorySanitizer: use-of-uninitialized-value
    #0 0x55fb in _$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..ops..deref..DerefMut$GT$::deref_mut::h3a0e58767aa3b236 /checkout/src/liballoc/vec.rs:1762:12
    #1 0x55fc in rust_till::main::hbdb4645a96927ff3 /src/main.rs:3

SUMMARY: MemorySanitizer: use-of-uninitialized-value /checkout/src/liballoc/vec.rs:1762:12 in deref_mut`,
  },
  {
    name: 'a pointer that cgo checked',
    hazard: 'rules/cgo-pointer-to-pointer',
    fn: 'example.org/till.(*Shelf).Top',
    text: `panic: runtime error: cgo argument has Go pointer to Go pointer

goroutine 9 [running]:
panic(0x5594a0, 0xc8202a6540)
\t/usr/local/go/src/runtime/panic.go:464 +0x3e6
example.org/till._cgoCheckPointer0(0x523340, 0xc820022048, 0x1, 0x1, 0x512900)
\t??:0 +0x4d
example.org/till.(*Shelf).Top(0xc82000a2e0, 0x5cd640)
\t/src/till.go:189 +0x1bd`,
  },
  {
    name: "mono's report behind times, whose longest line is its own",
    hazard: 'crash/signal',
    text: `00:21:38.744 Native stacktrace:
00:21:38.744
00:21:38.748 \tmono() [0x4a1dd8]
00:21:38.753
00:21:38.753 Debug info from gdb:
00:21:38.753
00:21:38.764 =================================================================
00:21:38.764 Got a SIGSEGV while executing native code. This usually indicates
00:21:38.764 a fatal error in the mono runtime or one of the native libraries
00:21:38.764 used by your application.
00:21:38.764 =================================================================`,
  },
  {
    name: 'glibc on a page that lays blanks out anew',
    hazard: 'ownership/invalid-free',
    text: "*** Error   in  `./till  '   : free(): invalid pointer: 0x0000000000e22010 ***",
  },
  {
    name: '.NET, its stack on the line of the words and on the next one',
    hazard: 'crash/signal',
    fn: 'System.Runtime.InteropServices.Marshal.ReadByte',
    text: `1/22 10:46:10 PM [Error] Fatal error. System.AccessViolationException: Attempted to read or write protected memory. This is often an indication that other memory is corrupt. at System.Runtime.InteropServices.Marshal.ReadByte(IntPtr, Int32)

1/22 10:46:10 PM [Error] at Acme.Shelf.Top(IntPtr) at Acme.Till.Open() at Acme.Till.Main(System.String[])`,
  },
  {
    name: 'an addon below the frames of Node and of V8',
    hazard: 'threading/wrong-thread-env',
    fn: 'Shelf::Top',
    text: `FATAL ERROR: HandleScope::HandleScope Entering the V8 API without proper locking in place
 1: 0xb95b60 node::Abort() [node]
 2: 0xd7056c v8::HandleScope::HandleScope(v8::Isolate*) [node]
 3: 0xb4073a napi_open_handle_scope [node]
 4: 0x7f3f4007dd41 Shelf::Top(uv_async_s*) [/src/till/build/Release/shelf.node]
 5: 0x1671c7e uv_run [/usr/bin/node]
Aborted`,
  },
  {
    name: "ART's lines that logcat indents and does not tag again",
    hazard: 'rules/jni-bad-reference',
    fn: 'Java_com_acme_Shelf_top',
    text: `07-20 00:08:54.915 23038-23059/com.acme.till A/art: art/runtime/java_vm_ext.cc:470] JNI DETECTED ERROR IN APPLICATION: use of deleted local reference 0x20001d
07-20 00:08:54.916 23038-23059/com.acme.till A/art: art/runtime/java_vm_ext.cc:470] "Thread-8" prio=5 tid=13 Runnable
    art/runtime/java_vm_ext.cc:470]   | group="main" sCount=0 dsCount=0 obj=0x12e6d8b0 self=0x7f7448a200
    art/runtime/java_vm_ext.cc:470]   native: #00 pc 0000000000478734  /system/lib64/libart.so (_ZN3art15DumpNativeStackEv+220)
    art/runtime/java_vm_ext.cc:470]   native: #01 pc 0000000000010abc  /data/app/com.acme.till-1/lib/arm64/libshelf.so (Java_com_acme_Shelf_top+28)`,
  },
  {
    name: 'an assertion under Valgrind',
    hazard: 'crash/abort',
    fn: 'shelf_size',
    text: `==7== Process terminating with default action of signal 6 (SIGABRT)
==7==    at 0x4E6F428: raise (raise.c:54)
==7==    by 0x4E71029: abort (abort.c:89)
==7==    by 0x4E67BD6: __assert_fail_base (assert.c:92)
==7==    by 0x4E67C81: __assert_fail (assert.c:101)
==7==    by 0x401C34: shelf_size (shelf.c:37)
==7==`,
  },
  {
    name: 'a core under gdb, whose innermost frame stands before the backtrace as well',
    hazard: 'crash/abort',
    fn: 'shelf_drop',
    text: `Program terminated with signal SIGABRT, Aborted.
#0  __GI_raise (sig=sig@entry=6) at ../sysdeps/unix/sysv/linux/raise.c:50
50\t../sysdeps/unix/sysv/linux/raise.c: No such file or directory.
(gdb) bt
#0  __GI_raise (sig=sig@entry=6) at ../sysdeps/unix/sysv/linux/raise.c:50
#1  0x00007f1fb01a5859 in __GI_abort () at abort.c:79
#2  0x000055d0f2a01189 in shelf_drop (s=0x1) at shelf.c:12`,
  },
  {
    name: 'a fault inside a handler of another signal, under gdb',
    hazard: 'crash/signal',
    fn: 'dump_shelf',
    text: `Program terminated with signal SIGSEGV, Segmentation fault.
#0  0x00007f4fcd393e70 in dump_shelf (fd=2) at shelf.c:90
#1  0x00007f4fcd39a380 in on_user_signal (signum=10) at till.c:52
#2  <signal handler called>
#3  0x00007f4fcce9c3aa in __futex_abstimed_wait_common () from /lib64/libc.so.6`,
  },
  {
    name: "Go's panic that a test has raised again, below the functions that it deferred",
    hazard: 'rules/cgo-pointer-to-pointer',
    fn: 'acme/shelf.(*Shelf).Put',
    text: `panic: runtime error: cgo argument has Go pointer to Go pointer [recovered]
\tpanic: runtime error: cgo argument has Go pointer to Go pointer

goroutine 23 [running, locked to thread]:
testing.tRunner.func1(0xc4200789c0)
\t/usr/local/go/src/testing/testing.go:622 +0x29d
panic(0x543e00, 0xc420070f80)
\t/usr/local/go/src/runtime/panic.go:489 +0x2cf
acme/shelf.(*Shelf).Put(0xc4200820d8, 0x1)
\t/src/shelf/shelf.go:149 +0xf7
acme/shelf.TestPut(0xc4200789c0)
\t/src/shelf/shelf_test.go:52 +0x7ec
created by testing.(*T).Run
\t/usr/local/go/src/testing/testing.go:697 +0x2ca
exit status 2`,
  },
  {
    name: 'coredumpctl',
    hazard: 'crash/signal',
    fn: 'shelf_top',
    text: `           PID: 412 (till)
        Signal: 11 (SEGV)
       Message: Process 412 (till) of user 1000 dumped core.

                Stack trace of thread 412:
                #0  0x00007f98d1a5d0c5 shelf_top (/opt/till/libshelf.so)
                #1  0x00005634e6b1a1a9 n/a (/opt/till/till)`,
  },
  {
    name: "systemd's journal",
    hazard: 'crash/abort',
    fn: 'shelf_drop',
    text: `Feb 03 15:25:54 shelf systemd-coredump[431]: [🡕] Process 412 (till) of user 1000 dumped core.

                                            Stack trace of thread 412:
                                            #0  0x00007f98df010755 raise (libc.so.6 + 0x3c755)
                                            #1  0x00007f98deffb851 abort (libc.so.6 + 0x27851)
                                            #2  0x00007f98d1a5d0c5 shelf_drop (libshelf.so + 0x10c5)`,
  },
];

test.each(READ)('$name', ({ text, hazard, fn }) => {
  const parsed = parseText(text);
  expect(parsed.diagnostics.map((d) => d.hazard)).toEqual([hazard]);
  expect(parsed).toMatchObject({ unread: [], complete: true });
  const frame = shownFrame(parsed.diagnostics[0]!);
  if (fn !== undefined) expect(frame && functionOf(frame)).toBe(fn);
});

describe('the middle of a report is not understood, and is no other report', () => {
  test.each([
    [
      'a stack of Rust’s that begins with frame 25',
      `  25:        0x10459cf40 - till::main::h5e2c7abac9dc06f0
                               at /src/till/src/main.rs:15:2
  26:        0x1045a8764 - core::ops::function::FnOnce::call_once::h4b0e21d5f464699e
                               at /rustc/90c5/library/core/src/ops/function.rs:250:5`,
    ],
    [
      'one without addresses',
      '   3: shelf::top\n             at ./src/shelf.rs:12:5\n   4: till::main\n             at ./src/main.rs:3:5',
    ],
    [
      "the rest of a goroutine's stack",
      'main.(*Shelf).Top(...)\n\t/src/shelf.go:12 +0x1b\nmain.main()\n\t/src/main.go:3 +0x25',
    ],
    [
      'a goroutine that ended the process',
      'goroutine 1 [running]:\nmain.main()\n\t/src/main.go:3 +0x25\nexit status 2',
    ],
    [
      "HotSpot's frames on one line",
      'Stack: [0x0ae60000,0x0aeb0000], sp=0x0aeae810 Native frames: (J=compiled Java code, j=interpreted, Vv=VM code, C=native code) C [shelf.dll+0x764c]',
    ],
    [
      'HotSpot of old',
      '#\n# An unexpected exception has been detected in native code outside the VM.\n# Unexpected Signal : 11 occurred at PC=0x4C4C58D3\n#',
    ],
    [
      'a dump of ART’s threads',
      `    runtime.cc:669]   native: #14 pc 00000000000513f0  /apex/com.android.runtime/lib64/bionic/libc.so (__start_thread+64)
    runtime.cc:669]   (no managed stack frames)`,
    ],
    [
      'the second half of a race under helgrind',
      `==7==    at 0x806A7A1: shelf_put (shelf.c:52)
==7==
==7== This conflicts with a previous read of size 4 by thread #7
==7== Locks held: 1, at address 0x67EEDE4
==7==    at 0x805FEB0: shelf_top (shelf.c:40)
==7==
==7== Address 0x67EDEE0 is 264 bytes inside a block of size 436 alloc'd
==7==    at 0x48B9886: calloc (in /usr/lib/valgrind/vgpreload_helgrind-x86-linux.so)
==7==    by 0x8064E15: shelf_new (shelf.c:56)`,
    ],
    [
      'a stack of Valgrind whose process id was shortened',
      '> =1= Conditional jump or move depends on uninitialised value(s)\n> ***=1=  at 0x48AFE08: shelf_top (src/shelf.c:12)*** `// the guilty line`\n> =1=  by 0x48B0E1E: main (src/till.c:5)',
    ],
    [
      'instructions of a file of HotSpot',
      'Instructions: (pc=0x00007ffa26669ef2)\n0x00007ffa26669df2:   75 0b 44 3b 4a 1c 72 05 49 3b d0 75 2b 8b fd 48',
    ],
    ['the last line of an IDE', '139 (interrupted by signal 11:SIGSEGV)'],
    [
      "Visual Studio's window",
      "An unhandled exception of type 'System.AccessViolationException'\noccurred in Till.dll",
    ],
    ['what Windows reported', 'Sig[6].Name=Exception Code\nSig[6].Value=c0000005'],
    [
      'a stack that iOS logged',
      '2018-07-26 10:02:11.623 Till.iOS[60291:7054092] critical: \t25  Till                              0x000000010f49ce86 shelf_top + 46',
    ],
    [
      'a thread of a minidump',
      'Thread 24\n 0  libc.so.6 + 0x98f8d\n    rip = 0x00007fff9480df72\n    Found by: given as instruction pointer in context',
    ],
    [
      'a thread of Python below a sentence',
      'This is what I got:\n\n```\nCurrent thread 0x00007f0961223000 (most recent call first):\n  File "/src/test_shelf.py", line 5 in test_top\n```',
    ],
    [
      "a .NET exception in the user's language",
      ' System.AccessViolationException: Es wurde versucht, im geschützten Speicher zu lesen oder zu schreiben.',
    ],
    [
      '… behind words that are in it, too',
      'Unbehandelte Ausnahme: System.AccessViolationException: Es wurde versucht, im geschützten Speicher zu lesen.',
    ],
  ])('%s', (_, text) => {
    const { diagnostics, unread, complete } = parseText(text);
    expect(diagnostics).toEqual([]);
    expect(unread.length > 0 || !complete).toBe(true);
  });
});

test.each([
  [
    'a backtrace that a Rust program prints',
    `Error: no such shelf

Stack backtrace:
   0: anyhow::error::<impl anyhow::Error>::msg
             at /src/anyhow/src/error.rs:27:14
   1: till::main
             at ./src/main.rs:3:5`,
  ],
  [
    'a stack that a Go program prints',
    'goroutine 7 [running]:\nruntime/debug.Stack()\n\t/usr/local/go/src/runtime/debug/stack.go:26 +0x5e\nmain.main()\n\t/src/main.go:3 +0x25\n\nok',
  ],
  [
    'an error that has a stack',
    'no such shelf\nmain.top\n\t/src/main.go:14\nmain.main\n\t/src/main.go:3\nexit status 1',
  ],
  ['a signal that somebody names', 'Signal: 15 (TERM)\nprocess ended as asked'],
  ['numbered steps', '  3: build\n  4: run tests/main.rs\n     at last'],
  ['a type in an assertion', 'Assert.Throws() expected System.AccessViolationException but found none'],
])('%s is no report', (_, text) => {
  expect(parseText(text)).toMatchObject({ diagnostics: [], unread: [], complete: true });
});
