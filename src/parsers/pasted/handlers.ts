/**
 * What the crash handlers of libraries, test frameworks and programs print before the process dies of a signal: people paste
 * these, and no checker wrote them. Sources: glog `signalhandler.cc`, Abseil `failure_signal_handler.cc`, Open MPI
 * `opal/util/stacktrace.c`, UCX `ucs/debug/debug.c`, backward-cpp, glibc's catchsegv, segfault-handler for Node, Unity, Bun, Zig,
 * Catch2, doctest, pystack.
 *
 *     *** SIGSEGV (@0x28) received by PID 5123 (TID 0x7f8a) from PID 40; stack trace: ***
 *         @     0x7f8a3b4c5390 shelf_top
 */
import { openReport, openStack, addFrame, markComplete } from '../engine/open-report.js';
import type { LineReader, Line, Marker } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { faultName, isFault, signalHazard } from '../engine/signals.js';
import { handlerFrameOf, interrupted } from './handler-frames.js';

/** Names that handlers give to signals. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/segmentation|access violation|segfault/i, 'SIGSEGV'],
  [/bus error/i, 'SIGBUS'],
  [/abort/i, 'SIGABRT'],
  [/floating|arithmetic|divi/i, 'SIGFPE'],
  [/illegal instruction/i, 'SIGILL'],
  [/trap/i, 'SIGTRAP'],
];

/** Lines that begin a report: the first group is the signal, the second one the address. */
const HEADS: readonly RegExp[] = [
  /^\*\*\* (SIG[A-Z]{2,5}) \(@(0x[0-9a-f]{1,16})\) received by PID \d{1,10} /,
  /^\*\*\* (SIG[A-Z]{2,5}) received at time=\d/,
  /^(?:\[[\w.-]{1,64}:\d{1,10}(?::\d{1,10}){0,2}\] {1,2})?Caught signal (\d{1,2}) \([A-Z][^()]{2,60}?(?:address (0x[0-9a-f]{1,16}|\(nil\)))?\)$/,
  /^PID \d{1,10} received (SIG[A-Z]{2,5}) for address: (0x[0-9a-f]{1,16})/,
  /^Error: signal (\d{1,2}):$/,
  /^Caught fatal signal - signo:(\d{1,2}) code:-?\d{1,6} errno:\d{1,4} addr:(0x[0-9a-f]{1,16}|\(nil\))/,
  /^panic\([\w ]{1,40}\): (Segmentation fault|Illegal instruction|Bus error|Floating point error) at address (0x[0-9A-Fa-f]{1,16})/,
  /^(Segmentation fault|Illegal instruction|Bus error) at address (0x[0-9A-Fa-f]{1,16})$/,
  /^(SIGSEGV|SIGABRT|SIGFPE|SIGILL|SIGBUS) - [A-Z][A-Za-z /-]{5,60} (?:signal|exception|error)$/,
  /\btest case CRASHED: (SIG[A-Z]{2,5}) - [A-Z]/,
  /^The process died due an? (segmentation fault|bus error|abort|illegal instruction|floating point exception)\b[^:]{0,40}(?:: (0x[0-9a-f]{1,16}))?/i,
];
const OPEN_MPI = /^(?:\[[\w.-]{1,64}:\d{1,10}\] )?\*\*\* Process received signal \*\*\*$/;
const SIGNAL_OF_MPI = /^(?:\[[\w.-]{1,64}:\d{1,10}\] )?Signal: [A-Z][A-Za-z /-]{2,40} \((\d{1,2})\)/;
const ADDRESS_OF_MPI = /^(?:\[[\w.-]{1,64}:\d{1,10}\] )?Failing at address: (0x[0-9a-f]{1,16}|\(nil\))/;
const LEAD_OF_MPI = /^\[[\w.-]{1,64}:\d{1,10}\] /;
/** backward-cpp prints the stack, outermost frame first, and then of what the process died. */
const BACKWARD = /^Stack trace \(most recent call last\)(?: in thread \d{1,10})?:$/;
const DIED_BACKWARD =
  /^((?:Segmentation (?:fault|violation)|Bus error|Abort(?:ed|ion)?|Floating[ -]point exception|Illegal instruction|Trace\/breakpoint trap)) \([A-Z][^()[\]]{2,60} \[(0x[0-9a-f]{1,16}|\(nil\))\]\)$/;
/** glibc's catchsegv. */
const CATCHSEGV =
  /^\*\*\* ((?:Segmentation (?:fault|violation)|Bus error|Abort(?:ed|ion)?|Floating[ -]point exception|Illegal instruction|Trace\/breakpoint trap))$/;
const ADDRESS_OF_CATCHSEGV =
  /^Trap: 0000000e {1,6}Error: [0-9a-f]{8} {1,6}OldMask: [0-9a-f]{8} {1,6}CR2: ([0-9a-f]{1,16})$/;
const REGISTERS = /^(?:Register dump:|R\w{2}: [0-9a-f]{16}|[A-Z]\w{1,6}: [0-9a-f]{4,16} |ST\(0\)|MXCSR)/;
const TITLES =
  /^(?:={4,} ?backtrace|Backtrace:$|Obtained \d{1,4} stack frames|Traceback for thread \d|Signal code: )/;
