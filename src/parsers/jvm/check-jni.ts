/**
 * HotSpot's `-Xcheck:jni` (`src/hotspot/share/prims/jniCheck.cpp`). It prints to stdout, for warnings with exit code 0:
 *
 *     WARNING in native method: JNI call made with exception pending
 *     FATAL ERROR in native method: Bad global or local ref passed to JNI
 *     WARNING: JNI local refs: 33, exceeds capacity: 32
 *     Warning: Calling other JNI functions in the scope of Get/ReleasePrimitiveArrayCritical …   (no stack follows)
 *
 * followed by `\tat pkg.Class.method(File.java:9)` lines, or by a native stack when no Java frame is there (JDK 21).
 */
import type { HazardId } from '../../model/hazard.js';
import {
  addFrameTo,
  closeReport,
  extend,
  frameCount,
  openReport,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';
import { hotspotFrame, javaFrame } from './java-frame.js';

/** Message → hazard; the first match wins. Texts of JDK 8 to 25. */
const MEANINGS: readonly [RegExp, HazardId][] = [
  [/exception pending|without checking exceptions/, 'unwind/pending-exception'],
  [/Using JNIEnv in (?:the wrong|non-Java) thread|non-attached|not attached/, 'threading/wrong-thread-env'],
  [/exited without being detached/, 'threading/missing-detach'],
  [/local refs: \d+, exceeds capacity/, 'resource/jni-local-ref-overflow'],
  [/Calling other JNI functions in the scope of|in jni critical section/, 'rules/jni-call-in-critical'],
  [/failed bounds check/, 'bounds/host-buffer-too-small'],
  [/modified UTF-8 length|not a valid UTF8/, 'abi/encoding'],
  [
    /unrecognized elements|something (?:not )?allocated by|[Uu]nrecognized (?:array release )?mode/,
    'rules/jni-bad-release',
  ],
  [/Elements vector null/i, 'rules/jni-bad-release'],
  [/Bad global or local ref|Invalid (?:weak )?(?:global|local) JNI handle/, 'rules/jni-bad-reference'],
  [/Null object passed|null class|null throwable/i, 'rules/jni-bad-reference'],
  [/negative capacity/, 'bounds/length-arithmetic'],
  [
    /class descriptor|not a class|Throwable|Wrong object class|methodID|[Ff]ield|[Aa]rray|non-string/,
    'rules/jni-wrong-type',
  ],
  [/Mismatched JNINativeInterface tables/, 'tool/internal-error'],
  [/unlocked by JNI/, 'threading/lock-misuse'],
  [/MXCSR|floating point control/, 'abi/other'],
];

/**
 * Whether a released pointer cannot be one that the JVM handed out: product builds use the same words for an overrun
 * and for a foreign pointer and print no guards, but its guarded copies are aligned as `malloc` aligns them.
 */
const isStrange = (address: string | undefined): boolean =>
  address !== undefined && Number.parseInt(address.slice(-2), 16) % (address.length > 10 ? 16 : 8) !== 0;

/** `FATAL ERROR` with other words is a call of JNI's own FatalError: the program aborts itself. */
const meaning = (message: string, fatal: boolean): HazardId =>
  MEANINGS.find(([shape]) => shape.test(message))?.[1] ?? (fatal ? 'crash/abort' : 'rules/other');

/** Short stable name of a message: its first words, without what varies. */
const slug = (message: string): string =>
  message
    .replace(/^checked_jni_|"[^"]*"?|0x[0-9A-Fa-f]+|\d+|\. .*$/gs, ' ')
    .trim()
    .split(/[^A-Za-z]+/)
    .slice(0, 8)
    .join('-')
    .toLowerCase() || 'message';

const HEAD = /^(WARNING in native method|FATAL ERROR in native method): (.*)$/;
const REFS = /^WARNING: (JNI local refs: \d+, exceeds capacity: \d.*)$/s;
const CRITICAL = /^Warning: (Calling other JNI functions in the scope of .*)$/;
const STRING_SIZE = /^WARNING: (large String with modified UTF-8 length .*)$/;
const VM_WARNING =
  /^(?:[\w()-]+ )*VM warning: (MXCSR changed by native JNI code.*|Attached JNI thread exited without being detached.*|Object has been unlocked by JNI.*|Possible deadlock due to allocating while in jni critical.*)$/;
/** Printed before the FATAL ERROR about the same release; alone only when the log is cut. */
const PREAMBLE =
  /^(\w+: release (?:array|chars) failed bounds check.*|\w+: \w.* called on something (?:not )?allocated by \w.*)$/s;
const GUARD = /^(?:GuardedMemory\(0x|\s*(?:Header guard|Trailer guard|User data) )/;
/** Lines inside a stack that are no frames. */
const BETWEEN_FRAMES = /^\s*- (?:locked|waiting|eliminated|parking)|^Native frames:/;

type Open = OpenReport & {
  isFatal: boolean;
  /** No stack need follow. */
  needsNoStack: boolean;
  /** The guard before a released array is broken. */
  isHeaderBroken: boolean;
  /** A preamble whose headline has not come yet. */
  isPreamble: boolean;
};

type State = {
  emit: Emit;
  open: Open | undefined;
  /** Number of the last line of a report that has no stack: frames close behind it are its own, and lines of others stand between. */
  bare: number;
  complaint: string | undefined;
};

/** Lines of others between a report and its stack. */
const MAX_BETWEEN = 4;

/** Reads what HotSpot's JNI checker prints. */
export const checkJni: LineReader = {
  kind: 'lines',
  tools: ['xcheck-jni'],
  literals: [
    'in native method',
    'JNI local refs',
    'Calling other JNI',
    'large String with',
    'VM warning: ',
    'failed bounds check',
    ' allocated by ',
  ],
  markers: [
    {
      words: /\b(?:WARNING|FATAL ERROR) in native method\b/,
      opening: /\b(?:WARNING|FATAL ERROR) in native method: /,
    },
    begins(/\bWARNING: JNI local refs: \d+, exceeds capacity/),
    begins(/\bWARNING: large String with modified UTF-8 length /),
    begins(/\bWarning: Calling other JNI functions in the scope of /),
    begins(
      /\bVM warning: (?:MXCSR changed by native|Attached JNI thread exited|Object has been unlocked by JNI|Possible deadlock due to)/,
    ),
  ],
  make,
};

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined, bare: -MAX_BETWEEN, complaint: undefined };
  return {
    line: (line) => (takeHeadline(s, line) || takeBelow(s, line) ? 'consumed' : 'ignored'),
    end() {
      close(s, true);
      return s.complaint === undefined ? [] : [s.complaint];
    },
  };
}

