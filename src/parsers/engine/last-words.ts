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

/**
 * A frame, and its number where frames are numbered. `isBare`: a number and a name, which any list may hold; it is a frame only as
 * the next one of a stack.
 */
export type NumberedFrame = { frame: Frame; index?: number; isBare?: boolean };

export type LastWordsOptions = {
  tool: Tool;
  literals: readonly string[];
  markers?: readonly Marker[];
  traces?: readonly RegExp[];
  /** A line belongs to the first row that fits. */
  rows: readonly LastWords[];
  /** The hazard that the whole message means, where it is not the row's. */
  meanings?: readonly (readonly [RegExp, HazardId])[];
  /** A prefix that any of the rows' lines may have. */
  lead?: RegExp;
  /** A stack that may follow: the line that announces it, where there is one, and its frames. */
  stack?: { title: RegExp; frame: (text: string) => NumberedFrame | undefined };
};

/** Lines of others that may come between the words and what belongs to them. */
const MAX_FOREIGN_LINES = 20;
/** Threads whose reports may be interleaved. */
const MAX_OPEN = 4;

/** A reader of one table of last words. */
export const readLastWords = (words: LastWordsOptions): LineReader => ({
  kind: 'lines',
  tools: [words.tool],
  literals: words.literals,
  markers: words.markers ?? [],
  ...(words.traces && { traces: words.traces }),
  make: (emit) => makeSession(words, emit),
});

type Open = OpenReport & {
  more: RegExp | undefined;
  /** Lines of others that may still come before what belongs to it. */
  linesLeft: number;
  /** Number of the last frame. */
  index: number | undefined;
  /** Its frames stand among those of another thread. */
  isMixed: boolean;
};

/** `over`: the line is none of the report, which has ended. */
type Belongs = boolean | 'over';

/** Whether a frame may be the next of a report's stack. */
const isNext = (open: Open, { index, isBare }: NumberedFrame): boolean =>
  index === undefined ||
  (open.index === undefined
    ? index <= 1 || !isBare
    : index === open.index + 1 || (!isBare && index > open.index));

function takeFrame(opens: readonly Open[], found: NumberedFrame, line: Line): Belongs {
  const next =
    opens.find((o) => found.index !== undefined && found.index === (o.index ?? 0) + 1) ??
    opens.find((o) => isNext(o, found));
  if (next === undefined) {
    if (found.isBare) return false;
    // The number was there already: frames of another stack.
    for (const o of opens) o.isMixed = true;
    extend(opens[0]!, line);
    return true;
  }
  if (next.stack === undefined) openStack(next, 'fault').title = line.text;
  addFrame(next, found.frame);
  next.index = found.index;
  extend(next, line);
  return true;
}

/** A line behind the words of one or more reports. */
function follow(opens: readonly Open[], line: Line, stack: LastWordsOptions['stack']): Belongs {
  const text = line.text.trimEnd();
  const last = opens.at(-1)!;
  const more = last.more?.exec(text);
  const found = more ? undefined : stack?.frame(text);
  if (more) {
    const { diagnostic } = last;
    if (more[1]) diagnostic.message = messageOf(`${diagnostic.message}: ${more[1]}`);
    last.more = undefined;
    extend(last, line);
    return true;
  }
  if (found) {
    const belongs = takeFrame(opens, found, line);
    if (belongs) return belongs;
  }
  if (stack?.title.test(text)) {
    extend(last, line);
    return true;
  }
  // Lines of others may come before the first frame, and an empty line between two.
  if (text === '') return false;
  if (opens.some((o) => o.stack !== undefined)) return 'over';
  return --last.linesLeft <= 0 ? 'over' : false;
}

const MIXED = 'its frames stand among those of another thread';

function makeSession(options: LastWordsOptions, emit: Emit): LineSession {
  const { tool, rows, meanings = [], lead, stack } = options;
  let opens: Open[] = [];
  const close = (): void => {
    const isMixed = opens.filter((o) => o.stack !== undefined).length > 1 || opens.some((o) => o.isMixed);
    for (const open of opens) {
      const meaning = meanings.find(([words]) => words.test(open.diagnostic.message))?.[1];
      if (meaning !== undefined) open.diagnostic.hazard = meaning;
      closeReport(open, emit, isMixed && open.stack !== undefined ? MIXED : undefined);
    }
    opens = [];
  };
  return {
    line(line) {
      const belongs = opens.length > 0 && follow(opens, line, stack);
      // Without a stack only one line may follow.
      if (belongs === 'over' || (belongs && stack === undefined)) close();
      if (belongs === true) return 'consumed';
      const text = line.text.trimEnd();
      const words = lead === undefined ? text : text.replace(lead, '');
      const row = rows.find((r) => r.line.test(words));
      if (!row) return 'ignored';
      // A second thread may say the same before the first has printed a frame.
      const isBeside =
        opens.length > 0 && opens.length < MAX_OPEN && opens.every((o) => o.stack === undefined);
      if (!isBeside || stack === undefined) close();
      const report = openReport(line, {
        tool,
        rule: `${tool}/${row.rule}`,
        hazard: row.hazard,
        message: messageOf(text.trim()),
      });
      opens.push({
        ...report,
        more: row.more,
        linesLeft: MAX_FOREIGN_LINES,
        index: undefined,
        isMixed: false,
      });
      if (!row.more && !stack) close();
      return 'consumed';
    },
    settle: close,
    end() {
      close();
      return [];
    },
  };
}
