/** A report that is being read: the diagnostic so far, the stack that takes the next frame, and how it is closed. */
import type { Access, Diagnostic, Stack, StackRole } from '../../model/diagnostic.js';
import { parseFrame } from './frame.js';
import type { Emit, Line } from './reader.js';

export type OpenReport = {
  diagnostic: Diagnostic;
  /** Where the next frame goes; undefined until a title or a first frame opens one. */
  stack: Stack | undefined;
  lastPc: string | undefined;
};

/** No real stack is deeper than the runtimes' own limit of 256; a runaway log must not fill memory. */
const MAX_FRAMES = 512;
const MAX_STACKS = 256;

/** Begins a report at `line`. */
export function openReport(line: Line, facts: Omit<Diagnostic, 'stacks' | 'complete' | 'log'>): OpenReport {
  const log = { line: line.no, endLine: line.no, offset: line.offset };
  return { diagnostic: { ...facts, stacks: [], complete: true, log }, stack: undefined, lastPc: undefined };
}

export type StackFacts = { title?: string; thread?: string; access?: Access; locks?: string[] };

/** Begins a stack; frames that follow belong to it. */
export function openStack(report: OpenReport, role: StackRole, facts: StackFacts = {}): void {
  const title = facts.title?.trim();
  report.stack = { role, ...facts, ...(title !== undefined && { title }), frames: [] };
  report.lastPc = undefined;
  if (report.diagnostic.stacks.length < MAX_STACKS) report.diagnostic.stacks.push(report.stack);
}

/** Marks a line as part of the report. */
export function extend(report: OpenReport, line: Line): void {
  report.diagnostic.log.endLine = line.no;
}

/**
 * Takes a frame line into the open stack. A frame `#0` after frames without a title begins a stack of its own
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

/** Hands the report over. `missing` says what a cut report lacks. Stacks that stayed empty and say nothing are left out. */
export function closeReport(report: OpenReport, emit: Emit, missing?: string): void {
  const { diagnostic } = report;
  diagnostic.stacks = diagnostic.stacks.filter((s) => s.frames.length > 0 || s.access !== undefined);
  if (missing !== undefined) {
    diagnostic.complete = false;
    diagnostic.missing = missing;
  }
  emit(diagnostic);
}
