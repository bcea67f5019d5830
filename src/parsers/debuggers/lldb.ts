/**
 * A program that stopped at a fault under lldb or in Xcode. Source: lldb `source/Target/StopInfo.cpp`, `StopInfoMachException.cpp`,
 * `source/Plugins/Process/POSIX/CrashReason.cpp`; the frame format of `source/Core/CoreProperties.td`:
 *
 *     Process 4242 stopped
 *     * thread #1, queue = 'com.apple.main-thread', stop reason = EXC_BAD_ACCESS (code=1, address=0x18)
 *         frame #0: 0x0000000100003f6c till`shelf_top(s=0x0000000000000000) at shelf.c:12:13 [opt]
 *       * frame #0: …
 *         frame #1: 0x0000000100003f8c till`main + 16
 */
import type { Frame } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { addFrame, markComplete, openReport, openStack } from '../engine/open-report.js';
import type { Line } from '../engine/reader.js';
import { readReports, type Belongs, type Tentative } from '../engine/report-reader.js';
import { isFault, signalHazard } from '../engine/signals.js';

/** What is left of the marks around a paste. */
const BACKTICK = /`$/;
const PROMPT = /^\s*(?:\(lldb\) ?)+/;
const STOPPED = /^\s*(?:\* )?thread #(\d{1,6})\b/;
const REASON = 'stop reason = ';
/** Xcode's own line. */
const XCODE = /^\s*Thread (\d{1,6}): ((?:EXC_[A-Z_]{3,30}|signal SIG[A-Z]{2,8}).*)$/;
const EXCEPTION = /^EXC_([A-Z_]{3,30}) \(code=([\w -]{1,60})(?:, (?:subcode|address)=(0x[0-9a-f]{1,16}))?/;
const SIGNAL = /^(?:signal )?(SIG[A-Z]{2,8})\b/;
const ADDRESS = /\bfault address[:=] ?(0x[0-9a-fA-F]{1,16})/;
const PROCESS = /^\s*Process (\d{1,10}) stopped/;
const FRAME = /^\s*(?:\* )?frame #(\d{1,5}): (?:(0x[0-9a-f]{1,16})(?: |$))?(.*)$/;
const PLACE = / at ([^\s:]{1,150}):(\d{1,9})(?::(\d{1,9}))?(?: \[(?:opt|inlined|artificial)\])*$/;
const HAZARDS: Readonly<Record<string, HazardId>> = {
  CRASH: 'crash/abort',
  RESOURCE: 'resource/exhausted',
  GUARD: 'crash/other',
};

type Open = Tentative & { reason: string; isOther: boolean };

const WORDS =
  /\bstop reason = (?:EXC_(?!BREAKPOINT \(code=EXC_I386_BPT)[A-Z]|(?:signal )?SIG(?:SEGV|BUS|ABRT|ILL|FPE|TRAP|SYS)\b)/;

const IN_XCODE =
  /\bThread \d{1,6}: (?:EXC_(?!BREAKPOINT \(code=EXC_I386_BPT)[A-Z_]{3,30} \(code=|signal SIG(?:SEGV|BUS|ABRT|ILL|FPE|TRAP|SYS)\b)/;

/** Reads where a program stopped under lldb. */
export const lldb = readReports<Open>({
  tools: ['lldb'],
  literals: ['stop reason = ', ': EXC_', ': signal SIG', 'frame #'],
  markers: [{ words: WORDS }, { words: IN_XCODE, opening: IN_XCODE }],
  traces: [/^\s*(?:\* )?frame #\d{1,5}: 0x[0-9a-f]{1,16} \S{1,400}`\S/],
  begin,
  take,
  patience: 40,
});

function begin(line: Line, open: Open | undefined): Open | undefined {
  const text = line.text.replace(PROMPT, '');
  const at = text.indexOf(REASON);
  const stopped = at < 0 ? XCODE.exec(text) : STOPPED.exec(text);
  const thread = stopped?.[1] ?? '';
  const reason = stopped === null ? '' : at < 0 ? (stopped[2] ?? '') : text.slice(at + REASON.length);
  const meaning = meaningOf(reason);
  if (meaning === undefined) return undefined;
  // lldb says so when the program stops, and again above the stack.
  if (open?.reason === reason && !open.isOther) {
    open.diagnostic.stacks = [];
    open.stack = undefined;
    return open;
  }
  const report = openReport(
    line,
    {
      tool: 'lldb',
      ...meaning,
      message: reason.replace(/0x[0-9a-fA-F]+/g, '0x…'),
      thread: `thread ${thread}`,
    },
    { missing: 'the stack of the thread that stopped' },
  );
  return { ...report, reason, isOther: false, isBelieved: true };
}

