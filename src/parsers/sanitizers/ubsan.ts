/**
 * UndefinedBehaviorSanitizer, gcc's and clang's, with and without stacks, and the minimal runtime. Source: compiler-rt
 * `ubsan_diag.cpp`. The format has no end mark: gcc prints no SUMMARY, so a headline alone is a complete report.
 *
 *     a.c:3:12: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented in type 'int'
 *         #0 0x… in main a.c:3:12
 *     SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior a.c:3:12 in
 */
import type { Frame, Diagnostic, Stack } from '../../model/diagnostic.js';
import { parseFrame } from '../engine/frame.js';
import {
  closeReport,
  extend,
  openReport,
  openStack,
  takeFrame,
  type OpenReport,
} from '../engine/open-report.js';
import { begins, type Emit, type Line, type LineReader, type LineSession } from '../engine/reader.js';
import { checkOf, isMinimal, minimalHazard, namedHazard } from './ubsan-checks.js';
import { locate, place } from './ubsan-place.js';

const MARK = ': runtime error:';
/**
 * The text before the words ends as a place does. Go calls its panics runtime errors too: `panic: runtime error: …`, or
 * logged by a test as `x_test.go:12: …`.
 */
const PLACE_END = /(?:[\d>)]|\+0x[0-9a-f]{1,16})$/;
const GO_PLACE = /\.go:\d{1,9}$/;
const MINIMAL = /\bubsan: ([a-z][\w-]*) by (0x[0-9a-fA-F]+)/;
/** Without an address until LLVM 9. */
const OLD_MINIMAL = /^ubsan: ([a-z][a-z-]{1,40})$/;
const TOO_MANY = /\bubsan: too many errors/;
/** The line has the name of the runtime: until LLVM 9 that of ASan, MSan or TSan where UBSan is a part of it. */
const SUMMARY =
  /\bSUMMARY: (?:UndefinedBehaviorSanitizer: |\w{1,30}Sanitizer: (?=undefined-behavior\b))(\S+)(?: (.*))?$/s;
const NOTE = /^(.*?): note: (.*)$/s;
/** The bytes around an address, its caret, and the quoted source line's caret. */
const PICTURE = /^(?:[ \t0-9a-f?]+|[ \t~]*\^[ \t~]*)$/;

const MAX_FOREIGN_LINES = 8;
/** Characters of a line of a picture. */
const MAX_PICTURE_CHARS = 400;
/** Notes of one report; compilers print notes too, and theirs must not keep it open. */
const MAX_NOTES = 16;

/** `a.c:3:12`, `a.c(3,12)`, `<unknown>`, a module's `(t+0x1f)`: Go's `panic: runtime error: ` is none. */
const ENDS_PLACE = '0123456789>)';
const LEAD_ENDS = [': ', '] ', '> ', '| ', '# ', '\t'];

/** A report begins with a path, which may hold blanks: the text before it ends as a logger's prefix does. */
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
  literals: ['runtime error: ', 'ubsan: ', 'Sanitizer', 'note: pointer points'],
  markers: [
    // … but not of Go, whose tests log panics so
    { words: /(?<!\.go):\d+(?::\d+)?: runtime error: /, opening: beforePlace },
    begins(/\bubsan: [\w-]{3,40} by 0x/),
  ],
  traces: [/^0x[0-9a-f]{4,16}: note: pointer points here$/],
  make,
};

type State = {
  emit: Emit;
  open: OpenReport | undefined;
  /** Lines of others that may still come between the lines of the report; frames after more are not its own. */
  linesLeft: number;
  /** A report was closed before its SUMMARY line, if it has one. */
  owesSummary: boolean;
  /** The line before was a caret: what stands under it is its label, on a line of its own. */
  isBelowCaret: boolean;
  /** The place before the words. */
  headline: Frame | undefined;
  notes: Stack[];
  complaints: string[];
};

function make(emit: Emit): LineSession {
  const s: State = {
    emit,
    open: undefined,
    linesLeft: MAX_FOREIGN_LINES,
    owesSummary: false,
    isBelowCaret: false,
    headline: undefined,
    notes: [],
    complaints: [],
  };
  return {
    line: (line) => (read(s, line) ? 'consumed' : 'ignored'),
    end() {
      close(s);
      return s.complaints;
    },
  };
}

function read(s: State, line: Line): boolean {
  const { text } = line;
  const at = text.indexOf(MARK);
  if (at >= 0 && isPlace(text.slice(Math.max(0, at - 40), at))) {
    begin(s, line, at);
    return true;
  }
  if (takeMinimal(s, line)) return true;
  const summary = SUMMARY.exec(text);
  if (s.open !== undefined) return inside(s, s.open, line, summary);
  const isLate = summary !== null && s.owesSummary;
  s.owesSummary = s.owesSummary && !isLate;
  return isLate;
}

