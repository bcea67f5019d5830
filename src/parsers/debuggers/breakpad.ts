/**
 * A minidump as Breakpad's and Mozilla's `minidump_stackwalk` print it: what Electron, Chromium, Firefox and Unity leave behind when
 * they crash. Sources: Breakpad `src/processor/stackwalk_common.cc` (`PrintProcessState`, `PrintStack`), `minidump_processor.cc`
 * (`GetCrashReason`); rust-minidump `minidump-processor/src/process_state.rs` (`print_human`), which names the thread and says more of
 * the instruction:
 *
 *     Crash reason:  SIGSEGV / SEGV_MAPERR
 *     Crash address: 0x18
 *     Process uptime: 2 seconds
 *
 *     Thread 0 (crashed)
 *      0  till!shelf_top [shelf.c : 12 + 0x4]
 *         rax = 0x0000000000000000   rdx = 0x0000000000000001
 *         Found by: given as instruction pointer in context
 *      1  libc.so.6 + 0x29d90
 *         Found by: stack scanning
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { signalHazard } from '../engine/signals.js';

const REASON = /^\s*Crash reason: {1,4}(\S.*)$/;
const ADDRESS = /^\s*Crash address: {1,4}(0x[0-9a-fA-F]{1,16})\b/;
const CRASHED = /^\s*Thread (\d{1,6}|\?{1,3})(?: .{1,80})? \(crashed\)(?: - tid: \d{1,10})?$/;
const OTHER =
  /^\s*(?:Thread \d{1,6}(?: .{1,80})?(?: \(requested dump.{0,40}\))?(?: - tid: \d{1,10})?|Loaded modules:|Unloaded modules:)$/;
const FRAME = /^ {0,8}(\d{1,4}) {1,3}(\S.*)$/;
/** `[shelf.c : 12 + 0x4]` */
const PLACE = / \[([^[\]]{1,300}) : (\d{1,9}) \+ 0x[0-9a-f]{1,16}\]$/;
const OFFSET = / \+ (0x[0-9a-f]{1,16})$/;
const DETAILS =
  /^\s*(?:Found by: |[a-z]\w{1,5} = 0x[0-9a-f]{8,16}\b|(?:Crash instruction|Memory accessed by instruction|Process uptime|Assertion|Mac Crash Info|Crash Info Record|Linux memory map count|Stack contents|Possible instruction pointers|This appears to be|Register|Crash inconsistencies):|\d{1,2}\. Address: )/;

/** No crash: somebody wanted a dump. */
const ASKED_FOR =
  /^(?:DUMP_REQUESTED|Simulated Exception|No crash|EXC_(?:BREAKPOINT_)?SIMULATED|0x0{8} \/ 0x0{8}$)/;
const HAZARDS: readonly (readonly [RegExp, HazardId])[] = [
  [/HEAP_CORRUPTION|CORRUPT_LIST_ENTRY|HEAP_METADATA/, 'crash/heap-corruption'],
  [/STACK_COOKIE/, 'bounds/stack-overflow'],
  [/STACK_OVERFLOW|^Out of Memory|EXC_RESOURCE|NO_MEMORY|IN_PAGE_ERROR/, 'resource/exhausted'],
  [/^Unhandled C\+\+ Exception|CXX_EXCEPTION/, 'unwind/foreign-exception'],
  [/SIGABRT|STACK_BUFFER_OVERRUN|FAST_FAIL|FATAL_APP_EXIT|ASSERTION|EXC_CRASH/, 'crash/abort'],
  [/^EXC_GUARD/, 'crash/other'],
];
const ACCESS = /^(?:SIGSEGV|SIGBUS|EXC_BAD_ACCESS|EXCEPTION_ACCESS_VIOLATION)/;

const WORDS = /\bCrash reason: {1,4}(?!DUMP_REQUESTED|Simulated|No crash|0x0{8} \/ 0x0{8}$)[A-Z0-9]/;
const IN_THREAD = /\bThread (?:\d{1,6}|\?{1,3})(?: \S{1,60})? \(crashed\)(?:$| - tid: )/;

