/**
 * What shells, build tools and test runners say of a process that died of a fault. They know neither why nor where: a log that
 * holds nothing else is not clean, but not understood.
 */
import type { LineReader } from '../engine/reader.js';

/** Each holds one of the literals. */
const DEATHS: readonly RegExp[] = [
  // bash, make, ctest's own words
  /\b(?:[Ss]egmentation fault|[Bb]us error|[Ii]llegal instruction|[Aa]borted|[Aa]bort|[Ff]loating point exception|[Tt]race\/(?:breakpoint|BPT) trap):? {0,20}(?:\(core dumped\)|: \d{1,3}$)/,
  /^(?:[Ss]egmentation fault|[Bb]us error|[Ii]llegal instruction|[Aa]borted|[Aa]bort|[Ff]loating point exception|[Tt]race\/(?:breakpoint|BPT) trap)$/,
  /: line \d{1,9}: +\d{1,10} (?:[Ss]egmentation fault|[Bb]us error|[Ii]llegal instruction|[Aa]borted|[Aa]bort|[Ff]loating point exception|[Tt]race\/(?:breakpoint|BPT) trap)/,
  /^\[\d{1,4}\] {1,4}[-+]? {0,4}\d{1,10} (?:segmentation fault|bus error|illegal hardware instruction|abort|floating point exception)/,
  /\bterminated by signal (?:SIG(?:SEGV|BUS|ABRT|FPE|ILL|TRAP) \(|(?:[4-8]|10|11): )/,
  /^zsh: (?:segmentation fault|bus error|abort|illegal hardware instruction|trace trap|floating point exception) {1,8}\S/,
  /\b(?:[Tt]erminated|[Kk]illed|[Dd]ied|[Cc]rashed) (?:with|by|from|on|due to) signal (?:[4-8]|10|11)\b/,
  // QtTest
  /\bReceived signal (?:[4-8]|11)(?: \(SIG[A-Z]{2,6}\))?(?:$|,)/,
  // JetBrains' IDEs, of which only the last line is copied
  /\binterrupted by signal (?:[4-8]|10|11): ?SIG(?:SEGV|BUS|ABRT|FPE|ILL|TRAP)/,
  // Windows Error Reporting
  /^Sig\[\d{1,2}\]\.Value=c000(?:0005|00fd|001d|0374|0409)$/i,
  // meson, cargo, npm, nextest
  /\bkilled by signal (?:[4-8]|10|11) SIG(?:SEGV|BUS|ABRT|FPE|ILL|TRAP)/,
  /\(signal: (?:[4-8]|10|11), SIG(?:SEGV|BUS|ABRT|FPE|ILL|TRAP)/,
  /\b[Cc]ommand failed with signal "?SIG(?:SEGV|BUS|ABRT|FPE|ILL|TRAP)/,
  /\b(?:[Ee]xited|[Tt]erminated|[Kk]illed|[Dd]ied) (?:with|by|from|on|due to)(?: the)? (?:signal )?"?SIG(?:SEGV|BUS|ABRT|FPE|ILL|TRAP)\b/,
  // CTest, pytest-xdist, surefire, Gradle, Windows
  /\*{3}Exception: (?:SegFault|Illegal|Numerical|Bus error|Other)\b|\((?:SEGFAULT|ILLEGAL|NUMERICAL)\)$/,
  /\bworker 'gw\d{1,4}' crashed while running '|^\[gw\d{1,4}\] node down: Not properly terminated$/,
  /\bThe forked VM terminated without properly saying goodbye\b/,
  /\bfinished with non-zero exit value (?:13[2-689]|-1073740791|-1073741819|-1073741676|-1073741795|-1073740940)\b/,
  /\b(?:(?:finished|exited|failed|ended|terminated|crashed) with )?(?:exit )?code:? (?:-1073740791|-1073741819|-1073741676|-1073741795|-1073740940|3221225477|3221226356|3221226505|0xC000000(?:5|1D)|0xC0000374|0xC0000409)\b/i,
  /^(?:OSError|WindowsError): (?:\[WinError -?\d{1,10}\] )?exception: access violation (?:reading|writing) 0x[0-9A-F]{8,16}$/,
  // LLVM's tools
  /^PLEASE submit a bug report to \S{1,200} and include the crash backtrace/,
];

/** Frames of a stack without its head, as programs print them that ask glibc for them. */
const FRAMES: readonly RegExp[] = [
  /^\s{0,8}(?:\[ {0,2}\d{1,3}\] )?[^\s()]{1,400}\((?:[^\s()]{0,400}\+0x[0-9a-f]{1,12})\) ?\[0x[0-9a-f]{6,16}\]$/,
  // ... several on a line, when its ends are lost
  /\.so(?:\.\d{1,3}){0,4}\([^\s()]{0,400}\+0x[0-9a-f]{1,12}\) ?\[0x[0-9a-f]{6,16}\] /,
];

/** The kernel's words about its own faults, without a checker's. */
const OOPSES: readonly RegExp[] = [
  /^WARNING: CPU: \d{1,4} PID: \d{1,10} at \S/,
  /^BUG: (?:unable to handle (?:kernel|page fault)|kernel NULL pointer dereference)/,
  /^kernel BUG at \S{1,200}:\d{1,6}!/,
  /^Oops: (?:general protection fault|[0-9a-f]{4} \[#)/,
];

/** Knows the words of those who started a process that died. */
export const launchers: LineReader = {
  kind: 'lines',
  tools: ['os'],
  literals: [
    'egmentation fault',
    'Bus error',
    'bus error',
    'llegal instruction',
    'illegal hardware',
    'Aborted',
    'Floating point exc',
    'floating point exc',
    'breakpoint trap',
    ' abort',
    'Abort trap',
    'Trace/BPT',
    'Received signal ',
    ' signal SIG',
    'by signal ',
    'from signal ',
    ' on signal ',
    'due to signal ',
    'zsh: ',
    '].Value=c000',
    '(signal: ',
    'with signal ',
    ' SIGSEGV',
    ' SIGABRT',
    ' SIGBUS',
    '***Exception: ',
    '(SEGFAULT)',
    '(ILLEGAL)',
    '(NUMERICAL)',
    ' crashed while running',
    'node down: Not properly',
    'properly saying goodbye',
    'non-zero exit value 1',
    'non-zero exit value -',
    'code -107',
    'code: -107',
    'code 322',
    'code: 322',
    '0xC00000',
    'access violation ',
    'WARNING: CPU: ',
    'BUG: unable to',
    'BUG: kernel NULL',
    'kernel BUG at ',
    'Oops: ',
    'PLEASE submit a bug report to ',
    ...Array.from('0123456789abcdef', (c) => `)[0x${c}`),
    ') [0x',
  ],
  markers: [],
  frames: FRAMES,
  ends: [...DEATHS, ...OOPSES],
  make: () => ({ line: () => 'ignored', end: () => [] }),
};