function begin(s: State, line: Line, at: number): void {
  close(s);
  const message = line.text.slice(at + MARK.length).trim();
  const check = checkOf(message);
  s.headline = place(line.text.slice(0, at));
  s.linesLeft = MAX_FOREIGN_LINES;
  s.owesSummary = false;
  s.isBelowCaret = false;
  s.open = openReport(line, {
    tool: 'ubsan',
    rule: `ubsan/${check.name}`,
    hazard: check.hazard,
    message: message.replace(/\b0x[0-9a-fA-F]+/g, '0x…'),
    ...pointerIn(message),
    ...accessIn(message),
  });
}

function close(s: State): void {
  const { open, headline, notes } = s;
  if (open === undefined) return;
  s.open = undefined;
  s.notes = [];
  if (headline !== undefined) locate(open.diagnostic.stacks, headline);
  open.diagnostic.stacks.push(...notes);
  closeReport(open, s.emit);
}

/** A line of the minimal runtime, which has no other. */
function takeMinimal(s: State, line: Line): boolean {
  const { text } = line;
  if (!text.includes('ubsan:')) return false;
  const old = OLD_MINIMAL.exec(text);
  const m = MINIMAL.exec(text) ?? (old && isMinimal(old[1]!) ? old : null);
  if (m) {
    close(s);
    emitMinimal(s, line, m[1]!, m[2]);
    return true;
  }
  if (!TOO_MANY.test(text)) return false;
  s.complaints.push(`line ${line.no}: the minimal runtime reports no more: too many errors`);
  return true;
}

function emitMinimal({ emit }: State, line: Line, name: string, address: string | undefined): void {
  const report = openReport(line, {
    tool: 'ubsan',
    rule: `ubsan/${name}`,
    hazard: minimalHazard(name),
    message: name,
    ...(address !== undefined && { address }),
  });
  if (address !== undefined) openStack(report, 'fault').frames.push({ kind: 'opaque', text: address });
  closeReport(report, emit);
}

/** A line below the headline; false when it is none of the report. */
function inside(s: State, open: OpenReport, line: Line, summary: RegExpExecArray | null): boolean {
  const { text } = line;
  if (summary) {
    if (s.headline?.kind === 'source') nameFunction(s.headline, summary[2] ?? '');
    adopt(open, summary[1]!);
    extend(open, line);
    close(s);
    return true;
  }
  if (takeNext(open, line)) {
    s.linesLeft = MAX_FOREIGN_LINES;
    return true;
  }
  if (takeNote(s, text)) {
    s.linesLeft = MAX_FOREIGN_LINES;
    extend(open, line);
    return true;
  }
  if (text.trim() !== '' && s.linesLeft-- === 0) {
    close(s);
    s.owesSummary = true;
  }
  return false;
}

/** A note, or the picture of memory or source with its caret and the caret's label. */
function takeNote(s: State, text: string): boolean {
  const note = s.notes.length < MAX_NOTES && text.includes(': note: ') ? NOTE.exec(text) : null;
  const isPicture = text.length < MAX_PICTURE_CHARS && PICTURE.test(text) && text.trim() !== '';
  const isLabel = s.isBelowCaret && /^ {6,}\S/.test(text);
  s.isBelowCaret = isPicture && text.includes('^');
  if (note) s.notes.push(...pointed(note));
  return note !== null || isPicture || isLabel;
}

/** Takes a frame that goes on with the report's only stack: another `#0` is another stack, which UBSan never prints. */
function takeNext(open: OpenReport, line: Line): boolean {
  const frame = parseFrame(line.text);
  const hasFrames = open.diagnostic.stacks.some((s) => s.frames.length > 0);
  return frame !== undefined && hasFrames === frame.index > 0 && takeFrame(open, line);
}

/** `a.c:9:3: note: nonnull attribute specified here` is a place of its own; other notes describe memory. */
function pointed(note: RegExpExecArray): Stack[] {
  const at = place(note[1]!);
  return at.kind === 'source' ? [{ role: 'related', title: `note: ${note[2]!}`.trim(), frames: [at] }] : [];
}

function pointerIn(message: string): { address?: string } {
  const m = /\baddress (0x[0-9a-fA-F]+)/.exec(message);
  return m ? { address: m[1]! } : {};
}

/** The access of a type mismatch, and whether it went through null. */
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
