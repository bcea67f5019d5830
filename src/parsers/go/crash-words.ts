/** The Go runtime's words before the stacks: which signal or exception it was, where, and the report that follows from it. */
import type { Diagnostic, Frame } from '../../model/diagnostic.js';
import { extend, messageOf, openReport, type OpenReport } from '../engine/open-report.js';
import { begins, type Line, type Marker } from '../engine/reader.js';
import { faultName } from '../engine/signals.js';
import { EXCEPTION, goMeaning } from './kinds.js';

export const SIGNAL = /^(SIG[A-Z]{2,6}): [a-z]/;
/** `[signal SIGSEGV: segmentation violation code=0x1 addr=0x8 pc=0x463af0]`; gccgo's numbers have no `0x` */
export const CAUSE =
  /^\[signal (?:(SIG[A-Z]{2,6})|(0x[0-9a-f]{1,16}))(?:[: ][^\]]{0,80}?)?(?: addr=((?:0x)?[0-9a-f]{1,16}))?(?: pc=(?:0x)?[0-9a-f]{1,16})?\]$/;
/** Until Go 1.5 only its number. */
const nameOf = (cause: RegExpExecArray | null): string | undefined =>
  cause?.[1] ?? (cause?.[2] === undefined ? undefined : faultName(Number(cause[2])));
/** Windows: the exception's number, its kind of access and address, and the pc; the stack has no header. */
const WINDOWS = /^Exception 0x([0-9a-f]{8}) 0x[0-9a-f]+ (0x[0-9a-f]+) 0x[0-9a-f]+$/;
export const PC = /^PC=0x[0-9a-f]+(?:$| m=\S{1,20} sigcode=\S{1,20}(?: addr=(0x[0-9a-f]+))?)/;

