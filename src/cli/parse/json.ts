/**
 * The output of `parse --jsonl`: one object per report in the log, and a last one with `summary`. The fields
 * documented in docs/parse.md are stable: within a version, fields are added, never renamed or removed (Law 15).
 * An unknown fact is an absent field.
 */
import type { Access, Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import type { Caller } from '../../model/report.js';

type JsonFrame = {
  function?: string;
  file?: string;
  line?: number;
  column?: number;
  module?: string;
  offset?: string;
  /** Of the module, if no more is known of the frame. */
  buildId?: string;
  inlined?: true;
  /** The printed text, if only an address is known of the frame. */
  text?: string;
};

type JsonStack = Omit<Stack, 'frames'> & { frames: JsonFrame[] };

export type JsonFinding = Omit<Diagnostic, 'stacks'> & {
  input: string;
  fingerprint: string;
  /** The line of the host that led to it. */
  caller?: Caller;
  stacks: JsonStack[];
  access?: Access;
};

/** Placeholders for an unknown name. */
const UNKNOWN = /^(?:\?+|<null>|<unknown[^>]*>)?$/;
const isKnown = (name: string | undefined): name is string =>
  name !== undefined && !((name === '' || name[0] === '?' || name[0] === '<') && UNKNOWN.test(name));

/** In the order of the fields of `JsonFrame`. Logs may have millions of frames. */
const frameOf = (f: Frame): JsonFrame => {
  if (f.kind === 'opaque') return { text: f.text };
  const frame: JsonFrame = {};
  if (isKnown(f.function)) frame.function = f.function;
  if (f.kind !== 'module' && isKnown(f.file)) frame.file = f.file;
  if (f.kind === 'source') {
    frame.line = f.line;
    if (f.column !== undefined) frame.column = f.column;
  }
  if (f.kind === 'module') frame.module = f.module;
  else if (f.kind === 'source' && isKnown(f.module)) frame.module = f.module;
  if (f.kind !== 'symbol' && isKnown(f.offset)) frame.offset = f.offset;
  if (f.kind === 'module' && f.buildId !== undefined) frame.buildId = f.buildId;
  if (f.kind === 'source' && f.inlined) frame.inlined = true;
  return frame;
};

/** A finding as one JSON object, with the most important fields first. */
export const jsonOf = (input: string, fingerprint: string, s: Diagnostic, caller?: Caller): JsonFinding => {
  const { tool, rule, hazard, message, complete, missing, count, stacks, log, ...rest } = s;
  return {
    input,
    tool,
    rule,
    hazard,
    message,
    complete,
    ...(missing === undefined ? {} : { missing }),
    ...(count === undefined ? {} : { count }),
    fingerprint,
    ...(caller === undefined ? {} : { caller }),
    ...rest,
    stacks: stacks.map(({ frames, ...k }) => ({ ...k, frames: frames.map(frameOf) })),
    log,
  };
};
