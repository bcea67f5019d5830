/**
 * Miri's diagnostics, in rustc's layout.
 *
 *     error: Undefined Behavior: memory access failed: alloc1 has been freed, so this pointer is dangling
 *       --> src/lib.rs:10:21
 *        |
 *     10 |         let _ = (*p).1;
 *        |                 ^^^^^^ Undefined Behavior occurred here
 *        |
 *        = help: this indicates a bug in the program
 *     help: alloc1 was allocated here:
 *       --> src/lib.rs:6:17
 *        = note: stack backtrace:
 *                0: reader
 *                    at src/lib.rs:10:21
 *
 * Until 2025 the stack was `= note: BACKTRACE:` and lines `= note: inside `f` at src/lib.rs:1:2`. An empty line ends a
 * diagnostic, unless a note in its margin follows (until 2022 one stood before the stack). With `--error-format=json` every diagnostic is one line; see miri-json.ts.
 */
import type { Frame, Stack, StackRole } from '../../model/diagnostic.js';
import { sourceFrame, UNKNOWN_FUNCTION } from '../engine/frame.js';
import {
  addFrame,
  closeReport,
  extend,
  markComplete,
  openReport,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import {
  begins,
  type Emit,
  type Line,
  type LineReader,
  type LineSession,
  type LogContext,
} from '../engine/reader.js';
import { JSON_LITERALS, JSON_MARKER, readMiriJson } from './miri-json.js';
import { miriFacts, miriRole } from './miri-kinds.js';

const ERROR = /^error(?:\[(E\d{4})\])?: (.{1,4000})$/;
const PLACE = /^\s*--> (.{1,4096})$/;
const NOTE = /^(?:\s*= )?(note|help): (.*)$/;
/** `inside `f` at src/lib.rs:1:2`, or without a place when a `-->` line follows. */
const INSIDE = /^inside (?:call to )?(?:`([^`]{1,2000})`|closure)(?: at (\S.*))?$/s;
const FRAME = /^\s*\d{1,5}: (.{1,4000})$/;
const AT = /^\s*at (.{1,4096})$/;
/** What rustc and Miri say besides errors, and lines of source between its words and its notes. */
const ASIDE = /^(?:warning|note): /;
const MAX_ASIDE = 30;
/** Source lines and their margins: `10 | code`, `   |`, `...`, `LL | …`. */
const SOURCE = /^\s*(?:(?:\d{1,9}|LL)\s*)?(?:\||=(?!=))|^\.\.\.$|^\s*::: /;
/** A frame of a sanitizer that writes into the same log. */
const OF_OTHERS = /^\s*#\d{1,4} /;

/** A frame of Miri's; the end of a range (`a.rs:8:14: 8:26`) is dropped. */
export const miriFrame = (fn: string, place: string | undefined): Frame =>
  (place === undefined ? undefined : sourceFrame(fn, place.replace(/: \d{1,9}:\d{1,9}$/, ''))) ?? {
    kind: 'symbol',
    function: fn,
  };

/** Reads Miri's errors, as text and as JSON lines. */
export const miri: LineReader = {
  kind: 'lines',
  tools: ['miri'],
  literals: [
    'error: ',
    'error[E',
    ...JSON_LITERALS,
    'a bug in the program',
    '= note: BACKTRACE',
    '= note: inside',
    '= note: stack backtrace',
    '= note: this is on thread',
    'Undefined Behavior occurred',
    'located here:',
  ],
  markers: [
    JSON_MARKER,
    { words: /\berror: Undefined Behavior\b/, opening: /\berror: Undefined Behavior: / },
    begins(
      /\berror: (?:unsupported operation: |memory leaked: |deadlock: |the evaluated program (?:dead|panicked|leaked)|a thread deadlocked|abnormal termination: |the main thread terminated without|resource exhaustion: |post-monomorphization error: )/,
    ),
  ],
  traces: [
    /^\s*= help: this indicates a bug in the program/,
    /^\s*= note: (?:BACKTRACE|inside `|stack backtrace:$|this is on thread `)/,
    /^\s*(?:\|\s{1,400})?\^{1,400} Undefined Behavior occurred here$/,
    /^\s*help: alloc\d{1,9} was (?:de)?allocated here:$/,
  ],
  watches: true,
  make,
};

type Place = { role: StackRole; title?: string; fn: string };

type State = {
  emit: Emit;
  open: OpenReport | undefined;
  /** The next `-->` line is its place. */
  next: Place | undefined;
  fault: Stack | undefined;
  /** A function of the trace whose place has not come yet. */
  fn: string | undefined;
  /** The place under the title, until the trace has named its function. */
  head: Frame | undefined;
  inTrace: boolean;
  /** Lines of other tools stand among its own. */
  hasStrangers: boolean;
  /** An empty line came: the diagnostic is over unless its margin goes on. */
  isBlank: boolean;
  /** Errors of Miri's that were read. */
  count: number;
  /** Number of the last line of a warning or a remark: its notes are of no error. */
  aside: number;
};

function make(emit: Emit, log: LogContext): LineSession {
  const s: State = { emit, count: 0, aside: -MAX_ASIDE, ...NOTHING_OPEN };
  return {
    line(line) {
      const taken = read(s, line, line.text.trimEnd());
      if (!taken && s.open !== undefined && (OF_OTHERS.test(line.text) || log.hasMarker(line.text)))
        s.hasStrangers = true;
      return taken ? 'consumed' : 'ignored';
    },
    end() {
      close(s);
      return [];
    },
  };
}

const NOTHING_OPEN = {
  open: undefined,
  next: undefined,
  fault: undefined,
  fn: undefined,
  head: undefined,
  inTrace: false,
  hasStrangers: false,
  isBlank: false,
};

function read(s: State, line: Line, text: string): boolean {
  if (text.startsWith('{')) return takeJson(s, line);
  const error = ERROR.exec(text);
  if (error) return begin(s, line, error[2]!, error[1]);
  const { open } = s;
  if (!open) return isAside(s, line.no, text);
  if (text === '') {
    // std's deadlock and leak errors may lack a place; the empty line ends them all the same.
    markComplete(open);
    // Where every second line is empty, the place is still to come.
    s.isBlank = s.next === undefined;
    return true;
  }
  if ((s.isBlank && !/^\s*=/.test(text)) || text.startsWith('warning: ')) {
    close(s);
    return isAside(s, line.no, text);
  }
  s.isBlank = false;
  if (!takeLine(s, open, text)) return false;
  extend(open, line);
  return true;
}

/** A note of a warning. */
function isAside(s: State, no: number, text: string): boolean {
  if (ASIDE.test(text)) {
    s.aside = no;
    return false;
  }
  if (no - s.aside >= MAX_ASIDE || !/^\s*= note: /.test(text)) return false;
  s.aside = no;
  return true;
}

function takeJson(s: State, line: Line): boolean {
  const reports = readMiriJson(line);
  if (reports === undefined) return false;
  close(s);
  s.count += reports.length;
  for (const r of reports) closeReport(r, s.emit);
  return true;
}

function begin(s: State, line: Line, title: string, code: string | undefined): boolean {
  close(s);
  // rustc counts its own errors as well, so that its number cannot be held against ours.
  if (s.count > 0 && title.startsWith('aborting due to ')) return true;
  const facts = miriFacts(title, code);
  if (!facts) return false;
  s.count++;
  s.open = openReport(line, facts, { missing: 'the end of the diagnostic', keepsEmptyStacks: true });
  s.next = { role: 'fault', title, fn: UNKNOWN_FUNCTION };
  return true;
}

function close(s: State): void {
  if (s.fn !== undefined) addTraced(s, miriFrame(s.fn, undefined));
  // Another process' empty line may have ended it before its function was named.
  const isCut = s.hasStrangers && !s.inTrace;
  if (s.open)
    closeReport(s.open, s.emit, isCut ? 'its lines stand among those of another report' : undefined);
  Object.assign(s, NOTHING_OPEN);
}

/** One line of an open diagnostic; false when it is none of its. */
function takeLine(s: State, open: OpenReport, text: string): boolean {
  const at = PLACE.exec(text)?.[1];
  if (at !== undefined) {
    takePlace(s, open, at);
    return true;
  }
  const note = NOTE.exec(text);
  if (note) takeNote(s, open, note[2] ?? '');
  return (
    note !== null ||
    takeTraceLine(s, text) ||
    SOURCE.test(text) ||
    (text.startsWith('   ') && !OF_OTHERS.test(text))
  );
}

/** The place of the title or of a note. */
function takePlace(s: State, open: OpenReport, at: string): void {
  const { next } = s;
  s.next = undefined;
  if (!next) return;
  const frame = miriFrame(next.fn, at);
  if (next.role === 'fault' && s.fault) {
    beginTrace(s);
    addTraced(s, frame);
    return;
  }
  const stack = openStack(open, next.role, next.title === undefined ? {} : { title: next.title });
  addFrame(open, frame);
  if (next.role === 'fault') s.fault = stack;
}

function takeNote(s: State, open: OpenReport, words: string): void {
  const thread = /^this is on thread `(.{0,200})`/.exec(words)?.[1];
  if (thread !== undefined) {
    open.diagnostic.thread = thread;
    if (s.fault) s.fault.thread = thread;
    return;
  }
  if (/^(?:stack backtrace|BACKTRACE)/.test(words)) {
    beginTrace(s);
    return;
  }
  const inside = INSIDE.exec(words);
  if (!inside || !s.fault) {
    s.next = { role: miriRole(words), title: words, fn: UNKNOWN_FUNCTION };
    return;
  }
  const [, fn = UNKNOWN_FUNCTION, at] = inside;
  if (at === undefined) {
    s.next = { role: 'fault', fn };
    return;
  }
  beginTrace(s);
  addTraced(s, miriFrame(fn, at));
}

/** A function of the trace, or below it its place. */
function takeTraceLine(s: State, text: string): boolean {
  if (!s.fault) return false;
  const at = s.fn === undefined ? undefined : AT.exec(text)?.[1];
  if (s.fn !== undefined && at !== undefined) {
    addTraced(s, miriFrame(s.fn, at));
    s.fn = undefined;
    return true;
  }
  const fn = s.inTrace ? FRAME.exec(text)?.[1] : undefined;
  if (fn === undefined) return false;
  if (s.fn !== undefined) addTraced(s, miriFrame(s.fn, undefined));
  s.fn = fn;
  return true;
}

/** The trace replaces the bare place of the title: its first frame is that very place. */
function beginTrace(s: State): void {
  if (!s.inTrace && s.fault) s.head = s.fault.frames.splice(0)[0];
  s.inTrace = true;
}

function addTraced(s: State, frame: Frame): void {
  if (!s.open || !s.fault) return;
  const { fault, head } = s;
  const isBare = fault.frames.length === 0 && frame.kind === 'symbol';
  s.open.stack = fault;
  addFrame(s.open, isBare && head?.kind === 'source' ? { ...head, function: frame.function } : frame);
}
