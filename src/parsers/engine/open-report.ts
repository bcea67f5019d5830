/**
 * A report that is being read: the diagnostic so far, and the stack that takes the next frame. It exists from its first line on,
 * so that a log cut anywhere still yields it, and is bounded: a dump of ten thousand goroutines takes no more memory than one of
 * some hundred.
 */
import type { Access, Diagnostic, Frame, Stack, StackRole } from '../../model/diagnostic.js';
import { parseFrame } from './frame.js';
import type { Emit, Line } from './reader.js';

/** Stacks of one report, and frames of one stack: .NET prints a thousand frames when its stack overflows. */
const MAX_STACKS = 256;
const MAX_FRAMES = 1024;
/** Characters of a message that is a line of the program's own. */
const MAX_MESSAGE = 1000;

export type OpenReport = {
  diagnostic: Diagnostic;
  /** Where the next frame goes; undefined until a title or a first frame opens one. */
  stack: Stack | undefined;
  /** Address of the last frame, where it has one. */
  lastPc: string | undefined;
  keepsEmptyStacks: boolean;
};

export type ReportFacts = Omit<Diagnostic, 'stacks' | 'complete' | 'missing' | 'log'>;

export type ReportOptions = {
  /** What the report lacks until `markComplete`; without it a report is complete unless it is closed as cut. */
  missing?: string;
  /** Whether a stack that was announced stays when no frame of it is printed: its title says enough. */
  keepsEmptyStacks?: boolean;
};

/** Begins a report at `line`. */
export const openReport = (
  line: Line,
  facts: ReportFacts,
  { missing, keepsEmptyStacks = false }: ReportOptions = {},
): OpenReport => ({
  diagnostic: {
    ...facts,
    stacks: [],
    complete: missing === undefined,
    ...(missing !== undefined && { missing }),
    log: { line: line.no, endLine: line.no, offset: line.offset },
  },
  stack: undefined,
  lastPc: undefined,
  keepsEmptyStacks,
});

/** A line of the program's own as a message. */
export const messageOf = (text: string): string => text.slice(0, MAX_MESSAGE);

/** Marks a line as part of the report. */
export function extend(report: OpenReport, line: Line): void {
  report.diagnostic.log.endLine = line.no;
}

/** The report lacks nothing any more. */
export function markComplete(report: OpenReport): void {
  report.diagnostic.complete = true;
  delete report.diagnostic.missing;
}

export type StackFacts = { title?: string; thread?: string; access?: Access; locks?: string[] };

/** Begins a stack; frames that follow belong to it. */
export function openStack(report: OpenReport, role: StackRole, facts: StackFacts = {}): Stack {
  const title = facts.title?.trim();
  const stack: Stack = { role, ...facts, ...(title !== undefined && { title }), frames: [] };
  report.stack = stack;
  report.lastPc = undefined;
  if (report.diagnostic.stacks.length < MAX_STACKS) report.diagnostic.stacks.push(stack);
  return stack;
}

/** Adds a frame at the outer end of the open stack; without one, or beyond the bound, it is dropped. */
export function addFrame(report: OpenReport, frame: Frame): void {
  if (report.stack !== undefined && report.stack.frames.length < MAX_FRAMES) report.stack.frames.push(frame);
}

/** Adds a frame to the stack of that role, wherever lines of other stacks came between. The fault is the first stack. */
export function addFrameTo(report: OpenReport, role: StackRole, frame: Frame): void {
  const { stacks } = report.diagnostic;
  let stack = stacks.find((s) => s.role === role);
  if (stack === undefined) {
    stack = { role, frames: [] };
    if (role === 'fault') stacks.unshift(stack);
    else stacks.push(stack);
  }
  if (stack.frames.length < MAX_FRAMES) stack.frames.push(frame);
}

/** Frames of all stacks. */
export const frameCount = ({ diagnostic }: OpenReport): number =>
  diagnostic.stacks.reduce((sum, s) => sum + s.frames.length, 0);

/**
 * Takes a frame line of a sanitizer into the open stack. A frame `#0` after frames without a title begins a stack of its own
 * (`related`); the first stack of a report is its fault. Returns false when the line is no frame.
 */
export function takeFrame(report: OpenReport, line: Line): boolean {
  const parsed = parseFrame(line.text);
  if (parsed === undefined) return false;
  extend(report, line);
  if (report.stack === undefined)
    openStack(report, report.diagnostic.stacks.length === 0 ? 'fault' : 'related');
  else if (parsed.index === 0 && report.stack.frames.length > 0) openStack(report, 'related');
  const { frames } = report.stack!;
  if (frames.length >= MAX_FRAMES) return true;
  const previous = frames.at(-1);
  // An inlined call repeats the address of the frame it was inlined into.
  if (previous?.kind === 'source' && parsed.pc !== undefined && parsed.pc === report.lastPc)
    previous.inlined = true;
  report.lastPc = parsed.pc;
  frames.push(parsed.frame);
  return true;
}

/** Hands the report over. `missing` says what a cut report lacks. */
export function closeReport(report: OpenReport, emit: Emit, missing?: string): void {
  const { diagnostic } = report;
  if (!report.keepsEmptyStacks)
    diagnostic.stacks = diagnostic.stacks.filter((s) => s.frames.length > 0 || s.access !== undefined);
  if (missing !== undefined) {
    diagnostic.complete = false;
    diagnostic.missing = missing;
  }
  emit(diagnostic);
}
