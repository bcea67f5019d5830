/**
 * Holds a report of a sanitizer, or of a library that aborts the process, back for some lines: what else was printed about it may
 * stand behind it, the stack of a debugger for one.
 */
import type { Diagnostic, Stack, Tool } from '../../model/diagnostic.js';
import type { Emit } from './reader.js';

/** Tools whose runtimes call the printer of summaries, behind which `plugins/preload/hoststack.c` prints. */
const SUMMED: ReadonlySet<Tool> = new Set(['asan', 'ubsan', 'tsan', 'lsan', 'msan', 'hwasan']);
/** Lines of other output that may come between a report and what belongs to it. */
const MAX_BETWEEN = 8;

/** Tools whose last words `abort` follows, and those that then tell of the abort. */
const ABORTING: ReadonlySet<Tool> = new Set(['glibc', 'cxx']);
const DEBUGGERS: ReadonlySet<Tool> = new Set(['gdb', 'lldb']);
/** Lines between such words and a debugger's: glibc's list of mappings, the debugger's own remarks. */
const MAX_BEFORE_DEBUGGER = 200;
/** Aborts that are kept until it is known whether a debugger stopped at them. */
const MAX_ABORTS = 4;
/** Lines of its stack. */
const MAX_DEBUGGER_LINES = 400;

/** Whether a debugger stopped at the abort that these words announced. */
const isSameAbort = (words: Diagnostic, d: Diagnostic): boolean =>
  ABORTING.has(words.tool) &&
  DEBUGGERS.has(d.tool) &&
  d.rule.endsWith('/SIGABRT') &&
  d.log.line > words.log.endLine &&
  d.log.line - words.log.endLine <= MAX_BEFORE_DEBUGGER;

/** Tells of one crash once: the words say why, the debugger says where. */
function join(words: Diagnostic, d: Diagnostic): void {
  const hasFrames = d.stacks.some((k) => k.frames.length > 0);
  if (hasFrames) words.stacks = d.stacks;
  words.log.endLine = Math.max(words.log.endLine, d.log.endLine);
  if (!d.complete) {
    words.complete = false;
    if (d.missing !== undefined) words.missing = d.missing;
  }
  if (d.thread !== undefined) words.thread ??= d.thread;
}

/** Stacks of a report, with those of the host. */
const MAX_STACKS = 300;
/** Lines of a host's stack. */
const MAX_LINES = 64;

export type HeldReport = {
  emit: Emit;
  /** What belongs to the report that ended just before line `no` begins there. */
  keep(no: number): void;
  /** Adds a stack that begins in line `no` and ends in line `end` to the report before it. False if there is none. */
  attach: (stack: Stack, no: number, end: number) => boolean;
  /** Line `no` is over: a report that nothing followed is handed over. */
  passed(no: number): void;
  /** Hands over what is held. */
  release(): void;
};

/** Passes reports on to `emit`, those of which more may be told some lines later, when it is known what followed. */
export const holdLast = (emit: Emit): HeldReport => {
  let held: Diagnostic | undefined;
  /** Announced aborts at which a debugger may have stopped, in their order. */
  let aborts: Diagnostic[] = [];
  /** Number of the first line that is not waited for. */
  let limit = 0;
  /** Number of the last line of the report and of what belongs to it. */
  let last = 0;
  const release = (): void => {
    const all = [...aborts, ...(held === undefined ? [] : [held])];
    held = undefined;
    aborts = [];
    for (const d of all) emit(d);
  };
  const follows = (no: number): boolean => held !== undefined && no > last && no - last <= MAX_BETWEEN;
  return {
    emit(d) {
      const announced = aborts.findLast((words) => isSameAbort(words, d));
      if (announced !== undefined) return join(announced, d);
      const isAborting = ABORTING.has(d.tool);
      if (!isAborting || held !== undefined || aborts.length >= MAX_ABORTS) release();
      last = d.log.endLine;
      if (isAborting) {
        // A debugger's report is over some lines later, and may come after the next words.
        aborts.push(d);
        limit = last + MAX_BEFORE_DEBUGGER + MAX_DEBUGGER_LINES;
      } else if (SUMMED.has(d.tool)) {
        held = d;
        limit = last + MAX_BETWEEN;
      } else emit(d);
    },
    keep(no) {
      if (follows(no)) limit = Math.max(limit, no + MAX_LINES);
    },
    attach(stack, no, end) {
      if (held === undefined || !follows(no) || held.stacks.length >= MAX_STACKS) return false;
      held.stacks.push(stack);
      last = end;
      limit = last + MAX_BETWEEN;
      return true;
    },
    passed(no) {
      if (no > limit) release();
    },
    release,
  };
};
