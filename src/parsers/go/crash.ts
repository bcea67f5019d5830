/**
 * The end of a Go process: panics (cgocheck's among them), fatal errors of the runtime, and signals, each followed by
 * the stacks of goroutines.
 *
 *     panic: runtime error: cgo argument has Go pointer to unpinned Go pointer
 *     [signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x538fc3]
 *
 *     goroutine 1 [running]:
 *     main.f(0x1)
 *     	/src/main.go:14 +0x44
 *     created by main.g in goroutine 1
 *
 *     SIGSEGV: segmentation violation
 *     PC=0x449e90 m=0 sigcode=0 addr=0x3b15
 *     signal arrived during cgo execution
 *
 * The words alone are no proof: any program may print `panic: …`. They count once a stack follows; until then they are
 * kept, and a log that ends there is incomplete.
 */
import type { Stack } from '../../model/diagnostic.js';
import {
  addFrame,
  closeReport,
  extend,
  markComplete,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';
import { BARE_CALL, CREATED, FRAME, HEADER, PANIC, PLACE_LINE, UNAVAILABLE, UNNAMED } from './crash-lines.js';
import { goFrame, goFunction } from './frame.js';
import {
  CAUSE,
  crossesC,
  EXIT,
  gluedWords,
  HARMLESS,
  LITERALS,
  MARKERS,
  MAX_GLUED_LINES,
  MAX_FOREIGN_LINES,
  OPAQUE_STACK,
  PC,
  reportOf,
  SIGNAL,
  signalOf,
  takeCause,
  TRACES,
  type Words,
} from './crash-words.js';
import { watchHeadlessStack, type HeadlessStack } from './headless-stack.js';
import { EXCEPTION, isKnown, isLow } from './kinds.js';

/** Reads panics, fatal errors and signals of the Go runtime, with every goroutine of the dump. */
export const goCrash: LineReader = {
  kind: 'lines',
  tools: ['go', 'cgocheck'],
  literals: LITERALS,
  markers: MARKERS,
  traces: TRACES,
  watches: true,
  make,
};

type State = {
  emit: Emit;
  /** Words whose stack has not come yet. */
  words: Words | undefined;
  /** Words behind another program's output: they count where a stack follows at once. */
  glued: Words | undefined;
  open: OpenReport | undefined;
  /** The stack that an empty line ended. */
  before: Stack | undefined;
  /** A function whose place line has not come yet. */
  fn: string | undefined;
  /** In the `created by` part of a goroutine, of which no place belongs to a call; the faulting one has that part. */
  inCreator: boolean;
  hasCreator: boolean;
  /** A stack of which the runtime could name no frame. */
  opaque: Stack | undefined;
  headless: HeadlessStack | undefined;
};

function make(emit: Emit): LineSession {
  const s: State = {
    emit,
    words: undefined,
    glued: undefined,
    open: undefined,
    before: undefined,
    fn: undefined,
    inCreator: false,
    hasCreator: false,
    opaque: undefined,
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
      dropWords(s);
      const waiting = s.open ? undefined : s.words;
      close(s);
      const at = s.headless?.cutAt();
      if (waiting)
        return [`line ${waiting.line.no}: "${waiting.words.slice(0, 80)}" is not followed by a stack`];
      return at === undefined ? [] : [`line ${at}: the beginning of a Go panic is absent`];
    },
  };
}

function read(s: State, line: Line, text: string): boolean {
  const header = HEADER.exec(text);
  if (header) return openGoroutine(s, line, header);
  const panic = PANIC.exec(text);
  if (!panic) s.glued = gluedWords(line, text) ?? s.glued;
  if (panic) {
    beginPanic(s, line, panic);
    return true;
  }
  if (/^write of (?:unpinned )?Go pointer 0x/.test(text)) {
    close(s);
    s.words = { how: 'fatal', words: text, line };
    return true;
  }
  if (s.open) return inside(s, s.open, line, text);
  const signal = signalOf(line, text, s.words);
  if (signal) s.words = signal;
  return signal !== undefined || (s.words !== undefined && before(s, s.words, line, text));
}

function beginPanic(s: State, line: Line, m: RegExpExecArray): void {
  const how = m[1] === 'panic' ? 'panic' : 'fatal';
  // "panic while printing" and nested panics of one end follow each other without a stack between.
  if (how === 'panic' && (s.words?.how === 'panic' || s.open?.diagnostic.stacks.length === 0)) return;
  close(s);
  const words: Words = { how, words: m[2] ?? '', line };
  // Words that only the runtime says need no stack to be believed; this deadlock never has one.
  if (isKnown(words.words)) {
    s.open = reportOf(words, line);
    if (s.open.diagnostic.message.includes('no goroutines (')) markComplete(s.open);
  } else s.words = words;
}

function close(s: State): void {
  flush(s);
  if (s.open) {
    const { diagnostic } = s.open;
    const { rule, address } = diagnostic;
    if (rule === 'go/nil-dereference' && address !== undefined && !isLow(address))
      diagnostic.hazard = 'crash/signal';
    if (rule === 'go/panic' && crossesC(diagnostic, s.hasCreator)) diagnostic.hazard = 'unwind/panic';
    closeReport(s.open, s.emit);
    s.headless = undefined;
  }
  s.open = s.words = s.opaque = s.before = undefined;
  s.hasCreator = false;
}

