/**
 * What shells, build tools and test runners say of a process that died of a fault. They know neither why nor where: a log that
 * holds nothing else is not clean, but not understood.
 */
import type { LineReader } from '../engine/reader.js';

const FAULT = String.raw`(?:[Ss]egmentation fault|[Bb]us error|[Ii]llegal instruction|[Aa]borted|[Aa]bort|[Ff]loating point exception|[Tt]race/(?:breakpoint|BPT) trap)`;
const SIGNAL = String.raw`SIG(?:SEGV|BUS|ABRT|FPE|ILL|TRAP)`;

/** Each holds one of the literals. */
const DEATHS: readonly RegExp[] = [
  // bash, make, ctest's own words
  new RegExp(String.raw`\b${FAULT}:? {0,20}(?:\(core dumped\)|: \d{1,3}$)`),
  new RegExp(String.raw`^${FAULT}$`),
  new RegExp(String.raw`: line \d{1,9}: +\d{1,10} ${FAULT}`),
  new RegExp(
    String.raw`^\[\d{1,4}\] {1,4}[-+]? {0,4}\d{1,10} (?:segmentation fault|bus error|illegal hardware instruction|abort|floating point exception)`,
  ),
  new RegExp(String.raw`\bterminated by signal (?:${SIGNAL} \(|(?:[4-8]|10|11): )`),
  // meson, cargo, npm, nextest
  new RegExp(String.raw`\bkilled by signal (?:[4-8]|10|11) ${SIGNAL}`),
  new RegExp(String.raw`\(signal: (?:[4-8]|10|11), ${SIGNAL}`),
  new RegExp(String.raw`\b[Cc]ommand failed with signal "?${SIGNAL}`),
  new RegExp(
    String.raw`\b(?:[Ee]xited|[Tt]erminated|[Kk]illed|[Dd]ied) (?:with|by|from|on|due to)(?: the)? (?:signal )?"?${SIGNAL}\b`,
  ),
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
    ' signal SIG',
    'by signal ',
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
    'PLEASE submit a bug report to ',
    ...Array.from('0123456789abcdef', (c) => `)[0x${c}`),
    ') [0x',
  ],
  markers: [],
  frames: FRAMES,
  ends: DEATHS,
  make: () => ({ line: () => 'ignored', end: () => [] }),
};
