/**
 * A report that is still being read. A draft is a `Diagnostic` from its first line on, marked incomplete until its format
 * says that it is whole, so that a log cut anywhere still yields it. Stacks and frames are bounded: a dump of ten
 * thousand goroutines costs no more memory than one of a hundred.
 */
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import type { Line } from './reader.js';

const MAX_STACKS = 128;
const MAX_FRAMES = 256;
const MAX_MESSAGE = 1000;

export type Facts = Omit<Diagnostic, 'stacks' | 'complete' | 'missing' | 'log'>;

/** A new draft that begins at `line`; `missing` says what it still lacks. */
export const draft = (line: Line, facts: Facts, missing: string): Diagnostic => ({
  ...facts,
  message: facts.message.slice(0, MAX_MESSAGE),
  stacks: [],
  complete: false,
  missing,
  log: { line: line.no, endLine: line.no, offset: line.offset },
});

/** Notes that `line` belongs to the report. */
export const reach = (diagnostic: Diagnostic, line: Line): void => {
  diagnostic.log.endLine = Math.max(diagnostic.log.endLine, line.no);
};

/** Marks the report whole. */
export const whole = (diagnostic: Diagnostic): void => {
  diagnostic.complete = true;
  delete diagnostic.missing;
};

/** Adds a stack, unless the report already has as many as are kept; the stack is returned either way. */
export const addStack = (diagnostic: Diagnostic, stack: Stack): Stack => {
  if (diagnostic.stacks.length < MAX_STACKS) diagnostic.stacks.push(stack);
  return stack;
};

/** Adds a frame at the outer end of a stack; frames beyond the bound are dropped. */
export const addFrame = (stack: Stack, frame: Frame): void => {
  if (stack.frames.length < MAX_FRAMES) stack.frames.push(frame);
};

/** `path:12` or `path:12:5` as a source frame; undefined when it is no such place. */
export const placed = (fn: string, place: string): Frame | undefined => {
  const m = /^(.*?):(\d{1,9})(?::(\d{1,9}))?$/.exec(place);
  if (!m?.[1] || !m[2]) return undefined;
  return {
    kind: 'source',
    function: fn,
    file: m[1],
    line: Number(m[2]),
    ...(m[3] ? { column: Number(m[3]) } : {}),
  };
};
