/**
 * Crash reports of macOS and iOS as text (`.crash`, the window of the Crash Reporter, and what Console makes of an `.ips`),
 * versions 6 to 12, macOS 10.4 to 15:
 *
 *     Process:               Python [4242]
 *     Crashed Thread:        0  Dispatch queue: com.apple.main-thread
 *
 *     Exception Type:        EXC_BAD_ACCESS (SIGSEGV)
 *     Exception Codes:       KERN_INVALID_ADDRESS at 0x0000000000000000
 *
 *     Thread 0 Crashed:: Dispatch queue: com.apple.main-thread
 *     0   libshelf.dylib       0x000000010df42dcd shelf_top + 125 (shelf.c:12)
 *
 *     Thread 0 crashed with X86 Thread State (64-bit):
 *     Binary Images:
 */
import { appleFrame } from '../engine/apple-frame.js';
import { addFrame, markComplete, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { addressIn, nameCrash, type Facts } from './meanings.js';

const PROCESS = /^\s*Process:\s{1,40}\S.{0,200} \[(\d{1,10})\]$/;
const TYPE =
  /^\s*Exception(?: Type)?:\s{1,40}(EXC_\w{1,40}|SIG[A-Z]{2,8}|[0-9a-f]{8})(?: \((SIG[A-Z]{2,8})?[^()]{0,80}\))?/;
const CODES = /^\s*(?:Exception )?(?:Codes|Subtype|Message|Code):\s{1,40}(\S.*)$/;
/** The second number is the address. */
const RAW_CODES = /^0x[0-9a-f]{8,16}, (0x[0-9a-f]{8,16})\b/;
const CRASHED = /^\s*(?:Crashed Thread|Triggered by Thread):\s{1,40}(\d{1,4}|Unknown)\b/;
const THREAD = /^\s*Thread (\d{1,4})(?: name:| Crashed| ?:)/;
const STATE = /^\s*Thread \d{1,4} crashed with .{1,60}State/;
const BACKTRACE = /^\s*(?:Last Exception Backtrace|Application Specific Backtrace \d{1,2}):/;
const IMAGES = /^\s*Binary Images(?: Description)?:/;
const INFO = /^\s*Application Specific (?:Information|Signatures):(.*)$/;
const HEAD =
  /^\s*(?:Path|Identifier|Version|Build Info|Code Type|Role|Parent Process|Responsible|User ID|Coalition|Date\/Time|Launch Time|OS Version|Report Version|Release Type|Baseband Version|Anonymous UUID|Sleep\/Wake UUID|Time Awake Since Boot|Time Since Wake|System Integrity Protection|Incident Identifier|CrashReporter Key|Hardware Model|Beta Identifier|Exception Note|Termination (?:Signal|Reason|Description)|Terminating Process|VM Region(?:s Near| Info)|Notes|PlugIn (?:Path|Identifier)|Command|Host Name|PID|Thread|Kernel Triage|Error Formulating Crash Report):/;
type Open = Tentative & {
  facts: Facts;
  crashed: string | undefined;
  /** The lines of the application's own information follow. */
  isInfo: boolean;
  hasException: boolean;
};

/** A report whose first lines are lost still has these. */
const PARTS =
  /^\s*Exception Codes:\s{1,40}KERN_|^\s*Termination Reason:\s{1,40}Namespace SIGNAL|^\s*Thread \d{1,4} crashed with .{1,40} Thread State/;
const WORDS =
  /\bException Type:\s{1,40}(?:EXC_|SIG)[A-Z]|\bCrashed Thread:\s{1,40}(?:\d|Unknown)|\bThread \d{1,4} Crashed::?(?: |$)/;

/** Reads the crashed thread of a crash report of macOS or iOS. */
export const appleCrash = readReports<Open>({
  tools: ['macos'],
  literals: [
    'Process:',
    'Exception Type:',
    'Exception: ',
    'Crashed Thread:',
    ' by Thread:',
    ' Crashed:',
    'Exception Codes:',
    'Termination Reason:',
    ' crashed with ',
  ],
  markers: [{ words: WORDS, opening: WORDS }],
  traces: [PARTS],
  frames: [/^\s{0,8}\d{1,3} {1,3}[\w.+ -]{1,60}\s{1,30}0x[0-9a-f]{8,16} \S.{0,400} \+ \d{1,8}$/],
  begin,
  take,
  finish({ diagnostic, facts, hasException }) {
    nameCrash(diagnostic, facts);
    if (!hasException && diagnostic.missing !== undefined) diagnostic.missing = 'the exception of the crash';
  },
  patience: 40,
});

const CUT = 'the stack of the crashed thread';

function begin(line: Line, open: Open | undefined): Open | undefined {
  const { text } = line;
  const pid = PROCESS.exec(text)?.[1];
  if (pid !== undefined) {
    // Samples and hangs are reported with the same first lines.
    const begun = begunAt(line, 'never');
    begun.diagnostic.pid = Number(pid);
    return begun;
  }
  const type = TYPE.exec(text);
  if (type) return withException(open !== undefined && !open.hasException ? open : begunAt(line, true), type);
  const crashed = CRASHED.exec(text)?.[1];
  const isTitle = crashed === undefined && isCrashed(text);
  if (open !== undefined || (crashed === undefined && !isTitle)) return undefined;
  const begun = begunAt(line, true);
  if (crashed !== undefined) begun.crashed = crashed;
  else takeThread(begun, text);
  return begun;
}

const isCrashed = (text: string): boolean => /^\s*Thread \d{1,4} Crashed::?(?: |$)/.test(text);

const begunAt = (line: Line, isBelieved: boolean | 'never'): Open => ({
  ...openReport(
    line,
    { tool: 'macos', rule: 'macos/crash', hazard: 'crash/other', message: 'the process crashed' },
    { missing: CUT },
  ),
  facts: {},
  crashed: undefined,
  isInfo: false,
  hasException: false,
  isBelieved,
});

function withException(open: Open, [, word = '', signal]: RegExpExecArray): Open {
  open.isBelieved = true;
  open.hasException = true;
  if (word.startsWith('SIG')) open.facts.signal = word;
  else open.facts.exception = word;
  if (signal !== undefined) open.facts.signal = signal;
  return open;
}

function take(open: Open, { text }: Line): Belongs {
  if (IMAGES.test(text)) {
    endStack(open);
    return 'last';
  }
  if (STATE.test(text)) {
    endStack(open);
    return 'own';
  }
  if (text.trim() === '') return 'foreign';
  if (open.isInfo && !THREAD.test(text) && !HEAD.test(text) && !BACKTRACE.test(text)) {
    open.facts.info = `${open.facts.info ?? ''} ${text.trim()}`.trim();
    return 'own';
  }
  open.isInfo = false;
  return takeThread(open, text) || takeFrame(open, text) || takeFact(open, text) ? 'own' : 'foreign';
}

/** The stack of the crashed thread is over. */
function endStack(open: Open): void {
  if (open.stack === undefined) return;
  if (open.stack.role === 'fault' && open.stack.frames.length > 0 && open.hasException) markComplete(open);
  open.stack = undefined;
}

/** The title of a thread. */
function takeThread(open: Open, text: string): boolean {
  const thread = BACKTRACE.test(text) ? null : THREAD.exec(text);
  if (thread === null && !BACKTRACE.test(text)) return false;
  // iOS tells the name of the thread on a line of its own before its title.
  if (/^\s*Thread \d{1,4} name:/.test(text)) return true;
  endStack(open);
  const has = open.diagnostic.stacks.some((k) => k.role === 'fault');
  if (thread === null) openStack(open, 'related', { title: text });
  // Tools that name the functions lose the word.
  else if ((isCrashed(text) || thread[1] === open.crashed) && !has) {
    open.diagnostic.thread = `thread ${thread[1]}`;
    openStack(open, 'fault', { title: text, thread: `thread ${thread[1]}` });
  }
  return true;
}

/** A frame; those of the other threads are passed over. */
function takeFrame(open: Open, text: string): boolean {
  const frame = appleFrame(text);
  if (frame === undefined) return false;
  addFrame(open, frame);
  return true;
}

/** A line before the stacks. */
function takeFact(open: Open, text: string): boolean {
  const { diagnostic, facts } = open;
  const codes = CODES.exec(text)?.[1];
  const info = INFO.exec(text)?.[1]?.trim();
  if (codes !== undefined) {
    const address =
      addressIn(codes) ?? (facts.exception === 'EXC_BAD_ACCESS' ? RAW_CODES.exec(codes)?.[1] : undefined);
    if (address !== undefined) diagnostic.address ??= address;
    if (!RAW_CODES.test(codes)) facts.subtype ??= codes;
  } else if (info !== undefined) {
    open.isInfo = true;
    if (info !== '') facts.info = info;
  }
  const crashed = CRASHED.exec(text)?.[1];
  open.crashed ??= crashed;
  return codes !== undefined || info !== undefined || crashed !== undefined || HEAD.test(text);
}
