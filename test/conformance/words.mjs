/**
 * The corpora's words for kinds of errors where they differ from the rules of `ffi-gates`. Each row: the word (whole, after
 * trimming) → a test of one diagnostic. The first rows are another tool's vocabulary (ClusterFuzz, casr); the last
 * are words that stand in a CHECK line of an upstream test without being a kind.
 */
const rule = (pattern) => (s) => pattern.test(s.rule);
const hazard = (pattern) => (s) => pattern.test(s.hazard);
const tool =
  (...names) =>
  (s) =>
    names.includes(s.tool);
const either =
  (...tests) =>
  (s) =>
    tests.some((t) => t(s));
const anything = () => true;

/** Deadly signals, as the runtimes and libFuzzer spell them. */
const SIGNAL = rule(
  /\/(?:SEGV|BUS|ABRT|ILL|TRAP|FPE|access-violation|breakpoint|deadly-signal|unknown-crash)/,
);

/** Source: clusterfuzz `stack_parsing/stack_analyzer` crash types. What the program itself says is not a checker's kind. */
const CLUSTERFUZZ = [
  [
    /^(?:CHECK failure|DCHECK failure|ASSERT|Security DCHECK failure|Unreachable code|Fatal error|Abrt)$/,
    anything,
  ],
  [
    /^(?:V8 API error|V8 correctness failure|Arbitrary DNS resolution|Kernel failure.*|Uncaught exception)$/s,
    anything,
  ],
  [/^Null-dereference(?: READ| WRITE)?$/, either(hazard(/^null\//), SIGNAL)],
  [/^(?:UNKNOWN(?: READ| WRITE)?|Segv on unknown address)$/, either(SIGNAL, hazard(/^ub\/other$/))],
  [/^Heap-double-free$/, rule(/\/double-free$/)],
  [/^Invalid-free$/, rule(/\/(?:bad-free|invalid-free)$/)],
  [/^Floating-point-exception$/, rule(/\/FPE$/)],
  [/^Ill$/, rule(/\/(?:ILL|illegal-instruction)$/)],
  [/^SIGTRAP$/, SIGNAL],
  [/^Divide-by-zero$/, hazard(/^ub\/division-by-zero$/)],
  [/^Bad-cast$/, hazard(/^ub\/(?:object-type|function-type)$/)],
  [/^Integer-overflow$/, hazard(/^ub\/integer-overflow$/)],
  [/^Implicit-conversion$/, rule(/implicit-/)],
  [/^Incorrect-function-pointer-type$/, hazard(/^ub\/function-type$/)],
  [/^Index-out-of-bounds$/, hazard(/^ub\/array-index$/)],
  [/^Invalid-bool-value$/, hazard(/^ub\/invalid-enum-or-bool$/)],
  [/^Non-positive-vla-bound-value$/, hazard(/^ub\/vla-bound$/)],
  [/^Object-size$/, rule(/\/insufficient-object-size$/)],
  [/^Pointer-overflow$/, hazard(/^ub\/pointer-overflow$/)],
  [/^Upcast-of-null-pointer$/, hazard(/^null\//)],
  [/^Fatal-signal$|^deadly signal$/, rule(/^libfuzzer\/deadly-signal$/)],
  [/^Timeout$|^timeout$/, either(rule(/^(?:libfuzzer|python)\/timeout$/), SIGNAL)],
  [/^Out-of-memory$/, either(hazard(/^resource\/exhausted$/), rule(/allocation-size-too-big/), SIGNAL)],
  [/^Unexpected-exit$|^fuzz target exited$/, rule(/^libfuzzer\/exited$/)],
  [/^Overwrites-const-input$|^overwrites-const-input$/, rule(/^libfuzzer\/const-input$/)],
  [/^Uninitialized Memory Read$/, rule(/^memcheck\/(?:InvalidRead|Uninit)/)], // CTest's name
  [/^Direct-leak$|^leak$/, hazard(/^ownership\/leak$/)],
  [/^Stack-overflow$/i, either(rule(/stack-overflow/i), SIGNAL)],
];

/** Source: ispras/casr `severity.rs`. */
const CASR = [
  [/^AbortSignal$/, either(SIGNAL, hazard(/^crash\//))],
  [
    /^(?:SourceAv|DestAv|SegFaultOnPc|AccessViolation|BranchAv|ReturnAv|CallAv)(?:NearNull)?$/,
    either(SIGNAL, hazard(/^null\//)),
  ],
  [/^(\w[\w-]*)\((?:read|write|undefined)\)$/, undefined],
];

/** Sanitizer words of upstream CHECK lines. */
const CHECKS = [
  [/^AddressSanitizer: attempting free$/, rule(/\/bad-free$/)],
  [/^\w+Sanitizer: detected memory leaks$/, hazard(/^ownership\/leak$/)],
  [/^lsan:/, hazard(/^ownership\/leak$/)],
  // Without report_error_type=1 the SUMMARY says no more than this.
  [/^UndefinedBehaviorSanitizer: undefined-behavior$/, tool('ubsan')],
  [/^alocation-tail-overwritten$/, rule(/allocation-tail-overwritten$/)],
];

/** Words of the lanes' tags. */
const TAGS = [
  [/^asan:attempting$/, rule(/^asan\/(?:double-free|bad-free)$/)],
  [/^asan:free$/, rule(/^asan\/bad-free$/)],
  [/^tsan:reported \d+ warnings$/, tool('tsan')],
  [/^hg:Possible data race$/, rule(/^helgrind\//)],
  [/^glibc:/, tool('glibc', 'go')],
  [/^gorace:/, tool('go-race')],
  [/^py:Fatal Python error/, tool('python')],
];

/** CTest's names for memcheck's kinds, as CDash shows them, and their short forms. */
const CTEST = [
  [/^(?:Potential )?Memory Leak$|^(?:MLK|PLK)$/, hazard(/^ownership\/leak$/)],
  [/^Uninitialized Memory Conditional$|^UMC$/, rule(/\/UninitCondition$/)],
  [/^Uninitialized Memory Read$|^UMR$/, rule(/\/(?:UninitValue|SyscallParam)$/)],
  [/^Invalid Pointer Write$|^IPW$/, rule(/\/InvalidWrite$/)],
  [/^Invalid Pointer Read$|^IPR$/, rule(/\/InvalidRead$/)],
  [/^Freeing Invalid Memory$|^FIM$/, rule(/\/InvalidFree$/)],
  [/^Mismatched deallocation$|^FMM$/, rule(/\/MismatchedFree$/)],
];

/** Signals, as runtimes spell them around the name. */
const SIGNALS = ['SEGV', 'ABRT', 'FPE', 'BUS', 'ILL', 'TRAP'].map((name) => [
  new RegExp(`^(?:Got a )?SIG${name}(?: while executing native code|: .*)?$`),
  rule(new RegExp(`/SIG${name}$`)),
]);
/** Miri's suite calls a panic so. */
const RUST = [[/^panic$/, rule(/^rust\/panic/)]];
/** hs_err files of a JVM that ran out of memory. */
const HOTSPOT = [[/^oom$/, hazard(/^resource\/exhausted$/)]];

const GO = [
  [/^DATA RACE(?: \(or concurrent map fatal\))?$/, either(tool('go-race'), rule(/^go\//))],
  [/^unexpected fault address$/, rule(/^go\/(?:SIGSEGV|fault)/)],
  [/^cgocheck: Go pointer rule violation$/, tool('cgocheck')],
];

const ROWS = [...CLUSTERFUZZ, ...CASR, ...CHECKS, ...TAGS, ...CTEST, ...SIGNALS, ...HOTSPOT, ...RUST, ...GO];

/** The test that a word stands for, if it is in the table. */
export const meaningOf = (word) => ROWS.find(([w, test]) => test !== undefined && w.test(word))?.[1];

/** CHECK lines that match lines beside a report: banners, remarks, the beginning of any headline. */
const NOT_KINDS = [
  /^\w*Sanitizer: ?$/,
  /^AddressSanitizer: (?:can not provide additional info|Init done|libc interceptors initialized)/,
  /^AddressSanitizer: loaded array cookie from free-d memory$/,
  /^ThreadSanitizer: (?:reported|Matched) \d+/,
  /^MemorySanitizer: \d+ warnings reported/,
];

/** True for an expectation that names no kind. */
export const isNoKind = (word) => NOT_KINDS.some((n) => n.test(word));
