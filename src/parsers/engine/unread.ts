/** What was not understood in a log: lines that look like a tool's and that no reader took, and complaints. */
import type { Diagnostic, Parsed, Tool } from '../../model/diagnostic.js';
import { list, MAX_LISTED, type Listed } from './listed.js';
import type { ReaderSet } from './literal-index.js';
import type { Trace } from './markers.js';
import type { Line } from './reader.js';
import type { ReaderTable } from './table.js';

/** Characters that are listed of a line. */
const MAX_LISTED_CHARS = 500;

/** The rest of the result, once the diagnostics are handed over. */
export type Rest = Omit<Parsed, 'diagnostics'>;

type UnreadLine = Parsed['unread'][number];

export type Unread = {
  /** A line that nobody took, and the readers with a literal in it; it is listed if it looks like a tool's. */
  line(line: Line, concerned: ReaderSet): void;
  /** Says why the log is not complete. */
  complain(why: string): void;
  /** A report of a tool was read: what is left over behind it says nothing new. */
  found(diagnostic: Diagnostic): void;
  rest(): Rest;
};

/** Begins a list for one log. */
export function makeUnread({ markers }: ReaderTable): Unread {
  const unread: Listed<UnreadLine> = { entries: [], more: 0 };
  /** Lines from within reports, and the tools that may have written them. */
  const traces: Listed<UnreadLine & Trace> = { entries: [], more: 0 };
  const missing: Listed<string> = { entries: [], more: 0 };
  /** Line at which each tool's first report begins. */
  const first = new Map<Tool, number>();
  return {
    line({ text, no }, concerned) {
      const isUnread = markers.at(text, concerned) >= 0;
      const trace = isUnread ? undefined : markers.traceOf(text, concerned);
      if (!isUnread && trace === undefined) return;
      const entry = { line: no, text: text.slice(0, MAX_LISTED_CHARS) };
      if (trace === undefined) list(unread, entry);
      else list(traces, { ...entry, ...trace });
    },
    complain: (why) => list(missing, why),
    found({ tool, log }) {
      first.set(tool, Math.min(log.line, first.get(tool) ?? log.line));
    },
    rest() {
      const why = [...missing.entries];
      const orphans = traces.entries.filter(({ tools, line, isEnd }) =>
        isEnd ? first.size === 0 : tools.every((tool) => (first.get(tool) ?? Infinity) > line),
      );
      const lines = [...unread.entries, ...orphans.map(({ line, text }) => ({ line, text }))]
        .sort((a, b) => a.line - b.line)
        .slice(0, MAX_LISTED);
      if (unread.more > 0) why.push(`${unread.more} more unread lines are not listed`);
      if (missing.more > 0) why.push(`${missing.more} more such complaints are not listed`);
      return { unread: lines, complete: why.length === 0, missing: why };
    },
  };
}
