/**
 * Mono's crash reports (`mini-exceptions.c`): `Native Crash Reporting` with a native and a managed stack on the console,
 * and the `mono_crash.*.json` telemetry file beside it, whose console twin carries the same facts.
 */
import type { Frame, Stack } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { addFrameTo, closeReport, extend, openReport, type OpenReport } from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';
import { gdbFrame } from '../engine/gdb-frame.js';
import { hostFrameOf } from '../engine/host-frame.js';
import { isMonoFrame, managedFrame, nativeFrame } from './mono-frames.js';
import {
  crashedAddresses,
  openTelemetry,
  readTelemetry,
  telemetryAt,
  type Telemetry,
} from './mono-telemetry.js';

const SIGNAL = /^Got an? (SIG\w+) while executing (?:native|managed) code/;
/** The runtime ends the process because managed code asked for it. */
const FAIL_FAST = /^CLR: Managed code called FailFast(?:, saying "(.*)")?/s;
const TITLE =
  /^\s*(Native Crash Reporting|Native stacktrace|Telemetry Dumper|Basic Fault Address Reporting|Managed Stacktrace|External Debugger Dump|Debug info from gdb|Stacktrace|Native Crash Reporting):?\s*$/;

type Part = 'native' | 'managed' | 'debugger' | 'other';
type Open = OpenReport & {
  /** Inside a JSON file, of which only the crashed thread counts. */
  telemetry?: Telemetry;
  signal?: string;
  part: Part;
  /** The debugger's stack of the crashed thread: the one with lines. */
  debugged?: Frame[];
  /** In the debugger's dump of that thread. */
  inCrashed: boolean;
  /** The words that were given to `Environment.FailFast`. */
  failFast?: string;
  /** Nothing need follow. */
  hasEnded: boolean;
};

const hazardOf = ({ signal, failFast }: Open): HazardId =>
  failFast !== undefined || signal === 'SIGABRT'
    ? 'crash/abort'
    : signal === undefined
      ? 'crash/other'
      : 'crash/signal';

/** Characters that are kept of a message. */
const MAX_MESSAGE_CHARS = 300;
/** Frames of the debugger's stack. */
const MAX_DEBUGGED_FRAMES = 256;

