/** Words of crash handlers and debuggers: of operating systems, of runtimes, of browsers. */
import type { HazardId } from '../../../src/model/hazard.js';
import type { Chapter } from './chapter.js';

const STACK = `backtrace:
      #00 pc 0000000000001bf4  /data/app/com.x/lib/arm64/libshelf.so (shelf_top+8) (BuildId: aa11)
`;
const tombstone = (
  signal: string,
  words = '',
): string => `*** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
pid: 27, tid: 31, name: worker  >>> com.x.till <<<
${signal}
${words}${STACK}`;
const SIGSEGV = 'signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x7a1c2e3ff0';
const SIGABRT = 'signal 6 (SIGABRT), code -1 (SI_QUEUE), fault addr --------';
const blocks = `${STACK}
deallocated by thread 31:
      #00 pc 0000000000001c40  /data/app/com.x/lib/arm64/libshelf.so (shelf_drop+16)

allocated by thread 31:
      #00 pc 0000000000001b00  /data/app/com.x/lib/arm64/libshelf.so (shelf_new+24)
`;

const apple = (exception: string, codes: string, info = ''): string => `Process:               till [27]
Crashed Thread:        0  Dispatch queue: com.apple.main-thread

Exception Type:        ${exception}
Exception Codes:       ${codes}
${info}
Thread 0 Crashed:: Dispatch queue: com.apple.main-thread
0   libshelf.dylib                	0x00000001050abe10 shelf_top + 32

Binary Images:
`;

const julia =
  '\n$\nin expression starting at /src/shelf.jl:7\nshelf_top at /src/shelf.c:12\nAllocations: 2906 (Pool: 2897; Big: 9); GC: 0\n';
const dart = `===== CRASH =====
$
version=3.3.0 (stable) (Tue Feb 13 10:25:19 2024 +0000) on "linux_x64"
pid=27, thread=31, isolate_group=main(0x56), isolate=main(0x57)
  pc 0x000055a48d1b3d71 fp 0x00007fe3d263ee00 shelf_top+0x15
-- End of DumpStackTrace
`;
const kinds = <T extends string>(words: readonly T[], hazard: HazardId): (readonly [T, HazardId])[] =>
  words.map((w) => [w, hazard] as const);