const LAST_CALL_LAST = /^Traceback for thread \d.*\(most recent call last\)/;
const END = /^(?:\*\*\* End of error message \*\*\*|={20,})$/;

const BEGINNINGS =
  /\*\*\* (?:SIG[A-Z]{2,5} (?:\(@0x[0-9a-f]{1,16}\) received by|received at time=)|Process received signal \*\*\*)|\bCaught (?:fatal signal - signo:\d|signal \d{1,2} \([A-Z])|\bPID \d{1,10} received SIG[A-Z]{2,5} for address: |\btest case CRASHED: SIG[A-Z]|\bThe process died due an? (?:segmentation|bus|abort|illegal)|\bError: signal \d{1,2}:$/;
const MARKERS: readonly Marker[] = [{ words: BEGINNINGS, opening: BEGINNINGS }];

type Open = Tentative & {
  signal: string | undefined;
  /** Its head comes last. */
  isBackward: boolean;
  /** The outermost frame comes first. */
  isReversed: boolean;
};

const nameOf = (signal: string): string =>
  /^\d+$/.test(signal)
    ? (faultName(Number(signal)) ?? `signal ${signal}`)
    : (NAMED.find(([words]) => words.test(signal))?.[1] ?? signal.toUpperCase());

const open = (line: Line, signal: string | undefined, address: string | undefined): Open => ({
  ...openReport(line, {
    tool: 'os',
    rule: `os/${signal ?? 'signal'}`,
    hazard: 'crash/signal',
    message: line.text.trim().slice(0, 300),
    ...(address !== undefined && { address }),
  }),
  signal,
  isBackward: false,
  isReversed: false,
  isBelieved: true,
});

function begin(line: Line, current: Open | undefined): Open | undefined {
  const text = line.text.trim();
  const head = HEADS.map((h) => h.exec(text)).find((m) => m !== null);
  if (head) {
    const signal = nameOf(head[1]!);
    // Of one crash the handlers of several libraries may tell.
    if (current !== undefined && current.signal === undefined) return undefined;
    return isFault(signal) ? open(line, signal, head[2]) : undefined;
  }
  const caught = CATCHSEGV.exec(text);
  if (caught) return open(line, nameOf(caught[1]!), undefined);
  if (OPEN_MPI.test(text)) return open(line, undefined, undefined);
  if (BACKWARD.test(text))
    return { ...open(line, undefined, undefined), isBackward: true, isReversed: true, isBelieved: false };
  return undefined;
}

function take(report: Open, line: Line): Belongs {
  const text = line.text.trim();
  if (text === '') return 'foreign';
  const { diagnostic } = report;
  const died = DIED_BACKWARD.exec(text);
  if (report.isBackward && died) {
    report.signal = nameOf(died[1]!);
    diagnostic.address = died[2]!;
    diagnostic.message = text;
    report.isBelieved = true;
    return 'last';
  }
  const plain = text.replace(LEAD_OF_MPI, '');
  const signal = SIGNAL_OF_MPI.exec(text);
  const address = ADDRESS_OF_MPI.exec(text) ?? ADDRESS_OF_CATCHSEGV.exec(text);
  if (LAST_CALL_LAST.test(plain)) report.isReversed = true;
  if (signal) report.signal = nameOf(signal[1]!);
  if (address) diagnostic.address = address[1]!;
  if (signal || address || TITLES.test(plain) || REGISTERS.test(text)) return 'own';
  if (END.test(plain)) return report.stack === undefined ? 'own' : 'last';
  const frame = handlerFrameOf(plain);
  if (frame === undefined) return 'foreign';
  if (report.stack === undefined) openStack(report, 'fault');
  addFrame(report, frame);
  return 'own';
}

function finish({ diagnostic, signal, isReversed }: Open): void {
  for (const stack of diagnostic.stacks)
    stack.frames = interrupted(isReversed ? stack.frames.toReversed() : stack.frames);
  if (signal === undefined) return;
  diagnostic.rule = `os/${signal}`;
  diagnostic.hazard = signalHazard(signal, diagnostic.address);
}

/** Reads reports of crash handlers that belong to no runtime. */
export const handlers: LineReader = readReports<Open>({
  tools: ['os'],
  literals: [
    '*** SIG',
    '*** Process received signal',
    'Caught signal ',
    'Caught fatal signal',
    ' received SIG',
    'Error: signal ',
    'panic(main thread): ',
    'panic(thread ',
    ' at address 0x',
    ' - Segmentation',
    'test case CRASHED: ',
    'The process died due',
    'Stack trace (most recent',
    '*** Segmentation',
    '*** Bus error',
    '*** Aborted',
    ' - Abort',
    ' - SIG',
  ],
  markers: MARKERS,
  begin,
  take: (report, line) => {
    const belongs = take(report, line);
    if (belongs === 'own' && report.signal !== undefined) markComplete(report);
    return belongs;
  },
  finish,
});
