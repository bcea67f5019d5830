/**
 * Holds a report of a sanitizer back for some lines: what else was printed about it may stand behind it.
 */
import type { Diagnostic, Stack, Tool } from '../../model/diagnostic.js';
import type { Emit } from './reader.js';

/** Tools whose runtimes call the printer of summaries, behind which `plugins/preload/hoststack.c` prints. */
const SUMMED: ReadonlySet<Tool> = new Set(['asan', 'ubsan', 'tsan', 'lsan', 'msan', 'hwasan']);
/** Lines of other output that may come between a report and what belongs to it. */
const MAX_BETWEEN = 8;

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

/** Passes reports on to `emit`, those of sanitizers some lines later, when it is known what followed. */
export const holdLast = (emit: Emit): HeldReport => {
  let held: Diagnostic | undefined;
  /** Number of the first line that is not waited for. */
  let limit = 0;
  /** Number of the last line of the report and of what belongs to it. */
  let last = 0;
  const release = (): void => {
    const d = held;
    held = undefined;
    if (d !== undefined) emit(d);
  };
  const follows = (no: number): boolean => held !== undefined && no > last && no - last <= MAX_BETWEEN;
  return {
    emit(d) {
      release();
      if (!SUMMED.has(d.tool)) return emit(d);
      held = d;
      last = d.log.endLine;
      limit = last + MAX_BETWEEN;
    },
    keep(no) {
      if (follows(no)) limit = no + MAX_LINES;
    },
    attach(stack, no, end) {
      if (held === undefined || !follows(no) || held.stacks.length >= MAX_STACKS) return false;
      held.stacks.push(stack);
      last = end;
      limit = last + MAX_BETWEEN;
      return true;
    },
    passed(no) {
      if (held !== undefined && no > limit) release();
    },
    release,
  };
};
