/**
 * Linux' checkers of memory: KASAN, KFENCE, KMSAN. Sources: `mm/kasan/report.c` (4.0 to 6.14), `mm/kasan/report_generic.c`,
 * `mm/kfence/report.c`, `mm/kmsan/report.c`.
 *
 *     ==================================================================
 *     BUG: KASAN: slab-use-after-free in shelf_top+0x18/0x40 [shelf]
 *     Read of size 8 at addr ffff88810a2b3c08 by task till/4242
 *
 *     CPU: 1 PID: 4242 Comm: till Not tainted 6.8.0 #1
 *     Call Trace:
 *      shelf_top+0x18/0x40 [shelf]
 *
 *     Allocated by task 4242:
 *      shelf_new+0x20/0x60 [shelf]
 *
 *     Freed by task 4242:
 *      shelf_drop+0x20/0x60 [shelf]
 *
 *     Memory state around the buggy address:
 *     ==================================================================
 */
import type { StackRole } from '../../model/diagnostic.js';
import { parseFrame } from '../engine/frame.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { hazardOf, kindOf } from './memory-kinds.js';
import { CALL_TRACE, dropChecker, RULER, traceLine } from './trace.js';

const BUG = /^\s*BUG: (K(?:ASAN|ASan|FENCE|MSAN)): /;
const FUNCTION = /^[\w.$]+/;
/** Behind the function: the address, to 4.8, and the place, which syzbot adds. */
const BUG_ADDRESS = / at addr ([0-9a-f]{8,16})$/;
const BUG_PLACE = / ([\w./+-]{1,150}):(\d{1,7})(?: \[inline\])?$/;
/** What KASAN makes of a fault of its own shadow. */
const RANGE = /^\s*KASAN: (?:probably |maybe )?([\w-]{4,40}) in range \[0x([0-9a-f]{1,16})-0x/;
const ACCESS = /^\s*(Read|Write)(?: of size (\d{1,9}))? (?:at addr|by task) ?([0-9a-f]{8,16})?\b/;
const KFENCE =
  /^\s*(?:Out-of-bounds|Use-after-free|Invalid|Corrupted memory)(?: (read|write|free))? (?:at|of) 0x([0-9a-f]{1,16})\b/;
const MSAN_ACCESS = /^\s*Memory access of size (\d{1,9}) starts at ([0-9a-f]{8,16})$/;
const TASK = /by task (.{1,60}\/\d{1,10})(?: on cpu \d+)?\s*$/;
const PLACE = /^\s*(?:The buggy address is located (.*)|which belongs to the cache (.*))$/;
const SECTIONS: readonly [RegExp, StackRole][] = [
  [/^\s*(?:INFO: )?[Aa]llocated (?:by task|in) /, 'allocated'],
  [/^\s*(?:INFO: )?[Ff]reed (?:by task|in) /, 'freed'],
  [/^\s*kfence-#\d{1,9}\b.* allocated by task \d/, 'allocated'],
  [/^\s*Uninit was created at:/, 'origin'],
  [/^\s*Local variable .* created at:/, 'origin'],
  [
    /^\s*(?:Uninit was stored to memory at|Last potentially related work creation|Second to last potentially related work creation|Last call_rcu\(\)):/,
    'related',
  ],
];
/** Where a fault interrupted the kernel; in a report of an access, where a program called it. */
const INTERRUPTED = /^\s*(?:RIP: 0010:|pc : |EIP: )(\S.*)$/;
const END =
  /^\s*(?:---\[ end trace |Memory state around the buggy address:|The buggy address belongs to the (?:page|physical page|variable|virtual mapping)|(?:Byte|Bytes) \d.{0,40} uninitialized$)/;

type Open = Tentative & {
  words: string;
  at: { function: string; file?: string; line?: number } | undefined;
  hasTrace: boolean;
};

/** A report whose first lines are lost still has these. */
const PARTS =
  /^\s*(?:Read|Write) of size \d{1,9} at addr [0-9a-f]{8,16} by task |^\s*(?:Memory state around the buggy address:|The buggy address (?:belongs|is located) )|^\s*(?:Allocated|Freed) by task \d{1,10}|^\s*Uninit was (?:created|stored to memory) at:/;
/** The allocator's own checks (`mm/slub.c`). */
const SLUB =
  /^\s*BUG [\w.-]{2,60}(?: \([^()]{1,60}\))?: (?:Poison overwritten|(?:Left |Right )?Redzone |Object (?:padding|already free)|Free(?:pointer|chain) corrupt|Padding overwritten|Objects remaining|Wrong )/;
const WORDS = /\bBUG: K(?:ASAN|ASan|FENCE|MSAN): \w|\bKASAN: (?:probably |maybe )?[\w-]{4,40} in range \[0x/;

/** Reads the reports of KASAN, KFENCE and KMSAN. */
export const kasan = readReports<Open>({
  tools: ['kasan', 'kfence', 'kmsan'],
  literals: [
    'BUG: K',
    'KASAN: ',
    ' at addr ',
    'the buggy address',
    'The buggy address',
    'located by task ',
    'reed by task ',
    'Uninit was ',
    '\nBUG ',
    'Call Trace:',
    'Call trace:',
    'do_syscall_64+',
    '[ end trace ',
  ],
  markers: [{ words: WORDS, opening: WORDS }],
  traces: [PARTS, SLUB, CALL_TRACE, /^-{3}\[ end trace (?:[0-9a-f]{16} )?\]-{3}$/],
  frames: [
    /^\s*(?:\? )?[\w.]{1,120}\+0x[0-9a-f]{1,8}\/0x[0-9a-f]{1,8}(?: \[[\w-]{1,60}\])?(?: [\w./+-]{1,150}\.[chS]:\d{1,7})?$/,
  ],
  begin,
  take,
  finish,
  patience: 60,
});

const TOOLS = { KASAN: 'kasan', KASan: 'kasan', KFENCE: 'kfence', KMSAN: 'kmsan' } as const;

function begin(line: Line, open: Open | undefined): Open | undefined {
  const { text } = line;
  const bug = BUG.exec(text);
  const range = bug ? null : RANGE.exec(text);
  if (bug === null && range === null) return undefined;
  const tool = TOOLS[(bug?.[1] ?? 'KASAN') as keyof typeof TOOLS];
  const rest = bug === null ? range![1]! : text.slice(bug[0].length);
  const split = rest.indexOf(' in ');
  const words = (split < 0 ? rest : rest.slice(0, split)).replace(/ access$/, '').trim();
  const behind = split < 0 ? '' : rest.slice(split + ' in '.length);
  const fn = FUNCTION.exec(behind)?.[0];
  const place = BUG_PLACE.exec(behind);
  const at =
    fn === undefined
      ? undefined
      : { function: fn, ...(place && { file: place[1]!, line: Number(place[2]) }) };
  // The decoder repeats the line for each call that was inlined; the innermost comes first.
  const isRepeated = open?.hasTrace === false && open.diagnostic.access === undefined;
  if (isRepeated && open.words.startsWith(words.replace(/ in?$/, ''))) return open;
  const address = BUG_ADDRESS.exec(behind)?.[1] ?? range?.[2];
  return {
    ...openReport(
      line,
      {
        tool,
        rule: `${tool}/${kindOf(words)}`,
        hazard: 'ownership/other',
        message: messageOf(fn === undefined ? words : `${words} in ${fn}`),
        ...(address !== undefined && { address: `0x${address}` }),
      },
      { missing: 'the end of the report' },
    ),
    words,
    at,
    hasTrace: false,
    isBelieved: true,
  };
}

function take(open: Open, { text }: Line): Belongs {
  if (RULER.test(text)) {
    if (!open.hasTrace) return 'own';
    markComplete(open);
    return 'last';
  }
  if (END.test(text) && open.hasTrace) {
    markComplete(open);
    open.stack = undefined;
    return 'own';
  }
  // Linux as a library has a user's stack.
  const interrupted = open.hasTrace ? undefined : INTERRUPTED.exec(text)?.[1];
  const frame =
    traceLine(interrupted ?? text) ?? (/^\s*#\d/.test(text) ? parseFrame(text)?.frame : undefined);
  if (frame !== undefined) {
    takeFrame(open, frame);
    return 'own';
  }
  return takeFact(open, text) ? 'own' : 'foreign';
}

function takeFrame(open: Open, frame: Exclude<ReturnType<typeof traceLine>, undefined>): void {
  if (frame === 'own') return;
  open.hasTrace = true;
  if (open.stack === undefined && !open.diagnostic.stacks.some((k) => k.role === 'fault'))
    openStack(open, 'fault');
  addFrame(open, frame);
}

function takeFact(open: Open, text: string): boolean {
  const { diagnostic } = open;
  const access = ACCESS.exec(text);
  const kfence = KFENCE.exec(text);
  const msan = MSAN_ACCESS.exec(text);
  const section = SECTIONS.find(([s]) => s.test(text))?.[1];
  const place = PLACE.exec(text);
  if (section !== undefined) openStack(open, section, { title: text });
  else if (CALL_TRACE.test(text)) {
    if (!diagnostic.stacks.some((k) => k.role === 'fault')) openStack(open, 'fault');
  } else if (access) {
    const size = access[2] === undefined ? {} : { size: Number(access[2]) };
    diagnostic.access = { kind: access[1] === 'Write' ? 'write' : 'read', ...size };
    if (access[3] !== undefined) diagnostic.address = `0x${access[3]}`;
    const task = TASK.exec(text)?.[1];
    if (task !== undefined) diagnostic.thread = `task ${task}`;
  } else if (kfence) {
    if (kfence[1] === 'read' || kfence[1] === 'write') diagnostic.access = { kind: kfence[1] };
    diagnostic.address = `0x${kfence[2]}`;
    openStack(open, 'fault', { title: text });
  } else if (msan) diagnostic.access = { kind: 'read', size: Number(msan[1]) };
  else if (place) diagnostic.region ??= (place[1] ?? place[2]!).trim();
  else
    return /^\s*(?:CPU: \d|Hardware name: |Workqueue: |Tainted: |RIP: |Call Trace|Code: |R[A-Z0-9]{1,2}: |The buggy address|which belongs|\S.{0,40}-byte region \[|kfence-#|>?\s?[0-9a-f]{16}: )/.test(
      text,
    );
  return true;
}

function finish(open: Open): void {
  const { diagnostic, words, at } = open;
  for (const { frames } of diagnostic.stacks) dropChecker(frames);
  // Without its stack the headline still tells the function.
  if (at !== undefined && !diagnostic.stacks.some((k) => k.role === 'fault' && k.frames.length > 0)) {
    const { function: fn, file, line } = at;
    diagnostic.stacks.unshift({
      role: 'fault',
      frames: [
        file === undefined
          ? { kind: 'symbol', function: fn }
          : { kind: 'source', function: fn, file, line: line ?? 0 },
      ],
    });
  }
  diagnostic.hazard = hazardOf(words, diagnostic.access);
  if (/^(?:slab|use-after-free|double-free|invalid-free|kmalloc)/.test(words)) diagnostic.memory = 'heap';
  if (words.startsWith('null-ptr')) diagnostic.memory = 'null';
}
