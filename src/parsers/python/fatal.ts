/**
 * CPython's last words and what its debug allocator says before them.
 *
 *     Debug memory block at address p=0x55d: API 'm'
 *         The 8 pad bytes at tail=0x55e are not all FORBIDDENBYTE (0xfd):
 *     Fatal Python error: _PyMem_DebugRawFree: bad trailing pad byte
 *     Python runtime state: initialized
 *
 *     Current thread 0x00007f95 (most recent call first):
 *       File "cases.py", line 56 in inner
 *
 *     Current thread's C stack trace (most recent call first):
 *       Binary file "/usr/lib/libpython3.14.so", at _Py_DumpStack+0x3e [0x7f1]
 *
 * Source: Modules/faulthandler.c, Python/traceback.c, Python/pylifecycle.c, Objects/obmalloc.c, Objects/object.c.
 */
import type { StackRole } from '../../model/diagnostic.js';
import {
  addFrame,
  closeReport,
  extend,
  markComplete,
  messageOf,
  openReport,
  openStack,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';
import { pythonMeaning } from './kinds.js';
import {
  BARE,
  C_FRAME,
  C_STACK,
  FIRST_LINES,
  FRAME,
  FRAME_OF_DUMP,
  isException,
  pythonFrame,
  STACK,
  THREAD,
  TITLE,
  TRACEBACK,
} from './stack.js';

const FATAL =
  /^(?:Fatal Python error(?:: | from (?=unexpected signum: ))|Windows fatal exception: |(?=Timeout \(\d+:\d\d:\d\d))(.*)$/;
/** Older cffi, and PyPy's, say `From cffi callback`. */
const IGNORED = /^(?:Exception ignored (?:(?:on|while) calling|from) |From )(ctypes|cffi) callback\b/;
/** pytest repeats the error with an `E` before it. */
const SYSTEM_ERROR =
  /^(?:E +)?SystemError: (.{1,2000} returned (?:a result with an (?:exception|error) set|NULL without setting an (?:exception|error)))$/;
const NEGATIVE =
  /: Assertion (?:failed: object has negative ref count|"[^"]{1,200}" failed: object has negative ref count)/;

/** Frames that are kept of a traceback, the most recent. */
const MAX_TRACEBACK_FRAMES = 200;
/** Other output between two lines of a dump, and lines of the debug checks before their fatal error, with a margin. */
const MAX_FOREIGN_LINES = 20;
const MAX_PRELUDE_LINES = 100;

/** Reads fatal errors, faulthandler dumps, results that break the exception rule, and exceptions lost in callbacks. */
export const python: LineReader = {
  kind: 'lines',
  tools: ['python'],
  literals: [
    'Fatal Python error',
    'Windows fatal exception',
    'Timeout (',
    'SystemError: ',
    'Exception ignored',
    'From cffi callback',
    'Debug memory block',
    'negative ref count',
    'returned a result with an',
    'without setting an e',
    '(most recent call first',
    '", line ',
    'Python runtime state',
    'Binary file "',
    'Extension modules',
    '<no Python frame>',
  ],
  markers: [
    { words: /\bFatal Python error\b/, opening: /\bFatal Python error: / },
    { words: /\bWindows fatal exception: /, opening: /\bWindows fatal exception: / },
    begins(/\bDebug memory block at address p=0x/),
    {
      words: / returned (?:a result with|NULL without setting) an (?:exception|error)(?: set)?$/,
      opening: /\bSystemError: </,
    },
    begins(/\bException ignored (?:(?:on|while) calling|from) (?:ctypes|cffi) callback\b/),
    begins(/\bTimeout \(\d+:\d\d:\d\d(?:\.\d+)?\)!$/),
  ],
  traces: [
    THREAD,
    FRAME_OF_DUMP,
    /^Current thread's C stack trace \(most recent call first\):$/,
    /^Python runtime state: |^\s*<no Python frame>$/,
    /^\s*Binary file "[^"]{1,400}", at /,
    /^Extension modules: \w[\w.]{0,200}(?:, |\s\(total: \d)/,
  ],
  make,
};

/** The debug allocator, or the refcount check, has spoken and the fatal error is still to come. */
type Prelude = { line: Line; text: string };

type State = {
  emit: Emit;
  open: OpenReport | undefined;
  prelude: Prelude | undefined;
  /** The open report is an exception that a callback could not hand on: an ordinary traceback follows. */
  isCallback: boolean;
  /** Last line of a dump that was asked for. */
  requested: number;
};

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined, prelude: undefined, isCallback: false, requested: -Infinity };
  return {
    line(line) {
      // The debug allocator may itself crash in the middle of a line of what it says.
      const late = s.prelude ? line.text.indexOf(' Fatal Python error: ') + 1 : 0;
      return read(s, line, line.text.slice(late).trimEnd()) ? 'consumed' : 'ignored';
    },
    settle() {
      if (s.open?.diagnostic.complete) close(s);
    },
    end() {
      close(s);
      if (!s.prelude) return [];
      return [`line ${s.prelude.line.no}: Python's debug check is not followed by its fatal error`];
    },
  };
}

