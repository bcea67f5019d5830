/** The lines of Python's stacks: those of `faulthandler`, and tracebacks. Source: Modules/faulthandler.c, Python/traceback.c. */
import type { Frame } from '../../model/diagnostic.js';

export const THREAD =
  /^(Current thread|Thread) (0x[0-9a-fA-F]+)(?: \[.{0,200}\])? \(most recent call first(?:, approximate line numbers)?\):$/;
/** Without a thread: the dump of a thread that was asked for, and PyPy's. */
export const STACK = /^Stack \(most recent call first(?:, approximate line numbers)?\):$/;
export const C_STACK = /^Current thread's C stack trace \(most recent call first\):$/;
export const FRAME = /^\s*File "([^"]{0,4096})", line (\d{1,9}|\?\?\?) in (.*)$/s;
export const C_FRAME =
  /^\s*Binary file "([^"]{0,4096})", at ([^\s+]{0,4096})(?:\+(0x[0-9a-f]{1,16}))? \[0x[0-9a-f]{1,16}\]$/;
export const BARE = /^\s*(?:Garbage-collecting|<no Python frame>|<.{1,60}>|\.\.\.)$/;
/** Frames of an ordinary traceback, most recent last. */
export const TRACEBACK = /^\s*File "([^"]{0,4096})", line (\d{1,9}), in (.*)$/s;
/** A frame of a stack that `faulthandler` dumps; one of a traceback has a comma before `in`. */
export const FRAME_OF_DUMP = /^\s*File "[^"]{1,400}", line (?:\d{1,9}|\?\?\?) in \S/;

/** Lines in which a log begins: a sentence and a fence of Markdown may come first. */
export const FIRST_LINES = 8;

export const TITLE = 'Traceback (most recent call last):';

/** The last line of a traceback: source lines above it have an indentation, unless it was lost. */
export const isException = (text: string): boolean =>
  /^[A-Za-z_][\w.]{0,400}(?:: |$)/.test(text) &&
  !/^(?:return|pass|break|continue|raise|yield|else|try|finally)\b/.test(text);

/** A frame from its file, its line (`???` when it is not known), and its function. */
export const pythonFrame = (file: string, line: string, fn: string): Frame =>
  line === '???'
    ? { kind: 'symbol', function: fn, file }
    : { kind: 'source', function: fn, file, line: Number(line) };
