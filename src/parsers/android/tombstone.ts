/**
 * Android's tombstones, in a file or in logcat, and the line that libc prints of the same crash before them. Sources: AOSP
 * `debuggerd/libdebuggerd/tombstone.cpp` (to Android 11), `tombstone_proto_to_text.cpp` (since 12), `scudo.cpp`, `gwp_asan.cpp`;
 * `debuggerd/handler/debuggerd_handler.cpp`.
 *
 *     Fatal signal 11 (SIGSEGV), code 1 (SEGV_MAPERR), fault addr 0x0 in tid 31 (worker), pid 27 (com.x)
 *     *** *** *** *** *** *** *** *** *** *** *** *** *** *** *** ***
 *     pid: 27, tid: 31, name: worker  >>> com.x <<<
 *     signal 11 (SIGSEGV), code 9 (SEGV_MTESERR), fault addr 0x0b0000748d44d520
 *     Cause: [MTE]: Use After Free, 0 bytes into a 32-byte allocation at 0x748d44d520
 *     Abort message: '…'
 *     backtrace:
 *           #00 pc 000000000004a1b8  /data/app/com.x/lib/arm64/libx.so (f+24) (BuildId: aa11)
 *     deallocated by thread 31:
 *     allocated by thread 31:
 *     --- --- --- --- --- --- --- --- --- --- --- --- --- --- --- ---
 */