function read(s: State, line: Line, text: string): boolean {
  if (takeHeadline(s, line, text)) return true;
  if (s.prelude && line.no - s.prelude.line.no > MAX_PRELUDE_LINES) s.prelude = undefined;
  if (s.prelude) return takePrelude(s.prelude, text);
  const { open } = s;
  if (!open) return takeRequested(s, line, text);
  if (!s.isCallback) return takeDump(open, line, text);
  if (!takeTraceback(open, text)) return false;
  extend(open, line);
  if (open.diagnostic.complete) close(s);
  return true;
}

/**
 * `faulthandler` dumps stacks on request, too: no fault, and nothing that was left unread. A log that begins with one may have
 * lost the words of the fault.
 */
function takeRequested(s: State, line: Line, text: string): boolean {
  const isTitle = THREAD.test(text) || STACK.test(text);
  if (isTitle ? line.no <= FIRST_LINES : !(FRAME.test(text) || BARE.test(text))) return false;
  if (!isTitle && line.no - s.requested > MAX_FOREIGN_LINES) return false;
  s.requested = line.no;
  return true;
}

function close(s: State): void {
  if (s.open) closeReport(s.open, s.emit);
  s.open = undefined;
  s.isCallback = false;
}

/** A line that begins a report, or announces one. */
function takeHeadline(s: State, line: Line, text: string): boolean {
  const fatal = FATAL.exec(text);
  if (fatal) {
    beginFatal(s, line, fatal[1] ?? '', text);
    return true;
  }
  const system = SYSTEM_ERROR.exec(text)?.[1];
  if (system !== undefined) {
    takeSystemError(s, line, system);
    return true;
  }
  const callback = IGNORED.exec(text)?.[1];
  if (callback !== undefined) {
    close(s);
    const facts = {
      tool: 'python',
      rule: 'python/callback-exception',
      hazard: 'unwind/foreign-exception',
    } as const;
    const message = `an exception cannot leave a ${callback} callback`;
    s.open = openReport(line, { ...facts, message }, { missing: 'the traceback', keepsEmptyStacks: true });
    s.isCallback = true;
    return true;
  }
  if (!/^Debug memory block at address p=(?:0x)?[0-9A-Fa-f]/.test(text) && !NEGATIVE.test(text)) return false;
  close(s);
  s.prelude = { line, text };
  return true;
}

function beginFatal(s: State, line: Line, words: string, message: string): void {
  close(s);
  const { prelude } = s;
  s.prelude = undefined;
  const address = /\b(?:p=|address )(0x[0-9a-f]+)/.exec(prelude?.text ?? '')?.[1];
  s.open = openReport(
    prelude?.line ?? line,
    {
      tool: 'python',
      ...pythonMeaning(prelude ? `${words} (${prelude.text})` : words),
      message: messageOf(message),
      ...(address && { address }),
    },
    { missing: 'the stack of a Python thread', keepsEmptyStacks: true },
  );
  extend(s.open, line);
}

