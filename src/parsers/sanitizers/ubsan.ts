/**
 * UndefinedBehaviorSanitizer, gcc's and clang's, with and without stacks, and the minimal runtime. Source: compiler-rt
 * `ubsan_diag.cpp`. The format has no end mark: gcc prints no SUMMARY, so a headline alone is a whole report.
 *
 *     a.c:3:12: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'
 *         #0 0x… in main a.c:3:12
 *     SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:3:12 in
 */
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import { parseFrame, UNKNOWN_FUNCTION } from '../engine/frame.js';
import {
  closeReport,
  extend,
  openReport,
  openStack,
  takeFrame,
  type OpenReport,
} from '../engine/open-report.js';
import type { Emit, Line, LineReader, LineSession, Took } from '../engine/reader.js';
import { checkOf, isMinimal, minimalHazard, namedHazard } from './ubsan-checks.js';

const MARK = ': runtime error:';
/**
 * What stands before the words ends as a place does. Go calls its panics runtime errors too: `panic: runtime error: …`, or
 * logged by a test as `x_test.go:12: …`.
 */
const PLACE_END = /(?:[\d>)]|\+0x[0-9a-f]{1,16})$/;
const GO_PLACE = /\.go:\d{1,9}$/;
/** `a.c:3:12`, or `a.cpp(3,12)` with `symbolize_vs_style=1`. */
const LOCATION = /:(\d+)(?::(\d+))?$|\((\d+),(\d+)\)$/;
const MODULE = /(?:^|\s)\(?(\S+)\+(0x[0-9a-fA-F]+)\)?$/;
const MINIMAL = /\bubsan: ([a-z][\w-]*) by (0x[0-9a-fA-F]+)/;
/** Until LLVM 9 it told no address. */
const OLD_MINIMAL = /^ubsan: ([a-z][a-z-]{1,40})$/;
const TOO_MANY = /\bubsan: too many errors/;
const SUMMARY = /\bSUMMARY: UndefinedBehaviorSanitizer: (\S+)(?: (.*))?$/s;
const NOTE = /^(.*?): note: (.*)$/s;
/** The bytes around an address, its caret, and the quoted source line's caret. */
const PICTURE = /^(?:[ \t0-9a-f?]+|[ \t~]*\^[ \t~]*)$/;

const MAX_FOREIGN_LINES = 8;
/** Notes of one report; compilers print notes too, and theirs must not keep it open. */
const MAX_NOTES = 16;

/** `a.c:3:12`, `a.c(3,12)`, `<unknown>`, a module's `(t+0x1f)`: Go's `panic: runtime error: ` is none. */
const ENDS_PLACE = '0123456789>)';
const LEAD_ENDS = [': ', '] ', '> ', '| ', '# ', '\t'];

/** A report begins with a path, which may hold blanks: what stands before it ends as a logger's words do. */
function beforePlace(text: string): number {
  const path = text.indexOf(MARK);
  if (path < 1 || !ENDS_PLACE.includes(text[path - 1]!)) return 0;
  const ends = LEAD_ENDS.map((end) => ({ end, at: text.lastIndexOf(end, path - 1) }));
  return Math.max(0, ...ends.map(({ end, at }) => (at < 0 ? 0 : at + end.length)));
}

const isPlace = (text: string): boolean => PLACE_END.test(text) && !GO_PLACE.test(text);

/** Reads `runtime error:` reports; also says which function it was when only the SUMMARY or a stack knows. */
export const ubsan: LineReader = {
  kind: 'lines',
  tools: ['ubsan'],
  literals: ['runtime error: ', 'ubsan: ', 'Sanitizer'],
  markers: [
    // … but not of Go, whose tests log panics so
    { words: /(?<!\.go):\d+(?::\d+)?: runtime error: /, opening: beforePlace },
    { words: /\bubsan: [\w-]+ by 0x/ },
  ],
  make,
};

