/** The lines inside one error of Valgrind's text output, and the state kept per process. */
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import type { Line } from '../engine/reader.js';
import type { Report } from './kinds.js';

/** What is known of one process while its lines arrive. */
export type Stream = {
  pid: number | undefined;
  /** Tool named by the banner. */
  tool?: string;
  banner: boolean;
  thread?: string;
  open?: Report;
  /** Its first line lies within a stack: the words of an error stood before it. */
  isCut?: true;
  /** A blank line followed the open error's last stack: the error may end here. */
  blank: boolean;
  /** The next error is a repetition (`-v`, `-s` print each context again at the end). */
  repeated: boolean;
  previous?: { line: Line; text: string };
  created: Map<string, Stack>;
  /** The last few diagnostics, to tell whether a fatal signal follows from one of them. */
  accesses: Diagnostic[];
  contexts: number;
  /** Number of contexts that `ERROR SUMMARY` promises. */
  summary?: number;
};

/** The state of a process nothing is known of. */
export const stream = (pid: number | undefined): Stream => ({
  pid,
  banner: false,
  blank: false,
  repeated: false,
  created: new Map(),
  accesses: [],
  contexts: 0,
});

/** Lines that introduce a further stack or note of the same error, even after a blank line. */
export const CONTINUES =
  /^\s*(?:This conflicts with a previous|Required order was established|followed by a later|Observed \(incorrect\) order|Lock at 0x\S+ was first observed|Lock .* (?:was )?first observed|Conflicting wait call|Other segment (?:start|end)|\w[\w ]* 0x\S+ was first observed at|Allocation context|Uninitialised value was created|Block was alloc'd at|Address 0x|Location 0x|declared at|with error code|\w+ lock order|<inherited from parent>|Originally opened|Previously closed|Acquired at)/;

/** Lines of Valgrind that are followed by a stack without being an error, or close a run. */
export const TRAILER =
  /^(?:HEAP SUMMARY|LEAK SUMMARY|ERROR SUMMARY|FILE DESCRIPTORS|Thread \d+|Command:|Copyright|Using Valgrind|For |Rerun|Use |Warning:|Searching|Checked|All heap|Exit|Blocks? |This is usually|(?:load|store) +0x|host stacktrace|valgrind:)/;

/** `   at 0x109167: main (a.c:8)`, of which a page may drop the blanks, `   by 0x48: malloc (in /lib/x.so)`, `   by 0x4: ???`, filtered `   ...`. */
export function frameLine(text: string): Frame | 'elided' | undefined {
  if (/^ {3}\.\.\.$/.test(text)) return 'elided';
  const found = /^ {0,6}(?:at|by) (0x[0-9A-Fa-f.]+): (.*)$/.exec(text);
  if (!found) return undefined;
  const [, ip = '', rest = ''] = found;
  const split = rest.lastIndexOf('(');
  const place = split === -1 || !rest.endsWith(')') ? '' : rest.slice(split + 1, -1);
  const name = place === '' ? rest : rest.slice(0, split);
  const fn = name.trim() === '???' || name.trim() === '' ? undefined : name.trim();
  const module = /^(?:in|within) (.+)$/.exec(place)?.[1];
  if (module) return { kind: 'module', module, ...(fn && { function: fn }) };
  const at = /^(.+):(\d+)$/.exec(place);
  if (at) return { kind: 'source', function: fn ?? '???', file: at[1] ?? '', line: Number(at[2]) };
  return fn ? { kind: 'symbol', function: rest.trim() } : { kind: 'opaque', text: ip };
}

/** As ruby_memcheck prints the frames of Valgrind's XML again: ` *f (a.c:8)`, `  g (at /lib/x.so)`, `  <unknown stack frame>`. */
export function reprintedFrame(text: string): Frame | undefined {
  if (/^\s*<unknown stack frame>$/.test(text)) return { kind: 'opaque', text: text.trim() };
  const split = text.lastIndexOf(' (');
  const name = text.slice(0, Math.max(split, 0)).replace(/^\s{0,4}\*?/, '');
  if (!text.endsWith(')') || name === '' || /^\s/.test(name)) return undefined;
  const place = text.slice(split + 2, -1);
  const module = /^at (\S.*)$/.exec(place)?.[1];
  if (module !== undefined) return { kind: 'module', module, function: name };
  const at = /^(.+):(\d{1,9})$/.exec(place);
  return at ? { kind: 'source', function: name, file: at[1]!, line: Number(at[2]) } : undefined;
}