function takeSystemError(s: State, line: Line, words: string): void {
  const { open } = s;
  // A debug build has said so already, and names the exception before its stack.
  if (open?.diagnostic.rule === 'python/exception-rule' && open.diagnostic.stacks.length === 0) {
    extend(open, line);
    return;
  }
  close(s);
  const facts = { tool: 'python', ...pythonMeaning(words), message: messageOf(words) } as const;
  closeReport(openReport(line, facts), s.emit);
}

/** Lines of the debug checks before the fatal error. */
function takePrelude(prelude: Prelude, text: string): boolean {
  if (text.includes('not all FORBIDDENBYTE')) prelude.text += `; ${text.trim()}`;
  return /FORBIDDENBYTE|^ {4}|^Enable tracemalloc|^object /.test(text);
}

/** A line below a fatal error: a thread's stack, or one of C. */
function takeDump(open: OpenReport, line: Line, text: string): boolean {
  if (text === '') open.stack = undefined;
  else if (!takeTitle(open, text) && !takeDumpFrame(open, text)) {
    const isRemark =
      (open.stack && BARE.test(text)) || /^(?:Python runtime state: |Extension modules: )/.test(text);
    if (!isRemark) {
      const { stacks, hazard } = open.diagnostic;
      // Python 2, and 3 without a thread, say only the words; a signal is always followed by a thread's stack.
      if (stacks.length === 0 && hazard !== 'crash/signal') markComplete(open);
      return false;
    }
    if (open.stack) markComplete(open);
  }
  extend(open, line);
  return true;
}

/** A line that introduces a stack. */
function takeTitle(open: OpenReport, text: string): boolean {
  const role: StackRole | undefined = STACK.test(text) ? 'managed' : C_STACK.test(text) ? 'fault' : undefined;
  if (role) {
    openStack(open, role, { title: text });
    return true;
  }
  const [, who, id] = THREAD.exec(text) ?? [];
  if (id === undefined) return false;
  const thread = `thread ${id}`;
  const isCurrent = who === 'Current thread';
  openStack(open, isCurrent ? 'managed' : 'related', { thread, title: text });
  if (isCurrent) open.diagnostic.thread = thread;
  return true;
}

function takeDumpFrame(open: OpenReport, text: string): boolean {
  if (open.stack === undefined) return false;
  const [, file, at, fn] = FRAME.exec(text) ?? [];
  const [, module, name, offset] = C_FRAME.exec(text) ?? [];
  if (file !== undefined) addFrame(open, pythonFrame(file, at ?? '', fn ?? ''));
  else if (module !== undefined)
    addFrame(open, {
      kind: 'module',
      module,
      ...(name ? { function: name } : {}),
      ...(offset ? { offset } : {}),
    });
  else return false;
  markComplete(open);
  return true;
}

/** A line of the traceback of an exception that a callback could not hand on; it ends with the exception itself. */
function takeTraceback(open: OpenReport, text: string): boolean {
  const { diagnostic, stack } = open;
  const [, file, at, fn] = TRACEBACK.exec(text) ?? [];
  if (text === TITLE) openStack(open, 'managed', { title: text });
  else if (stack && file !== undefined) {
    // Most recent last here, most recent first in every stack of ours.
    stack.frames.unshift(pythonFrame(file, at ?? '', fn ?? ''));
    if (stack.frames.length > MAX_TRACEBACK_FRAMES) stack.frames.pop();
  } else if (stack && isException(text)) {
    diagnostic.message = messageOf(`${diagnostic.message}: ${text}`);
    markComplete(open);
  } else return stack !== undefined && text !== '';
  return true;
}