function make(emit: Emit): LineSession {
  let open: OpenReport | undefined;
  /** Foreign lines that may still come between the lines of the report; frames after more than that are not its own. */
  let left = MAX_FOREIGN_LINES;
  /** A report was closed before its SUMMARY line, if it has one. */
  let owed = false;
  /** The line before was a caret: what stands under it is its label, on a line of its own. */
  let caret = false;
  let headline: Frame | undefined;
  let notes: Stack[] = [];
  const complaints: string[] = [];

  const close = (): void => {
    if (open === undefined) return;
    if (headline !== undefined) locate(open.diagnostic.stacks, headline);
    open.diagnostic.stacks.push(...notes);
    notes = [];
    closeReport(open, emit);
    open = undefined;
  };
  const begin = (line: Line, at: number): Took => {
    close();
    const message = line.text.slice(at + MARK.length).trim();
    const check = checkOf(message);
    headline = place(line.text.slice(0, at));
    left = MAX_FOREIGN_LINES;
    owed = false;
    caret = false;
    open = openReport(line, {
      tool: 'ubsan',
      rule: `ubsan/${check.name}`,
      hazard: check.hazard,
      message: message.replace(/\b0x[0-9a-fA-F]+/g, '0x…'),
      ...pointerIn(message),
      ...accessIn(message),
    });
    return 'consumed';
  };
  const minimal = (line: Line, m: RegExpExecArray): Took => {
    close();
    const report = openReport(line, {
      tool: 'ubsan',
      rule: `ubsan/${m[1]!}`,
      hazard: minimalHazard(m[1]!),
      message: m[1]!,
      ...(m[2] !== undefined && { address: m[2] }),
    });
    if (m[2] !== undefined) {
      openStack(report, 'fault');
      report.stack!.frames.push({ kind: 'opaque', text: m[2] });
    }
    closeReport(report, emit);
    return 'consumed';
  };

  return {
    line(line): Took {
      const { text } = line;
      const at = text.indexOf(MARK);
      if (at >= 0 && isPlace(text.slice(Math.max(0, at - 40), at))) return begin(line, at);
      const m = text.includes('ubsan:') ? MINIMAL.exec(text) : null;
      if (m) return minimal(line, m);
      const old = OLD_MINIMAL.exec(text);
      if (old && isMinimal(old[1]!)) return minimal(line, old);
      if (text.includes('ubsan:') && TOO_MANY.test(text)) {
        complaints.push(`line ${line.no}: the minimal runtime reports no more: too many errors`);
        return 'consumed';
      }
      const summary = SUMMARY.exec(text);
      if (open === undefined) {
        const late = summary !== null && owed;
        owed = owed && !late;
        return late ? 'consumed' : 'ignored';
      }
      if (summary) {
        if (headline?.kind === 'source') nameFunction(headline, summary[2] ?? '');
        adopt(open, summary[1]!);
        extend(open, line);
        close();
        return 'consumed';
      }
      if (takeNext(open, line)) {
        left = MAX_FOREIGN_LINES;
        return 'consumed';
      }
      const note = notes.length < MAX_NOTES && text.includes(': note: ') ? NOTE.exec(text) : null;
      const picture = text.length < 400 && PICTURE.test(text) && text.trim() !== '';
      const label = caret && /^ {6,}\S/.test(text);
      caret = picture && text.includes('^');
      if (note) notes.push(...pointed(note));
      if (note || picture || label) {
        left = MAX_FOREIGN_LINES;
        extend(open, line);
        return 'consumed';
      }
      if (text.trim() !== '' && left-- === 0) {
        close();
        owed = true;
      }
      return 'ignored';
    },
    end() {
      close();
      return complaints;
    },
  };
}

/** Takes a frame that goes on with the report's only stack: another `#0` is another stack, which UBSan never prints. */
function takeNext(open: OpenReport, line: Line): boolean {
  const frame = parseFrame(line.text);
  const begun = open.diagnostic.stacks.some((s) => s.frames.length > 0);
  return frame !== undefined && begun === frame.index > 0 && takeFrame(open, line);
}

/**
 * Puts the headline's place on top of the fault stack. It is exact, but knows no function; the stack knows the function, and
 * of its place no more than debug information tells of a return address (without any, nothing).
 */
