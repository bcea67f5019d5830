/** The meaning of the last words of Rust's standard library: the first row that fits wins. */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { begins, type Marker } from '../engine/reader.js';

type Row = [RegExp, string, HazardId];
/** Panics of the language's own checks; a message that no row fits is an ordinary panic. */
export const PANICS: readonly Row[] = [
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
export const ABORTS: readonly Row[] = [
  [/annot catch foreign exception/, 'foreign-exception', 'unwind/foreign-exception'],
  [/^fatal runtime error: stack overflow/, 'stack-overflow', 'resource/exhausted'],
  [/^memory allocation of \d+ bytes failed/, 'allocation-failed', 'resource/exhausted'],
  [/^fatal runtime error: /, 'fatal-runtime-error', 'crash/abort'],
  [
    /^thread panicked while (?:processing panic|panicking)\. aborting\./,
    'panic-while-panicking',
    'crash/abort',
  ],
];

const PANIC_WORDS = /\bthread '[^']{0,100}' (?:\([^()]{1,20}\) )?panicked at /;

/** Words by which a report begins. */
export const MARKERS: readonly Marker[] = [
  begins(PANIC_WORDS),
  begins(/\bthread '[^']{0,100}' (?:\([^()]{1,20}\) )?has overflowed its stack$/),
  begins(/\bmemory allocation of \d{1,20} bytes failed\b/),
  begins(/\bfatal runtime error: \S/),
  begins(/\bthread panicked while (?:processing panic|panicking)\. aborting\./),
];

/** Words inside one. */
export const TRACES: readonly RegExp[] = [
  /^stack backtrace:$/,
  /^thread caused non-unwinding panic\. aborting\.$/,
  /^\s*\d{1,5}: +(?:0x[0-9a-f]{4,16} - )?(?:__?rustc?::)?(?:rust_begin_unwind|rust_panic|core::panicking::|std::panicking::)/,
  /^note: run with `RUST_BACKTRACE=/,
];

/** A literal for each line that begins a report or holds such words. */
export const LITERALS: readonly string[] = [
  'panicked at ',
  'panicked while',
  'overflowed its stack',
  'fatal runtime error',
  'memory allocation of',
  'foreign exception',
  'unsafe precondition',
  'that cannot unwind',
  'pointer dereference',
  'construct an enum from',
  'during cleanup',
  'non-unwinding panic',
  'stack backtrace:',
  'rust_begin_unwind',
  'rust_panic',
  '::panicking::',
  'RUST_BACKTRACE=',
];

/** A frame of a backtrace. */
export const FRAME = /^\s*\d{1,6}: +(?:0x[0-9a-f]+ - )?(\S.*)$/s;
/** Until 1.43 a call that was inlined stood without number below the frame it is part of. */
export const INLINED = /^ {12,}(?!at )(\S.*)$/;
export const AT = /^\s*at (.+)$/;
export const NOTE = /^note: (?:run with `RUST_BACKTRACE|[Ss]ome details are omitted)/;
export const OVERFLOW = /^thread '([^']{0,200})' (?:\(([^()]{1,20})\) )?has overflowed its stack$/;

/** Whether two frames stand at one line of one file, whatever is known of its directory. */
export const samePlace = (a: Frame, b: Frame): boolean =>
  a.kind === 'source' &&
  b.kind === 'source' &&
  a.line === b.line &&
  a.file.endsWith(b.file.replace(/^\.\//, ''));
