/**
 * Dr. Memory's errors, on the console and in `results.txt`. Source: `drmemory/report.c`, `common/callstack.c`, 1.4 to 2.6:
 *
 *     ~~Dr.M~~ Error #3: UNADDRESSABLE ACCESS of freed memory: reading 0x79201b201220-0x79201b201224 4 byte(s)
 *     ~~Dr.M~~ # 0 shelf_top               [/src/shelf.c:30]
 *     ~~Dr.M~~ # 1 libc.so.6!__printf      [printf.c:33]
 *     ~~Dr.M~~ # 2 KERNEL32.dll!BaseProcessStart +0x22     (0x7c817077 <KERNEL32.dll+0x17077>)
 *     ~~Dr.M~~ Note: @0:00:00.897 in thread 34943
 *     ~~Dr.M~~ Note: 0x79201b201220-0x79201b201224 overlaps memory 0x…-0x… that was freed here:
 *     ~~Dr.M~~ Note: # 0 shelf_drop        [/src/shelf.c:29]
 *     ~~Dr.M~~
 *
 * Before 1.6 the prefix was the process' number, `~~4242~~ `.
 */
import type { Frame, StackRole } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { sourceFrame } from '../engine/frame.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { isZeroPage } from '../engine/signals.js';

const PREFIX = /^\s*~~(?:Dr\.M|\d{1,10})~~ ?/;
const ERROR =
  /^\s*Error `?#\s{0,4}\d{1,9}`?: ((?:UNADDRESSABLE|UNINITIALIZED|INVALID HEAP|GDI USAGE|HANDLE LEAK|(?:POSSIBLE |REACHABLE |IGNORED |STILL-ADDRESSABLE )?LEAK|(?:REPORTED )?WARNING|[A-Z][A-Z]{3,20} [A-Z]{3,20})\b.*)$/;
const ACCESS =
  /: (reading|writing|executing)(?: register)? (0x[0-9a-fA-F]{1,16})?(?:-0x[0-9a-fA-F]{1,16} (\d{1,15}) byte)?/;
const LEAK = /\bLEAK (\d{1,15}) direct bytes? .{0,80}\+ (\d{1,15}) indirect bytes/;
/** Sanitizers print `#0 0x4d1 in f …`. */
const FRAME = /^\s*#\s{0,3}\d{1,4} (?!0x[0-9a-f]{1,16} in )(\S.*)$/;
const NOTE = /^\s*Note: ?(.*)$/;
const THREAD = /^@[\d:.]{4,20} in thread (\d{1,10})/;
const NOTED: readonly [RegExp, StackRole][] = [
  [/\b(?:that was|previously) freed here:$/, 'freed'],
  [/\ballocated here:$/, 'allocated'],
];
const END =
  /^\s*(?:ERRORS FOUND:|NO ERRORS FOUND:|DUPLICATE ERROR COUNTS:|SUPPRESSIONS USED:|FINAL SUMMARY|=+$)/;
const SYSTEM_CALL = /^system call \S/;

/** `Error #1: ` and the kind; the notes below tell what a plain access or argument was. */
const KINDS: readonly [RegExp, string, HazardId | ((text: string, open: Open) => HazardId)][] = [
  [/^UNADDRESSABLE ACCESS of freed memory/, 'unaddressable-access', 'ownership/use-after-free'],
  [/^UNADDRESSABLE ACCESS beyond heap bounds/, 'unaddressable-access', (_, o) => overflow(o)],
  [/^UNADDRESSABLE ACCESS beyond top of stack/, 'unaddressable-access', 'lifetime/stack-escape'],
  [/^UNADDRESSABLE /, 'unaddressable-access', (_, o) => plainAccess(o)],
  [/^UNINITIALIZED READ/, 'uninitialized-read', 'init/uninitialised-read'],
  [
    /^INVALID HEAP ARGUMENT.{0,20}\ballocated with .* freed with/,
    'invalid-heap-argument',
    'ownership/allocator-mismatch',
  ],
  [
    /^INVALID HEAP ARGUMENT/,
    'invalid-heap-argument',
    (_, { notes }) =>
      /\bpreviously freed\b/.test(notes) ? 'ownership/double-free' : 'ownership/invalid-free',
  ],
  [/^HANDLE LEAK/, 'handle-leak', 'resource/handle-leak'],
  [/\bLEAK\b/, 'leak', 'ownership/leak'],
  [/^GDI USAGE ERROR/, 'gdi-usage-error', 'rules/other'],
  [/\ballocation failed\b/, 'warning', 'resource/exhausted'],
  [/\bWARNING: /, 'warning', 'rules/other'],
];

