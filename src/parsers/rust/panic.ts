/**
 * The end of a Rust process: panics that cannot unwind, checks of undefined behaviour, and aborts of the runtime.
 *
 *     thread 'main' (26428) panicked at src/lib.rs:11:5:
 *     panic in a function that cannot unwind
 *     stack backtrace:
 *        0: std::panicking::begin_panic
 *                  at /rustc/…/panicking.rs:761:5
 *     thread caused non-unwinding panic. aborting.
 *
 * Before 1.73 the message stood on the first line: `thread 'main' panicked at 'MESSAGE', src/lib.rs:11:5`. A panic that
 * breaks no rule of the language is ordinary; a panic that cannot unwind follows one and points back to it.
 * Source: library/std/src/panicking.rs, rt.rs, alloc.rs; library/core/src/panicking.rs, ub_checks.rs.
 */
import type { Frame } from '../../model/diagnostic.js';
import { sourceFrame, UNKNOWN_FUNCTION } from '../engine/frame.js';
import {
  addFrame,
  closeReport,
  extend,
  messageOf,
  openReport,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import type { Emit, Line, LineReader, LineSession, LogContext } from '../engine/reader.js';
import { watchHeadlessStack, type HeadlessStack } from './headless-stack.js';
import { oldForm } from './old-form.js';
import {
  ABORTS,
  LITERALS,
  MARKERS,
  PANICS,
  TRACES,
  FRAME,
  INLINED,
  AT,
  NOTE,
  OVERFLOW,
  samePlace,
} from './panic-kinds.js';

const PANICKED = /^thread '([^']{0,200})' (?:\(([^()]{1,20})\) )?panicked at (.{1,4096})$/;
/** Lines of a message of the old form. */
const MAX_OLD_LINES = 50;
/** Reads the last words of Rust's standard library. */
export const rust: LineReader = {
  kind: 'lines',
  tools: ['rust'],
  literals: LITERALS,
  markers: MARKERS,
  traces: TRACES,
  watches: true,
  make,
};

const OVERFLOWED = { tool: 'rust', rule: 'rust/stack-overflow', hazard: 'resource/exhausted' } as const;

type Panic = { line: Line; thread: string; place: string };
type Message = Panic & { message: string };

type State = {
  emit: Emit;
  log: LogContext;
  /** Says that a line of another tool stood where a message is expected. */
  complaint: string | undefined;
  open: OpenReport | undefined;
  /** A panic whose message is the next line. */
  panic: Panic | undefined;
  /** A panic of the old form, and the lines of its message so far. */
  old: { panic: Panic; text: string } | undefined;
  /** An ordinary panic, to which one that cannot unwind points back. */
  before: Message | undefined;
  /** The place of the open panic, until its backtrace is known to hold it. */
  head: Frame | undefined;
  inBacktrace: boolean;
  /** A function of the backtrace whose place has not come yet. */
  fn: string | undefined;
  /** Frames that no report precedes. */
  headless: HeadlessStack | undefined;
};

function make(emit: Emit, log: LogContext): LineSession {
  const s: State = {
    emit,
    log,
    complaint: undefined,
    open: undefined,
    panic: undefined,
    old: undefined,
    before: undefined,
    head: undefined,
    inBacktrace: false,
    fn: undefined,
    headless: watchHeadlessStack(),
  };
  return {
    line(line) {
      const text = line.text.trimEnd();
      if (read(s, line, text)) return 'consumed';
      s.headless?.line(text, line.no);
      return 'ignored';
    },
    settle() {
      if (s.open?.diagnostic.complete) close(s);
    },
    end() {
      const cut = s.panic ?? s.old?.panic;
      close(s);
      if (s.complaint !== undefined) return [s.complaint];
      if (cut) return [`line ${cut.line.no}: the message of a Rust panic is absent`];
      const at = s.headless?.cutAt();
      return at === undefined ? [] : [`line ${at}: the beginning of a stack of Rust's is absent`];
    },
  };
}

function read(s: State, line: Line, text: string): boolean {
  const panicked = PANICKED.exec(text);
  if (panicked) {
    beginPanic(s, line, panicked);
    return true;
  }
  if (s.old) {
    const { panic } = s.old;
    s.old.text += `\n${text}`;
    if (takeOldForm(s, panic, s.old.text, line) || line.no - panic.line.no > MAX_OLD_LINES) s.old = undefined;
    return true;
  }
  if (s.panic) {
    if (text.trim() === '') return true;
    const { panic } = s;
    if (s.log.hasMarker(text) && !PANICS.some(([re]) => re.test(text))) {
      s.complaint ??= `line ${line.no}: the words of another tool stand where the message of a Rust panic is expected`;
      return false;
    }
    s.panic = undefined;
    judge(s, { ...panic, message: text.trim() }, line);
    return true;
  }
  return (
    takeOverflow(s, line, text) ||
    takeAbort(s, line, text) ||
    takeHeadless(s, line, text) ||
    (s.open !== undefined && inside(s, s.open, line, text))
  );
}

function close(s: State): void {
  flush(s);
  const { open, head } = s;
  const fault = open?.diagnostic.stacks[0];
  // The standard library may be built without lines; then the place of the panic is in no frame.
  if (head?.kind === 'source' && fault && !fault.frames.some((f) => samePlace(f, head)))
    fault.frames.unshift(head);
  if (open) {
    closeReport(open, s.emit);
    s.headless = undefined;
  }
  s.open = s.head = undefined;
  s.inBacktrace = false;
}