type Headline = Omit<Open, keyof OpenReport | 'isHeaderBroken'> & { message: string };

/** The headline on a line that begins a report, or announces one. */
function headlineOf(text: string): Headline | undefined {
  const words = HEAD.exec(text)?.[2];
  if (words !== undefined)
    return {
      message: words,
      isFatal: text.startsWith('FATAL'),
      needsNoStack: text.includes('non-Java thread'),
      isPreamble: false,
    };
  const refs = REFS.exec(text)?.[1];
  const message = refs ?? (CRITICAL.exec(text) ?? STRING_SIZE.exec(text) ?? VM_WARNING.exec(text))?.[1];
  if (message !== undefined)
    return { message, isFatal: false, needsNoStack: refs === undefined, isPreamble: false };
  const preamble = PREAMBLE.exec(text)?.[1];
  return preamble === undefined
    ? undefined
    : { message: preamble, isFatal: true, needsNoStack: false, isPreamble: true };
}

function takeHeadline(s: State, line: Line): boolean {
  const headline = headlineOf(line.text);
  if (headline === undefined) return false;
  const { message, ...facts } = headline;
  // The headline belongs to the preamble before it.
  const preamble = HEAD.test(line.text) && s.open?.isPreamble ? s.open : undefined;
  if (preamble) {
    preamble.diagnostic.message = message;
    preamble.diagnostic.stacks = [];
    Object.assign(preamble, facts);
    extend(preamble, line);
    return true;
  }
  close(s, false);
  const address = facts.isPreamble
    ? /(?:carray|chars|elements?): (0x[0-9A-Fa-f]+)/.exec(message)?.[1]
    : undefined;
  const report = openReport(line, {
    tool: 'xcheck-jni',
    rule: 'xcheck-jni/message',
    hazard: 'rules/other', // both follow from the message when the report closes
    message,
    ...(address && { address }),
  });
  s.open = { ...report, ...facts, isHeaderBroken: false };
  return true;
}

/** A line below the headline: the guards around an array, or a frame. */
function takeBelow(s: State, line: Line): boolean {
  const { open } = s;
  const { text } = line;
  if (open && (takeGuard(open, text) || takeFrame(open, text) || BETWEEN_FRAMES.test(text))) {
    extend(open, line);
    return true;
  }
  if (!open && line.no - s.bare <= MAX_BETWEEN) {
    if (/Exception|Error|Throwable/.test(text)) s.bare = -MAX_BETWEEN;
    else if (javaFrame(text))
      s.complaint ??= `line ${line.no}: the stack of a message of -Xcheck:jni stands among lines of others`;
  }
  // Some logs have an empty line behind each.
  if (open && text.trim() !== '' && (open.needsNoStack || frameCount(open) > 0)) close(s, false);
  return false;
}

function takeGuard(open: Open, text: string): boolean {
  if (!GUARD.test(text)) return false;
  if (/Header guard \S{1,40} is BROKEN/.test(text)) open.isHeaderBroken = true;
  return true;
}

function takeFrame(open: Open, text: string): boolean {
  const managed = javaFrame(text);
  const native = managed ? undefined : hotspotFrame(text)?.frame;
  if (managed) addFrameTo(open, 'managed', managed);
  if (native) addFrameTo(open, 'fault', native);
  return (managed ?? native) !== undefined;
}

/** `isCut`: the log has ended, and more might have followed. */
function close(s: State, isCut: boolean): void {
  const { open } = s;
  if (!open) return;
  s.open = undefined;
  const { diagnostic } = open;
  if (frameCount(open) === 0) s.bare = diagnostic.log.endLine;
  const { message, address } = diagnostic;
  const isForeign = message.includes('failed bounds check') && (open.isHeaderBroken || isStrange(address));
  diagnostic.rule = `xcheck-jni/${slug(message)}`;
  diagnostic.hazard = isForeign ? 'rules/jni-bad-release' : meaning(message, open.isFatal);
  diagnostic.message = message.replace(/0x[0-9A-Fa-f]+/g, '0x…').trim();
  const isComplete = !open.isPreamble && (open.needsNoStack || !isCut || frameCount(open) > 0);
  closeReport(open, s.emit, isComplete ? undefined : 'the log ends before the stack of this message');
}
