/**
 * What no checker and no runtime wrote, and people paste: reports of crash handlers, last words of allocators, and what those say
 * who started a process that died. The former are read, the latter end with 6.
 */
import { describe, expect, it } from 'vitest';
import { shownFrame } from '../../src/cli/parse/identity.js';
import { functionOf } from '../../src/model/function-name.js';
import { parseText } from '../../src/parsers/index.js';

type Case = { of: string; text: string; hazard: string; fn?: string };

const HANDLERS: readonly Case[] = [
  {
    of: 'Open MPI',
    text: `[shelf07:4242] *** Process received signal ***
[shelf07:4242] Signal: Segmentation fault (11)
[shelf07:4242] Signal code: Address not mapped (1)
[shelf07:4242] Failing at address: 0x28
[shelf07:4242] [ 0] /lib/x86_64-linux-gnu/libc.so.6(+0x3c050)[0x7f1f2ab5c050]
[shelf07:4242] [ 1] ./libshelf.so(shelf_top+0x1d)[0x7f1f2ac0011d]
[shelf07:4242] *** End of error message ***`,
    hazard: 'null/dereference',
    fn: 'shelf_top',
  },
  {
    of: 'UCX',
    text: `[shelf07:4242:0:4242] Caught signal 11 (Segmentation fault: address not mapped to object at address 0x28)
==== backtrace (tid:   4242) ====
 0 0x000000000003c050 __sigaction()  ???:0
 1 0x000000000000111d shelf_top()  /build/shelf.c:12
=================================`,
    hazard: 'null/dereference',
    fn: 'shelf_top',
  },
  {
    of: 'glog',
    text: `PC: @     0x55d0c8a0111d shelf_top
*** SIGSEGV (@0x28) received by PID 4242 (TID 0x7f8a2d3ff700) from PID 40; stack trace: ***
    @     0x7f8a3b4c5050 (unknown)
    @     0x55d0c8a0111d shelf_top
    @     0x55d0c8a01a11 main`,
    hazard: 'null/dereference',
    fn: 'shelf_top',
  },
  {
    of: 'Abseil',
    text: `*** SIGABRT received at time=1700000000 on cpu 3 ***
PC: @     0x7f8a3b4c5050  (unknown)  pthread_kill
    @     0x55d0c8a0111d         32  shelf_drop`,
    hazard: 'crash/abort',
    fn: 'shelf_drop',
  },
  {
    of: 'backward-cpp',
    text: `Stack trace (most recent call last):
#2    Object "./till", at 0x401a11, in _start
#1    Source "/build/till.c", line 12, in main [0x401f2c]
#0    Source "/build/shelf.c", line 7, in shelf_top [0x401e00]
Segmentation fault (Address not mapped to object [0x28])`,
    hazard: 'null/dereference',
    fn: 'shelf_top',
  },
  {
    of: 'glibc’s catchsegv',
    text: `*** Segmentation fault
Register dump:

 RAX: 0000000000000000   RBX: 00007f1f2ab5ef10   RCX: 0000000000000000
 Trap: 0000000e   Error: 00000004   OldMask: 00000000   CR2: 00000028

Backtrace:
/build/libshelf.so(shelf_top+0x1d)[0x7f1f2abfe11d]`,
    hazard: 'null/dereference',
    fn: 'shelf_top',
  },
  {
    of: 'segfault-handler',
    text: `PID 4242 received SIGSEGV for address: 0x7f0000000028
/till/node_modules/segfault-handler/build/Release/segfault-handler.node(+0x33a1)[0x7f1f2ab5ef10]
/lib/x86_64-linux-gnu/libc.so.6(__restore_rt+0x0)[0x7f1f2ab5c050]
/till/build/Release/shelf.node(shelf_top+0x1d)[0x7f1f2abfe11d]`,
    hazard: 'crash/signal',
    fn: 'shelf_top',
  },
  {
    of: 'a handler that asks glibc',
    text: `Error: signal 11:
./guard.so(on_signal+0x3c)[0xffffa8b70b4c]
linux-vdso.so.1(__kernel_rt_sigreturn+0x0)[0xffffa8bc6790]
./libshelf.so(shelf_top+0xc)[0xffffa88ea8cc]`,
    hazard: 'crash/signal',
    fn: 'shelf_top',
  },
  {
    of: 'Unity',
    text: `Caught fatal signal - signo:11 code:1 errno:0 addr:0x28
Obtained 2 stack frames.
#0  0x007f1f2ab5ef10 in shelf_top
#1  0x007f1f2ab5ef11 in main`,
    hazard: 'null/dereference',
    fn: 'shelf_top',
  },
  {
    of: 'pystack',
    text: `The process died due a segmentation fault accessing address: 0x5dcc75ebab42
Traceback for thread 4242 [] (most recent call last):
    (C) File "./nptl/pthread_create.c", line 447, in start_thread (libc.so.6)
    (Python) File "/till/till.py", line 12, in open
    (C) File "./shelf.c", line 7, in shelf_top (libshelf.so)`,
    hazard: 'crash/signal',
    fn: 'shelf_top',
  },
  { of: 'Bun', text: 'panic(main thread): Segmentation fault at address 0x28', hazard: 'null/dereference' },
  { of: 'Zig', text: 'Illegal instruction at address 0x7f1f2ab5ef10', hazard: 'crash/signal' },
  { of: 'Catch2', text: '  SIGSEGV - Segmentation violation signal', hazard: 'crash/signal' },
  {
    of: 'doctest',
    text: 'shelf_test.cpp:12: ERROR: test case CRASHED: SIGABRT - Abort (abnormal termination) signal',
    hazard: 'crash/abort',
  },
  {
    of: 'tcmalloc',
    text: 'src/tcmalloc.cc:333] Attempt to free invalid pointer 0x55e2188ad780 ',
    hazard: 'ownership/invalid-free',
  },
  {
    of: 'jemalloc’s sizes',
    text: '<jemalloc>: size mismatch detected (true size 32 vs input size 48), likely caused by application sized deallocation bugs',
    hazard: 'ownership/allocator-mismatch',
  },
  {
    of: 'jemalloc’s assertions',
    text: '<jemalloc>: include/jemalloc/internal/arena.h:1011: Failed assertion: "mapbits != 0"',
    hazard: 'crash/heap-corruption',
  },
  {
    of: 'mimalloc’s double free',
    text: 'mimalloc: error: double free detected of block 0x7f0a3c001230 with size 32',
    hazard: 'ownership/double-free',
  },
  {
    of: 'mimalloc’s foreign pointers',
    text: 'mimalloc: error: mi_free: invalid (unaligned) pointer: 0x7f0a3c001235',
    hazard: 'ownership/invalid-free',
  },
  {
    of: 'mimalloc’s overflow',
    text: 'mimalloc: error: buffer overflow in heap block 0x7f0a3c001230 of size 32: write after 33 bytes',
    hazard: 'bounds/heap-overflow',
  },
];