/** What is told of a crash, and whether its thread is being read. */
type Open = Tentative & { reason: string | undefined; isInThread: boolean };

/** Reads the crashed thread of a minidump. */
export const breakpad = readReports<Open>({
  tools: ['breakpad'],
  literals: ['Crash reason: ', ' (crashed)', 'Found by: '],
  markers: [
    { words: WORDS, opening: WORDS },
    { words: IN_THREAD, opening: IN_THREAD },
  ],
  traces: [
    /^\s*Found by: (?:given as instruction pointer in context|call frame info|previous frame's frame pointer|stack scanning|inlining)/,
  ],
  begin,
  take,
  finish,
  patience: 40,
});

function begin(line: Line, open: Open | undefined): Open | undefined {
  const reason = REASON.exec(line.text)?.[1];
  if (reason !== undefined) return ASKED_FOR.test(reason) ? undefined : report(line, reason, false);
  if (!CRASHED.test(line.text)) return undefined;
  if (open?.isInThread === false) {
    open.isInThread = true;
    return open;
  }
  return report(line, undefined, true);
}

const report = (line: Line, reason: string | undefined, isInThread: boolean): Open => ({
  ...openReport(
    line,
    { tool: 'breakpad', rule: 'breakpad/crash', hazard: 'crash/other', message: 'the process crashed' },
    { missing: reason === undefined ? 'the reason of the crash' : 'the stack of the crashed thread' },
  ),
  reason,
  isInThread,
  isBelieved: true,
});

function take(open: Open, line: Line): Belongs {
  const { text } = line;
  if (OTHER.test(text)) return 'over';
  const address = ADDRESS.exec(text)?.[1];
  if (address !== undefined) {
    open.diagnostic.address = address;
    return 'own';
  }
  if (DETAILS.test(text)) return 'own';
  const found = open.isInThread ? FRAME.exec(text) : null;
  if (found === null) return 'foreign';
  const frame = frameOf(found[2]!);
  if (frame === undefined) return 'foreign';
  if (open.stack === undefined) openStack(open, 'fault');
  addFrame(open, frame);
  if (open.reason !== undefined) markComplete(open);
  return 'own';
}

/** `till!shelf_top [shelf.c : 12 + 0x4]`, `till!shelf_top + 0x12`, `libc.so.6 + 0x29d90`, `0x7f0012`. */
function frameOf(text: string): Frame | undefined {
  if (/^0x[0-9a-f]{1,16}$/.test(text)) return { kind: 'opaque', text };
  const place = PLACE.exec(text);
  const offset = place === null ? OFFSET.exec(text) : null;
  const head = place ? text.slice(0, place.index) : offset ? text.slice(0, offset.index) : text;
  const end = head.indexOf('!');
  if (end <= 0) return offset === null ? undefined : { kind: 'module', module: head, offset: offset[1]! };
  const module = head.slice(0, end);
  const name = head.slice(end + 1).trim();
  const isKnown = name !== '' && !/^<(?:name omitted|unknown)>$/.test(name);
  if (place && isKnown)
    return { kind: 'source', function: name, file: place[1]!, line: Number(place[2]), module };
  return { kind: 'module', module, ...(isKnown && { function: name }) };
}

function finish({ diagnostic, reason }: Open): void {
  if (reason === undefined) return;
  const word = /^\w{2,60}/.exec(reason)?.[0] ?? 'crash';
  diagnostic.rule = `breakpad/${word}`;
  diagnostic.message = messageOf(reason.replace(/0x[0-9a-fA-F]+/g, '0x…'));
  diagnostic.hazard =
    HAZARDS.find(([words]) => words.test(reason))?.[1] ??
    signalHazard(ACCESS.test(reason) ? 'SIGSEGV' : 'SIGTRAP', diagnostic.address);
}
