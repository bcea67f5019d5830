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
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import { addFrame, addStack, draft, reach, whole } from '../engine/draft.js';
import { pythonMeaning } from './kinds.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

const FATAL =
  /^(?:Fatal Python error(?:: | from (?=unexpected signum: ))|Windows fatal exception: |(?=Timeout \(\d+:\d\d:\d\d))(.*)$/;
const THREAD =
  /^(Current thread|Thread) (0x[0-9a-fA-F]+)(?: \[.{0,200}\])? \(most recent call first(?:, approximate line numbers)?\):$/;
/** Without a thread: the dump of a thread that was asked for, and PyPy's. */
const STACK = /^Stack \(most recent call first(?:, approximate line numbers)?\):$/;
const C_STACK = /^Current thread's C stack trace \(most recent call first\):$/;
const FRAME = /^ {2}File "([^"]{0,4096})", line (\d{1,9}|\?\?\?) in (.*)$/s;
const C_FRAME =
  /^ {2}Binary file "([^"]{0,4096})", at ([^\s+]{0,4096})(?:\+(0x[0-9a-f]{1,16}))? \[0x[0-9a-f]{1,16}\]$/;
const BARE = /^ {2}(?:Garbage-collecting|<no Python frame>|<.{1,60}>|\.\.\.)$/;
/** Frames of an ordinary traceback, most recent last. */
const TRACEBACK = /^ {2}File "([^"]{0,4096})", line (\d{1,9}), in (.*)$/s;
/** Older cffi, and PyPy's, say `From cffi callback`. */
const IGNORED = /^(?:Exception ignored (?:(?:on|while) calling|from) |From )(ctypes|cffi) callback\b/;
/** pytest repeats the error with an `E` before it. */
const SYSTEM_ERROR =
  /^(?:E +)?SystemError: (.{1,2000} returned (?:a result with an exception set|NULL without setting an exception))$/;
const NEGATIVE =
  /: Assertion (?:failed: object has negative ref count|"[^"]{1,200}" failed: object has negative ref count)/;

const pythonFrame = (file: string, line: string, fn: string): Frame =>
  line === '???'
    ? { kind: 'symbol', function: fn, file }
    : { kind: 'source', function: fn, file, line: Number(line) };

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
  ],
  markers: [
    { words: /\bFatal Python error\b/, opening: /\bFatal Python error: / },
    { words: /\bWindows fatal exception: /, opening: /\bWindows fatal exception: / },
    { words: /\bDebug memory block at address p=0x/ },
  ],
  make,
};