function locate(stacks: Stack[], headline: Frame): void {
  const fault = stacks.find((s) => s.role === 'fault' && s.frames.length > 0);
  // A stack that was not cut begins in the runtime's own handler.
  const at = Math.max(0, fault?.frames.findIndex((f) => !isRuntime(f)) ?? 0);
  const top = fault?.frames[at];
  if (fault === undefined || top === undefined) {
    stacks.unshift({ role: 'fault', frames: [headline] });
    return;
  }
  if (headline.kind !== 'source') return;
  const sameFile = top.kind === 'source' && base(top.file) === base(headline.file);
  if (top.kind === 'opaque' || (top.kind === 'source' && !sameFile)) fault.frames.splice(at, 0, headline);
  else fault.frames[at] = { ...headline, ...nameOf(top) };
}

const isRuntime = (f: Frame): boolean =>
  f.kind !== 'opaque' && /^_*(?:ubsan|sanitizer)_|^__ubsan::/.test(f.function ?? '');
const base = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);

/** What a frame knows beside its place in the source. */
function nameOf(top: Exclude<Frame, { kind: 'opaque' }>) {
  if (top.kind === 'symbol') return { function: top.function };
  return {
    ...(top.function !== undefined && { function: top.function }),
    ...(top.module !== undefined && { module: top.module }),
    ...(top.offset !== undefined && { offset: top.offset }),
    ...(top.kind === 'source' && { file: top.file }),
    ...(top.kind === 'source' && top.inlined && { inlined: true as const }),
  };
}

/** `a.c:9:3: note: nonnull attribute specified here` is a place of its own; other notes describe memory. */
function pointed(note: RegExpExecArray): Stack[] {
  const at = place(note[1]!);
  return at.kind === 'source' ? [{ role: 'related', title: `note: ${note[2]!}`.trim(), frames: [at] }] : [];
}

/** The place before `: runtime error:`; text that the program printed without a newline may stand before it. */
function place(text: string): Frame {
  const at = LOCATION.exec(text);
  if (at) {
    const before = text.slice(0, at.index);
    const absolute = /^(?:\/|[A-Za-z]:[\\/])/.test(before);
    const file = absolute ? before : before.slice(before.lastIndexOf(' ') + 1);
    return {
      kind: 'source',
      function: UNKNOWN_FUNCTION,
      file,
      line: Number(at[1] ?? at[3]),
      ...((at[2] ?? at[4]) !== undefined && { column: Number(at[2] ?? at[4]) }),
    };
  }
  const module = MODULE.exec(text);
  if (module) return { kind: 'module', module: module[1]!.replace(/^\(/, ''), offset: module[2]! };
  return { kind: 'opaque', text: text.trim() };
}

function pointerIn(message: string): { address?: string } {
  const m = /\baddress (0x[0-9a-fA-F]+)/.exec(message);
  return m ? { address: m[1]! } : {};
}

/** What a type mismatch was about to do, and that it did so through null. */
function accessIn(message: string): Pick<Diagnostic, 'access' | 'memory'> {
  const m = /^(load of|store to) (?:null|misaligned|address)/.exec(message);
  return {
    ...(m && { access: { kind: m[1] === 'load of' ? 'read' : 'write' } }),
    ...(/ null pointer of type /.test(message) && { memory: 'null' }),
  };
}

/** `a.c:3:12 in f` at the end of a SUMMARY names the function that the headline lacks. */
function nameFunction(frame: Extract<Frame, { kind: 'source' }>, summary: string): void {
  const at = summary.lastIndexOf(' in ');
  const name = at < 0 ? '' : summary.slice(at + 4).trim();
  if (name !== '') frame.function = name;
}

/** With `report_error_type=1` the SUMMARY names the check more exactly than the message can. */
function adopt(open: OpenReport, kind: string): void {
  if (kind === 'undefined-behavior' || !/^[a-z][a-z-]+$/.test(kind)) return;
  open.diagnostic.rule = `ubsan/${kind}`;
  // The words of a message may be new to us while the check is not.
  if (open.diagnostic.hazard === 'ub/other') open.diagnostic.hazard = namedHazard(kind);
}
