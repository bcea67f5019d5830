/** The place in a UBSan headline, and how it goes together with the stack below it. */
import type { Frame, Stack } from '../../model/diagnostic.js';
import { UNKNOWN_FUNCTION } from '../engine/frame.js';

/** `a.c:3:12`, or `a.cpp(3,12)` with `symbolize_vs_style=1`. */
const LOCATION = /:(\d+)(?::(\d+))?$|\((\d+),(\d+)\)$/;
const MODULE = /(?:^|\s)\(?(\S+)\+(0x[0-9a-fA-F]+)\)?$/;

/** `grep` writes the name of the log before the path, with a colon between; a drive's letter has a colon, too. */
function withoutLead(path: string): string {
  const at = path.lastIndexOf(':');
  const isDrive =
    /(?:^|:)[A-Za-z]$/.test(path.slice(Math.max(0, at - 2), at)) && /[\\/]/.test(path[at + 1] ?? '');
  return path.slice(isDrive ? at - 1 : at + 1);
}

/** The place before `: runtime error:`; text that the program printed without a newline may precede it. */
export function place(text: string): Frame {
  const at = LOCATION.exec(text);
  if (at) {
    const before = text.slice(0, at.index);
    const absolute = /^(?:\/|[A-Za-z]:[\\/])/.test(before);
    const file = absolute ? before : withoutLead(before.replace(/^.*[\s\])>|"'](?=.)/s, ''));
    return {
      kind: 'source',
      function: UNKNOWN_FUNCTION,
      file,
      line: Number(at[1] ?? at[3]),
      ...((at[2] ?? at[4]) !== undefined && { column: Number(at[2] ?? at[4]) }),
    };
  }
  const module = MODULE.exec(text);
  if (module) return { kind: 'module', module: module[1]!.replace(/^\(/, ''), offset: module[2]! };
  return { kind: 'opaque', text: text.trim() };
}

/**
 * Puts the headline's place on top of the fault stack. It is exact, but knows no function; the stack knows the function, and
 * of its place only as much as debug information holds for a return address (without any, nothing).
 */
export function locate(stacks: Stack[], headline: Frame): void {
  const fault = stacks.find((s) => s.role === 'fault' && s.frames.length > 0);
  // A stack that was not cut begins in the runtime's own handler.
  const at = Math.max(0, fault?.frames.findIndex((f) => !isRuntime(f)) ?? 0);
  const top = fault?.frames[at];
  if (fault === undefined || top === undefined) {
    stacks.unshift({ role: 'fault', frames: [headline] });
    return;
  }
  if (headline.kind !== 'source') return;
  // Behind other output the name of a file has letters before it.
  const sameFile = top.kind === 'source' && base(headline.file).endsWith(base(top.file));
  if (top.kind === 'opaque' || (top.kind === 'source' && !sameFile)) fault.frames.splice(at, 0, headline);
  else fault.frames[at] = { ...headline, ...nameOf(top) };
}

const isRuntime = (f: Frame): boolean =>
  f.kind !== 'opaque' && /^_*(?:ubsan|sanitizer)_|^__ubsan::/.test(f.function ?? '');
const base = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** All that a frame holds besides its place in the source. */
function nameOf(top: Exclude<Frame, { kind: 'opaque' }>) {
  if (top.kind === 'symbol') return { function: top.function };
  return {
    ...(top.function !== undefined && { function: top.function }),
    ...(top.module !== undefined && { module: top.module }),
    ...(top.offset !== undefined && { offset: top.offset }),
    ...(top.kind === 'source' && { file: top.file }),
    ...(top.kind === 'source' && top.inlined && { inlined: true as const }),
  };
}
