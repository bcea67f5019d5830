/** Words of Valgrind: kinds of its XML, headlines of its text. */
import type { Chapter } from './chapter.js';

const xml = (tool: string): string => `<?xml version="1.0"?>
<valgrindoutput>
<protocolversion>6</protocolversion>
<protocoltool>${tool}</protocoltool>
<pid>7</pid>
<error>
  <unique>0x1</unique>
  <tid>1</tid>
  <kind>$</kind>
  <what>what happened</what>
  <stack><frame><ip>0x109167</ip><fn>f</fn><dir>/src</dir><file>a.c</file><line>5</line></frame></stack>
</error>
</valgrindoutput>
`;
const banner: Readonly<Record<'memcheck' | 'helgrind' | 'drd', string>> = {
  memcheck: 'Memcheck, a memory error detector',
  helgrind: 'Helgrind, a thread error detector',
  drd: 'drd, a thread error detector',
};
const text = (tool: keyof typeof banner): string => `==7== ${banner[tool]}
==7== $
==7==    at 0x109167: f (a.c:5)
==7==    by 0x109170: main (a.c:9)
==7== 
==7== ERROR SUMMARY: 1 errors from 1 contexts (suppressed: 0 from 0)
`;

export const VALGRIND: readonly Chapter[] = [
  {
    title: 'memcheck: kinds of the XML',
    source: 'memcheck/mc_errors.c',
    tool: 'memcheck',
    xml: true,
    log: xml('memcheck'),
    kinds: [
      ['UninitValue', 'init/uninitialised-read'],
      ['UninitCondition', 'init/uninitialised-read'],
      ['CoreMemError', 'ownership/other'],
      ['InvalidRead', 'bounds/other'],
      ['InvalidWrite', 'bounds/other'],
      ['InvalidJump', 'bounds/other'],
      ['SyscallParam', 'bounds/other'],
      ['ClientCheck', 'bounds/other'],
      ['InvalidFree', 'ownership/invalid-free'],
      ['MismatchedFree', 'ownership/allocator-mismatch'],
      ['Overlap', 'ub/other'],
      ['Leak_DefinitelyLost', 'ownership/leak'],
      ['Leak_IndirectlyLost', 'ownership/leak'],
      ['Leak_PossiblyLost', 'ownership/leak'],
      ['Leak_StillReachable', 'ownership/leak'],
      ['InvalidMemPool', 'ownership/other'],
      ['FishyValue', 'bounds/length-arithmetic'],
      ['ReallocSizeZero', 'ownership/other'],
      ['InvalidAlignment', 'ownership/other'],
      ['InvalidSize', 'bounds/length-arithmetic'],
      ['InvalidSizeAndAlignment', 'bounds/length-arithmetic'],
      ['MismatchedAllocateDeallocateSize', 'ownership/allocator-mismatch'],
      ['MismatchedAllocateDeallocateAlignment', 'ownership/allocator-mismatch'],
      ['FdBadClose', 'resource/handle-leak'],
      ['FdNotClosed', 'resource/handle-leak'],
      ['FdBadUse', 'resource/handle-leak'],
    ],
    unknown: ['TimeTravel', 'crash/other'],
  },
  {
    title: 'helgrind: kinds of the XML',
    source: 'helgrind/hg_errors.c',
    tool: 'helgrind',
    xml: true,
    log: xml('helgrind'),
    kinds: [
      ['Race', 'threading/data-race'],
      ['UnlockUnlocked', 'threading/lock-misuse'],
      ['UnlockForeign', 'threading/lock-misuse'],
      ['UnlockBogus', 'threading/lock-misuse'],
      ['PthAPIerror', 'threading/lock-misuse'],
      ['LockOrder', 'threading/lock-order'],
      ['Misc', 'threading/lock-misuse'],
      ['Dubious', 'threading/lock-misuse'],
    ],
    unknown: ['FutexFury', 'threading/other'],
  },
  {
    title: 'drd: kinds of the XML',
    source: 'drd/drd_error.c',
    tool: 'drd',
    xml: true,
    log: xml('drd'),
    kinds: [
      ['ConflictingAccess', 'threading/data-race'],
      ['MutexErr', 'threading/lock-misuse'],
      ['CondErr', 'threading/lock-misuse'],
      ['CondDestrErr', 'threading/lock-misuse'],
      ['CondRaceErr', 'threading/data-race'],
      ['CondWaitErr', 'threading/lock-misuse'],
      ['SemaphoreErr', 'threading/lock-misuse'],
      ['BarrierErr', 'threading/lock-misuse'],
      ['RwlockErr', 'threading/lock-misuse'],
      ['HoldtimeErr', 'threading/lock-misuse'],
      ['GenericErr', 'threading/other'],
      ['InvalidThreadId', 'threading/other'],
      ['UnimpHgClReq', 'tool/unsupported'],
      ['UnimpDrdClReq', 'tool/unsupported'],
    ],
    unknown: ['FutexFury', 'threading/other'],
  },
  {
    title: 'memcheck: headlines',
    source: 'memcheck/mc_errors.c, mc_leakcheck.c; coregrind/m_libcfile.c, m_clientstate.c',
    tool: 'memcheck',
    log: text('memcheck'),
    kinds: [
      ['Conditional jump or move depends on uninitialised value(s)', 'init/uninitialised-read'],
      ['Use of uninitialised value of size 8', 'init/uninitialised-read'],
      ['Invalid read of size 4', 'bounds/other'],
      ['Invalid write of size 4', 'bounds/other'],
      ['Invalid free() / delete / delete[] / realloc()', 'ownership/invalid-free'],
      ['Mismatched free() / delete / delete []', 'ownership/allocator-mismatch'],
      ['Mismatched new/delete size value: 32', 'ownership/allocator-mismatch'],
      ['Mismatched new[][/delete[] size value: 32', 'ownership/allocator-mismatch'],
      ['Mismatched new/delete alignment alloc value: 64 dealloc value: 32', 'ownership/allocator-mismatch'],
      ['Jump to the invalid address stated on the next line', 'bounds/other'],
      ['Syscall param write(buf) points to uninitialised byte(s)', 'init/uninitialised-read'],
      ['Syscall param exit(status) contains uninitialised byte(s)', 'init/uninitialised-read'],
      ['Syscall param read(buf) points to unaddressable byte(s)', 'bounds/other'],
      ['Syscall param x(y) contains unaddressable byte(s)', 'bounds/other'],
      ['Uninitialised byte(s) found during client check request', 'init/uninitialised-read'],
      ['Unaddressable byte(s) found during client check request', 'bounds/other'],
      ['Source and destination overlap in memcpy(0x1ffe, 0x1ffd, 21)', 'ub/other'],
      ['Illegal memory pool address', 'ownership/other'],
      [
        "Argument 'size' of function malloc has a fishy (possibly negative) value: -1",
        'bounds/length-arithmetic',
      ],
      ['realloc() with size 0', 'ownership/other'],
      ['Invalid alignment value: 17 (should be power of 2)', 'ownership/other'],
      ['Invalid size value: 0 (should not be zero)', 'bounds/length-arithmetic'],
      ['Invalid size and alignment value: 17 and 31', 'bounds/length-arithmetic'],
      ['Unsafe allocation with size of zero is implementation-defined', 'bounds/length-arithmetic'],
      ['16 bytes in 1 blocks are definitely lost in loss record 1 of 1', 'ownership/leak'],
      ['16 bytes in 1 blocks are indirectly lost in loss record 1 of 1', 'ownership/leak'],
      ['16 bytes in 1 blocks are possibly lost in loss record 1 of 1', 'ownership/leak'],
      ['16 bytes in 1 blocks are still reachable in loss record 1 of 1', 'ownership/leak'],
      [
        '16 (8 direct, 8 indirect) bytes in 1 blocks are definitely lost in loss record 1 of 1',
        'ownership/leak',
      ],
      ['File descriptor 3: /tmp/x is already closed', 'resource/handle-leak'],
      ['File descriptor 3: socket 3 AF_UNIX /x is already closed', 'resource/handle-leak'],
      ['File descriptor was closed already', 'resource/handle-leak'],
      ['Open file descriptor 3: /tmp/x', 'resource/handle-leak'],
      ['Open AF_INET socket 4: 127.0.0.1:80 <-> unbound', 'resource/handle-leak'],
      ['Open file descriptor 4:', 'resource/handle-leak'],
      ['Invalid file descriptor 20', 'resource/handle-leak'],
      ['Emulation fatal error -- Valgrind cannot continue:', 'tool/unsupported'],
      ['Emulation warning: unsupported action:', 'tool/unsupported'],
    ],
    unknown: ['Reading of tea leaves of size 8', 'crash/other'],
  },
  {
    title: 'Valgrind about itself',
    // `signal_handler` of 3.x, behind Valgrind's own prefix; its `the 'impossible' happened` follows.
    source: 'coregrind/m_signals.c',
    tool: 'valgrind',
    log: `--7-- $
--7-- si_code=1;  Faulting address: 0x8;  sp: 0x1002ca9e30

valgrind: the 'impossible' happened:
   Killed by fatal signal
`,
    kinds: [
      ['VALGRIND INTERNAL ERROR: Valgrind received a signal 11 (SIGSEGV) - exiting', 'tool/internal-error'],
      ['VALGRIND INTERNAL ERROR: Valgrind received a signal 7 (SIGBUS) - exiting', 'tool/internal-error'],
    ],
  },
  {
    title: 'Valgrind: deaths by a signal',
    source: 'coregrind/m_signals.c',
    tool: 'valgrind',
    log: `==7== Memcheck, a memory error detector
==7== Process terminating with default action of signal $
==7==  Access not within mapped region at address 0x7F0000
==7==    at 0x109167: f (a.c:5)
==7== 
==7== ERROR SUMMARY: 0 errors from 0 contexts (suppressed: 0 from 0)
`,
    kinds: [
      ['11 (SIGSEGV): dumping core', 'crash/signal'],
      ['7 (SIGBUS)', 'crash/signal'],
      ['4 (SIGILL)', 'crash/signal'],
      ['8 (SIGFPE)', 'crash/signal'],
      ['5 (SIGTRAP)', 'crash/signal'],
      ['6 (SIGABRT)', 'crash/abort'],
    ],
  },
  {
    title: 'helgrind: headlines',
    source: 'helgrind/hg_errors.c, hg_main.c',
    tool: 'helgrind',
    log: text('helgrind'),
    kinds: [
      ['Possible data race during read of size 4 at 0x10C014 by thread #1', 'threading/data-race'],
      ['Possible data race during write of size 4 at 0x10C014 by thread #1', 'threading/data-race'],
      ['Thread #1: lock order "0x10 before 0x20" violated', 'threading/lock-order'],
      ['Thread #1 unlocked a not-locked lock at 0x10C014 ', 'threading/lock-misuse'],
      ['Thread #2 unlocked lock at 0x10C014 currently held by thread #1', 'threading/lock-misuse'],
      ['Thread #1 unlocked an invalid lock at 0x10C014 ', 'threading/lock-misuse'],
      ["Thread #1's call to pthread_mutex_lock failed", 'threading/lock-misuse'],
      ['Thread #1: Attempt to re-lock a non-recursive lock I already hold', 'threading/lock-misuse'],
      [
        'Thread #1: pthread_cond_{timed}wait called with mutex held by a different thread',
        'threading/lock-misuse',
      ],
      [
        'Thread #1: pthread_cond_{signal,broadcast}: dubious: associated lock is not held by any thread',
        'threading/lock-misuse',
      ],
      ['Thread #1: Exiting thread still holds 1 lock', 'threading/lock-misuse'],
      ['Thread #1: Bug in libpthread: write lock granted on mutex/rwlock', 'threading/lock-misuse'],
      ['Thread #1: pthread_barrier_wait: barrier is uninitialised', 'threading/lock-misuse'],
    ],
    unknown: ['Thread #1 looked at another thread the wrong way', 'threading/other'],
  },
  {
    title: 'drd: headlines',
    source: 'drd/drd_error.c',
    tool: 'drd',
    log: text('drd'),
    kinds: [
      ['Conflicting load by thread 1 at 0x10C014 size 4', 'threading/data-race'],
      ['Conflicting store by thread 2 at 0x10C014 size 4', 'threading/data-race'],
      ['Mutex not locked: mutex 0x10c014, recursion count 0, owner 0.', 'threading/lock-misuse'],
      [
        'Mutex not locked by calling thread: mutex 0x10c014, recursion count 1, owner 1.',
        'threading/lock-misuse',
      ],
      [
        'Mutex still locked at thread exit: mutex 0x10c014, recursion count 1, owner 2.',
        'threading/lock-misuse',
      ],
      ['Destroying locked mutex: mutex 0x10c014, recursion count 1, owner 1.', 'threading/lock-misuse'],
      ['Recursive locking not allowed: mutex 0x10c014, recursion count 1, owner 1.', 'threading/lock-misuse'],
      ['The object at address 0x10c014 is not a mutex.', 'threading/lock-misuse'],
      [
        'Probably a race condition: condition variable 0x10c014 has been signaled but the associated mutex 0x10c024 is not locked by the signalling thread.',
        'threading/data-race',
      ],
      ['Barrier reinitialization: barrier 0x10c014', 'threading/lock-misuse'],
      ['Semaphore reinitialization: semaphore 0x10c014', 'threading/lock-misuse'],
      ['Reader-writer lock not locked by calling thread: rwlock 0x10c014.', 'threading/lock-misuse'],
      ['Lock on mutex 0x10c014 was held during 560 ms (threshold: 500 ms).', 'threading/lock-misuse'],
      ['pthread_detach(): invalid thread ID 0x10c014', 'threading/other'],
      [
        'The annotation macro ANNOTATE_X has not yet been implemented in <valgrind/drd.h>',
        'tool/unsupported',
      ],
      [
        'The annotation macro VALGRIND_HG_X has not yet been implemented in <valgrind/helgrind.h>',
        'tool/unsupported',
      ],
    ],
    unknown: ['The futex at 0x10c014 is cross', 'threading/other'],
  },
];