import type { StackRole } from '../../model/diagnostic.js';
import { parseFrame } from '../engine/frame.js';
import { addFrame, markComplete, messageOf, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { isFault } from '../engine/signals.js';
import { hazardOf, isOfAnother, meaningOf, type Facts } from './meanings.js';
import { DUMP, HEAD, REGISTERS, REST } from './tombstone-lines.js';

const DIVIDER = /^\s*(?:\*\*\* ){15}\*\*\*$/;
/** Before each further thread. */
const DASHES = /^\s*(?:--- ){15}---$/;
const THREAD = /^\s*pid: (\d{1,10}), tid: (\d{1,10})(?=,| {1,4}>>> )/;
const SIGNAL = /^\s*(Fatal )?signal \d{1,3} \((SIG\w{2,8}|\?{1,3}|<debuggerd signal>)\)(?=,| at 0x)(.*)$/;
const CODE = /\bcode -?\d{1,10} \((\w{1,40})/;
const ADDRESS = /\bfault addr (?:0x)?([0-9a-f]{1,16})\b(?: \((read|write)\))?|^ at 0x([0-9a-f]{1,16})\b/;
const TID = /\b(?:in tid|thread) (\d{1,10})\b/;
const PID = /\), pid (\d{1,10})\b/;
const CAUSE = /^\s*Cause: (.*)$/;
const CHECKERS =
  /^\[(MTE|GWP-ASan)\]: ([\w ()-]{1,40}?)(?:, ([\w ()-]{1,80}))?(?: at (0x[0-9a-fA-F]{1,16}))?$/;
/** The words are quoted since Android 5, and may go on for lines. */
const ABORT = /^\s*Abort message: ['"]?(.*)$/;
const SECTIONS: readonly [RegExp, StackRole][] = [
  [/^\s*deallocated by thread (\d{1,10}):$/, 'freed'],
  [/^\s*allocated by thread (\d{1,10}):$/, 'allocated'],
  [/^\s*backtrace:$/, 'fault'],
];
const FRAME = /^\s*#\d{1,4} {1,2}pc [0-9a-f]{8,16} /;
const SYMBOLIZED = /^\s*#\d{1,4} {1,2}0x[0-9a-f]{4,16} /;
type Open = Tentative & {
  facts: Facts;
  /** `libc`: only the line before the tombstone; `rest`: the stacks of the crashed thread have been read. */
  part: 'libc' | 'head' | 'stacks' | 'rest';
  /** The frame that was read last, as printed: a narrow console breaks it before the function. */
  last?: string;
};

/** The function of a frame, on a line of its own. */
const BROKEN_OFF = /^\s*\((?!deleted|offset |BuildId).{1,2000}\+\d{1,9}\)(?: \(BuildId: [0-9a-f]{1,64}\))?$/;

const QUOTED = /\bAbort message: (?=['"[])/;

/** Reads the crashed thread of a tombstone: of a plain one, and with what MTE or GWP-ASan found. */
export const tombstone = readReports<Open>({
  tools: ['android', 'mte', 'gwp-asan'],
  literals: [
    '*** *** *** ***',
    'memory map (',
    'memory near ',
    'code around ',
    '--- --- --- ---',
    ' >>> ',
    'signal 1',
    'signal 2',
    'signal 3',
    'signal 4',
    'signal 5',
    'signal 6',
    'signal 7',
    'signal 8',
    'Cause: [',
    'Abort message: ',
    ' pc 0',
    'located by thread ',
  ],
  markers: [
    {
      words:
        /\b(?:Fatal )?signal \d{1,3} \(SIG\w{2,8}\)(?:, (?:code -?\d|fault addr )| at 0x[0-9a-f]{1,16} \(code=)|\bCause: \[(?:MTE|GWP-ASan)\]: /,
    },
    // Its words may be another reader's, but not the line.
    { words: QUOTED, opening: QUOTED },
  ],
  traces: [
    /^\s*(?:de)?allocated by thread \d{1,10}:$|^memory map \(\d{1,7} entr(?:y|ies)\):$/,
    // `memory near r3 (/system/lib/libx.so):`
    /^\s*(?:memory near|code around) [a-z]\w{1,2}(?: \(.{1,300}\))?:$/,
  ],
  frames: [/^\s*#\d{2,4} {1,2}pc [0-9a-f]{8,16} /],
  begin,
  take,
  finish,
  patience: 80,
});

const CUT = 'the tombstone ends before the stack of the crashed thread';

const begun = (line: Line, part: Open['part'], isBelieved: boolean | 'never'): Open => ({
  ...openReport(
    line,
    {
      tool: 'android',
      rule: 'android/tombstone',
      hazard: 'crash/other',
      message: 'the process crashed',
    },
    { missing: CUT },
  ),
  facts: {},
  part,
  isBelieved,
});

/** Whether the open report still lacks the stack of its thread, so that a line may belong to its head. */
const isHead = (open: Open | undefined): open is Open =>
  open !== undefined && (open.part === 'libc' || open.part === 'head');

function begin(line: Line, open: Open | undefined): Open | undefined {
  const { text } = line;
  if (DIVIDER.test(text)) return open?.part === 'libc' ? atHead(open) : begun(line, 'head', false);
  if (DASHES.test(text)) {
    if (open === undefined) return begun(line, 'rest', 'never');
    endStacks(open);
    return open;
  }
  const thread = THREAD.exec(text);
  if (thread) return open === undefined ? withThread(begun(line, 'head', false), thread) : undefined;
  const signal = SIGNAL.exec(text);
  if (signal)
    return withSignal(isHead(open) && isSame(open, text) ? open : begun(line, 'head', false), signal);
  const cause = CAUSE.exec(text)?.[1];
  const checker = cause === undefined ? null : CHECKERS.exec(cause);
  if (checker && open?.part !== 'rest') return withChecker(open ?? begun(line, 'head', true), checker);
  const abort = open === undefined ? ABORT.exec(text)?.[1] : undefined;
  if (abort === undefined || isOfAnother(abort)) return undefined;
  const alone = begun(line, 'head', true);
  takeAbort(alone, abort);
  return alone;
}

/** Several threads of one process may die at once, and only the first gets a tombstone. */
function isSame({ diagnostic }: Open, text: string): boolean {
  const pid = PID.exec(text)?.[1];
  return pid === undefined || diagnostic.pid === undefined || diagnostic.pid === Number(pid);
}

function atHead(open: Open): Open {
  open.part = 'head';
  return open;
}

function withThread(open: Open, [, pid = '', tid = '']: RegExpExecArray): Open {
  open.diagnostic.pid = Number(pid);
  open.diagnostic.thread = `tid ${tid}`;
  return open;
}

/** The line of the signal: of libc before the tombstone, or in it. */
function withSignal(open: Open, [, early, name = '', rest = '']: RegExpExecArray): Open {
  const { diagnostic, facts } = open;
  // A dump that was asked for is no crash.
  if (!isFault(name)) {
    open.isBelieved = 'never';
    return open;
  }
  facts.signal = name;
  const code = CODE.exec(rest)?.[1];
  const address = ADDRESS.exec(rest);
  const tid = TID.exec(rest)?.[1];
  const at = address?.[1] ?? address?.[3];
  if (code !== undefined) facts.code = code;
  // The kernel knows no address of such a fault, and debuggerd prints a 0.
  if (at !== undefined && code !== 'SI_KERNEL') diagnostic.address = `0x${at}`;
  if (address?.[2] === 'read' || address?.[2] === 'write') diagnostic.access = { kind: address[2] };
  const pid = PID.exec(rest)?.[1];
  if (tid !== undefined) diagnostic.thread ??= `tid ${tid}`;
  if (pid !== undefined) diagnostic.pid ??= Number(pid);
  // Why a process aborted itself is said below, and perhaps by another reader.
  if (name !== 'SIGABRT') open.isBelieved = true;
  if (early !== undefined && diagnostic.log.endLine === diagnostic.log.line && !facts.cause)
    open.part = 'libc';
  return open;
}

/** `[MTE]: Use After Free, 0 bytes into a 32-byte allocation at 0x…` */
function withChecker(open: Open, [, who = '', words = '', region, address]: RegExpExecArray): Open {
  const { diagnostic, facts } = open;
  // Causes come in the order of their likelihood, and each with the stacks of its block.
  if (facts.checker !== undefined) {
    open.part = 'rest';
    return open;
  }
  open.isBelieved = true;
  facts.checker = who === 'MTE' ? 'mte' : 'gwp-asan';
  facts.cause = words.trim();
  if (region !== undefined) diagnostic.region = region.trim();
  if (address !== undefined) diagnostic.address = address;
  if (facts.checker === 'gwp-asan' || region !== undefined) diagnostic.memory = 'heap';
  return open;
}

function take(open: Open, { text }: Line): Belongs {
  if (open.isBelieved === 'never') return FRAME.test(text) || THREAD.test(text) ? 'own' : 'foreign';
  if (open.part === 'rest') return takeRest(text) ? 'own' : 'foreign';
  const frames = open.stack?.frames;
  const broken = frames?.at(-1);
  if (open.last !== undefined && BROKEN_OFF.test(text) && broken?.kind === 'module' && !broken.function) {
    const whole = parseFrame(`${open.last} ${text.trim()}`)?.frame;
    if (whole !== undefined) frames!.splice(-1, 1, whole);
    return 'own';
  }
  const isFrame = FRAME.test(text) || (open.stack !== undefined && SYMBOLIZED.test(text));
  const frame = isFrame ? parseFrame(text)?.frame : undefined;
  if (frame) {
    if (open.stack === undefined) openStack(open, 'fault');
    addFrame(open, frame);
    open.last = text;
    takeBelief(open);
    open.part = 'stacks';
    return 'own';
  }
  if (REST.test(text)) {
    endStacks(open);
    return 'own';
  }
  return takeHead(open, text) ? 'own' : 'foreign';
}

const takeRest = (text: string): boolean =>
  [FRAME, THREAD, REST, REGISTERS, DUMP, HEAD].some((r) => r.test(text)) ||
  SECTIONS.some(([r]) => r.test(text));

/** Why the process died is known once its stack is printed. */
function takeBelief(open: Open): void {
  if (open.isBelieved === false && open.facts.signal !== undefined) open.isBelieved = true;
}

function endStacks(open: Open): void {
  if (open.diagnostic.stacks.some((k) => k.role === 'fault' && k.frames.length > 0)) {
    markComplete(open);
    open.part = 'rest';
  }
}

/** A line before or between the stacks. */
function takeHead(open: Open, text: string): boolean {
  const section = SECTIONS.map(([at, role]) => ({ m: at.exec(text), role })).find(({ m }) => m !== null);
  if (section) {
    const thread = section.m![1];
    openStack(open, section.role, { title: text, ...(thread !== undefined && { thread }) });
    takeBelief(open);
    return true;
  }
  const abort = ABORT.exec(text)?.[1];
  if (abort !== undefined) return takeAbort(open, abort);
  const thread = THREAD.exec(text);
  if (thread) withThread(open, thread);
  const cause = CAUSE.exec(text)?.[1];
  if (cause !== undefined && open.part === 'head') open.facts.cause ??= cause;
  if (REGISTERS.test(text)) takeBelief(open);
  return thread !== null || cause !== undefined || REGISTERS.test(text) || HEAD.test(text);
}

/** The words of `abort`. A checker's report, or the JVM's, is read by their readers, and the stack below is theirs. */
function takeAbort(open: Open, words: string): boolean {
  open.facts.signal ??= 'SIGABRT';
  if (isOfAnother(words) && open.isBelieved !== true) {
    open.isBelieved = 'never';
    return false;
  }
  open.facts.abort = words.replace(/['"]$/, '');
  // Cut words may be another reader's.
  if (/['"]$/.test(words)) open.isBelieved = true;
  return true;
}

function finish(open: Open): void {
  const { diagnostic, facts } = open;
  Object.assign(diagnostic, meaningOf(facts));
  diagnostic.hazard = hazardOf(facts, diagnostic.address);
  diagnostic.message = messageOf(diagnostic.message);
  const has = (role: StackRole): boolean =>
    diagnostic.stacks.some((k) => k.role === role && k.frames.length > 0);
  // The block that a checker speaks of has its stacks below that of the crash, and so has the cause of a fault of tags.
  const isChecked = facts.checker !== undefined && diagnostic.region !== undefined;
  const isWhole = isChecked ? has('allocated') : has('fault') && facts.code !== 'SEGV_MTESERR';
  if (isWhole) markComplete(open);
  else if (!diagnostic.complete && has('fault'))
    diagnostic.missing = 'the tombstone ends before the block is described';
}