/** Reads mono's crash reports. */
export const mono: LineReader = {
  kind: 'lines',
  tools: ['mono'],
  literals: [
    'while executing ',
    'Native Crash',
    'ative stacktrace',
    'called FailFast',
    '"sigsgev"',
    'elemetry Dumper',
    'Fault Address Rep',
    'naged Stacktrace',
    '\nStacktrace:',
    'at (wrapper ',
    ' <0xffffffff>',
    'External Debugger',
    ' - /usr/',
    ' - /lib',
    ' - /opt/',
    ' - /home',
    ' <0x0',
    '] in <',
    'the mono runtime',
    'HOST STACK (mono) of the thread that crashes',
  ],
  markers: [
    begins(/\bGot an? SIG[A-Z]{2,6} while executing (?:native|managed) code/),
    begins(/\bCLR: Managed code called FailFast\b/),
  ],
  traces: [
    /^\s*(?:Native Crash Reporting|Native stacktrace|Telemetry Dumper|Basic Fault Address Reporting|Managed Stacktrace|External Debugger Dump):?\s*$/,
    /^\s*0x[0-9a-f]{4,16} - \S.{0,400} : /,
    /^\s*at \S{1,400}(?: \([^()]{0,400}\))? <0x[0-9a-f]{1,16}>$/,
    / \[0x[0-9a-f]{1,16}\] in <[0-9a-f]{1,64}(?:#[0-9a-f]{1,64})?>:\d/,
    /^a fatal error in the mono runtime or one of/,
  ],
  make,
};

/** Behind the signal. */
const ADVICE = /^(?:a fatal error in the mono runtime|used by your application|Memory around native instr)/;

/** What `plugins/preload/hostfaults.h` prints before mono's own words: the same stack, with lines. */
const HOST = /^HOST STACK \(mono\) of the thread that crashes:$/;
const HOST_END = 'END OF HOST STACK';
/** The library prints fewer; a log may be anything. */
const MAX_HOST_FRAMES = 64;

type State = {
  emit: Emit;
  open: Open | undefined;
  /** Until mono 5 the managed stack stood first, below a title that many others print as well. */
  early: { line: Line; frames: Frame[] } | undefined;
  /** The host's lines of the report that follows, and whether more of them may follow. */
  host: Stack | undefined;
  isInHost: boolean;
};

function make(emit: Emit): LineSession {
  const s: State = { emit, open: undefined, early: undefined, host: undefined, isInHost: false };
  return {
    line(line) {
      if (takeHost(s, line) || takeEarly(s, line)) return 'consumed';
      if (!takeTitle(s, line) && !takeSignal(s, line) && !takeFailFast(s, line) && !takeOwn(s, line))
        return 'ignored';
      if (s.open) extend(s.open, line);
      return 'consumed';
    },
    settle() {
      if (s.open?.hasEnded) close(s, false);
    },
    end() {
      const { early } = s;
      close(s, true);
      return early !== undefined && s.early !== undefined && early.frames.length > 0
        ? [`line ${early.line.no}: a managed stack of mono, and what it belongs to is absent`]
        : [];
    },
  };
}

function takeHost(s: State, { text }: Line): boolean {
  if (HOST.test(text)) {
    close(s, false);
    s.host = { role: 'managed', host: 'mono', title: 'of the thread that crashes', frames: [] };
    s.isInHost = true;
    return true;
  }
  if (!s.isInHost || s.host === undefined) return false;
  s.isInHost = text !== HOST_END;
  const frame = hostFrameOf(text);
  if (frame !== undefined && s.host.frames.length < MAX_HOST_FRAMES) s.host.frames.push(frame);
  return !s.isInHost || frame !== undefined;
}

function takeEarly(s: State, line: Line): boolean {
  if (s.open !== undefined) return false;
  if (/^\s*Stacktrace:$/.test(line.text)) {
    s.early ??= { line, frames: [] };
    return false;
  }
  const { early } = s;
  const frame = early !== undefined && isMonoFrame(line.text) ? managedFrame(line.text) : undefined;
  if (frame === undefined || early!.frames.length >= MAX_DEBUGGED_FRAMES) return false;
  early!.frames.push(frame);
  return true;
}

function begin(s: State, line: Line, part: Part): Open {
  close(s, false);
  const facts = { tool: 'mono', rule: 'mono/crash', hazard: 'crash/other', message: 'native crash' } as const;
  const { early } = s;
  s.early = undefined;
  const isOurs = early !== undefined && early.frames.length > 0;
  s.open = { ...openReport(isOurs ? early.line : line, facts), part, inCrashed: false, hasEnded: false };
  for (const frame of isOurs ? early.frames : []) addFrameTo(s.open, 'managed', frame);
  return s.open;
}

/** `isCut`: the log has ended, and more might have followed. */
function close(s: State, isCut: boolean): void {
  const { open } = s;
  if (!open) return;
  s.open = undefined;
  const { diagnostic, signal, failFast, debugged, telemetry } = open;
  for (const text of telemetry === undefined ? [] : crashedAddresses(telemetry))
    addFrameTo(open, 'fault', { kind: 'opaque', text });
  if (debugged?.length) {
    diagnostic.stacks = diagnostic.stacks.filter((k) => k.role !== 'fault');
    diagnostic.stacks.unshift({ role: 'fault', frames: debugged });
  }
  diagnostic.rule = `mono/${signal ?? 'crash'}`;
  diagnostic.hazard = hazardOf(open);
  if (failFast !== undefined) diagnostic.message = `FailFast: ${failFast}`;
  else if (signal) diagnostic.message = `${signal} while executing native code`;
  const isKnown = signal !== undefined || failFast !== undefined || open.telemetry !== undefined;
  const isComplete =
    isKnown && (open.hasEnded || !isCut || diagnostic.stacks.some((k) => k.role === 'managed'));
  if (s.host !== undefined) diagnostic.stacks.push(s.host);
  s.host = undefined;
  closeReport(open, s.emit, isComplete ? undefined : 'the crash report is cut');
}

/** A report of which only FailFast's words have come. */
const isAnnounced = (open: Open | undefined): boolean =>
  open?.failFast !== undefined && open.signal === undefined;

/** The title of a part of the report. */
function takeTitle(s: State, line: Line): boolean {
  const title = TITLE.exec(line.text)?.[1];
  if (title === undefined) return false;
  const isStack = title.startsWith('Native stack');
  if (title === 'Native Crash Reporting' ? !isAnnounced(s.open) : !s.open && isStack) begin(s, line, 'other');
  const { open } = s;
  if (!open) return false;
  open.part = isStack ? 'native' : title.endsWith('tacktrace') ? 'managed' : 'other';
  if (/Debugger|gdb/.test(title)) {
    open.hasEnded = true;
    open.part = 'debugger';
  }
  return true;
}

function takeSignal(s: State, line: Line): boolean {
  const signal = SIGNAL.exec(line.text)?.[1];
  if (signal === undefined) return false;
  const open = s.open && !s.open.signal ? s.open : begin(s, line, 'other');
  open.signal = signal;
  open.hasEnded ||= open.diagnostic.stacks.some((k) => k.role === 'fault');
  return true;
}

function takeFailFast(s: State, line: Line): boolean {
  const m = FAIL_FAST.exec(line.text);
  if (!m) return false;
  const open = begin(s, line, 'other');
  open.failFast = (m[1] ?? '').slice(0, MAX_MESSAGE_CHARS);
  open.hasEnded = true;
  return true;
}

function takeOwn(s: State, line: Line): boolean {
  const { text } = line;
  const at = telemetryAt(text);
  if (at >= 0) begin(s, line, 'other').telemetry = openTelemetry();
  const { open } = s;
  if (open?.telemetry !== undefined) return takeTelemetry(open, open.telemetry, text.slice(Math.max(0, at)));
  return open !== undefined && isOwn(open, text);
}

function takeTelemetry(open: Open, telemetry: Telemetry, text: string): boolean {
  if (telemetry.isOver) return false;
  readTelemetry(telemetry, text);
  open.hasEnded = telemetry.isOver || telemetry.crashed !== undefined;
  return true;
}

/** The process waits in the crashed thread for the debugger that it started. */
const WAITS = /\bwait(?:4|pid|id)\b/;

/** Keeps the crashed thread of the debugger's dump: what the signal interrupted, or what waits for the debugger. */
function takeDebugged(open: Open, text: string): boolean {
  if (/^Thread \d{1,9} \(/.test(text)) {
    open.inCrashed = false;
    return true;
  }
  const frame = gdbFrame(text);
  if (/^#\d{1,4} {1,3}<signal handler called>/.test(text)) {
    open.debugged = [];
    open.inCrashed = true;
  } else if (frame && text.startsWith('#0 ') && WAITS.test(text)) open.inCrashed = true;
  else if (frame && open.inCrashed) {
    open.debugged ??= [];
    // The runtime's own frames have no names.
    const handler = open.debugged.length === 0 && frame.kind === 'opaque';
    if (!handler && open.debugged.length < MAX_DEBUGGED_FRAMES) open.debugged.push(frame);
  }
  return /^(?:#\d{1,4} |\[(?:New LWP|Thread|Inferior)|Using host libthread_db)/.test(text);
}

/** True when the line belongs to the open report: a frame, a ruler, mono's own words, or gdb's dump. */
function isOwn(open: Open, text: string): boolean {
  if (/^=+$/.test(text) && text.length > 40) return true;
  if (ADVICE.test(text)) return true;
  if (open.part === 'debugger') return takeDebugged(open, text);
  const native = open.part === 'native' ? nativeFrame(text) : undefined;
  if (native) {
    addFrameTo(open, 'fault', native);
    return true;
  }
  const managed = open.part === 'managed' ? managedFrame(text) : undefined;
  if (managed) {
    addFrameTo(open, 'managed', managed);
    return true;
  }
  return false;
}
