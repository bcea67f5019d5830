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
import type { Frame, Diagnostic } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { addFrame, addStack, draft, placed, reach, whole } from '../engine/draft.js';
import { UNKNOWN_FUNCTION } from '../engine/frame.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

const PANICKED = /^thread '([^']{0,200})' (?:\(([^()]{1,20})\) )?panicked at (.{1,4096})$/;
/** The end of the old form, whose message may have several lines: `…', src/lib.rs:11:5`; before 1.24 without column. */
const OLD_PLACE = /^[^\s:].{0,4000}:\d{1,9}(?::\d{1,9})?$/;
const OLD_LINES = 50;
const FRAME = /^ *\d{1,6}: +(?:0x[0-9a-f]+ - )?(\S.*)$/s;
/** Until 1.43 a call that was inlined stood without number below the frame it is part of. */
const INLINED = /^ {12,}(?!at )(\S.*)$/;
const AT = /^ +at (.+)$/;
const NOTE = /^note: (?:run with `RUST_BACKTRACE|[Ss]ome details are omitted)/;
const FOREIGN = /annot catch foreign exception/;
const OVERFLOW = /^thread '([^']{0,200})' (?:\(([^()]{1,20})\) )?has overflowed its stack$/;

const samePlace = (a: Frame, b: Frame | undefined): boolean =>
  a.kind === 'source' &&
  b?.kind === 'source' &&
  a.line === b.line &&
  a.file.endsWith(b.file.replace(/^\.\//, ''));

type Row = [RegExp, string, HazardId];
/** What panics of the language's own checks mean; a message that no row fits is an ordinary panic. */
const PANICS: readonly Row[] = [
  [/^panic in a function that cannot unwind/, 'panic-cannot-unwind', 'unwind/panic'],
  [/^panic in a destructor during cleanup/, 'panic-in-cleanup', 'crash/abort'],
  [/^null pointer dereference occurred/, 'null-dereference', 'null/dereference'],
  [/^misaligned pointer dereference/, 'misaligned-dereference', 'ub/rust-alignment'],
  [/^trying to construct an enum from an invalid value/, 'invalid-enum', 'ub/rust-invalid-value'],
  [/^unsafe precondition\(s\) violated: .*null/, 'ub-check', 'ub/rust-dangling'],
  [/^unsafe precondition\(s\) violated: .*align/, 'ub-check', 'ub/rust-alignment'],
  [/^unsafe precondition\(s\) violated: .*(?:char|enum|bool|utf)/i, 'ub-check', 'ub/rust-invalid-value'],
  [/^unsafe precondition\(s\) violated: .*overlap/, 'ub-check', 'ub/rust-aliasing'],
  [/^unsafe precondition\(s\) violated/, 'ub-check', 'ub/other'],
];
/** Last words outside a panic. */
const ABORTS: readonly Row[] = [
  [FOREIGN, 'foreign-exception', 'unwind/foreign-exception'],
  [/^fatal runtime error: stack overflow/, 'stack-overflow', 'resource/exhausted'],
  [/^memory allocation of \d+ bytes failed/, 'allocation-failed', 'resource/exhausted'],
  [/^fatal runtime error: /, 'fatal-runtime-error', 'crash/abort'],
  [
    /^thread panicked while (?:processing panic|panicking)\. aborting\./,
    'panic-while-panicking',
    'crash/abort',
  ],
];

type Panic = { line: Line; thread: string; place: string; message?: string };

/** The message and place of `'MESSAGE', src/lib.rs:11:5`; undefined while its last line has not come. */
const oldForm = (text: string): { message: string; place: string } | undefined => {
  const end = text.lastIndexOf("', ");
  const place = end < 0 ? '' : text.slice(end + 3);
  return OLD_PLACE.test(place) ? { message: text.slice(1, end), place } : undefined;
};

const PANIC_WORDS = /\bthread '[^']{0,100}' (?:\([^()]{1,20}\) )?panicked at /;

/** Reads the last words of Rust's standard library. */
export const rust: LineReader = {
  kind: 'lines',
  tools: ['rust'],
  literals: [
    'panicked at ',
    'panicked while',
    'overflowed its stack',
    'fatal runtime error',
    'memory allocation of',
    'foreign exception',
  ],
  markers: [{ words: PANIC_WORDS, opening: PANIC_WORDS }],
  make,
};

function make(emit: Emit): LineSession {
  let panic: Panic | undefined;
  /** The lines of an old-form message so far. */
  let old: { panic: Panic; text: string } | undefined;
  /** The place of the open panic, until its backtrace is known to hold it. */
  let head: Frame | undefined;
  let before: Panic | undefined;
  let open: Diagnostic | undefined;
  let frames = false;
  let fn: string | undefined;

  const flush = (): void => {
    const stack = open?.stacks[0];
    if (fn !== undefined && stack) addFrame(stack, { kind: 'symbol', function: fn });
    fn = undefined;
  };
  const close = (): void => {
    flush();
    const fault = open?.stacks[0];
    // The standard library may be built without lines; then the place of the panic is in no frame.
    if (head?.kind === 'source' && fault && !fault.frames.some((f) => samePlace(f, head)))
      fault.frames.unshift(head);
    if (open) emit(open);
    open = head = undefined;
    frames = false;
  };
  const at = (p: Panic): Frame => placed(UNKNOWN_FUNCTION, p.place) ?? { kind: 'opaque', text: p.place };

  /** The message of a panic is known: hazard or ordinary. */
  const judge = (p: Panic, line: Line): void => {
    frames = false;
    const message = p.message ?? '';
    const row = PANICS.find(([re]) => re.test(message));
    const facts = {
      tool: 'rust' as const,
      rule: `rust/${row?.[1] ?? 'panic'}`,
      hazard: row?.[2] ?? ('crash/abort' as const),
      message,
      thread: p.thread,
      ...(!row && { ordinary: true as const }),
    };
    open = draft(p.line, facts, 'the line that ends the process');
    reach(open, line);
    const address = /(0x[0-9a-f]+)/.exec(message)?.[1];
    if (address) open.address = address;
    head = at(p);
    addStack(open, { role: 'fault', thread: p.thread, title: p.line.text.trim(), frames: [head] });
    if (row && before && before.thread === p.thread) {
      const title = `${before.line.text.trim()} ${before.message ?? ''}`.trim();
      addStack(open, { role: 'related', thread: p.thread, title, frames: [at(before)] });
    }
    before = row ? undefined : p;
    // The message is all there is to know; the backtrace is optional and the closing line only confirms.
    whole(open);
  };

  /** True when `said` is a whole message of the old form. */
  const finishOld = (p: Panic, said: string, line: Line): boolean => {
    const whole = oldForm(said);
    if (whole) judge({ ...p, place: whole.place, message: whole.message.replace(/\n.*$/s, '') }, line);
    return whole !== undefined;
  };

  const abort = (text: string, line: Line): boolean => {
    const row = ABORTS.find(([re]) => re.test(text));
    if (!row) return false;
    // "thread 'x' has overflowed its stack" has opened it already.
    if (open?.rule === 'rust/stack-overflow' && text.startsWith('fatal runtime error')) reach(open, line);
    else {
      close();
      open = draft(line, { tool: 'rust', rule: `rust/${row[1]}`, hazard: row[2], message: text }, '');
      whole(open);
    }
    close();
    return true;
  };

  return {
    line(line) {
      const text = line.text.trimEnd();
      const m = PANICKED.exec(text);
      if (m) {
        close();
        const said = m[3] ?? '';
        const begun = { line, thread: m[1] ?? '', place: said.replace(/:$/, '') };
        old = undefined;
        if (!said.startsWith("'")) panic = begun;
        else if (!finishOld(begun, said, line)) old = { panic: begun, text: said };
        return 'consumed';
      }
      if (old) {
        const { panic: begun, text: so } = old;
        old = { panic: begun, text: `${so}\n${text}` };
        if (finishOld(begun, old.text, line) || line.no - begun.line.no > OLD_LINES) old = undefined;
        return 'consumed';
      }
      if (panic) {
        const p = { ...panic, message: text };
        panic = undefined;
        judge(p, line);
        return 'consumed';
      }
      const overflow = OVERFLOW.exec(text);
      if (overflow) {
        close();
        const facts = {
          tool: 'rust' as const,
          rule: 'rust/stack-overflow',
          hazard: 'resource/exhausted' as const,
          message: 'thread has overflowed its stack',
          thread: overflow[1] ?? '',
        };
        open = draft(line, facts, '');
        whole(open);
        return 'consumed';
      }
      if (abort(text, line)) return 'consumed';
      if (/^thread caused non-unwinding panic\. aborting\.$/.test(text)) {
        if (open) reach(open, line);
        close();
        return 'consumed';
      }
      if (text === 'stack backtrace:') {
        frames = open !== undefined;
        // The place of the panic is frame 0 of nothing: the backtrace is better.
        const fault = open?.stacks[0];
        if (fault) fault.frames = [];
        return frames ? 'consumed' : 'ignored';
      }
      // What `assert_eq!` compared.
      if (open && !frames && /^ {1,2}(?:left|right): /.test(text)) return 'consumed';
      if (!frames) return 'ignored';
      const place = AT.exec(text);
      if (place && fn !== undefined) {
        const stack = open?.stacks[0];
        if (open && stack) {
          reach(open, line);
          addFrame(stack, placed(fn, place[1] ?? '') ?? { kind: 'symbol', function: fn });
        }
        fn = undefined;
        return 'consumed';
      }
      const frame = FRAME.exec(text) ?? INLINED.exec(text);
      if (frame?.[1]) {
        flush();
        // A hash at the end of a symbol differs from build to build.
        fn = frame[1].replace(/::h[0-9a-f]{16}$/, '');
        if (open) reach(open, line);
        return 'consumed';
      }
      if (NOTE.test(text)) {
        flush();
        frames = false;
        return 'consumed';
      }
      return 'ignored';
    },
    settle() {
      if (open?.complete) close();
    },
    end() {
      const cut = panic ?? old?.panic;
      close();
      return cut ? [`line ${cut.line.no}: the message of a Rust panic is absent`] : [];
    },
  };
}