type Open = Tentative & { words: string; notes: string; noteCount: number };
const MAX_NOTES = 50;

const overflow = ({ diagnostic }: Open): HazardId =>
  diagnostic.access?.kind === 'write' ? 'bounds/heap-overflow' : 'bounds/heap-overread';

function plainAccess(open: Open): HazardId {
  if (isZeroPage(open.diagnostic.address)) return 'null/dereference';
  if (/\b(?:overlaps (?:freed )?memory|freed here)\b/.test(open.notes)) return 'ownership/use-after-free';
  return /\b(?:beyond last valid byte|before next higher malloc)\b/.test(open.notes)
    ? overflow(open)
    : 'bounds/other';
}

const WORDS =
  /(?:~~(?:Dr\.M|\d{1,10})~~ )?\bError `?#\s{0,4}\d{1,9}`?: (?:UNADDRESSABLE |UNINITIALIZED |INVALID HEAP |GDI USAGE |HANDLE LEAK|(?:POSSIBLE |REACHABLE )?LEAK \d|WARNING: )/;

/** Only the notes say what was touched, or freed. */
const TOLD_BY_NOTES = /^(?:UNADDRESSABLE ACCESS:|INVALID HEAP ARGUMENT to )/;

/** Reads the errors of Dr. Memory. */
export const drMemory = readReports<Open>({
  tools: ['dr-memory'],
  // A tracker marks the number as code, since it would link to one of its threads.
  literals: ['Error #', 'Error `#', '~~Dr.M~~ ', 'Note: @', 'Note: instruction: '],
  markers: [{ words: WORDS, opening: WORDS }, { words: /~~Dr\.M~~ (?:Error `?#|Note: |# ?\d)/ }],
  traces: [/^(?:~~(?:Dr\.M|\d{1,10})~~ )?Note: (?:@\d{1,4}:\d\d:\d\d\.\d{3} in thread \d|instruction: \S)/],
  begin,
  take,
  finish,
});

function begin(line: Line): Open | undefined {
  const text = line.text.replace(PREFIX, '');
  const words = ERROR.exec(text)?.[1];
  if (words === undefined) return undefined;
  const access = ACCESS.exec(words);
  const leak = LEAK.exec(words);
  const [, how, address, size] = access ?? [];
  return {
    ...openReport(
      line,
      {
        tool: 'dr-memory',
        rule: 'dr-memory/other',
        hazard: 'ownership/other',
        message: messageOf(words.replace(/ ?0x[0-9a-fA-F]+(?:-0x[0-9a-fA-F]+)?/g, '')),
        ...(address !== undefined && { address }),
        ...(how !== undefined && {
          access: {
            kind: how === 'writing' ? 'write' : 'read',
            ...(size !== undefined && { size: Number(size) }),
          },
        }),
        ...(leak && {
          leak: {
            kind: words.startsWith('POSSIBLE')
              ? 'possible'
              : /^(?:REACH|STILL)/.test(words)
                ? 'reachable'
                : 'definite',
            bytes: Number(leak[1]) + Number(leak[2]),
            objects: 1,
          },
        }),
      },
      { missing: 'the stack of the error' },
    ),
    words,
    notes: '',
    noteCount: 0,
    isBelieved: true,
  };
}

function take(open: Open, line: Line): Belongs {
  const isOurs = PREFIX.test(line.text);
  const text = line.text.replace(PREFIX, '');
  if (END.test(text)) return 'over';
  const note = NOTE.exec(text)?.[1];
  const frame = frameOf(note ?? text);
  if (frame !== undefined) {
    if (open.stack === undefined) openStack(open, /\bLEAK\b/.test(open.words) ? 'allocated' : 'fault');
    addFrame(open, frame);
    markComplete(open);
    return 'own';
  }
  if (note !== undefined) {
    takeNote(open, note);
    return 'own';
  }
  // An empty line of its own ends the report.
  if (text.trim() === '' && open.diagnostic.complete && isOurs) return 'last';
  return isOurs ? 'own' : 'foreign';
}

function takeNote(open: Open, note: string): void {
  const role = NOTED.find(([n]) => n.test(note))?.[1];
  const thread = THREAD.exec(note)?.[1];
  if (thread !== undefined) open.diagnostic.thread = `thread ${thread}`;
  else if (role !== undefined) openStack(open, role, { title: note });
  if (thread === undefined && open.noteCount++ < MAX_NOTES) open.notes += `${note}\n`;
  if (/\b(?:beyond last valid byte|overlaps )/.test(note)) open.diagnostic.region ??= note;
}

/** Marks of what follows the name. */
const BEHIND_NAME = [' [', ' (0x', ' <', ' +0x'];

/** `module!function` of a frame, or nothing where only an address is known. */
function nameOf(body: string): string {
  const ends = BEHIND_NAME.map((mark) => body.indexOf(mark)).filter((at) => at >= 0);
  const name = body.slice(0, Math.min(body.length, ...ends)).trim();
  return /^0x[0-9a-fA-F]+$/.test(name) ? '' : name;
}

/** `shelf_top  [/src/shelf.c:30]`, `libc.so.6!f +0x22 (0x7c <libc.so.6+0x17>)`, `0x12341234 (<not in a module>)`. */
function frameOf(text: string): Frame | undefined {
  const body = FRAME.exec(text)?.[1]?.replaceAll('\t', ' ');
  if (body === undefined) return undefined;
  if (SYSTEM_CALL.test(body)) return { kind: 'symbol', function: body };
  const place = /\[([^[\]]{1,400})\]$/.exec(body)?.[1];
  const at = /<([^<>]{1,300})\+(0x[0-9a-fA-F]{1,16})>\)?$/.exec(body);
  const name = nameOf(body);
  const bang = name.lastIndexOf('!');
  const fn = name.slice(bang + 1).trim();
  const module = at?.[1] ?? (bang > 0 ? name.slice(0, bang).trim() : undefined);
  const source = place === undefined || fn === '' || fn === '?' ? undefined : sourceFrame(fn, place);
  if (source) return { ...source, ...(module !== undefined && { module }) };
  const offset = at?.[2];
  if (module !== undefined)
    return {
      kind: 'module',
      module,
      ...(fn !== '' && fn !== '?' ? { function: fn } : offset !== undefined && { offset }),
    };
  return fn === '' || fn === '?' ? { kind: 'opaque', text: body } : { kind: 'symbol', function: fn };
}

function finish(open: Open): void {
  const kind = KINDS.find(([k]) => k.test(open.words));
  if (kind === undefined) return;
  const [, name, hazard] = kind;
  open.diagnostic.rule = `dr-memory/${name}`;
  open.diagnostic.hazard = typeof hazard === 'string' ? hazard : hazard(open.words, open);
  if (TOLD_BY_NOTES.test(open.words) && open.noteCount === 0 && !isZeroPage(open.diagnostic.address)) {
    open.diagnostic.complete = false;
    open.diagnostic.missing = 'the notes below its stack';
  }
  if (
    /^(?:UNADDRESSABLE|INVALID HEAP)/.test(open.words) &&
    /^(?:ownership|bounds\/heap)/.test(open.diagnostic.hazard)
  )
    open.diagnostic.memory = 'heap';
}
