/** Words of ThreadSanitizer, and of the same runtime inside Go's race detector. */
import type { Chapter } from './chapter.js';

export const THREADS: readonly Chapter[] = [
  {
    title: 'TSan',
    source: 'compiler-rt/lib/tsan/rtl/tsan_report.cpp',
    tool: 'tsan',
    log: `==================
WARNING: ThreadSanitizer: $ (pid=7)
  Write of size 4 at 0x7b0400000000 by thread T1:
    #0 f /src/a.c:5:3 (a+0xe47)

  Previous read of size 4 at 0x7b0400000000 by main thread:
    #0 g /src/a.c:9:3 (a+0xe57)

SUMMARY: ThreadSanitizer: $ /src/a.c:5:3 in f
==================
ThreadSanitizer: reported 1 warnings
`,
    kinds: [
      ['data race', 'threading/data-race'],
      ['data race on vptr (ctor/dtor vs virtual call)', 'threading/data-race'],
      ['heap-use-after-free', 'ownership/use-after-free'],
      ['heap-use-after-free (virtual call vs free)', 'ownership/use-after-free'],
      ['race on external object', 'threading/data-race'],
      ['thread leak', 'threading/thread-leak'],
      ['destroy of a locked mutex', 'threading/lock-misuse'],
      ['double lock of a mutex', 'threading/lock-misuse'],
      ['use of an invalid mutex (e.g. uninitialized or destroyed)', 'threading/lock-misuse'],
      ['unlock of an unlocked mutex (or by a wrong thread)', 'threading/lock-misuse'],
      ['read lock of a write locked mutex', 'threading/lock-misuse'],
      ['read unlock of a write locked mutex', 'threading/lock-misuse'],
      ['signal-unsafe call inside of a signal', 'threading/signal-unsafe'],
      ['signal handler spoils errno', 'threading/signal-unsafe'],
      ['lock-order-inversion (potential deadlock)', 'threading/lock-order'],
      ['mutex held in the wrong context', 'threading/lock-misuse'],
      ['Swift access race', 'threading/data-race'],
      ['FATAL: ThreadSanitizer: unexpected memory mapping 0x5500-0x5600', 'tool/host-fault', '$\n'],
    ],
    unknown: ['futex taken in anger', 'threading/other'],
  },
  {
    title: 'Go race detector',
    source: 'compiler-rt/lib/tsan/rtl/tsan_report.cpp, SANITIZER_GO',
    tool: 'go-race',
    log: `==================
WARNING: DATA RACE
$
  main.f()
      /src/main.go:5 +0x44

Goroutine 7 (running) created at:
  main.main()
      /src/main.go:9 +0x64
==================
Found 1 data race(s)
`,
    kinds: [
      ['Write at 0x00c000012308 by goroutine 7:', 'threading/go-race'],
      ['Read at 0x00c000012308 by main goroutine:', 'threading/go-race'],
      ['Atomic write at 0x00c000012308 by goroutine 7:', 'threading/go-race'],
      [
        'Write at 0x00c000012308 by goroutine 7:\n  [failed to restore the stack]\n\nPrevious read at 0x00c000012308 by goroutine 8:',
        'threading/go-race',
      ],
      [
        'WARNING: DEADLOCK',
        'threading/deadlock',
        `==================
$
Goroutine 7 lock mutex 0x00c000012308 while holding mutex 0x00c000012310:
  main.f()
      /src/main.go:5 +0x44

Goroutine 8 lock mutex 0x00c000012310 while holding mutex 0x00c000012308:
  main.g()
      /src/main.go:9 +0x64

==================
`,
      ],
      [
        'race: limit on 8128 simultaneously alive goroutines is exceeded, dying',
        'tool/host-fault',
        '$\nexit status 66\n',
      ],
    ],
  },
];