function make(emit: Emit): LineSession {
  let open: Diagnostic | undefined;
  let stack: Stack | undefined;
  /** The debug allocator, or the refcount check, has spoken and the fatal error is still to come. */
  let prelude: { line: Line; text: string } | undefined;
  let traceback = false;

  const close = (): void => {
    if (open) emit(open);
    open = stack = undefined;
    traceback = false;
  };
  const begin = (words: string, message: string, line: Line): void => {
    close();
    const text = prelude ? `${words} (${prelude.text})` : words;
    open = draft(
      prelude?.line ?? line,
      { tool: 'python', ...pythonMeaning(text), message },
      'the stack of a Python thread',
    );
    const address = /\b(?:p=|address )(0x[0-9a-f]+)/.exec(prelude?.text ?? '')?.[1];
    if (address) open.address = address;
    reach(open, line);
    prelude = undefined;
  };

  const inside = (s: Diagnostic, text: string, line: Line): boolean => {
    const thread = THREAD.exec(text);
    if (STACK.test(text)) stack = addStack(s, { role: 'managed', title: text, frames: [] });
    else if (thread) {
      const current = thread[1] === 'Current thread';
      const name = `thread ${thread[2] ?? ''}`;
      stack = addStack(s, { role: current ? 'managed' : 'related', thread: name, title: text, frames: [] });
      if (current) s.thread = name;
    } else if (C_STACK.test(text)) {
      stack = addStack(s, { role: 'fault', title: text, frames: [] });
    } else if (text === '') {
      stack = undefined;
    } else {
      const frame = FRAME.exec(text) ?? (traceback ? TRACEBACK.exec(text) : null);
      const native = C_FRAME.exec(text);
      if (stack && frame) addFrame(stack, pythonFrame(frame[1] ?? '', frame[2] ?? '', frame[3] ?? ''));
      else if (stack && native) {
        addFrame(stack, {
          kind: 'module',
          module: native[1] ?? '',
          ...(native[2] ? { function: native[2] } : {}),
          ...(native[3] ? { offset: native[3] } : {}),
        });
      } else if (
        !(stack && BARE.test(text)) &&
        !/^(?:Python runtime state: |Extension modules: )/.test(text)
      ) {
        // Python 2, and 3 without a thread, say only the words; a signal is always followed by a thread's stack.
        if (s.stacks.length === 0 && s.hazard !== 'crash/signal') whole(s);
        return false;
      }
      if (stack) whole(s);
    }
    reach(s, line);
    return true;
  };

  /** The traceback of an exception that a callback could not hand on: ends with the exception itself. */
  const lost = (s: Diagnostic, text: string, line: Line): boolean => {
    if (text === 'Traceback (most recent call last):') {
      stack = addStack(s, { role: 'managed', title: text, frames: [] });
    } else if (stack && TRACEBACK.test(text)) {
      const m = TRACEBACK.exec(text);
      // Most recent last here, most recent first in every stack of ours.
      if (m) stack.frames.unshift(pythonFrame(m[1] ?? '', m[2] ?? '', m[3] ?? ''));
      if (stack.frames.length > 200) stack.frames.pop();
    } else if (stack && /^\S/.test(text)) {
      reach(s, line);
      s.message = `${s.message}: ${text}`.slice(0, 1000);
      whole(s);
      close();
      return true;
    } else if (!stack || !text.startsWith('    ')) return false;
    reach(s, line);
    return true;
  };

  return {
    line(line) {
      // The debug allocator may itself crash in the middle of a line of what it says.
      const late = prelude ? line.text.indexOf(' Fatal Python error: ') + 1 : 0;
      const text = line.text.slice(late).trimEnd();
      const fatal = FATAL.exec(text);
      if (fatal) {
        begin(fatal[1] ?? '', text, line);
        return 'consumed';
      }
      const system = SYSTEM_ERROR.exec(text);
      // A debug build has said so already, and tells of the exception before its stack.
      if (system?.[1] && open?.rule === 'python/exception-rule' && open.stacks.length === 0) {
        reach(open, line);
        return 'consumed';
      }
      if (system?.[1]) {
        close();
        const s = draft(line, { tool: 'python', ...pythonMeaning(system[1]), message: system[1] }, '');
        whole(s);
        emit(s);
        return 'consumed';
      }
      const ignored = IGNORED.exec(text);
      if (ignored) {
        close();
        const message = `an exception cannot leave a ${ignored[1]} callback`;
        open = draft(
          line,
          { tool: 'python', rule: 'python/callback-exception', hazard: 'unwind/foreign-exception', message },
          'the traceback',
        );
        traceback = true;
        return 'consumed';
      }
      if (/^Debug memory block at address p=(?:0x)?[0-9A-Fa-f]/.test(text) || NEGATIVE.test(text)) {
        close();
        prelude = { line, text };
        return 'consumed';
      }
      if (prelude) {
        if (line.no - prelude.line.no > 100) prelude = undefined;
        else {
          if (/not all FORBIDDENBYTE/.test(text)) prelude.text += `; ${text.trim()}`;
          return /FORBIDDENBYTE|^ {4}|^Enable tracemalloc|^object /.test(text) ? 'consumed' : 'ignored';
        }
      }
      if (!open) return 'ignored';
      return (traceback ? lost(open, text, line) : inside(open, text, line)) ? 'consumed' : 'ignored';
    },
    settle() {
      if (open?.complete) close();
    },
    end() {
      close();
      if (!prelude) return [];
      return [`line ${prelude.line.no}: Python's debug check is not followed by its fatal error`];
    },
  };
}
