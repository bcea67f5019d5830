/**
 * Literals of which every line that begins a report, and every line that smells of one, holds at least one. Lines without
 * any are not offered to readers that are not in the middle of a report (see dispatch.ts); `test/unit/anchors.test.ts`
 * shows on every captured log that nothing is lost by it. A new reader, or a new beginning of a report, needs its literal
 * here: three characters or more, ASCII, as rare in ordinary output as can be. `\n` stands for the end of the line before.
 */
const digits = (make: (digit: number) => string): string[] => Array.from({ length: 10 }, (_, d) => make(d));

/** All anchors, by the reader that needs them. */
export const ANCHORS: readonly string[] = [
  // Sanitizers and libFuzzer: every header, summary and remark names its tool or stands behind `==PID==`.
  ...digits((d) => `==${d}`),
  ...[
    'Sanitizer',
    'ASan',
    'ASAN:',
    'DEADLYSIGNAL',
    'ubsan: ',
    'Scudo ERROR',
    'Tracer caught',
    'Shadow memory range',
  ],
  ...[
    'irect leak of',
    'runtime error: ',
    'ERROR: libFuzzer',
    'libFuzzer: ',
    'centipede: ',
    'HINT: ',
    'SCARINESS: ',
    'Uninitialized bytes',
  ],
  // Frames: a report that was interrupted for long goes on with one.
  ...digits((d) => `#${d} 0x`),
  ...['  at 0x', '  by 0x'],
  // Valgrind without its prefix, and its XML.
  ...[
    'uninitialised',
    'Uninitialised',
    'Unaddressable',
    'Invalid read of',
    'Invalid write of',
    'Invalid free(',
  ],
  ...['invalid address stated', 'Mismatched ', 'Syscall param', 'destination overlap', 'Illegal memory pool'],
  ...['has a fishy', ') with size 0', 'Invalid alignment', 'Invalid size', 'allocation with size of zero'],
  ...[
    ' in loss record',
    'Possible data race',
    'lock order "',
    'Thread #',
    'live lock record',
    'Conflicting ',
  ],
  ...[
    'Probably a race',
    'Mutex ',
    'locked mutex',
    'Recursive locking',
    'The object at address',
    'ondition variable',
  ],
  ...[
    'Inconsistent association',
    'pthread_',
    'Semaphore ',
    'semaphore ',
    'arrier ',
    'eader-writer lock',
    '\nNot a',
  ],
  ...[
    ' Not a ',
    ' Not an ',
    'was held during',
    'nvalid thread ID',
    'annotation macro',
    'synchronization object',
  ],
  ...[
    'free-is-write',
    'not a thread',
    'has already been',
    'File descriptor ',
    'Open ',
    'Thread-Announcement',
  ],
  ...[
    ' was created',
    'Process terminating',
    "'impossible' happened",
    'ERROR SUMMARY: ',
    '<valgrindoutput',
    '</valgrindoutput',
  ],
  // JVMs.
  ...[
    'in native method',
    'JNI local refs',
    'Calling other JNI',
    'large String with',
    'VM warning: ',
    'failed bounds check',
  ],
  ...[' allocated by ', '# A fatal error has', '# An unexpected error has', '# There is insufficient memory'],
  ...['\n#\n', ' #\n', '\n#\r', ' #\r', 'JVMJNCK', 'JNI DETECTED ERROR'],
  // Go.
  ...[
    'DATA RACE',
    'data race(s)',
    'panic: ',
    'fatal error: ',
    'Go pointer',
    'has Go ',
    'is Go ',
    ' unpinned Go ',
  ],
  ...['SIGA', 'SIGB', 'SIGF', 'SIGI', 'SIGK', 'SIGQ', 'SIGS', 'SIGT', 'SIGX', 'SIGP', 'SIGU', 'SIGH'],
  // Rust and Miri.
  ...[
    'error: ',
    'error[E',
    '"level":"error',
    '"level": "error',
    'panicked at ',
    'panicked while',
    'overflowed its stack',
  ],
  ...['fatal runtime error', 'memory allocation of', 'foreign exception'],
  // Python.
  ...['Fatal Python error', 'Windows fatal exception', 'Timeout (', 'SystemError: ', 'Exception ignored'],
  ...['Debug memory block', 'negative ref count'],
  // .NET and mono.
  ...['Fatal error. ', 'Process terminated', 'Stack overflow.', 'nhandled exception', 'nhandled Exception'],
  ...['UNHANDLED EXCEPTION', 'while executing ', 'Native Crash', 'Native stacktrace', '"sigsgev"'],
  // The C and C++ libraries, V8.
  ...[
    'free(): ',
    'double free or',
    'alloc(): ',
    '*** ',
    '_chunk(): ',
    'corrupted ',
    'malloc_consolidate',
    'tcache_thread',
  ],
  ...[
    'sysmalloc: ',
    'malloc: top chunk',
    'break adjusted',
    'chunk_main_arena',
    'invalid fastbin',
    'Fatal glibc error',
  ],
  ...[
    'Assertion ',
    'terminate called',
    'libc++',
    'ure virtual ',
    'FATAL ERROR: ',
    '# Fatal',
    'Fatal error in ',
  ],
];