export const CRASHES: readonly Chapter[] = [
  {
    title: 'Android: tombstones without a checker',
    source: 'debuggerd/libdebuggerd/tombstone.cpp, tombstone_proto_to_text.cpp (AOSP)',
    tool: 'android',
    log: tombstone('$'),
    kinds: [
      ...kinds(
        [
          SIGSEGV,
          'signal 11 (SIGSEGV), code 2 (SEGV_ACCERR), fault addr 0x0000007a1c2e3ff0 (write)',
          'signal 11 (SIGSEGV), code 128 (SI_KERNEL), fault addr --------',
          'signal 7 (SIGBUS), code 1 (BUS_ADRALN), fault addr 0x7a1c2e3ff1',
          'signal 4 (SIGILL), code 1 (ILL_ILLOPC), fault addr 0x7a1c2e3ff0 (*pc=0xffffffff)',
          'signal 5 (SIGTRAP), code 1 (TRAP_BRKPT), fault addr 0x7a1c2e3ff0',
          'signal 8 (SIGFPE), code -6 (SI_TKILL), fault addr 0x6157',
          'signal 31 (SIGSYS), code 1 (SYS_SECCOMP), fault addr --------\nCause: seccomp prevented call to disallowed arm64 system call 123',
          // Android 4
          'signal 11 (SIGSEGV), fault addr deadbaad',
        ],
        'crash/signal',
      ),
      ['signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0', 'null/dereference'],
      ['signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 00000010', 'null/dereference'],
      [`${SIGSEGV}\nCause: null pointer dereference`, 'null/dereference'],
      [
        `${SIGSEGV}\nCause: stack pointer is in a non-existent map; likely due to stack overflow.`,
        'resource/exhausted',
      ],
      [SIGABRT, 'crash/abort'],
      [`${SIGABRT}\nAbort message: 'ubsan: the shelf fell down'`, 'crash/abort'],
      [
        `${SIGABRT}\nAbort message: 'Scudo ERROR: corrupted chunk header at address 0x200007a1c2e3ff0'`,
        'crash/heap-corruption',
      ],
      [
        `${SIGABRT}\nAbort message: 'Scudo ERROR: misaligned pointer when deallocating address 0x7a1'`,
        'ownership/invalid-free',
      ],
      [
        `${SIGABRT}\nAbort message: 'Pointer tag for 0x7a1c2e3ff0 was truncated, see the docs'`,
        'abi/truncated-pointer',
      ],
      [
        `${SIGABRT}\nAbort message: 'FORTIFY: strcpy: prevented 17-byte write into 16-byte buffer'`,
        'bounds/other',
      ],
      [
        `${SIGABRT}\nAbort message: 'FORTIFY: pthread_mutex_lock called on a destroyed mutex (0x7a1)'`,
        'threading/lock-misuse',
      ],
      [`${SIGABRT}\nAbort message: 'stack corruption detected (-fstack-protector)'`, 'bounds/stack-overflow'],
      [
        `${SIGABRT}\nAbort message: 'terminating with uncaught exception of type std::runtime_error: x'`,
        'unwind/foreign-exception',
      ],
      [
        'Fatal signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0 in tid 31 (worker), pid 27 (com.x)',
        'null/dereference',
        '$\n',
      ],
      ['Fatal signal 11 (SIGSEGV) at 0xdeadbaad (code=1), thread 31 (worker)', 'crash/signal', '$\n'],
      ["Abort message: 'the shelf fell down'", 'crash/abort', `$\n${STACK}`],
    ],
    unknown: [`${SIGABRT}\nAbort message: 'words of a library'`, 'crash/abort'],
  },
  {
    title: 'Android: what the memory tagging extension found',
    source: 'debuggerd/libdebuggerd/scudo.cpp (AOSP)',
    tool: 'mte',
    log: tombstone(
      'signal 11 (SIGSEGV), code 9 (SEGV_MTESERR), fault addr 0x0b0000748d44d520',
      'Cause: [MTE]: $\n',
    ).replace(STACK, blocks),
    kinds: [
      ['Use After Free, 0 bytes into a 32-byte allocation at 0x748d44d520', 'ownership/use-after-free'],
      ['Buffer Overflow, 0 bytes right of a 32-byte allocation at 0x748d44d520', 'bounds/heap-overflow'],
      ['Buffer Underflow, 4 bytes left of a 32-byte allocation at 0x748d44d520', 'bounds/heap-overflow'],
      ['signal 11 (SIGSEGV), code 8 (SEGV_MTEAERR), fault addr --------', 'ownership/other', tombstone('$')],
    ],
    unknown: ['Use Before Malloc, 0 bytes into a 32-byte allocation at 0x748d44d520', 'ownership/other'],
  },
  {
    title: 'GWP-ASan in tombstones',
    source: 'debuggerd/libdebuggerd/gwp_asan.cpp (AOSP)',
    tool: 'gwp-asan',
    log: tombstone(
      'signal 11 (SIGSEGV), code 2 (SEGV_ACCERR), fault addr 0x7a1c2e3ff0',
      'Cause: [GWP-ASan]: $\n',
    ).replace(STACK, blocks),
    kinds: [
      ['Use After Free, 0 bytes into a 16-byte allocation at 0x7a1c2e3ff0', 'ownership/use-after-free'],
      ['Double Free, 0 bytes into a 16-byte allocation at 0x7a1c2e3ff0', 'ownership/double-free'],
      ['Invalid (Wild) Free, 0 bytes into a 16-byte allocation at 0x7a1c2e3ff0', 'ownership/invalid-free'],
    ],
    unknown: ['Use Before Malloc, 0 bytes into a 16-byte allocation at 0x7a1c2e3ff0', 'bounds/other'],
  },
  {
    title: 'macOS and iOS: crash reports',
    source: 'Examining the fields in a crash report (developer.apple.com); xnu osfmk/mach/exception_types.h',
    tool: 'macos',
    log: apple('$', '0x0000000000000000, 0x0000000000000000'),
    kinds: [
      ...kinds(
        [
          'EXC_BAD_INSTRUCTION (SIGILL)',
          'EXC_BREAKPOINT (SIGTRAP)',
          'EXC_ARITHMETIC (SIGFPE)',
          'EXC_BAD_INSTRUCTION',
        ],
        'crash/signal',
      ),
      ['EXC_CRASH (SIGABRT)', 'crash/abort'],
      ['EXC_CRASH (SIGKILL)', 'crash/other'],
      ['EXC_GUARD (SIGKILL)', 'crash/other'],
      ['EXC_RESOURCE', 'resource/exhausted'],
      [
        'KERN_INVALID_ADDRESS at 0x0000000000000000',
        'null/dereference',
        apple('EXC_BAD_ACCESS (SIGSEGV)', '$'),
      ],
      [
        'KERN_PROTECTION_FAILURE at 0x00007ffeebb6aff8',
        'crash/signal',
        apple('EXC_BAD_ACCESS (SIGBUS)', '$'),
      ],
      [
        'KERN_INVALID_ADDRESS at 0x0000beaddaaa9d78 -> 0x00003eaddaaa9d78 (possible pointer authentication failure)',
        'crash/signal',
        apple('EXC_BAD_ACCESS (SIGSEGV)', '$'),
      ],
      // Mac OS X 10.4
      [
        'Exception:  EXC_BAD_ACCESS (0x0001)\nCodes:      KERN_INVALID_ADDRESS (0x0001) at 0x00000010',
        'null/dereference',
        '$\n\nThread 0 Crashed:\n0   libshelf.dylib 	0x90a3c8f0 shelf_top + 32\n\nBinary Images Description:\n',
      ],
      ...(
        [
          [
            'till(27,0x11) malloc: *** error for object 0x7f: pointer being freed was not allocated',
            'ownership/invalid-free',
          ],
          ['BUG IN CLIENT OF LIBMALLOC: memory corruption of free block', 'crash/heap-corruption'],
          ['stack buffer overflow', 'bounds/stack-overflow'],
          ['detected buffer overflow', 'bounds/other'],
          ['terminating due to uncaught exception of type std::runtime_error: x', 'unwind/foreign-exception'],
        ] as const
      ).map(
        ([words, hazard]) =>
          [
            words,
            hazard,
            apple(
              'EXC_CRASH (SIGABRT)',
              '0x0, 0x0',
              'Application Specific Information:\nabort() called\n$\n',
            ),
          ] as const,
      ),
    ],
    unknown: ['EXC_MYSTERY (SIGSYS)', 'crash/signal'],
  },
  {
    title: 'R',
    source: 'src/main/errors.c',
    tool: 'r',
    log: `
 *** caught $
address 0x555555554008, cause 'memory not mapped'

Traceback:
 1: .Call("shelf_top", at)
An irrecoverable exception occurred. R is aborting now ...
`,
    kinds: kinds(['segfault ***', 'bus error ***', 'illegal operation ***'], 'crash/signal'),
    unknown: [
      'segfault ***',
      'null/dereference',
      "\n *** caught $\naddress (nil), cause 'a new kind of cause'\n\nPossible actions:\n1: abort (with core dump, if enabled)\nSelection: \n",
    ],
  },
  {
    title: 'Ruby',
    source: 'error.c, vm_dump.c, gc.c (1.9 to 3.4)',
    tool: 'ruby',
    log: `shelf.rb:5: [BUG] $
ruby 3.4.4 (2025-05-14 revision a38531fd3f) +PRISM [x86_64-linux]

-- Control frame information -----------------------------------------------
c:0002 p:0012 s:0006 e:000005 EVAL   shelf.rb:5 [FINISH]

-- Ruby level backtrace information ----------------------------------------
shelf.rb:5:in '<main>'

-- C level backtrace information -------------------------------------------
/usr/lib/libruby.so.3.4(rb_vm_bugreport+0x5f4) [0x7f0c] vm_dump.c:1151
/src/shelf.so(shelf_top+0x10) [0x7f1d] shelf.c:12

-- Other runtime information -----------------------------------------------
`,
    kinds: [
      ['Segmentation fault at 0x0000000000000008', 'null/dereference'],
      ['Segmentation fault at 0x0000555555554008', 'crash/signal'],
      ['Segmentation fault', 'crash/signal'],
      ['Bus Error at 0x0000555555554008', 'crash/signal'],
      ['Illegal instruction at 0x0000555555554008', 'crash/signal'],
      ['try to mark T_NONE object', 'crash/heap-corruption'],
      ['rb_gc_mark(): unknown data type 0x0(0x7f0c) non object', 'crash/heap-corruption'],
      ['cross-thread violation on rb_gc()', 'threading/wrong-thread-env'],
      ['machine stack overflow in critical region', 'resource/exhausted'],
    ],
    unknown: ['the gem has lost its shine', 'crash/abort'],
  },
  {
    title: 'Julia',
    source: 'src/signal-handling.c, src/signals-win.c, src/gc.c (0.4 to 1.13)',
    tool: 'julia',
    log: julia,
    kinds: [
      ...kinds(
        [
          'signal (11): Segmentation fault',
          'signal (11.1): Segmentation fault',
          '[27] signal (11.1): Segmentation fault',
          '[27] signal 11 (1): Segmentation fault',
          'signal 11 (1): Segmentation fault',
          'signal 11: Segmentation fault: 11',
          'signal (10): Bus error: 10',
          'signal (4): Illegal instruction',
          'signal (8): Floating point exception',
          'Exception: EXCEPTION_ACCESS_VIOLATION at 0x6b5c1145 -- shelf_top at C:\\src\\shelf.c:12',
          'Exception: EXCEPTION_ILLEGAL_INSTRUCTION at 0x6b5c1145 -- unknown function (ip: 000000006b5c1145)',
        ],
        'crash/signal',
      ),
      ['signal (6): Aborted', 'crash/abort'],
      ['[27] signal 6 (-6): Aborted', 'crash/abort'],
      ['Exception: EXCEPTION_STACK_OVERFLOW at 0x6b5c1145 -- top at shelf.jl:3', 'resource/exhausted'],
      ['GC error (probable corruption) :', 'crash/heap-corruption'],
    ],
    unknown: ['signal (5): A new name of a signal', 'crash/signal'],
  },
  {
    title: 'Dart',
    source: 'runtime/bin/platform_linux.cc, platform_win.cc; runtime/platform/assert.cc',
    tool: 'dart',
    log: dart,
    kinds: [
      ['si_signo=Segmentation fault(11), si_code=1, si_addr=0x10', 'null/dereference'],
      ['si_signo=Segmentation fault(11), si_code=1, si_addr=(nil)', 'null/dereference'],
      ['si_signo=Segmentation fault(11), si_code=1, si_addr=0x4d5003d0131', 'crash/signal'],
      ['si_signo=Bus error: 10(10), si_code=2, si_addr=0x10a4d5003', 'crash/signal'],
      ['si_signo=Trace/breakpoint trap(5), si_code=1, si_addr=0xffff7e421d39', 'crash/signal'],
      ['si_signo=Illegal instruction(4), si_code=2, si_addr=0xffff7e421d39', 'crash/signal'],
      ['si_signo=Aborted(6), si_code=-6, si_addr=0x3e80000001b', 'crash/abort'],
      ['ExceptionCode=-1073741819, ExceptionFlags=0, ExceptionAddress=00007FF6E5A9B5EF', 'crash/signal'],
      [
        'ExceptionCode=-1073741571, ExceptionFlags=0, ExceptionAddress=00007FF6E5A9B5EF',
        'resource/exhausted',
      ],
      [
        '../../runtime/vm/kernel_loader.cc: 352: error: Invalid kernel binary',
        'crash/abort',
        dart.replace('===== CRASH =====\n', ''),
      ],
    ],
    unknown: ['si_signo=A new signal(31), si_code=1, si_addr=0x4d5003d0131', 'crash/signal'],
  },
  {
    title: 'PHP, and servers whose workers die',
    source:
      'Zend/zend_alloc.c, sapi/fpm/fpm/fpm_children.c; httpd server/mpm_unix.c; nginx src/os/unix/ngx_process.c',
    tool: 'php',
    log: '$\n',
    kinds: [
      ['zend_mm_heap corrupted', 'crash/heap-corruption'],
      ...kinds(
        [
          '[15-Jan-2024 10:12:20] WARNING: [pool www] child 4242 exited on signal 11 (SIGSEGV) after 6.523158 seconds from start',
          '[15-Jan-2024 10:12:20] WARNING: [pool www] child 4242 exited on signal 11 (SIGSEGV - core dumped) after 1.0 seconds from start',
          'WARNING: [pool www] child 4242 exited on signal 7 (SIGBUS) after 6.5 seconds from start',
          '[Mon Jan 15 10:12:20.123456 2024] [core:notice] [pid 1] AH00052: child pid 4242 exit signal Segmentation fault (11)',
          '2024/01/15 10:12:20 [alert] 1#1: worker process 4242 exited on signal 11 (core dumped)',
        ],
        'crash/signal',
      ),
      [
        'WARNING: [pool www] child 4242 exited on signal 6 (SIGABRT) after 6.5 seconds from start',
        'crash/abort',
      ],
      [
        '/src/shelf.c(30) :  Freeing 0x00007f5c0ba5e000 (16 bytes), script=/src/till.php\n=== Total 1 memory leaks detected ===',
        'ownership/leak',
      ],
    ],
    unknown: [
      'WARNING: [pool www] child 4242 exited on signal 4 (SIGNEW) after 6.5 seconds from start',
      'crash/signal',
    ],
  },
  {
    title: 'Erlang',
    source: 'erts/emulator/beam/break.c, erl_alloc.c, erl_nif.c; How to interpret the Erlang crash dumps',
    tool: 'erlang',
    log: '=erl_crash_dump:0.5\nThu Jan 11 10:00:00 2024\nSlogan: $\nSystem version: Erlang/OTP 26\n',
    kinds: [
      ['eheap_alloc: Cannot allocate 1140328500 bytes of memory (of type "heap").', 'resource/exhausted'],
      [
        'binary_alloc: Cannot reallocate 1140328500 bytes of memory (of type "binary").',
        'resource/exhausted',
      ],
      ['no more index entries in atom_tab (max=1048576)', 'resource/exhausted'],
      ['Got unusable memory block 0x7f0c, size 32768', 'crash/heap-corruption'],
      ['enif_send: called from non-scheduler thread', 'threading/wrong-thread-env', '$\n'],
      ['enif_port_command: env == NULL', 'rules/other', '$\n'],
      ['beam/erl_nif.c:214:post_nif() Assertion failed: env->tmp_obj_list == NULL', 'crash/abort', '$\n'],
      ['init terminating in do_boot ({badarg,[{shelf,top,0,[]}]})', 'crash/abort'],
      ['Kernel pid terminated (application_controller) (shelf)', 'crash/abort'],
    ],
    unknown: ['the telephone rang', 'crash/abort'],
  },
  {
    title: 'gdb',
    source: 'gdb/infrun.c, gdb/corelow.c',
    tool: 'gdb',
    log: '$\n0x0000555555555145 in shelf_top (s=0x0) at shelf.c:4\n(gdb) bt\n#0  0x0000555555555145 in shelf_top (s=0x0) at shelf.c:4\n',
    kinds: [
      ...kinds(
        [
          'Program received signal SIGSEGV, Segmentation fault.',
          'Thread 2 "worker" received signal SIGSEGV, Segmentation fault.',
          'Thread 1.1 "till" received signal SIGBUS, Bus error.',
          'Program received signal SIGFPE, Arithmetic exception.',
          'Program received signal SIGILL, Illegal instruction.',
          'Program received signal SIGTRAP, Trace/breakpoint trap.',
          'Program terminated with signal SIGSEGV, Segmentation fault.',
          'Program terminated with signal 11, Segmentation fault.',
        ],
        'crash/signal',
      ),
      ['Program received signal SIGABRT, Aborted.', 'crash/abort'],
      [
        'Program received signal SIGSEGV, Segmentation fault.',
        'null/dereference',
        '$\n0x0000000000000000 in ?? ()\n(gdb) bt\n#0  0x0000000000000000 in ?? ()\n#1  0x0000555555555178 in main () at till.c:8\n',
      ],
    ],
    unknown: ['Program received signal SIGSYS, A new name of a signal.', 'crash/signal'],
  },
  {
    title: 'lldb',
    source:
      'lldb source/Plugins/Process/Utility/StopInfoMachException.cpp, source/Plugins/Process/POSIX/CrashReason.cpp',
    tool: 'lldb',
    log: "Process 27 stopped\n* thread #1, queue = 'com.apple.main-thread', $\n  * frame #0: 0x0000000100003f6c till`shelf_top(s=0x0) at shelf.c:12:13 [opt]\n    frame #1: 0x0000000100003f8c till`main + 16\n",
    kinds: [
      ['stop reason = EXC_BAD_ACCESS (code=1, address=0x0)', 'null/dereference'],
      ['stop reason = EXC_BAD_ACCESS (code=2, address=0x10a4d5003)', 'crash/signal'],
      ['stop reason = EXC_BREAKPOINT (code=1, subcode=0x1a2b3c4d5)', 'crash/signal'],
      ['stop reason = EXC_BAD_INSTRUCTION (code=EXC_I386_INVOP, subcode=0x0)', 'crash/signal'],
      ['stop reason = signal SIGSEGV: invalid address (fault address: 0x8)', 'null/dereference'],
      ['stop reason = signal SIGSEGV: address access protected (fault address: 0x10a4d5003)', 'crash/signal'],
      ['stop reason = SIGSEGV: address not mapped to object (fault address=0x8)', 'null/dereference'],
      ['stop reason = signal SIGABRT', 'crash/abort'],
      [
        'Thread 1: EXC_BAD_ACCESS (code=1, address=0x18)',
        'null/dereference',
        '$\n    frame #0: 0x1 till`f + 4\n',
      ],
    ],
    unknown: ['stop reason = EXC_MYSTERY (code=1, subcode=0x8)', 'crash/signal'],
  },
  {
    title: 'Breakpad: minidumps',
    source:
      'breakpad src/processor/stackwalk_common.cc, src/processor/minidump_processor.cc (GetCrashReason); rust-minidump minidump-processor/src/process_state.rs, minidump/src/minidump.rs (CrashReason)',
    tool: 'breakpad',
    log: 'Crash reason:  $\nProcess uptime: 2 seconds\n\nThread 0 (crashed)\n 0  till!shelf_top [shelf.c : 12 + 0x4]\n    rip = 0x00005577a9c0a149\n    Found by: given as instruction pointer in context\n 1  libc.so.6 + 0x29d90\n    Found by: stack scanning\n\nThread 1\n 0  libc.so.6 + 0x98f8d\n',
    kinds: [
      ['SIGSEGV\nCrash address: 0x8', 'null/dereference'],
      ['SIGSEGV /SEGV_MAPERR\nCrash address: 0x0', 'null/dereference'],
      ['SIGSEGV / SEGV_ACCERR\nCrash address: 0x7f8b1bc29d90', 'crash/signal'],
      ['SIGBUS / BUS_ADRERR\nCrash address: 0x7f8b1bc29d90', 'crash/signal'],
      ['SIGABRT\nCrash address: 0x3e8000010e1', 'crash/abort'],
      ['SIGILL / ILL_ILLOPN\nCrash address: 0x5577a9c0a149', 'crash/signal'],
      ['SIGFPE / FPE_INTDIV\nCrash address: 0x5577a9c0a149', 'crash/signal'],
      ['SIGTRAP\nCrash address: 0x0', 'crash/signal'],
      ['EXC_BAD_ACCESS / KERN_INVALID_ADDRESS\nCrash address: 0x9e0', 'null/dereference'],
      ['EXC_BAD_ACCESS / KERN_PROTECTION_FAILURE\nCrash address: 0x109759a00', 'crash/signal'],
      ['EXC_BAD_ACCESS / EXC_I386_GPFLT\nCrash address: 0x7fff5c575140', 'crash/signal'],
      ['EXC_BAD_INSTRUCTION / EXC_I386_INVOP\nCrash address: 0x7fff5c575140', 'crash/signal'],
      ['EXC_BREAKPOINT / EXC_ARM_BREAKPOINT\nCrash address: 0x102b1c000', 'crash/signal'],
      ['EXC_ARITHMETIC / EXC_I386_DIV\nCrash address: 0x102b1c000', 'crash/signal'],
      ['EXC_CRASH / SIGABRT\nCrash address: 0x7fff96c4f0ae', 'crash/abort'],
      [
        'EXC_RESOURCE / RESOURCE_TYPE_MEMORY / FLAVOR_HIGH_WATERMARK\nCrash address: 0x0',
        'resource/exhausted',
      ],
      ['EXC_GUARD / GUARD_TYPE_FD\nCrash address: 0x0', 'crash/other'],
      ['EXCEPTION_ACCESS_VIOLATION_READ\nCrash address: 0x10', 'null/dereference'],
      ['EXCEPTION_ACCESS_VIOLATION_WRITE\nCrash address: 0x7ff650a41c22', 'crash/signal'],
      ['EXCEPTION_ACCESS_VIOLATION_EXEC\nCrash address: 0x7ff650a41c22', 'crash/signal'],
      ['EXCEPTION_BREAKPOINT\nCrash address: 0x7ff650a41c22', 'crash/signal'],
      ['EXCEPTION_ILLEGAL_INSTRUCTION\nCrash address: 0x7ff650a41c22', 'crash/signal'],
      ['EXCEPTION_INT_DIVIDE_BY_ZERO\nCrash address: 0x7ff650a41c22', 'crash/signal'],
      ['EXCEPTION_STACK_OVERFLOW\nCrash address: 0x7ff650a41c22', 'resource/exhausted'],
      [
        'EXCEPTION_IN_PAGE_ERROR_READ / STATUS_DEVICE_DATA_ERROR\nCrash address: 0x1d4b2c05e1f',
        'resource/exhausted',
      ],
      ['EXCEPTION_HEAP_CORRUPTION\nCrash address: 0x7ffb2a8d7e10', 'crash/heap-corruption'],
      [
        'EXCEPTION_STACK_BUFFER_OVERRUN / FAST_FAIL_FATAL_APP_EXIT\nCrash address: 0x7ffb2a8d7e10',
        'crash/abort',
      ],
      [
        'EXCEPTION_STACK_BUFFER_OVERRUN / FAST_FAIL_STACK_COOKIE_CHECK_FAILURE\nCrash address: 0x7ffb2a8d7e10',
        'bounds/stack-overflow',
      ],
      ['Out of Memory\nCrash address: 0x7ffb2a8d7e10', 'resource/exhausted'],
      ['Unhandled C++ Exception\nCrash address: 0x7ffb2a8d7e10', 'unwind/foreign-exception'],
      [
        '3',
        'crash/other',
        'Thread $ (crashed)\n 0  till!<name omitted> [shelf.c : 12 + 0x4]\n    Found by: given as instruction pointer in context\n 1  till!main + 0x12\n',
      ],
    ],
    unknown: ['EXC_MYSTERY / NEW_KIND\nCrash address: 0x8', 'crash/signal'],
  },
  {
    title: 'Chromium and Electron: signals',
    source: 'base/debug/stack_trace_posix.cc',
    tool: 'chromium',
    log: '$\n#0 0x5583a1b2c3d4 base::debug::CollectStackTrace()\n#4 0x7f1d2b001145 shelf_top\n[end of stack trace]\n',
    kinds: [
      ['Received signal 11 SEGV_MAPERR 000000000018', 'null/dereference'],
      ['Received signal 11 SEGV_ACCERR 7f6b0c580000', 'crash/signal'],
      ['Received signal 11 <unknown> 000000000000', 'null/dereference'],
      ['Received signal 7 BUS_ADRERR 7f6b0c580000', 'crash/signal'],
      ['Received signal 4 ILL_ILLOPN 7f59ac21d40c', 'crash/signal'],
      ['Received signal 6', 'crash/abort'],
    ],
    unknown: ['Received signal 5 TRAP_MYSTERY 7f59ac21d40c', 'crash/signal'],
  },
  {
    title: 'Electron: failures of V8',
    source: 'shell/common/node_bindings.cc; gin/v8_initializer.cc',
    tool: 'node',
    log: '[27:0115/101213.123456:ERROR:node_bindings.cc(160)] $\n',
    kinds: [
      [
        'Fatal error in V8: v8::HandleScope::CreateHandle() Cannot create a handle without a HandleScope',
        'rules/other',
      ],
      [
        'Fatal error in V8: HandleScope::HandleScope Entering the V8 API without proper locking in place',
        'threading/wrong-thread-env',
      ],
      ['OOM error in V8: Reached heap limit', 'resource/exhausted'],
      ['V8 process OOM (Large object allocation failed).', 'resource/exhausted'],
    ],
    unknown: ['Fatal error in V8: the loop has no end', 'crash/abort'],
  },
  {
    title: 'Linux: processes that died of a fault',
    source: 'arch/x86/mm/fault.c, arch/x86/kernel/traps.c',
    tool: 'os',
    log: '$\n',
    kinds: [
      [
        '[26607.512936] 1_scheduler[5730]: segfault at 8 ip 00007f1b4ea1d168 sp 00007f1b0baf6c30 error 4 in shelf.so[1168,7f1b4ea1d000+1000] likely on CPU 0 (core 0, socket 0)',
        'null/dereference',
      ],
      ['till[27]: segfault at 7f1b4ea1d168 ip 00007f1b4ea1d168 sp 00007f1b0baf6c30 error 15', 'crash/signal'],
      [
        'Jan 15 10:12:13 host kernel: [ 12.345678] till[27]: segfault at 7f1b4ea1d168 ip 00007f1b4ea1d168 sp 00007f1b0baf6c30 error 15 in libshelf.so[7f1b4ea1d000+1000]',
        'crash/signal',
      ],
      [
        'traps: till[27] general protection fault ip:7f1b4ea1d168 sp:7f1b0baf6c30 error:0 in libshelf.so[7f1b4ea1d000+1000]',
        'crash/signal',
      ],
      [
        'till[27] trap invalid opcode ip:7f1b4ea1d168 sp:7f1b0baf6c30 error:0 in libshelf.so[7f1b4ea1d000+1000]',
        'crash/signal',
      ],
    ],
    unknown: ['traps: till[27] trap divide error ip:7f1b4ea1d168 sp:7f1b0baf6c30 error:0', 'crash/signal'],
  },
];
