/**
 * Mono's crash reports (`mini-exceptions.c`): `Native Crash Reporting` with a native and a managed stack on the console,
 * and the `mono_crash.*.json` telemetry file beside it, whose console twin carries the same facts.
 */
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import { gdbFrame } from './gdb-frame.js';
import type { HazardId } from '../../model/hazard.js';
import type { Emit, Line, LineReader, LineSession } from '../engine/reader.js';

const SIGNAL = /^Got an? (SIG\w+) while executing (?:native|managed) code/;
/** The runtime ends the process because managed code asked for it. */
const FAIL_FAST = /^CLR: Managed code called FailFast(?:, saying "(.*)")?/s;
/** A key that only mono's telemetry writes (the misspelling is mono's own). */
const TELEMETRY = /^\s*"sigsgev" : "/;
const TITLE =
  /^\s*(Native Crash Reporting|Native stacktrace|Telemetry Dumper|Basic Fault Address Reporting|Managed Stacktrace|External Debugger Dump|Debug info from gdb|Stacktrace|Native Crash Reporting):?\s*$/;

/** `telemetry`: inside a JSON file, of which only the crashed thread counts. */
type Part = 'native' | 'managed' | 'debugger' | 'telemetry' | 'other';
type Open = {
  first: Line;
  last: Line;
  signal?: string;
  part: Part;
  native: Frame[];
  managed: Frame[];
  /** The debugger's stack of the crashed thread: the one with lines. */
  debugged?: Frame[];
  /** In the debugger's dump of that thread. */
  crashed?: boolean;
  /** What `Environment.FailFast` was told. */
  said?: string;
  ended: boolean;
};

const hazardOf = (signal: string | undefined, said: string | undefined): HazardId =>
  said !== undefined || signal === 'SIGABRT'
    ? 'crash/abort'
    : signal === undefined
      ? 'crash/other'
      : 'crash/signal';

/** `0x7f… - /lib/libx.so : fn`, `0x41c823e0 - Unknown`, and mono 3's `lib.so(fn+0x18) [0x8…]`. */
function nativeFrame(text: string): Frame | undefined {
  const line = /^\s+(0x[0-9a-f]+) - (.+)$/.exec(text);
  if (line) {
    // The blank behind the colon is lost where no name follows.
    const rest = `${line[2] ?? ''} `;
    const split = rest.lastIndexOf(' : ');
    if (split === -1) return { kind: 'opaque', text: line[1] ?? '' };
    const module = rest.slice(0, split);
    const name = rest.slice(split + 3).trim();
    return { kind: 'module', module, ...(name !== '(null)' && name !== '' && { function: name }) };
  }
  const old = /^\s+([^\s()[\]]*)(?:\(([^()]*)\))? \[(0x[0-9a-f]+)\]$|^\s+\[(0x[0-9a-f]+)\]$/.exec(text);
  if (!old) return undefined;
  if (!old[1]) return { kind: 'opaque', text: old[3] ?? old[4] ?? '' };
  const [name, offset] = (old[2] ?? '').split('+');
  return { kind: 'module', module: old[1], ...(offset && { offset }), ...(name && { function: name }) };
}

/** Characters of a frame that are read. */
const LONGEST = 4096;