/** Undefined for breakpoints, steps, and signals that somebody sends. */
function meaningOf(reason: string): { rule: string; hazard: HazardId; address?: string } | undefined {
  const exception = EXCEPTION.exec(reason);
  if (exception) {
    const [, kind = '', , at] = exception;
    const hazard = HAZARDS[kind] ?? signalHazard(kind === 'BAD_ACCESS' ? 'SIGSEGV' : 'SIGTRAP', at);
    return { rule: `lldb/EXC_${kind}`, hazard, ...(at !== undefined && { address: at }) };
  }
  const signal = SIGNAL.exec(reason)?.[1];
  if (signal === undefined || !isFault(signal)) return undefined;
  const address = ADDRESS.exec(reason)?.[1];
  return {
    rule: `lldb/${signal}`,
    hazard: signalHazard(signal, address),
    ...(address !== undefined && { address }),
  };
}

function take(open: Open, line: Line): Belongs {
  const text = line.text.replace(PROMPT, '');
  const frame = FRAME.exec(text.replace(BACKTICK, ''));
  if (frame) {
    takeFrame(open, frame);
    return 'own';
  }
  const pid = PROCESS.exec(text)?.[1];
  if (pid !== undefined) open.diagnostic.pid = Number(pid);
  // Another thread of `thread backtrace all`.
  if (/^\s*(?:\* )?thread #\d{1,6}\b/.test(text)) open.isOther = open.diagnostic.stacks.length > 0;
  // The source around the place.
  const isSource = /^\s*(?:-> {0,4})?(?:\d{1,9}\s|0x[0-9a-f]{6,16} <|\^)/.test(text);
  return pid !== undefined ||
    isSource ||
    /^\s*(?:\* )?thread #|^\s*Target \d{1,4}: \(|^\s*[\w.+-]{1,60}`[^`]{1,150}:$/.test(text) ||
    PROMPT.test(line.text)
    ? 'own'
    : 'foreign';
}

function takeFrame(open: Open, [, index, pc, body = '']: RegExpExecArray): void {
  if (open.isOther) return;
  const frames = open.stack?.frames;
  // The frame that is shown where it stops stands again on top of the backtrace.
  if (index === '0' && (frames?.length ?? 0) > 0) {
    if (frames!.length > 1) {
      open.isOther = true;
      return;
    }
    frames!.pop();
  }
  if (open.stack === undefined) openStack(open, 'fault');
  addFrame(open, frameOf(pc ?? '', body));
  markComplete(open);
}

/** ``till`shelf_top(s=0x0) at shelf.c:12:13 [opt]``, ``libsystem_c.dylib`abort + 128``, empty where nothing is known. */
function frameOf(pc: string, body: string): Frame {
  const at = PLACE.exec(body);
  const head = (at ? body.slice(0, at.index) : body).replace(/ \[(?:opt|inlined|artificial)\]/g, '');
  const tick = head.indexOf('`');
  const module = tick > 0 ? head.slice(0, tick) : undefined;
  const rest = head
    .slice(tick + 1)
    .replace(/ \+ \d{1,9}$/, '')
    .trim();
  // Arguments follow the last bracket of the name that is not one of its own.
  const name = rest.endsWith(')') ? withoutValues(rest) : rest;
  if (at && name !== '')
    return {
      kind: 'source',
      function: name,
      file: at[1]!,
      line: Number(at[2]),
      ...(at[3] !== undefined && { column: Number(at[3]) }),
      ...(module !== undefined && { module }),
    };
  if (module !== undefined) return { kind: 'module', module, ...(name !== '' && { function: name }) };
  return name === '' ? { kind: 'opaque', text: pc } : { kind: 'symbol', function: name };
}

/** lldb prints the values of the arguments where C++ has their types. */
function withoutValues(name: string): string {
  const open = name.lastIndexOf('(');
  return open > 0 && name.slice(open).includes('=') ? name.slice(0, open) : name;
}
