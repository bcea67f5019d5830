/**
 * Holds the last report of a sanitizer back until the next one or the end: what else was printed about it may stand behind it.
 */
import type { Diagnostic, Stack, Tool } from '../../model/diagnostic.js';
import type { Emit } from './reader.js';

/** Tools whose runtimes call the printer of summaries, behind which `plugins/preload/hoststack.c` prints. */
const SUMMED: ReadonlySet<Tool> = new Set(['asan', 'ubsan', 'tsan', 'lsan', 'msan', 'hwasan']);
/** Lines of other output that may come between a report and what belongs to it. */
const MAX_BETWEEN = 8;

export type HeldReport = {
  emit: Emit;
  /** Adds a stack to the report that ended just before line `no`. False if there is none. */
  attach(stack: Stack, no: number): boolean;
  /** Hands over what is held. */
  release(): void;
};

/** Passes reports on to `emit`, the last one of a sanitizer later than the others. */
export const holdLast = (emit: Emit): HeldReport => {
  let held: Diagnostic | undefined;
  const release = (): void => {
    const d = held;
    held = undefined;
    if (d !== undefined) emit(d);
  };
  return {
    emit(d) {
      release();
      if (SUMMED.has(d.tool)) held = d;
      else emit(d);
    },
    attach(stack, no) {
      if (held === undefined || no <= held.log.endLine || no - held.log.endLine > MAX_BETWEEN) return false;
      held.stacks.push(stack);
      return true;
    },
    release,
  };
};
