/** Valgrind's text output prints headlines where its XML has kinds: which headline is which kind. */

/** Characters of a line that are judged: enough for any C++ name, and a bound for patterns with two gaps. */
export const MAX_HEADLINE_CHARS = 4096;

/** Headline of the text output → kind and the tool that prints it. Order matters: the first match wins. */
const HEADLINES: readonly [RegExp, string, string][] = [
  [/^Conditional jump or move depends on uninitialised value/, 'UninitCondition', 'memcheck'],
  [/^Use of uninitialised value of size/, 'UninitValue', 'memcheck'],
  [/^Invalid read of size/, 'InvalidRead', 'memcheck'],
  [/^Invalid write of size/, 'InvalidWrite', 'memcheck'],
  [/^Jump to the invalid address stated on the next line/, 'InvalidJump', 'memcheck'],
  [/^Invalid free\(\) \/ delete/, 'InvalidFree', 'memcheck'],
  [/^Mismatched free\(\) \/ delete/, 'MismatchedFree', 'memcheck'],
  [
    /^Mismatched new(?:\/delete|\[\]\[\/delete\[\]|\[\]\/delete\[\]) size value/,
    'MismatchedAllocateDeallocateSize',
    'memcheck',
  ],
  [/^Mismatched \S+ alignment alloc value/, 'MismatchedAllocateDeallocateAlignment', 'memcheck'],
  [/^Syscall param /, 'SyscallParam', 'memcheck'],
  [/^(?:Unaddressable|Uninitialised) byte\(s\) found during client check/, 'ClientCheck', 'memcheck'],
  [/^Source and destination overlap in /, 'Overlap', 'memcheck'],
  [/^Illegal memory pool address/, 'InvalidMemPool', 'memcheck'],
  [/^Argument '[^']{0,80}' of function .{1,200} has a fishy/, 'FishyValue', 'memcheck'],
  [/^realloc\w{0,8}\(\) with size 0/, 'ReallocSizeZero', 'memcheck'],
  [/^Invalid alignment value/, 'InvalidAlignment', 'memcheck'],
  [/^Invalid size and alignment value/, 'InvalidSizeAndAlignment', 'memcheck'],
  [/^(?:Invalid size value|Unsafe allocation with size of zero)/, 'InvalidSize', 'memcheck'],
  [/^[\d,.]+ .*are definitely lost in loss record/, 'Leak_DefinitelyLost', 'memcheck'],
  [/^[\d,.]+ .*are indirectly lost in loss record/, 'Leak_IndirectlyLost', 'memcheck'],
  [/^[\d,.]+ .*are possibly lost in loss record/, 'Leak_PossiblyLost', 'memcheck'],
  [/^[\d,.]+ .*are still reachable in loss record/, 'Leak_StillReachable', 'memcheck'],
  [/^Emulation fatal error -- Valgrind cannot continue/, 'EmulationFatalError', 'valgrind'],
  [/^Emulation warning: unsupported action/, 'EmulationWarning', 'valgrind'],
  [/^Possible data race during /, 'Race', 'helgrind'],
  [/^Thread #.*: lock order "/, 'LockOrder', 'helgrind'],
  [/^Thread #.* unlocked a not-locked lock/, 'UnlockUnlocked', 'helgrind'],
  [/^Thread #\S{1,20} unlocked lock at .{1,200} currently held by/, 'UnlockForeign', 'helgrind'],
  [/^Thread #.* unlocked an invalid lock/, 'UnlockBogus', 'helgrind'],
  [/^Thread #[^']{1,40}'s call to .{1,200} failed/, 'PthAPIerror', 'helgrind'],
  [/^Thread #[^:]*: (?!.*was created)/, 'Misc', 'helgrind'],
  [/^pthread_\w+ called on address .* which already has a live lock record/, 'Misc', 'helgrind'],
  [/^Conflicting (?:load|store) by thread/, 'ConflictingAccess', 'drd'],
  [/^Probably a race condition: condition variable/, 'CondRaceErr', 'drd'],
  [
    /^(?:Mutex |Destroying locked mutex|Recursive locking not allowed|The object at address .* is not a mutex)/,
    'MutexErr',
    'drd',
  ],
  [
    /^(?:condition variable has|Condition variable|The object at address .* is not a condition)/i,
    'CondErr',
    'drd',
  ],
  [/^(?:Inconsistent association of condition|pthread_cond_wait)/, 'CondWaitErr', 'drd'],
  [/^(?:Destroying condition variable|destruction of condition variable)/, 'CondDestrErr', 'drd'],
  [/^(?:Invalid semaphore|Semaphore )/, 'SemaphoreErr', 'drd'],
  [/^(?:Destruction of (?:a )?barrier|Destroying barrier|Barrier )/, 'BarrierErr', 'drd'],
  [/^(?:Reader-writer lock|reader-writer lock)/, 'RwlockErr', 'drd'],
  [/^pthread_barrier_\w+: 'count' argument/, 'BarrierErr', 'drd'],
  [/^Not an? barrier/, 'BarrierErr', 'drd'],
  [/^Not an? (?:mutex|condition|semaphore|rwlock|reader)/, 'GenericErr', 'drd'],
  [/^Lock on \w+ \S+ was held during/, 'HoldtimeErr', 'drd'],
  [/^(?:Thread \d+: )?(?:pthread_\w+\(\): )?invalid thread ID/i, 'InvalidThreadId', 'drd'],
  [/^The annotation macro \S{1,200} has not yet been implemented in .*helgrind/, 'UnimpHgClReq', 'drd'],
  [/^The annotation macro .* has not yet been implemented/, 'UnimpDrdClReq', 'drd'],
  [
    /^(?:wrong type of synchronization object|--free-is-write=yes is incompatible|not a thread|the address .* has already been)/i,
    'GenericErr',
    'drd',
  ],
  [/^File descriptor .*(?:already closed|double close|was closed|bad close)/, 'FdBadClose', 'valgrind'],
  [/^Open (?:file descriptor|\S+ socket) \d*/, 'FdNotClosed', 'valgrind'],
  [/^Invalid file descriptor /, 'FdBadUse', 'valgrind'],
  [/^File descriptor .*(?:not closed|never created|Invalid)/i, 'FdBadUse', 'valgrind'],
];

/** A literal for each headline, and for the other lines that begin a report without Valgrind's prefix. */
export const HEADLINE_LITERALS: readonly string[] = [
  'uninitialised',
  'Uninitialised',
  'Unaddressable',
  'Invalid read of',
  'Invalid write of',
  'Invalid free(',
  'invalid address stated',
  'Mismatched ',
  'Syscall param',
  'destination overlap',
  'Illegal memory pool',
  'has a fishy',
  ') with size 0',
  'Invalid alignment',
  'Invalid size',
  'allocation with size of zero',
  ' in loss record',
  'Possible data race',
  'lock order "',
  'Thread #',
  'live lock record',
  'Conflicting ',
  'Probably a race',
  'Mutex ',
  'locked mutex',
  'Recursive locking',
  'The object at address',
  'ondition variable',
  'Inconsistent association',
  'pthread_',
  'Semaphore ',
  'semaphore ',
  'arrier ',
  'eader-writer lock',
  '\nNot a',
  ' Not a ',
  ' Not an ',
  'was held during',
  'nvalid thread ID',
  'annotation macro',
  'synchronization object',
  'free-is-write',
  'not a thread',
  'has already been',
  'File descriptor ',
  'Open ',
  'Thread-Announcement',
  ' was created',
  'Process terminating',
  'Emulation fatal error',
  'Emulation warning',
  'Invalid file desc',
  "'impossible' happened",
  "): Assertion '",
  'ERROR SUMMARY: ',
];

/** Most begin with one certain letter; which may fit a line is then known by its first. */
const firstOf = ({ source, flags }: RegExp): string | undefined =>
  flags === '' && !source.includes('|^') ? /^\^([A-Za-z])(?![?*{])/.exec(source)?.[1] : undefined;
const ANY_FIRST = HEADLINES.filter(([shape]) => firstOf(shape) === undefined);
const BY_FIRST = Array.from({ length: 128 }, (_, code) =>
  HEADLINES.filter(([shape]) => (firstOf(shape) ?? String.fromCharCode(code)) === String.fromCharCode(code)),
);

/** The kind a headline of the text output stands for, or undefined when the line is no known headline. */
export function headlineKind(text: string): { kind: string; tool: string } | undefined {
  const head = text.slice(0, MAX_HEADLINE_CHARS);
  for (const [shape, kind, tool] of BY_FIRST[text.charCodeAt(0)] ?? ANY_FIRST)
    if (shape.test(head)) return { kind, tool };
  return undefined;
}