/** A function line that never got its place is still a frame. */
function flush(s: State): void {
  if (s.open && s.fn !== undefined && !s.inCreator) addFrame(s.open, { kind: 'symbol', function: s.fn });
  s.fn = undefined;
  s.inCreator = false;
}

/** The header of a goroutine's stack, or of the runtime's own. */
function openGoroutine(s: State, line: Line, m: RegExpExecArray): boolean {
  if (!s.open && !s.words && s.glued && line.no - s.glued.line.no <= MAX_GLUED_LINES) s.words = s.glued;
  s.glued = undefined;
  if (!s.open && s.words) s.open = reportOf(s.words, line);
  s.words = undefined;
  const { open } = s;
  if (!open) return false;
  flush(s);
  extend(open, line);
  const { diagnostic } = open;
  // The goroutine that called C says more than the thread that ran it.
  if (s.opaque?.frames.length === 0) diagnostic.stacks = diagnostic.stacks.filter((k) => k !== s.opaque);
  s.opaque = undefined;
  const isGoroutine = m[3] === undefined;
  const isFault = isGoroutine && !diagnostic.stacks.some((k) => k.role === 'fault');
  const thread = m[1] ?? 'runtime';
  openStack(open, isFault ? 'fault' : isGoroutine ? 'goroutine' : 'related', { thread, title: line.text });
  if (isFault) diagnostic.thread = thread;
  return true;
}

/** No stack follows. What only the runtime says is a report all the same, and lacks its stack. */
function dropWords(s: State): void {
  const { words } = s;
  if (s.open || !words?.isCertain) return;
  s.open = reportOf(words, words.line);
  close(s);
}

/** A line between the words and their stacks. */
function before(s: State, w: Words, line: Line, text: string): boolean {
  if (takeCause(w, text)) return true;
  if (w.signal?.startsWith(EXCEPTION) && FRAME.test(text)) {
    s.words = undefined;
    s.open = reportOf(w, line);
    openStack(s.open, 'fault');
    return inside(s, s.open, line, text);
  }
  // `panic: a [recovered]` and its `\tpanic: b`
  if (text.startsWith('\tpanic: ') || HARMLESS.test(text)) return true;
  if (EXIT.test(text)) {
    // GOTRACEBACK=none: no stack will come.
    s.open = reportOf(w, line);
    markComplete(s.open);
    close(s);
    return true;
  }
  if (line.no - w.line.no > MAX_FOREIGN_LINES) {
    dropWords(s);
    s.words = undefined;
  }
  return false;
}

/** A line of an open dump. */
function inside(s: State, open: OpenReport, line: Line, text: string): boolean {
  if (text === '') {
    flush(s);
    s.before = open.stack ?? s.before;
    open.stack = undefined;
    return true;
  }
  // gccgo prints calls without arguments, and an empty line for one that has no name.
  if (s.before !== undefined && UNNAMED.test(text)) {
    open.stack ??= s.before;
    extend(open, line);
    return true;
  }
  if (!takeCall(s, open, text) && !takeRemark(s, open, text)) {
    if (!EXIT.test(text)) return false;
    extend(open, line);
    close(s);
    return true;
  }
  extend(open, line);
  return true;
}

/** A function, its place, or what stands for frames that the runtime does not know. */
function takeCall(s: State, open: OpenReport, text: string): boolean {
  const { stack } = open;
  const isFault = stack?.role === 'fault';
  if (s.fn !== undefined && PLACE_LINE.test(text)) {
    if (stack && !s.inCreator) {
      addFrame(open, goFrame(s.fn, text.trim()));
      if (isFault) markComplete(open);
    }
    s.fn = undefined;
    s.inCreator = false;
    return true;
  }
  if (isFault && UNAVAILABLE.test(text)) {
    markComplete(open);
    return true;
  }
  if (stack && OPAQUE_STACK.test(text)) {
    if (isFault) markComplete(open);
    s.opaque = stack;
    return true;
  }
  const creator = CREATED.exec(text)?.[1];
  if (creator !== undefined) {
    flush(s);
    s.fn = creator;
    s.inCreator = true;
    if (isFault) s.hasCreator = true;
    return true;
  }
  if (!stack || !(FRAME.test(text) || BARE_CALL.test(text))) return false;
  flush(s);
  s.fn = goFunction(text);
  return true;
}

/** The cause of the end, registers, and words of the runtime around them. */
function takeRemark(s: State, open: OpenReport, text: string): boolean {
  const cause = CAUSE.exec(text);
  const isRemark =
    cause !== null ||
    text.startsWith('\tpanic: ') ||
    [HARMLESS, PC, SIGNAL].some((remark) => remark.test(text));
  if (cause?.[3] && open.diagnostic.address === undefined) open.diagnostic.address = cause[3];
  if (isRemark) flush(s);
  return isRemark;
}
