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
 * diagnostic, unless a note in its margin follows (until 2022 one stood before the stack). With `--error-format=json` every diagnostic is one line; see mirijson.ts.
 */
import type { Frame, Diagnostic, Stack, StackRole } from '../../model/diagnostic.js';
import { addFrame, addStack, draft, placed, reach, whole } from '../engine/draft.js';
import { UNKNOWN_FUNCTION } from '../engine/frame.js';
import { readMiriJson } from './miri-json.js';
import { miriFacts, miriRole } from './miri-kinds.js';
import type { Emit, LineReader, LineSession } from '../engine/reader.js';

const ERROR = /^error(?:\[(E\d{4})\])?: (.{1,4000})$/;
const PLACE = /^ *--> (.{1,4096})$/;
const NOTE = /^(?: *= )?(note|help): (.*)$/;
/** `inside `f` at src/lib.rs:1:2`, or without a place when a `-->` line follows. */
const INSIDE = /^inside (?:call to )?(?:`([^`]{1,2000})`|closure)(?: at (\S.*))?$/s;
const FRAME = /^ +\d{1,5}: (.{1,4000})$/;
const AT = /^ +at (.{1,4096})$/;
/** Source lines and their margins: `10 | code`, `   |`, `...`, `LL | …`. */
const SOURCE = /^ *(?:(?:\d{1,9}|LL) *)?[|=]|^\.\.\.$|^ *::: /;

/** A frame of Miri's; the end of a range (`a.rs:8:14: 8:26`) is dropped. */
export const miriFrame = (fn: string, place: string | undefined): Frame =>
  (place === undefined ? undefined : placed(fn, place.replace(/: \d{1,9}:\d{1,9}$/, ''))) ?? {
    kind: 'symbol',
    function: fn,
  };

/** Reads Miri's errors, as text and as JSON lines. */
export const miri: LineReader = {
  kind: 'lines',
  tools: ['miri'],
  literals: ['error: ', 'error[E', '"level":"error', '"level": "error'],
  markers: [{ words: /\berror: Undefined Behavior\b/, opening: /\berror: Undefined Behavior: / }],
  make,
};

function make(emit: Emit): LineSession {
  let open: Diagnostic | undefined;
  /** Takes the place of the next `-->` line. */
  let next: { role: StackRole; title?: string; fn: string } | undefined;
  let fault: Stack | undefined;
  let fn: string | undefined;
  /** The place under the title, until the trace has named its function. */
  let head: Frame | undefined;
  let backtrace = false;
  /** An empty line came: the diagnostic is over unless its margin goes on. */
  let blank = false;
  let counted = 0;

  const close = (): void => {
    if (fn !== undefined) addTraced(miriFrame(fn, undefined));
    if (open) emit(open);
    open = next = fault = fn = head = undefined;
    backtrace = blank = false;
  };
  /** The stack that replaces the bare place of the title: its first frame is that very place. */
  const beginTrace = (): void => {
    if (!backtrace && fault) head = fault.frames.splice(0)[0];
    backtrace = true;
  };
  const addTraced = (frame: Frame): void => {
    if (!fault) return;
    const bare = fault.frames.length === 0 && frame.kind === 'symbol';
    addFrame(fault, bare && head?.kind === 'source' ? { ...head, function: frame.function } : frame);
  };

  const note = (s: Diagnostic, words: string): void => {
    const thread = /^this is on thread `(.{0,200})`/.exec(words)?.[1];
    if (thread !== undefined) {
      s.thread = thread;
      if (fault) fault.thread = thread;
      return;
    }
    if (/^(?:stack backtrace|BACKTRACE)/.test(words)) {
      beginTrace();
      return;
    }
    const inside = INSIDE.exec(words);
    if (inside && fault) {
      if (inside[2] !== undefined) {
        beginTrace();
        addTraced(miriFrame(inside[1] ?? UNKNOWN_FUNCTION, inside[2]));
      } else next = { role: 'fault', fn: inside[1] ?? UNKNOWN_FUNCTION };
      return;
    }
    next = { role: miriRole(words), title: words, fn: UNKNOWN_FUNCTION };
  };

  const place = (s: Diagnostic, text: string): void => {
    if (!next) return;
    const frame = miriFrame(next.fn, text);
    if (next.role === 'fault' && fault) {
      beginTrace();
      addTraced(frame);
    } else {
      const stack = addStack(s, {
        role: next.role,
        ...(next.title === undefined ? {} : { title: next.title }),
        frames: [frame],
      });
      if (next.role === 'fault') fault = stack;
    }
    next = undefined;
  };

  return {
    line(line) {
      const text = line.text.trimEnd();
      if (text.startsWith('{')) {
        const found = readMiriJson(line);
        if (found === undefined) return 'ignored';
        close();
        counted += found.length;
        found.forEach(emit);
        return 'consumed';
      }
      const error = ERROR.exec(text);
      if (error?.[2]) {
        close();
        // rustc counts its own errors as well, so that its number cannot be held against ours.
        if (counted > 0 && /^aborting due to /.test(error[2])) return 'consumed';
        const facts = miriFacts(error[2], error[1]);
        if (!facts) return 'ignored';
        counted++;
        open = draft(line, facts, 'the end of the diagnostic');
        next = { role: 'fault', title: error[2], fn: UNKNOWN_FUNCTION };
        return 'consumed';
      }
      if (!open) return 'ignored';
      if (text === '') {
        // std's deadlock and leak errors may lack a place; the empty line ends them all the same.
        whole(open);
        blank = true;
        return 'consumed';
      }
      if (blank && !/^ +=/.test(text)) {
        close();
        return 'ignored';
      }
      blank = false;
      if (/^warning: /.test(text)) {
        close();
        return 'ignored';
      }
      const at = PLACE.exec(text);
      const words = NOTE.exec(text);
      const frame = backtrace ? FRAME.exec(text) : null;
      const where = fn === undefined ? null : AT.exec(text);
      if (at?.[1]) place(open, at[1]);
      else if (words) note(open, words[2] ?? '');
      else if (where && fault && fn !== undefined) {
        addTraced(miriFrame(fn, where[1]));
        fn = undefined;
      } else if (frame?.[1] && fault) {
        if (fn !== undefined) addTraced(miriFrame(fn, undefined));
        fn = frame[1];
      } else if (!SOURCE.test(text) && !/^ {3,}/.test(text)) return 'ignored';
      reach(open, line);
      return 'consumed';
    },
    end() {
      close();
      return [];
    },
  };
}
