/** Offers the lines of a log to the readers, without the prefix that all of them share, and lists those that no reader understood. */
import type { Parsed } from '../../model/diagnostic.js';
import { leadsOf, sharedPrefix, stripPrefixes, unescaped } from './line-prefix.js';
import type { Markers } from './markers.js';
import type { DocumentContext, Emit, Line } from './reader.js';
import { endSessions, mayWant, offer, settle, startSessions, type Sessions } from './sessions.js';
import type { ReaderTable } from './table.js';

/** A log with a marker on every line, or that is cut a thousand times, must not fill memory; the rest is counted. */
const MAX_LISTED = 1000;
/** Characters that are listed of a line. */
const MAX_LISTED_CHARS = 500;
/** Characters that may stand before every line of a log. */
const MAX_LEAD_CHARS = 200;

/** The rest of the result, once the diagnostics are handed over. */
export type Rest = Omit<Parsed, 'diagnostics'>;

export type Dispatcher = DocumentContext & {
  /**
   * One physical line, without its `\n`. `marked` is false when the line holds no literal that could begin a report:
   * then only readers that are in the middle of one see it. `again`: a further part of the same, overlong line.
   */
  push(raw: string, offset: number, marked: boolean, again?: boolean): void;
  /** Closes open reports; call once. */
  end(): Rest;
};

/** A list that keeps its first entries and counts the others. */
type Listed<T> = { entries: T[]; more: number };

type State = {
  sessions: Sessions;
  markers: Markers;
  /** Number of the last line. */
  no: number;
  /** Stood before the last report's first line, where that is no known prefix. */
  lead: string;
  /** A line that nobody took, until the next line shows whether both share a prefix. */
  waiting: Line | undefined;
  unread: Listed<Parsed['unread'][number]>;
  missing: Listed<string>;
};

const list = <T>(to: Listed<T>, entry: T): void => {
  if (to.entries.length < MAX_LISTED) to.entries.push(entry);
  else to.more++;
};

/** A dispatcher over fresh readers. `emit` is called for each report as soon as it is complete or given up. */
export function makeDispatcher(table: ReaderTable, emit: Emit): Dispatcher {
  const { markers } = table;
  const missing: Listed<string> = { entries: [], more: 0 };
  const complain = (why: string): void => list(missing, why);
  const hasMarker = (text: string): boolean => markers.at(text) >= 0;
  const sessions = startSessions(table, emit, { hasMarker }, complain);
  const s: State = {
    sessions,
    markers,
    no: 0,
    lead: '',
    waiting: undefined,
    unread: { entries: [], more: 0 },
    missing,
  };
  return {
    push(raw, offset, marked, again = false) {
      if (!again) s.no++;
      settle(sessions, s.no);
      push(s, { text: unescaped(stripPrefixes(raw)), no: s.no, offset }, marked);
    },
    skip(lines) {
      s.no += lines;
      dropWaiting(s);
      settle(sessions, s.no);
    },
    warm: () => s.waiting !== undefined || mayWant(sessions, s.no),
    next: () => s.no + 1,
    hasMarker,
    complain,
    end() {
      dropWaiting(s);
      endSessions(sessions);
      return restOf(s);
    },
  };
}

/** The rest of a line, from a character on. */
const from = (line: Line, at: number): Line => (at === 0 ? line : { ...line, text: line.text.slice(at) });

function push(s: State, line: Line, marked: boolean): void {
  const { sessions, markers } = s;
  const { text } = line;
  if (s.waiting !== undefined && text !== '') {
    const first = s.waiting;
    s.waiting = undefined;
    offerAgain(s, first, text);
  }
  const shared = s.lead === '' ? 0 : sharedPrefix(s.lead, text);
  if (shared > 0 && offer(sessions, from(line, shared), marked)) return;
  // A quotation, a logger's name, times of an unknown fashion: the prefix of every line of this log.
  const opening = marked ? markers.beforeReport(text) : 0;
  const before = opening <= MAX_LEAD_CHARS ? opening : 0;
  if (before > 0 && before !== shared && offer(sessions, from(line, before), true)) {
    s.lead = text.slice(0, before);
    return;
  }
  if (offer(sessions, line, marked) || !marked) return;
  // A test runner's unfinished progress line ("test_x.py ") may stand before the first words of a report.
  const words = markers.at(text);
  if (words > 0 && words !== before && words !== shared && offer(sessions, from(line, words), true)) return;
  if (text !== '') s.waiting = line;
}

/** A prefix shared by two consecutive lines is the log's prefix: the first line is read again without it. */
function offerAgain(s: State, line: Line, next: string): void {
  // While a report is being read, a part of a line may pass for its continuation.
  if (mayWant(s.sessions, line.no)) return listUnread(s, line);
  const known = s.lead === '' ? 0 : sharedPrefix(s.lead, line.text);
  const at = leadsOf(line.text, next).find((n) => n > known && offer(s.sessions, from(line, n), true));
  if (at === undefined) return listUnread(s, line);
  s.lead = line.text.slice(0, at);
}

function dropWaiting(s: State): void {
  if (s.waiting !== undefined) listUnread(s, s.waiting);
  s.waiting = undefined;
}

/** Lists a line that holds a marker and that nobody took. */
function listUnread(s: State, line: Line): void {
  if (s.markers.at(line.text) < 0) return;
  list(s.unread, { line: line.no, text: line.text.slice(0, MAX_LISTED_CHARS) });
}

function restOf({ unread, missing }: State): Rest {
  const why = [...missing.entries];
  if (unread.more > 0) why.push(`${unread.more} more unread lines are not listed`);
  if (missing.more > 0) why.push(`${missing.more} more such complaints are not listed`);
  return { unread: unread.entries, complete: why.length === 0, missing: why };
}
