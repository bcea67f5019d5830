/**
 * Errors that are one line, or one line and a few that explain it: what the C library, the C++ runtime, V8 and
 * libFuzzer print before the process ends.
 */
import type { Frame, Diagnostic, Tool } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { addFrame, addStack, draft, reach, whole } from './draft.js';
import type { Emit, Line, LineReader, LineSession } from './reader.js';

export type LastWords = {
  /** The whole line; its first group, when there is one, goes into the message of rows without another wording. */
  line: RegExp;
  rule: string;
  hazard: HazardId;
  /** A line that may follow directly and belongs to it; its first group is added to the message. */
  more?: RegExp;
};

export type LastWordsOptions = Pick<LineReader, 'literals'> & {
  tool: Tool;
  /** A line belongs to the first row that fits. */
  rows: readonly LastWords[];
  markers?: LineReader['markers'];
  /** What may stand before any of them, and is no part of the rows' lines. */
  lead?: RegExp;
  /** A stack that may follow: the line that announces it, where there is one, and its frames. */
  stack?: { title: RegExp; frame: (text: string) => Frame | undefined };
};

/** Lines of others that may come between the words and what belongs to them. */
const MAX_FOREIGN_LINES = 20;

/** A reader of one table of last words. */
export const readLastWords = ({ tool, literals, markers = [], ...words }: LastWordsOptions): LineReader => ({
  kind: 'lines',
  tools: [tool],
  literals,
  markers,
  make: (emit) => makeSession({ tool, ...words }, emit),
});

function makeSession(
  { tool, rows, lead, stack }: Omit<LastWordsOptions, 'literals' | 'markers'>,
  emit: Emit,
): LineSession {
  let open: { diagnostic: Diagnostic; more: RegExp | undefined; left: number } | undefined;
  const close = (): void => {
    if (open) emit(open.diagnostic);
    open = undefined;
  };

  /** A line behind the words; false when it is none of theirs. */
  const behind = (to: NonNullable<typeof open>, line: Line, text: string): boolean => {
    const more = to.more?.exec(text);
    const told = to.diagnostic.stacks[0];
    const frame = stack?.frame(text);
    if (more) {
      if (more[1]) to.diagnostic.message = `${to.diagnostic.message}: ${more[1]}`.slice(0, 1000);
      to.more = undefined;
    } else if (frame) {
      addFrame(told ?? addStack(to.diagnostic, { role: 'fault', title: text, frames: [] }), frame);
    } else if (told !== undefined || !stack?.title.test(text)) {
      // Behind its last frame a stack is over; other threads' output may come before the first.
      if (told !== undefined || (text !== '' && --to.left <= 0)) close();
      return false;
    }
    reach(to.diagnostic, line);
    if (stack === undefined) close();
    return true;
  };

  return {
    line(line) {
      const text = line.text.trimEnd();
      if (open && behind(open, line, text)) return 'consumed';
      const words = lead === undefined ? text : text.replace(lead, '');
      const row = rows.find((r) => r.line.test(words));
      if (!row) return 'ignored';
      close();
      const facts = { tool, rule: `${tool}/${row.rule}`, hazard: row.hazard, message: text.trim() };
      const diagnostic = draft(line, facts, '');
      whole(diagnostic);
      if (row.more || stack) open = { diagnostic, more: row.more, left: MAX_FOREIGN_LINES };
      else emit(diagnostic);
      return 'consumed';
    },
    settle: close,
    end() {
      close();
      return [];
    },
  };
}