function flush(s: State): void {
  if (s.fn !== undefined && s.open) addTraced(s.open, { kind: 'symbol', function: s.fn });
  s.fn = undefined;
}

/** The backtrace is that of the first stack. */
function addTraced(open: OpenReport, frame: Frame): void {
  open.stack = open.diagnostic.stacks[0];
  addFrame(open, frame);
}

function beginPanic(s: State, line: Line, m: RegExpExecArray): void {
  close(s);
  const words = m[3] ?? '';
  const panic: Panic = { line, thread: m[1] ?? '', place: words.replace(/:$/, '') };
  s.old = undefined;
  if (!words.startsWith("'")) s.panic = panic;
  else if (!takeOldForm(s, panic, words, line)) s.old = { panic, text: words };
}

function takeOldForm(s: State, panic: Panic, text: string, line: Line): boolean {
  const form = oldForm(text);
  if (form) judge(s, { ...panic, place: form.place, message: form.message.replace(/\n.*$/s, '') }, line);
  return form !== undefined;
}

const placeOf = (p: Panic): Frame =>
  sourceFrame(UNKNOWN_FUNCTION, p.place) ?? { kind: 'opaque', text: p.place };

/**
 * The message of a panic is known: hazard or ordinary. It is all there is to know: the backtrace is optional, and the closing
 * line only confirms.
 */
function judge(s: State, p: Message, line: Line): void {
  const { message, thread } = p;
  const [, rule = 'panic', hazard = 'crash/abort'] = PANICS.find(([re]) => re.test(message)) ?? [];
  const isOrdinary = rule === 'panic';
  const address = /(0x[0-9a-f]+)/.exec(message)?.[1];
  const open = openReport(
    p.line,
    {
      tool: 'rust',
      rule: `rust/${rule}`,
      hazard,
      message: messageOf(message),
      thread,
      ...(isOrdinary && { ordinary: true as const }),
      ...(address && { address }),
    },
    { keepsEmptyStacks: true },
  );
  extend(open, line);
  s.open = open;
  s.inBacktrace = false;
  s.head = placeOf(p);
  openStack(open, 'fault', { thread, title: p.line.text }).frames.push(s.head);
  const { before } = s;
  if (!isOrdinary && before?.thread === thread) {
    const title = `${before.line.text.trim()} ${before.message}`;
    openStack(open, 'related', { thread, title }).frames.push(placeOf(before));
  }
  s.before = isOrdinary ? p : undefined;
}

/** The message of a check, whose first line, with the thread and the place, was cut off. */
function takeHeadless(s: State, line: Line, text: string): boolean {
  const [, rule, hazard] = PANICS.find(([re]) => re.test(text)) ?? [];
  if (rule === undefined || hazard === undefined || s.inBacktrace) return false;
  close(s);
  s.open = openReport(
    line,
    { tool: 'rust', rule: `rust/${rule}`, hazard, message: messageOf(text) },
    { keepsEmptyStacks: true },
  );
  openStack(s.open, 'fault', { title: text });
  return true;
}

/** The first of two lines about a stack that overflowed. */
function takeOverflow(s: State, line: Line, text: string): boolean {
  const thread = OVERFLOW.exec(text)?.[1];
  if (thread === undefined) return false;
  close(s);
  s.open = openReport(line, { ...OVERFLOWED, message: 'thread has overflowed its stack', thread });
  return true;
}

/** Last words outside a panic, and the line that ends the process after one. */
function takeAbort(s: State, line: Line, text: string): boolean {
  const row = ABORTS.find(([re]) => re.test(text));
  const isEnd = text === 'thread caused non-unwinding panic. aborting.';
  if (!row && !(isEnd && s.open)) return false;
  // "thread 'x' has overflowed its stack" has opened it already.
  const isSecond = s.open?.diagnostic.rule === OVERFLOWED.rule && text.startsWith('fatal runtime error');
  if (row && !isSecond) {
    close(s);
    s.open = openReport(line, {
      tool: 'rust',
      rule: `rust/${row[1]}`,
      hazard: row[2],
      message: messageOf(text),
    });
  } else if (s.open) extend(s.open, line);
  close(s);
  return true;
}

/** A line behind the message: its backtrace, and what `assert_eq!` compared. */
function inside(s: State, open: OpenReport, line: Line, text: string): boolean {
  if (text === 'stack backtrace:') {
    s.inBacktrace = true;
    // The backtrace is better than the bare place of the panic.
    const fault = open.diagnostic.stacks[0];
    if (fault) fault.frames = [];
    return true;
  }
  if (!s.inBacktrace) return /^ {1,2}(?:left|right): /.test(text);
  const place = s.fn === undefined ? undefined : AT.exec(text)?.[1];
  if (s.fn !== undefined && place !== undefined) {
    extend(open, line);
    addTraced(open, sourceFrame(s.fn, place) ?? { kind: 'symbol', function: s.fn });
    s.fn = undefined;
    return true;
  }
  const fn = (FRAME.exec(text) ?? INLINED.exec(text))?.[1];
  if (fn !== undefined) {
    flush(s);
    // A hash at the end of a symbol differs from build to build.
    s.fn = fn.replace(/::h[0-9a-f]{16}$/, '');
    extend(open, line);
    return true;
  }
  if (!NOTE.test(text)) return false;
  flush(s);
  s.inBacktrace = false;
  return true;
}
