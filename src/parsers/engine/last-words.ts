/**
 * Errors that are one line, or one line and a few that explain it: what the C library, the C++ runtime, V8 and Scudo print
 * before the process ends.
 */
import type { Frame, Tool } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import {
  addFrame,
  closeReport,
  extend,
  messageOf,
  openReport,
  openStack,
  type OpenReport,
} from './open-report.js';
import type { Emit, Line, LineReader, LineSession, Marker } from './reader.js';

export type LastWords = {
  /** The line of an error. */
  line: RegExp;
  rule: string;
  hazard: HazardId;
  /** A line that may follow directly and belongs to it; its first group is added to the message. */
  more?: RegExp;
};

export type LastWordsOptions = {
  tool: Tool;
  literals: readonly string[];
  markers?: readonly Marker[];
  /** A line belongs to the first row that fits. */
  rows: readonly LastWords[];
  /** A prefix that any of the rows' lines may have. */
  lead?: RegExp;
  /** A stack that may follow: the line that announces it, where there is one, and its frames. */
  stack?: { title: RegExp; frame: (text: string) => Frame | undefined };
};

/** Lines of others that may come between the words and what belongs to them. */
const MAX_FOREIGN_LINES = 20;

/** A reader of one table of last words. */
export const readLastWords = (words: LastWordsOptions): LineReader => ({
  kind: 'lines',
  tools: [words.tool],
  literals: words.literals,
  markers: words.markers ?? [],
  make: (emit) => makeSession(words, emit),
});

type Open = OpenReport & {
  more: RegExp | undefined;
  /** Lines of others that may still come before what belongs to it. */
  linesLeft: number;
};

/** `over`: the line is none of the report, which has ended. */
type Belongs = boolean | 'over';

/** A line behind the words. */
function follow(open: Open, line: Line, stack: LastWordsOptions['stack']): Belongs {
  const text = line.text.trimEnd();
  const { diagnostic } = open;
  const more = open.more?.exec(text);
  const frame = more ? undefined : stack?.frame(text);
  if (more) {
    if (more[1]) diagnostic.message = messageOf(`${diagnostic.message}: ${more[1]}`);
    open.more = undefined;
  } else if (frame) {
    if (open.stack === undefined) openStack(open, 'fault').title = text;
    addFrame(open, frame);
  } else if (open.stack !== undefined) return 'over';
  else if (!stack?.title.test(text)) {
    // Other threads' output may come before the first frame.
    if (text !== '') open.linesLeft--;
    return text !== '' && open.linesLeft <= 0 ? 'over' : false;
  }
  extend(open, line);
  return true;
}

function makeSession({ tool, rows, lead, stack }: LastWordsOptions, emit: Emit): LineSession {
  let open: Open | undefined;
  const close = (): void => {
    if (open) closeReport(open, emit);
    open = undefined;
  };
  return {
    line(line) {
      const belongs = open && follow(open, line, stack);
      // Without a stack only one line may follow.
      if (belongs === 'over' || (belongs && stack === undefined)) close();
      if (belongs === true) return 'consumed';
      const text = line.text.trimEnd();
      const words = lead === undefined ? text : text.replace(lead, '');
      const row = rows.find((r) => r.line.test(words));
      if (!row) return 'ignored';
      close();
      const report = openReport(line, {
        tool,
        rule: `${tool}/${row.rule}`,
        hazard: row.hazard,
        message: messageOf(text.trim()),
      });
      if (row.more || stack) open = { ...report, more: row.more, linesLeft: MAX_FOREIGN_LINES };
      else closeReport(report, emit);
      return 'consumed';
    },
    settle: close,
    end() {
      close();
      return [];
    },
  };
}
