/**
 * GWP-ASan, in Scudo and other allocators; what Android's tombstones say of it is read with them. Source: compiler-rt
 * `gwp_asan/optional/segv_handler_posix.cpp`, `gwp_asan/common.cpp`.
 *
 *     *** GWP-ASan detected a memory error ***
 *     Use After Free at 0x… (0 bytes into a 41-byte allocation at 0x…) by thread 31027 here:
 *       #0 …
 *     0x… was deallocated by thread 31027 here:
 *     0x… was allocated by thread <unknown> here:
 *     *** End GWP-ASan report ***
 *
 * TCMalloc's own (`tcmalloc/segv_handler.cc`), which has no end mark:
 *
 *     *** GWP-ASan (https://…) has detected a memory error ***
 *     >>> Access at offset 0 into buffer of length 124
 *     Error originates from memory allocated in thread 7 at:
 *       @     0x55d1c0a4e277  main
 *     The memory was freed in thread 7 at:
 *     Use-after-free occurs in thread 7 at:
 */
import type { Diagnostic, StackRole } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import {
  closeReport,
  extend,
  openReport,
  openStack,
  takeFrame,
  type OpenReport,
} from '../engine/open-report.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

const HEADER = /\*\*\* GWP-ASan (?:\([^()]*\) {1,2}has )?detected a memory error \*\*\*/;
const END = /\*\*\* End GWP-ASan report \*\*\*/;
const KIND =
  /^\s*((?:Use After Free|Double Free|Invalid \(Wild\) Free|Invalid Free|Buffer Overflow|Buffer Underflow|Unknown))\b/i;
/** … with the address and the block that follow it. */
const KIND_AT =
  /^\s*(?:Use After Free|Double Free|Invalid (?:\(Wild\) )?Free|Buffer Overflow|Buffer Underflow)(?: \(.{0,100}\))? at 0x[0-9a-f]{4,16}\b/i;
const BY = /\bby thread (\d+|<unknown>) here:/;
const AT = /\bat (0x[0-9a-fA-F]+)/;
const PLACE = /\(((?:\d+ bytes? |a \d+-byte )[^()]{1,120})\)/;
/** Nothing is known of the block: a wild access into the pool, or one far outside of its block. */
const UNKNOWN = /\bGWP-ASan cannot provide any more information about this error/;
/** TCMalloc's words for an error: `Buffer overflow on write occurs in thread 7 at:`. */
const OCCURS =
  /^(Use-after-free|Double-free|Invalid-free|Buffer (?:overflow|underflow)|Error)\b.* in thread (\d+) at:/i;
const BUFFER = /^>>> Access at (offset .{1,80})$/;
/** `  @     0x55d1c0a4e277  1040  main`, the size of the frame and the name optional. */
const AT_FRAME = /^\s*@\s+(0x[0-9a-f]{1,16})(?:\s+\d+)?(?:\s+(\S.*))?$/;
const SECTIONS: readonly [RegExp, StackRole][] = [
  [/\bdeallocated by thread (\d+|<unknown>)(?: here)?:/, 'freed'],
  [/\ballocated by thread (\d+|<unknown>)(?: here)?:/, 'allocated'],
  [/^Error originates from memory allocated in thread (\d+) at:/, 'allocated'],
  [/^The memory was freed in thread (\d+) at:/, 'freed'],
];
const KINDS: readonly [RegExp, string, HazardId][] = [
  [/^use[ -]after[ -]free/i, 'use-after-free', 'ownership/use-after-free'],
  [/^double[ -]free/i, 'double-free', 'ownership/double-free'],
  [/^invalid/i, 'invalid-free', 'ownership/invalid-free'],
  [/^buffer overflow/i, 'buffer-overflow', 'bounds/heap-overflow'],
  [/^buffer underflow/i, 'buffer-underflow', 'bounds/heap-overflow'],
];

/** Reads GWP-ASan's own report. */
export const gwpAsan: LineReader = {
  kind: 'lines',
  tools: ['gwp-asan'],
  literals: ['GWP-ASan ', 'allocated by thread', ' by thread '],
  markers: [{ words: /GWP-ASan (?:\([^()]{0,100}\) {1,2}has )?detected a memory error/ }],
  traces: [
    /\*\*\* End GWP-ASan report \*\*\*/,
    /\b0x[0-9a-fA-F]{4,16} was (?:de)?allocated by thread (?:\d|<unknown>)/,
    KIND_AT,
  ],
  make,
};

