/** The meaning of Miri's error titles: the first row that fits wins. Sources: miri src/diagnostics.rs, rustc const-eval. */
import type { StackRole } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { messageOf, type ReportFacts } from '../engine/open-report.js';

type Row = [RegExp, string, HazardId];

/** Titles without `Undefined Behavior: `. */
const TITLES: readonly Row[] = [
  [/^unsupported operation: /, 'unsupported-operation', 'tool/unsupported'],
  [/^memory leaked: /, 'memory-leak', 'ownership/leak'],
  [/^(?:the evaluated program|a thread) deadlocked/, 'deadlock', 'threading/deadlock'],
  [/^deadlock: /, 'deadlock', 'threading/deadlock'],
  [/^the main thread terminated without waiting/, 'thread-leak', 'threading/thread-leak'],
  [/^resource exhaustion: /, 'resource-exhaustion', 'resource/exhausted'],
  [/^post-monomorphization error: /, 'post-monomorphization', 'tool/unsupported'],
  [/^(?:found|multiple definitions of) .*symbol\b/s, 'symbol-clash', 'tool/unsupported'],
  [/^internal compiler error: /, 'internal-compiler-error', 'tool/internal-error'],
  [/^abnormal termination: /, 'abnormal-termination', 'crash/abort'],
  [/^the evaluated program panicked/, 'panic', 'crash/abort'],
];

/** Titles after `Undefined Behavior: `. */
const UB: readonly Row[] = [
  [/^extern static /, 'extern-static', 'abi/other'],
  [/^(?:Data race|Race condition|Non-atomic race)\b/, 'data-race', 'ub/rust-data-race'],
  // Stacked Borrows name the borrow stack, Tree Borrows accesses that are forbidden through a tag.
  [
    /borrow stack|^not granting access to tag|^(?:deallocating while|attempting (?:a )?\w+ ?(?:access )?using <)|^(?:read access|write access|reborrow|deallocation) through </,
    'aliasing',
    'ub/rust-aliasing',
  ],
  [/^trying to retag|(?:strongly|weakly) protected/, 'aliasing', 'ub/rust-aliasing'],
  [/uninitialized/, 'uninitialized', 'init/uninitialised-read'],
  [/encountered an? (?:unaligned|dangling) \w{1,40} \(use-after-free\)/, 'dangling', 'ub/rust-dangling'],
  [/^(?:constructing invalid value.*: )?encountered an unaligned/, 'alignment', 'ub/rust-alignment'],
  [/^constructing invalid value.*encountered a dangling/, 'dangling', 'ub/rust-dangling'],
  [/^constructing invalid value.*encountered a null reference/, 'null', 'null/dereference'],
  [
    /^constructing invalid value|^enum value has invalid tag|^interpreting an invalid|^read discriminant|vtable/,
    'invalid-value',
    'ub/rust-invalid-value',
  ],
  [/^accessing memory (?:based on pointer )?with alignment/, 'alignment', 'ub/rust-alignment'],
  [/null (?:pointer|reference)/, 'null', 'null/dereference'],
  [
    /which is (?:\w+ )?(?:C|Rust|PLATFORM|\w+) heap memory, using /,
    'allocator-mismatch',
    'ownership/allocator-mismatch',
  ],
  [/^incorrect layout on deallocation|^deallocating /, 'invalid-deallocation', 'ownership/invalid-free'],
  [
    /has been freed|dangling|at or beyond the end|before the beginning|from the end of the allocation|at the beginning of the allocation|out-of-bounds|(?:non-allocated|freed) memory/,
    'dangling',
    'ub/rust-dangling',
  ],
  [/^unwinding past/, 'unwind', 'unwind/panic'],
  [/\bshift\b/, 'shift', 'ub/shift'],
  [/\b(?:dividing by|divisor of) zero\b/, 'division', 'ub/division-by-zero'],
  [/^(?:arithmetic )?overflow/, 'overflow', 'ub/integer-overflow'],
  [/^`(?:float_to_int_unchecked|simd_cast)`/, 'float-cast', 'ub/float-cast'],
  [/^entering unreachable code/, 'unreachable', 'ub/unreachable'],
  [
    /^calling a function|as function pointer but|^incorrect number of arguments|variadic arguments/,
    'function-type',
    'ub/function-type',
  ],
  [/\b(?:mutex|rwlock|pthread_\w+_t|unlock\w*)\b/, 'lock-misuse', 'threading/lock-misuse'],
  [/^trying to join/, 'join', 'threading/lock-misuse'],
];

/** The rule and hazard of an error's title, or undefined when the error is not Miri's (rustc's own, for one). */
export const miriMeaning = (title: string): { rule: string; hazard: HazardId } | undefined => {
  const ub = /^Undefined Behavior: (.*)$/.exec(title)?.[1];
  const row = (ub === undefined ? TITLES : UB).find(([re]) => re.test(ub ?? title));
  if (row) return { rule: `miri/${row[1]}`, hazard: row[2] };
  return ub === undefined ? undefined : { rule: 'miri/undefined-behavior', hazard: 'ub/other' };
};

/** The rule and hazard of a constant that cannot be evaluated: undefined behaviour without the words, or a panic. */
export const constMeaning = (title: string): { rule: string; hazard: HazardId } => {
  const row = UB.find(([re]) => re.test(title));
  return { rule: `miri/${row?.[1] ?? 'const-evaluation'}`, hazard: row?.[2] ?? 'crash/abort' };
};

/** Numbers that change from run to run: allocation ids and borrow tags. */
export const miriMessage = (title: string): string =>
  title.replace(/\balloc\d+/g, 'alloc').replace(/<\d+>/g, '<tag>');

/** The role of the place after a note or help. */
export const miriRole = (words: string): StackRole =>
  /occurred earlier here/.test(words)
    ? 'other-access'
    : /was (?:de|re)?allocated here/.test(words)
      ? /was deallocated/.test(words)
        ? 'freed'
        : 'allocated'
      : 'related';

const LEAK = /\(([^()]{1,60} heap), size: (\d{1,18}),/;

/** rustc's code for a constant that cannot be evaluated: the same interpreter, and the build fails of itself. */
const CONSTANT = 'E0080';

/** The facts of a title; undefined when the error is not Miri's. */
export const miriFacts = (title: string, code?: string): ReportFacts | undefined => {
  const meaning = code === CONSTANT ? constMeaning(title) : miriMeaning(title);
  if (!meaning) return undefined;
  const leak = meaning.hazard === 'ownership/leak' ? LEAK.exec(title) : null;
  return {
    tool: 'miri',
    ...meaning,
    message: messageOf(miriMessage(title)),
    ...(code === CONSTANT && { ordinary: true as const }),
    ...(leak ? { leak: { kind: 'definite' as const, bytes: Number(leak[2]), objects: 1 } } : {}),
  };
};