describe('a report is read of', () => {
  it.each(HANDLERS)('$of', ({ text, hazard, fn }) => {
    const parsed = parseText(`loaded 3 books\n${text}\n`);
    expect(parsed).toMatchObject({ complete: true, unread: [] });
    expect(parsed.diagnostics.map((d) => d.hazard)).toEqual([hazard]);
    if (fn === undefined) return;
    const frame = shownFrame(parsed.diagnostics[0]!);
    expect(frame && functionOf(frame)).toBe(fn);
  });
});

/** What shells, build tools and runners say. */
const ENDS = [
  './run.sh: line 3:  4242 Segmentation fault      (core dumped) ./till --open',
  'Aborted (core dumped)',
  'Segmentation fault',
  'Trace/breakpoint trap (core dumped)',
  '[1]    4242 segmentation fault  node till.js',
  "fish: Job 1, './till' terminated by signal SIGSEGV (Address boundary error)",
  'make: *** [Makefile:12: test] Bus error (core dumped)',
  '1/1 Test #1: shelf ............................***Exception: SegFault  0.12 sec',
  '1/1 shelf FAIL            0.12s   killed by signal 11 SIGSEGV',
  "  process didn't exit successfully: `/till/target/debug/deps/till-01` (signal: 6, SIGABRT: process abort signal)",
  'npm ERR! Command failed with signal "SIGSEGV"',
  "FAILED tests/test_shelf.py::test_top - worker 'gw0' crashed while running 'tests/test_shelf.py::test_top'",
  '[ERROR] The forked VM terminated without properly saying goodbye. VM crash or System.exit called?',
  "Process 'Gradle Test Executor 1' finished with non-zero exit value 134",
  '2031-02-03 04:05:06.789 UTC [7] LOG:  server process (PID 42) was terminated by signal 11: Segmentation fault',
  'Process finished with exit code -1073741819 (0xC0000005)',
  'OSError: exception: access violation reading 0x0000000000000028',
  'PLEASE submit a bug report to https://example.org/issues and include the crash backtrace.',
];