/** `  at Ns.Class:Method (args) [0x00012] in <file:line>`, `  at Class:Method <0x0009f>`. */
function managedFrame(text: string): Frame | undefined {
  const found = /^\s+at (.+)$/.exec(text);
  if (!found) return undefined;
  const body = (found[1] ?? '').slice(0, LONGEST);
  const name = body.replace(/ (?:\(|<0x|\[0x|in <).*$/s, '');
  const place = /^ in (\S.*):(\d{1,9})\s*$/s.exec(body.slice(Math.max(0, body.lastIndexOf(' in '))));
  if (place) return { kind: 'source', function: name, file: place[1] ?? '', line: Number(place[2]) };
  return name.startsWith('<unknown>') ? { kind: 'opaque', text: name } : { kind: 'symbol', function: name };
}

/** Makes the reader of mono's crash reports. */
export const mono: LineReader = {
  kind: 'lines',
  tools: ['mono'],
  literals: ['while executing ', 'Native Crash', 'Native stacktrace', 'called FailFast', '"sigsgev"'],
  markers: [],
  make,
};

function make(emit: Emit): LineSession {
  let open: Open | undefined;

  const close = (atEnd: boolean): void => {
    if (!open) return;
    const { signal, managed, first, last, said } = open;
    const native = open.debugged?.length ? open.debugged : open.native;
    const stacks: Stack[] = [];
    if (native.length > 0) stacks.push({ role: 'fault', frames: native });
    if (managed.length > 0) stacks.push({ role: 'managed', frames: managed });
    const complete =
      (signal !== undefined || said !== undefined || open.part === 'telemetry') &&
      (open.ended || !atEnd || managed.length > 0);
    const diagnostic: Diagnostic = {
      tool: 'mono',
      rule: `mono/${signal ?? 'crash'}`,
      hazard: hazardOf(signal, said),
      message:
        said !== undefined
          ? `FailFast: ${said}`
          : signal
            ? `${signal} while executing native code`
            : 'native crash',
      stacks,
      complete,
      ...(!complete && { missing: 'the crash report is cut' }),
      log: { line: first.no, endLine: last.no, offset: first.offset },
    };
    emit(diagnostic);
    open = undefined;
  };

  const begin = (line: Line, part: Part): Open => {
    close(false);
    return { first: line, last: line, part, native: [], managed: [], ended: false };
  };

  return {
    line(line) {
      const text = line.text;
      const title = TITLE.exec(text)?.[1];
      const signal = SIGNAL.exec(text)?.[1];
      if (title) {
        if (title === 'Native Crash Reporting') open = announced(open) ?? begin(line, 'other');
        else if (!open && title.startsWith('Native stacktrace')) open = begin(line, 'other');
        if (!open) return 'ignored';
        open.part = title.startsWith('Native stack')
          ? 'native'
          : title.endsWith('tacktrace')
            ? 'managed'
            : 'other';
        if (/Debugger|gdb/.test(title)) {
          open.ended = true;
          open.part = 'debugger';
        }
      } else if (signal) {
        if (!open || open.signal) open = begin(line, 'other');
        open.signal = signal;
        open.ended ||= open.native.length > 0;
      } else {
        const said = FAIL_FAST.exec(text);
        if (said) open = { ...begin(line, 'other'), said: (said[1] ?? '').slice(0, 300), ended: true };
        if (said) return 'consumed';
        if (TELEMETRY.test(text)) open = begin(line, 'telemetry');
        if (!open) return 'ignored';
        if (!own(open, text)) return 'ignored';
      }
      open.last = line;
      return 'consumed';
    },
    settle() {
      if (open?.ended) close(false);
    },
    end() {
      close(true);
      return [];
    },
  };
}

/** A report of which only FailFast's words have come. */
const announced = (open: Open | undefined): Open | undefined =>
  open?.said !== undefined && open.signal === undefined ? open : undefined;

/** The process waits in the crashed thread for the debugger that it started. */
const WAITS = /\bwait(?:4|pid|id)\b/;

/** Keeps the crashed thread of the debugger's dump: what the signal interrupted, or what waits for the debugger. */
function debugged(open: Open, text: string): boolean {
  if (/^Thread \d{1,9} \(/.test(text)) {
    open.crashed = false;
    return true;
  }
  const frame = gdbFrame(text);
  if (/^#\d{1,4} {1,3}<signal handler called>/.test(text)) {
    open.debugged = [];
    open.crashed = true;
  } else if (frame && /^#0 /.test(text) && WAITS.test(text)) open.crashed = true;
  else if (frame && open.crashed) {
    open.debugged ??= [];
    // The runtime's own frames have no names.
    const handler = open.debugged.length === 0 && frame.kind === 'opaque';
    if (!handler && open.debugged.length < 256) open.debugged.push(frame);
  }
  return /^(?:#\d{1,4} |\[(?:New LWP|Thread|Inferior)|Using host libthread_db)/.test(text);
}

/** True when the line belongs to the open report: a frame, a ruler, mono's own words, or gdb's dump. */
function own(open: Open, text: string): boolean {
  if (open.part === 'telemetry') {
    const address = /^\s*"native_address" : "(0x[0-9a-f]+)"/.exec(text)?.[1];
    if (address && !open.ended) open.native.push({ kind: 'opaque', text: address });
    if (text.startsWith('}')) open.ended = true;
    return true;
  }
  if (/^=+$/.test(text) && text.length > 40) return true;
  if (open.part === 'debugger') return debugged(open, text);
  const native = open.part === 'native' ? nativeFrame(text) : undefined;
  if (native) {
    open.native.push(native);
    return true;
  }
  const managed = open.part === 'managed' ? managedFrame(text) : undefined;
  if (managed) {
    open.managed.push(managed);
    return true;
  }
  return /^(?:a fatal error in the mono runtime|used by your application|Memory around native instr)/.test(
    text,
  );
}
