/** The meaning of the last words of Rust's standard library: the first row that fits wins. */
import type { HazardId } from '../../model/hazard.js';

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
