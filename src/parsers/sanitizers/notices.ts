/**
 * Messages of sanitizer runtimes about themselves: that they cannot work here (`tool/host-fault`), that they failed
 * (`tool/internal-error`), and remarks that mean nothing. Source: compiler-rt `sanitizer_common`, `asan_linux.cpp`,
 * `lsan_common.cpp`, `tsan_platform_linux.cpp`.
 */
import { lookUp } from '../../model/look-up.js';
import { PROCESS_ID_LITERALS, PROCESS_ID_MARKER } from '../engine/process-id.js';
import type { Tool } from '../../model/diagnostic.js';
import { parseFrame } from '../engine/frame.js';
import { closeReport, openReport, takeFrame, type OpenReport } from '../engine/open-report.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

/** All lines that are read hold one of these. */
const MAY_MATTER = /[Ss]anitizer|ASan|==\d+==|Tracer|Shadow memory|HINT|False positive|For details/;
const CHECK_FAILED = /(?:==(\d+)==\s?)?(?:\bFATAL: )?\b(\w*)Sanitizer:? ?(?:CHECK failed|bug in)\b(.*)$/s;

/** The first group, where there is one, is the sanitizer's name. */
const HOST_FAULTS: readonly [RegExp, string][] = [
  [/\bASan runtime does not come first in initial library list/, 'runtime-order'],
  [/\bYour application is linked against incompatible ASan runtimes/, 'incompatible-runtimes'],
  [/\bYou are trying to dlopen a \S{1,400} .{0,40}with RTLD_DEEPBIND/, 'dlopen-deepbind'],
  // macOS, in the words of any of the runtimes that intercept calls
  [
    /\bERROR: Interceptors are not working\.(?: This may be because (\w+)Sanitizer is loaded too late)?/,
    'interceptors',
  ],
  [/\b(\w+)Sanitizer is loaded too late\b/, 'interceptors'],
  [/\b(\w+)Sanitizer has encountered a fatal error/, 'fatal-error'],
  [/\b(\w+)Sanitizer: ERROR: /, 'options'],
  [/\bERROR: (\w+)?(?:Sanitizer)?:? ?expected '='/, 'options'],
  [/\b(\w+)Sanitizer: failed to (?:read|parse|open) /, 'options'],
  [/\bFATAL: (\w+)Sanitizer\b/, 'fatal'],
  [/\bERROR: (\w+)Sanitizer: memory layout is incompatible/, 'memory-layout'],
  [/Shadow memory range interleaves with an existing memory mapping/, 'memory-layout'],
  [/\b(\w+)Sanitizer: (?:nested bug in the same thread|hard rss limit exhausted)/, 'aborted'],
  [
    /\b(\w+)Sanitizer: (?:main thread|thread T\d{1,9}[^:]{0,80}) finished with ignores enabled/,
    'ignores-enabled',
  ],
  [/\b(\w+)Sanitizer: bad pointer 0x/, 'bad-pointer'],
  // memory for the runtime itself; what the program asked for is asan.ts's
  [
    /\bERROR: (\w+)Sanitizer:? failed to (?!allocate 0x[0-9a-f]+ \(0?x?\d+\) bytes of LargeMmap)/,
    'host-resources',
  ],
  [/\bERROR: (\w+)Sanitizer: (?:can't|cannot|could not|unable to) /, 'host-resources'],
  [/\bReserveShadowMemoryRange failed while trying to map/, 'memory-layout'],
  [/\b(\w+)Sanitizer: while reporting a bug found another one/, 'ignored-report'],
  [/\bERROR: Can't open file:|\bERROR: failed to (?:mmap|allocate|open)\b/, 'host-resources'],
];
/** An entry of the list of threads that `log_threads` prints since LLVM 22, with the stack that created the thread below it. */
const LISTED_THREAD = /^(?:==\d+==)?Thread T\d+\/\d+ was created by T-?\d+(?:\/\d+)?$/;
const NO_STACK = '<empty stack>';
/** Lines of others that are waited through for the stack of a failed CHECK. */
const MAX_FOREIGN_LINES = 8;
const TRACER = /\bTracer caught signal \d+/;

/** Remarks of a runtime that need no attention, and banners of verbose mode. */
const HARMLESS: readonly RegExp[] = [
  /^\s*(?:==\d+==)?HINT: LeakSanitizer does not work under ptrace|^\s*(?:==\d+==)?HINT: For debugging, try setting environment/,
  /\bWARNING: ASan is ignoring requested __asan_handle_no_return/,
  /\bFalse positive error reports may follow/,
  /\bFor details see https?:\/\/github\.com\/google\/sanitizers/,
  // Warnings with the process' number are remarks of the runtime, but those that begin reports.
  /==\d+==\s?(?:INFO|WARNING): (?!(?:Thread|Memory|NumericalStability|DataFlow)Sanitizer\b)/,
  /\bWARNING: \w{1,30}Sanitizer(?::? failed to allocate 0x|: memory layout is incompatible, possibly|: unexpected format| gave up on)/,
  // what follows a fatal error or a memory layout that does not fit
  /==\d+==\s?(?:FATAL: (?!\w+Sanitizer)|ASan shadow was supposed|This might be related to|See https?:\/\/github\.com\/google\/sanitizers)/,
  /==\d+==\s?(?:End of process|Process) memory map|==\d+==\s?Using llvm-symbolizer|==\d+==\s?Symbolizer is disabled/,
  /==\d+==\s?(?:Running thread \d+ was not suspended|Unable to (?:get registers|locate) )/,
  /\bWARNING: (?:external symbolizer|invalid path to external symbolizer|failed to (?:fork|spawn)|Symbolizer|Trying to symbolize|Can't (?:read|write))/i,
  /\b\w+Sanitizer: (?:libc interceptors initialized|reading suppressions file|failed to intercept|reserving|soft rss limit|unrecognized flag)/i,
  /\bWARNING: found \d+ unrecognized flag/,
  /\b\w+Sanitizer Init done/,
  // the help of a flag, and the frame of asterisks that Windows gets around a warning
  /^\t{1,2}- \S|==\d+==\*\*\* /,
  // verbose mode lists its threads: `==7==T0: stack [0x…,0x…)`
  /==\d+==\s*T-?\d+(?::| \w+ )/,
  /\b\w+Sanitizer: (?:checking for leaks|Started BackgroundThread|RSS: \d|StackDepot: \d)/,
  /==\d+==\s*(?:Parsed \w+_OPTIONS|Installed the sigaction|Using \S+ symbolizer|Attached to thread|Detached from thread|AddressSanitizer (?:Init|exit)|Processing thread|Scanning|Stack at|TLS at|DTLS|Root region|Thread \d+ has destroyed DTLS|Thread \d+ not found in registry|WARNING: stack pointer not in stack range|\|\|)/,
  /\bThreadSanitizer: (?:Memory budget|growing)/,
  /\*\*\* WARNING: Failed to initialize DbgHelp|\bWARNING: Failed to use and restart external symbolizer/,
  /\bWARNING: str\w+\*? interceptors are enabled even though/,
  /\bAvailable flags for \w+Sanitizer:|\*\*\* Running under \w+Sanitizer v|\bMemorySanitizer init done/,
  /\b\w+Sanitizer: (?:Matched \d+ suppressions|\d+ warnings reported|can not provide additional info|loaded array cookie)/,
  /==\d+==\s*(?:(?:Un)?[Rr]egistered root region|Failed to open libcorkscrew|Sleeping for \d+ second|Register values:|WARNING: no debug info)/,
];

const TOOLS: Readonly<Record<string, Tool>> = {
  Address: 'asan',
  HWAddress: 'hwasan',
  Leak: 'lsan',
  Memory: 'msan',
  Thread: 'tsan',
  UndefinedBehavior: 'ubsan',
};
/** The tool behind a name; ASan stands for what does not say who it is, as it is the one that preloads. */
const toolOf = (name: string | undefined): Tool => lookUp(TOOLS, name) ?? 'asan';

/** Reads the runtimes' own troubles; these are honesty rows, not hazards. */
export const notices: LineReader = {
  kind: 'lines',
  tools: ['asan', 'hwasan', 'lsan', 'msan', 'tsan', 'ubsan'],
  literals: [
    ...PROCESS_ID_LITERALS,
    'Sanitizer',
    'ASan ',
    'ASan:',
    'Tracer caught',
    'Shadow memory range',
    'HINT: ',
    ' was created by T',
  ],
  markers: [
    PROCESS_ID_MARKER,
    {
      words: /\b(?:ERROR|WARNING|FATAL|SUMMARY): \w{4,25}Sanitizer\b/,
      opening: /\b(?:ERROR|WARNING|FATAL): \w{4,25}Sanitizer: /,
    },
    // The runtimes put a colon behind their names, or one of a few verbs; prose that mentions them does not, or says
    // "with AddressSanitizer: …".
    {
      words:
        /(?<![a-z] )\b(?:Address|HWAddress|Leak|Memory|Thread|UndefinedBehavior|DataFlow|Realtime|Type|NumericalStability)Sanitizer(?::| (?:CHECK|bug|failed|has encountered|report)\b)/,
    },
  ],
  make,
};

type State = {
  emit: Emit;
  /** An internal error whose stack is being read. */
  open: OpenReport | undefined;
  /** Lines of others that may still come between it and its frames. */
  linesLeft: number;
  /** `Tracer caught signal` announces a fatal error of LSan. */
  tracer: OpenReport | undefined;
  /** Frames that follow belong to a list of threads. */
  inThreads: boolean;
};

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined, linesLeft: 0, tracer: undefined, inThreads: false };
  return {
    line: (line) => (read(s, line) ? 'consumed' : 'ignored'),
    end() {
      close(s);
      flushTracer(s);
      return [];
    },
  };
}

function read(s: State, line: Line): boolean {
  const { text } = line;
  if (s.open !== undefined) {
    if (takeFrame(s.open, line)) {
      s.linesLeft = MAX_FOREIGN_LINES;
      return true;
    }
    if (text.trim() !== '' && s.linesLeft-- === 0) close(s);
  }
  if (takeThreads(s, text)) return true;
  if (!MAY_MATTER.test(text)) return false;
  const failed = CHECK_FAILED.exec(text);
  if (failed) {
    beginFailure(s, line, failed);
    return true;
  }
  return HARMLESS.some((h) => h.test(text)) || takeFault(s, line);
}

/** The list of threads: it says nothing about a fault, but its stacks look like those of a report without a head. */
function takeThreads(s: State, text: string): boolean {
  if (LISTED_THREAD.test(text)) return (s.inThreads = true);
  // An empty line ends a thread's stack: frames behind it are of something else.
  s.inThreads &&= text.trim() === NO_STACK || parseFrame(text) !== undefined;
  return s.inThreads;
}

function close(s: State): void {
  if (s.open !== undefined) closeReport(s.open, s.emit);
  s.open = undefined;
}

function flushTracer(s: State): void {
  if (s.tracer !== undefined) closeReport(s.tracer, s.emit);
  s.tracer = undefined;
}

/** A CHECK of the runtime failed: its stack may follow. */
function beginFailure(s: State, line: Line, m: RegExpExecArray): void {
  close(s);
  const tool = toolOf(m[2]);
  s.linesLeft = MAX_FOREIGN_LINES;
  s.open = openReport(line, {
    tool,
    rule: `${tool}/check-failed`,
    hazard: 'tool/internal-error',
    message: line.text
      .slice(m.index)
      .replace(/^==\d+==/, '')
      .trim(),
    ...(m[1] !== undefined && { pid: Number(m[1]) }),
  });
}

/** A line that says that the runtime cannot work here. */
function takeFault(s: State, line: Line): boolean {
  const { text } = line;
  const fault = HOST_FAULTS.map(([at, name]) => ({ m: at.exec(text), name })).find(({ m }) => m !== null);
  if (fault === undefined && !TRACER.test(text)) return false;
  const tool = fault === undefined ? 'lsan' : toolOf(fault.m![1]);
  const report = openReport(line, {
    tool,
    rule: `${tool}/${fault?.name ?? 'tracer-signal'}`,
    hazard: 'tool/host-fault',
    message: text.replace(/^\s*==\d+==/, '').trim(),
  });
  if (fault === undefined) {
    flushTracer(s);
    s.tracer = report;
    return true;
  }
  // This line says it in the tracer's place.
  if (fault.name === 'fatal-error') s.tracer = undefined;
  closeReport(report, s.emit);
  return true;
}