describe('the end of a process alone is not understood, and adds nothing to a report:', () => {
  it.each(ENDS)('%s', (text) => {
    expect(parseText(`loaded 3 books\n${text}\nbye\n`)).toMatchObject({
      diagnostics: [],
      unread: [{ line: 2 }],
    });
    for (const order of [(a: string, b: string) => `${a}\n${b}\n`, (a: string, b: string) => `${b}\n${a}\n`])
      expect(parseText(order(text, 'free(): invalid pointer'))).toMatchObject({
        diagnostics: [{ hazard: 'ownership/invalid-free' }],
        unread: [],
        complete: true,
      });
  });
});

it('frames that glibc printed are not understood without their head', () => {
  expect(
    parseText('./till(shelf_top+0x1d)[0x55d0c8a0111d]\n./till(main+0x2a)[0x55d0c8a0122a]').unread,
  ).toHaveLength(2);
});

it.each([
  'WARNING: CPU: 0 PID: 79 at mm/slub.c:3567 kfree+0x1c/0x20',
  'BUG: unable to handle page fault for address: ffff88800853aa88',
  'BUG: kernel NULL pointer dereference, address: 0000000000000018',
  'kernel BUG at mm/slub.c:440!',
  'Oops: 0000 [#1] PREEMPT SMP',
  'thread.cc:2155] No pending exception expected: java.lang.NullPointerException: ',
  "* caught segfault * address 0x18, cause 'memory not mapped'",
  '#1\t0x000000010dfc4b17 in shelf_top ()',
])('a fault whose report nobody reads is not understood: %s', (text) => {
  expect(parseText(`${text}\n`)).toMatchObject({ diagnostics: [], unread: [{ line: 1 }] });
});

it('a warning about a replaced handler may be parted over lines', () => {
  const text =
    'Warning: SIGSEGV handler \nexpected:libjvm.so+0x66ea40\n  found:till+0x57131f0\nSignal Handlers:\n';
  expect(parseText(text)).toMatchObject({
    diagnostics: [{ rule: 'xcheck-jni/replaced-signal-handler', hazard: 'rules/other' }],
    unread: [],
  });
});

it('V8’s words are one finding, whatever stands before them', () => {
  for (const lead of ['', '**#\n', 'loaded 3 books\n'])
    expect(
      parseText(
        `${lead}# Fatal error in HandleScope::HandleScope\n# Entering the V8 API without proper locking in place\n#\n`,
      ).diagnostics.map((d) => d.hazard),
    ).toEqual(['threading/wrong-thread-env']);
});

it.each([
  'A segmentation fault is what you get.',
  'the test that ends with `Segmentation fault (core dumped)` is skipped',
  'It says Aborted (core dumped) now and then.',
  'we call abort() there, and the job is aborted',
  'signal handlers: SIGSEGV is ignored',
  'Command aborted by user',
])('prose is none: %s', (text) => {
  expect(parseText(text)).toMatchObject({ diagnostics: [], unread: [], complete: true });
});