const UNNAMED = 'GWP-ASan detected a memory error';

type Open = OpenReport & {
  /** TCMalloc's report has no end mark. */
  form: 'own' | 'tcmalloc';
  /** It says that it cannot name the error. */
  isNamed: boolean;
};
type State = { emit: Emit; open: Open | undefined };

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined };
  return {
    line: (line) => (read(s, line) ? 'consumed' : 'ignored'),
    end() {
      close(s, 'the log ends before the end line');
      return [];
    },
  };
}

function read(s: State, line: Line): boolean {
  const { text } = line;
  if (HEADER.test(text)) {
    begin(s, line, text.includes(' has detected') ? 'tcmalloc' : 'own');
    return true;
  }
  const { open } = s;
  if (open === undefined) return false;
  if (!takeLine(open, text)) return takeFrame(open, line);
  extend(open, line);
  if (END.test(text)) close(s);
  return true;
}

function begin(s: State, line: Line, form: Open['form']): void {
  close(s, 'another report begins before the end line');
  const report = openReport(line, {
    tool: 'gwp-asan',
    rule: 'gwp-asan/unknown',
    hazard: 'bounds/other',
    message: UNNAMED,
    memory: 'heap',
  });
  s.open = { ...report, form, isNamed: false };
}

function close(s: State, missing?: string): void {
  const { open } = s;
  if (open === undefined) return;
  s.open = undefined;
  // TCMalloc's report is complete once the error has its stack.
  const isComplete =
    open.form === 'tcmalloc' && open.diagnostic.stacks.some((k) => k.role === 'fault' && k.frames.length > 0);
  const isNamed = open.isNamed || open.diagnostic.message !== UNNAMED;
  const lacking = isNamed || open.form !== 'own' ? missing : 'the line that names the error';
  closeReport(open, s.emit, isComplete ? undefined : lacking);
}

/** A line of the report that is no frame of its stacks in the sanitizers' dialect. */
function takeLine(open: Open, text: string): boolean {
  if (open.form === 'tcmalloc' && takeTcmalloc(open, text)) return true;
  const section = SECTIONS.find(([at]) => at.test(text));
  if (UNKNOWN.test(text)) open.isNamed = true;
  if (!section) return takeError(open, text) || END.test(text) || UNKNOWN.test(text);
  const thread = section[0].exec(text)![1];
  openStack(open, section[1], { title: text, ...(thread !== undefined && { thread }) });
  return true;
}

/** The lines that only TCMalloc writes. */
function takeTcmalloc(open: OpenReport, text: string): boolean {
  const frame = AT_FRAME.exec(text);
  if (frame) {
    const [, pc = '', name] = frame;
    open.stack?.frames.push(
      name === undefined ? { kind: 'opaque', text: pc } : { kind: 'symbol', function: name },
    );
    return open.stack !== undefined;
  }
  const buffer = BUFFER.exec(text)?.[1];
  if (buffer !== undefined) open.diagnostic.region = buffer;
  const occurs = OCCURS.exec(text);
  if (occurs === null || text.startsWith('Error originates')) return buffer !== undefined;
  Object.assign(open.diagnostic, named(occurs[1]!), { thread: occurs[2]! });
  openStack(open, 'fault', { title: text, thread: occurs[2]! });
  return true;
}

/** `Use After Free (warning: …) at 0x… (PLACE) by thread N here:`; the place and the warning are optional. */
function takeError(open: OpenReport, text: string): boolean {
  const kind = KIND.exec(text);
  const by = kind === null ? null : BY.exec(text);
  if (kind === null || by === null) return false;
  const address = AT.exec(text)?.[1];
  const region = PLACE.exec(text)?.[1];
  Object.assign(open.diagnostic, named(kind[1]!), { thread: by[1]! });
  if (address !== undefined) open.diagnostic.address = address;
  if (region !== undefined) open.diagnostic.region = region.trim();
  openStack(open, 'fault', { title: text, thread: by[1]! });
  return true;
}

function named(words: string): Pick<Diagnostic, 'rule' | 'hazard' | 'message'> {
  const kind = KINDS.find(([k]) => k.test(words));
  return {
    rule: `gwp-asan/${kind?.[1] ?? 'unknown'}`,
    hazard: kind?.[2] ?? 'bounds/other',
    message: words.trim(),
  };
}
