/**
 * The output of `parse --jsonl`: one object per report in the log, and a last one with `summary`. The fields
 * documented in docs/parse.md are stable: within a version, fields are added, never renamed or removed (Law 15).
 * An unknown fact is an absent field.
 */
import type { Access, Frame, Diagnostic, Stack } from '../../model/diagnostic.js';

type JsonFrame = {
  function?: string;
  file?: string;
  line?: number;
  column?: number;
  module?: string;
  offset?: string;
  inlined?: true;
  /** The printed text, if only an address is known of the frame. */
  text?: string;
};

type JsonStack = Omit<Stack, 'frames'> & { frames: JsonFrame[] };

export type JsonFinding = Omit<Diagnostic, 'stacks'> & {
  input: string;
  fingerprint: string;
  stacks: JsonStack[];
  access?: Access;
};

/** Placeholders for an unknown name. */
const UNKNOWN = /^(?:\?+|<null>|<unknown[^>]*>)?$/;
const known = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  value === undefined || UNKNOWN.test(value) ? {} : ({ [key]: value } as { [P in K]: string });

const frameOf = (f: Frame): JsonFrame => {
  switch (f.kind) {
    case 'source':
      return {
        ...known('function', f.function),
        ...known('file', f.file),
        line: f.line,
        ...(f.column === undefined ? {} : { column: f.column }),
        ...known('module', f.module),
        ...known('offset', f.offset),
        ...(f.inlined ? { inlined: true } : {}),
      };
    case 'module':
      return { ...known('function', f.function), module: f.module, ...known('offset', f.offset) };
    case 'symbol':
      return { ...known('function', f.function), ...known('file', f.file) };
    case 'opaque':
      return { text: f.text };
  }
};

/** A finding as one JSON object, with the most important fields first. */
export const jsonOf = (input: string, fingerprint: string, s: Diagnostic): JsonFinding => {
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
    ...rest,
    stacks: stacks.map(({ frames, ...k }) => ({ ...k, frames: frames.map(frameOf) })),
    log,
  };
};