/** The runtime cannot walk the stack of a thread that runs C code, and dumps its words. */
export const OPAQUE_STACK =
  /^runtime: (?:g \d+: )?(?:unknown pc|unexpected return pc for) |^stack: frame=\{|^(?:0x)?[0-9a-f]{16}: {1,2}\S/;
export const HARMLESS =
  /^(?:signal arrived during|\.\.\.|\[originating from|goroutine running on|-----$|r\w+ +0x|[cefg]\w+ +0x)/;

/** Words inside a report that no other program prints. */
export const TRACES: readonly RegExp[] = [
  CAUSE,
  /^PC=0x[0-9a-f]{1,16} m=\S{1,20} sigcode=/,
  /^signal arrived during (?:cgo|external code) execution$/,
  /^goroutine \d{1,12} gp=0x[0-9a-f]{1,16} m=\S{1,12} (?:mp=0x[0-9a-f]{1,16} )?\[running\b/,
  // A stack that was not asked for names no frames and pointers but its places.
  /^\s*\S{1,2000}:\d{1,9} \+0x[0-9a-f]{1,16} fp=0x[0-9a-f]{1,16} sp=0x[0-9a-f]{1,16}/,
  /^(?:runtime\.(?:throw|sigpanic|panicmem|fatalthrow|dieFromSignal|cgoSigtramp|badunlockosthread|fatalpanic)\(|panic\(\{?0x)/,
];

/** Words that begin a report. */
export const MARKERS: readonly Marker[] = [
  // behind the words of who ran it
  { words: /\bfatal error: unexpected signal during runtime execution$/ },
  { words: /\bcgo (?:argument|result) (?:has|is)(?: unpinned)? Go [a-z]/ },
  { words: /\bargument of cgo function(?: \S{1,400})? has Go [a-z]/ },
  begins(/\bpanic: runtime error: /),
  begins(
    /\bfatal error: (?:unexpected signal during|concurrent map|all goroutines are asleep|found bad pointer|stack overflow$)/,
  ),
  begins(
    /(?<!\[signal )\bSIG(?:SEGV: segmentation violation|BUS: bus error|ABRT: abort|FPE: floating|ILL: illegal|TRAP: trace trap)/,
  ),
  { words: /\bresult of Go function(?: \S{1,400})? called from cgo (?:has|is)(?: unpinned)? Go [a-z]/ },
];

/** Signals in the tables of Go's runtime. */
const SIGNALS = (
  'HUP INT QUIT ILL TRAP ABRT EMT FPE KILL BUS SEGV SYS PIPE ALRM TERM URG STOP TSTP CONT CHLD TTIN TTOU IO XCPU XFSZ ' +
  'VTALRM PROF WINCH INFO STKFLT PWR'
).split(' ');
/** `SIGSEGV: …` anywhere, and signals that are not known at the beginning of a line or behind a blank. */
const SIGNAL_LITERALS = [
  ...SIGNALS.map((name) => `SIG${name}: `),
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('').flatMap((l) => [`\nSIG${l}`, ` SIG${l}`]),
];

/** A literal for each line that begins a report, or holds such words. */
export const LITERALS: readonly string[] = [
  'panic: ',
  'fatal error: ',
  'goroutine ',
  'Exception 0x',
  'Go pointer',
  'has Go ',
  'is Go ',
  ' unpinned Go ',
  '[signal ',
  ' sigcode=',
  ' fp=0x',
  'signal arrived during',
  'runtime.throw(',
  'runtime.sigpanic(',
  'runtime.panicmem(',
  'runtime.fatal',
  'runtime.dieFrom',
  'panic(0x',
  'panic({0x',
  ...SIGNAL_LITERALS,
];

/** The words of an end, and what is known of its cause. */
export type Words = {
  how: 'panic' | 'fatal' | 'signal';
  words: string;
  signal?: string;
  address?: string;
  /** The runtime's line about registers followed: no other program says so. */
  isCertain?: boolean;
  line: Line;
};

/** A line that says a signal, or Windows' exception. `words` are those that a cause belongs to. */
export function signalOf(line: Line, text: string, words: Words | undefined): Words | undefined {
  const cause = words === undefined ? CAUSE.exec(text) : null;
  // The first line is cut off.
  const causing = nameOf(cause);
  if (causing !== undefined) {
    const found: Words = { how: 'signal', words: text.slice(1, -1), signal: causing, line };
    takeCause(found, text);
    return found;
  }
  const signal = SIGNAL.exec(text)?.[1];
  if (signal) return { how: 'signal', words: text, signal, line };
  const windows = WINDOWS.exec(text);
  if (!windows) return undefined;
  const address = windows[2];
  return {
    how: 'signal',
    words: text,
    signal: `${EXCEPTION}${windows[1]}`,
    ...(address && { address }),
    line,
  };
}

/** Words of an end behind another program's output. */
export function gluedWords(line: Line, text: string): Words | undefined {
  for (const how of ['panic', 'fatal'] as const) {
    const words = how === 'panic' ? 'panic: ' : 'fatal error: ';
    const at = text.indexOf(words);
    if (at > 0) return { how, words: text.slice(at + words.length), line };
  }
  return undefined;
}

/** A line that names the cause of the words before it. */
export function takeCause(w: Words, text: string): boolean {
  const cause = CAUSE.exec(text);
  const pc = cause ? null : PC.exec(text);
  const signal = nameOf(cause);
  if (signal !== undefined) w.signal = signal;
  const address = cause ? cause[3] : pc?.[1];
  if (w.how === 'signal' && (cause !== null || text.includes(' sigcode='))) w.isCertain = true;
  if (address) w.address = address.startsWith('0x') ? address : `0x${address}`;
  return cause !== null || pc !== null;
}

/** The report of these words, now that they are believed; it lacks its stacks. */
export function reportOf(w: Words, line: Line): OpenReport {
  const meaning = goMeaning(w.how, w.words, w.signal, w.address);
  const kind = w.how === 'panic' ? 'panic: ' : w.how === 'fatal' ? 'fatal error: ' : '';
  const report = openReport(
    w.line,
    {
      ...meaning,
      message: messageOf(`${kind}${w.words}`),
      ...(w.address ? { address: w.address } : {}),
    },
    { missing: 'a goroutine stack', keepsEmptyStacks: true },
  );
  extend(report, line);
  return report;
}

const functionOf = (f: Frame): string => (f.kind === 'opaque' ? '' : (f.function ?? ''));

/** True when a panic unwinds towards C frames: a Go function that C called stands on the faulting stack. */
export function crossesC(s: Diagnostic, hasCreator: boolean): boolean {
  const fault = s.stacks.find((k) => k.role === 'fault');
  const names = fault?.frames.map(functionOf) ?? [];
  if (names.some((n) => /^_cgoexp_|^runtime\.cgocallback/.test(n))) return true;
  // GOTRACEBACK=single hides the runtime's frames: a Go function above the stub of a C function was called by C, …
  const own = names.findIndex(
    (n) => n !== 'panic' && !/^(?:runtime|_cgo)/.test(n) && !n.includes('._Cfunc_'),
  );
  const stub = names.findIndex((n) => n.includes('._Cfunc_'));
  if (own >= 0 && stub > own) return true;
  // … and a goroutine that nobody created and that did not begin in main began on a thread of C.
  const beganInGo = hasCreator || names.some((n) => n === 'main.main' || n === 'runtime.goexit');
  return !beganInGo && names.length > 0 && (fault?.title ?? '').endsWith(' locked to thread]:');
}

/** `go run` says how the program ended. */
export const EXIT = /^exit status \d+$/;

/** Lines between words behind other output and their stack. */
export const MAX_GLUED_LINES = 4;

/** Unrelated lines between the words and their stacks: values of several lines, notes of the runtime. */
export const MAX_FOREIGN_LINES = 200;
