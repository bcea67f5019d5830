/** Offers the lines of a log to the readers, without the prefix that all of them share, and lists those that no reader understood. */
import { watchMixing, type Mixing } from './mixing.js';
import { watchWrapping, type Wrapping } from './wrapping.js';
import { watchSeams, type Seams } from './seams.js';
import { watchMargins, type Margins, type RawLine } from './margin.js';
import { hasGluedPrompt } from './markup.js';
import { isGluedBehind, isGluedLine, MAX_LEAD_CHARS } from './glued.js';
import { holdsEscapedLog } from './escaped.js';
import { leadsOf, plainLine, sharedPrefix } from './line-prefix.js';
import { holdLast } from './held-report.js';
import { isEmpty, type LiteralIndex, type ReaderSet } from './literal-index.js';
import { endsBefore, type Markers } from './markers.js';
import type { DocumentContext, Emit, Line } from './reader.js';
import {
  endSessions,
  mayWant,
  offer,
  settle,
  settleAll,
  startSessions,
  WARM_LINES,
  type Sessions,
} from './sessions.js';
import type { ReaderTable } from './table.js';
import { makeTestJson, type TestJson } from './test-json.js';
import { makeUnread, type Rest, type Unread } from './unread.js';

/** Readers bound the words of a line, so that reading takes linear time: this many characters of a longer line may still be known. */
const HEAD_CHARS = [4000, 400];

export type Dispatcher = DocumentContext & {
  /** 1-based number of the next line. */
  next(): number;
  /** Counts lines that are not for the readers of lines. */
  skip(lines: number): void;
  /**
   * One physical line, without its `\n`. `marked` is false when the line holds no literal that could begin a report:
   * then only readers that are in the middle of one see it. `again`: a further part of the same, overlong line. Returns
   * whether a reader took it.
   */
  push(raw: string, offset: number, marked: boolean, again?: boolean): boolean;
  /** Closes open reports; call once. */
  end(): Rest;
};

type State = {
  sessions: Sessions;
  markers: Markers;
  index: LiteralIndex;
  /** Number of the last line, and where it begins. */
  no: number;
  offset: number;
  /** Stood before the last report's first line, where that is no known prefix. */
  lead: string;
  /** A line that nobody took, until the next line shows whether both share a prefix; and the readers that it may concern. */
  waiting: { line: Line; concerned: ReaderSet } | undefined;
  unread: Unread;
  testJson: TestJson;
  /** Number of the last line that was only a part of one, and whether an open part holds a literal. */
  lastPart: number;
  isPartMarked: boolean;
  margins: Margins;
  wrapping: Wrapping;
  seams: Seams;
  mixing: Mixing;
};

/** A dispatcher over fresh readers. `emit` is called for each report as soon as it is complete or given up. */
export function makeDispatcher(table: ReaderTable, emit: Emit): Dispatcher {
  const { markers, index } = table;
  const unread = makeUnread(table);
  const complain = (why: string): void => unread.complain(why);
  const hasMarker = (text: string): boolean => markers.at(text, index.readersOf(text)) >= 0;
  const held = holdLast(emit);
  const mixing = watchMixing();
  const note: Emit = (diagnostic) => {
    unread.found(diagnostic);
    mixing.found(diagnostic);
    held.emit(diagnostic);
  };
  const keep: DocumentContext['keep'] = (no) => {
    // The report before it is complete, and may only wait for what can still follow.
    settleAll(sessions, no);
    held.keep(no);
  };
  const sessions = startSessions(table, note, { hasMarker, keep, attach: held.attach }, complain);
  const s: State = {
    sessions,
    markers,
    index,
    no: 0,
    offset: 0,
    lead: '',
    waiting: undefined,
    unread,
    testJson: makeTestJson(),
    lastPart: 0,
    isPartMarked: false,
    margins: watchMargins(),
    wrapping: watchWrapping(),
    seams: watchSeams({ says: hasMarker, meaning: (text) => meaningOf(table, text, s.no - 2) }),
    mixing,
  };
  return {
    push(raw, offset, marked, again = false) {
      if (!again) s.no++;
      s.offset = offset;
      held.passed(s.no);
      const line = { text: raw, no: s.no, offset, marked };
      if (!again) return s.margins.line(line).reduce((_, l) => pushRaw(s, l), false);
      pushKept(s);
      return pushRaw(s, line);
    },
    skip(lines) {
      pushKept(s);
      pushParts(s);
      s.no += lines;
      held.passed(s.no);
      dropWaiting(s);
      settle(sessions, s.no);
    },
    warm: () =>
      s.waiting !== undefined ||
      s.margins.keeps() ||
      mayWant(sessions, s.no) ||
      (s.testJson.isOpen() && s.no - s.lastPart < WARM_LINES),
    next: () => s.no + 1,
    hasMarker,
    keep,
    attach: held.attach,
    complain,
    end() {
      pushKept(s);
      pushParts(s);
      dropWaiting(s);
      endSessions(sessions);
      held.release();
      const width = s.wrapping.width() ?? s.seams.width();
      if (width !== undefined) complain(`the lines of this log seem to be wrapped at ${width} characters`);
      if (s.mixing.isMixed()) complain('the lines of two reports seem to be mixed');
      return unread.rest();
    },
  };
}

/** What is read from a line alone, before which so many stand. */
function meaningOf(table: ReaderTable, text: string, before: number): string {
  const hazards: string[] = [];
  const lines = makeDispatcher(table, (d) => hazards.push(d.hazard));
  lines.skip(Math.max(0, before));
  lines.push(text, 0, true);
  lines.end();
  return hazards.join();
}

/** Offers a line as it stands in the log. */
function pushRaw(s: State, { text: raw, no, offset, marked }: RawLine): boolean {
  settle(s.sessions, no);
  const bare = plainLine(raw);
  const wasMarked = s.testJson.isOpen() && s.isPartMarked;
  const printed = s.testJson.line(bare);
  if (printed === undefined) {
    s.lastPart = no;
    s.isPartMarked = marked || wasMarked;
    return false;
  }
  const text = printed === bare ? bare : plainLine(printed);
  return push(s, { text, no, offset }, marked || wasMarked);
}

/** Offers the lines that may have been the beginning of a listing. */
function pushKept(s: State): void {
  for (const line of s.margins.flush()) pushRaw(s, line);
}

/** Offers the lines whose ends did not come. */
function pushParts(s: State): void {
  if (!s.testJson.isOpen()) return;
  for (const line of s.testJson.flush()) push(s, { text: plainLine(line), no: s.no, offset: s.offset }, true);
}

/** The rest of a line, from a character on. */
const from = (line: Line, at: number): Line => (at === 0 ? line : { ...line, text: line.text.slice(at) });

/** Offers a line to the readers; returns whether one took it. */
function push(s: State, line: Line, marked: boolean): boolean {
  const { markers } = s;
  const { text } = line;
  if (s.waiting !== undefined && text !== '') {
    const first = s.waiting;
    s.waiting = undefined;
    offerAgain(s, first.line, first.concerned, text);
  }
  const concerned = marked ? s.index.readersOf(text) : undefined;
  const opening = concerned === undefined ? 0 : markers.beforeReport(text, concerned);
  // Prose that quotes a report.
  if (opening < 0) return false;
  const isGlued = hasGluedPrompt(text);
  const taken = take(s, line, concerned, opening) || (isGlued && takeGlued(s, line, concerned));
  s.wrapping.line(text, taken);
  s.seams.line(text, taken, concerned !== undefined && !isEmpty(concerned));
  s.mixing.line(text, taken ? s.sessions.sticky : undefined);
  if (s.sessions.lastEnd === line.no) s.mixing.ended();
  if (taken) {
    if (isGlued) s.sessions.complain(`line ${line.no}: a shell's prompt is glued to a word of the report`);
  } else if (concerned !== undefined && text !== '') {
    s.waiting = { line, concerned };
    if (holdsEscapedLog(text, (t) => markers.at(t, s.index.readersOf(t)) === 0))
      s.sessions.complain(`line ${line.no} holds a log whose ends of lines are escaped`);
  }
  if ((taken && isGluedBehind(text)) || (concerned && isGluedLine(s, text, concerned, taken)))
    s.sessions.complain(`line ${line.no}: the words of a report are glued to others`);
  return taken;
}

/** A report that begins right behind the last line of another: both are read. */
function takeBoth(s: State, line: Line, concerned: ReaderSet | undefined, opening: number): boolean {
  if (!endsBefore(line.text, opening)) return false;
  const head = { ...line, text: line.text.slice(0, opening) };
  const begins = concerned !== undefined && s.markers.at(head.text, concerned) >= 0;
  if (!begins && !mayWant(s.sessions, line.no)) return false;
  if (!offer(s.sessions, head, begins ? concerned : undefined)) return false;
  return offer(s.sessions, from(line, opening), concerned);
}

/**
 * Offers a line as it stands, and without what may precede a report, which begins at `opening`; false when nobody takes any of
 * it.
 */
function take(s: State, line: Line, concerned: ReaderSet | undefined, opening: number): boolean {
  const { sessions, markers } = s;
  const { text } = line;
  const shared = s.lead === '' ? 0 : sharedPrefix(s.lead, text);
  if (shared > 0 && offerIndented(s, from(line, shared), concerned)) return true;
  if (takeBoth(s, line, concerned, opening)) return true;
  // A quotation, a logger's name, times of an unknown fashion: the prefix of every line of this log.
  const before = opening <= MAX_LEAD_CHARS ? opening : 0;
  if (before > 0 && before !== shared && offer(sessions, from(line, before), concerned)) {
    s.lead = text.slice(0, before);
    return true;
  }
  if (offerIndented(s, line, concerned)) return true;
  if (concerned === undefined) return false;
  // A test runner's unfinished progress line ("test_x.py ") may precede the first words of a report.
  const words = markers.at(text, concerned);
  if (words > 0 && words !== before && words !== shared && offer(sessions, from(line, words), concerned))
    return true;
  return offerHead(s, from(line, before), concerned);
}

/** Offers the beginning of a line that nobody took as it is, and says that the rest was not read. */
function offerHead(s: State, line: Line, concerned: ReaderSet): boolean {
  const isHead = (chars: number): boolean =>
    line.text.length > chars && offer(s.sessions, { ...line, text: line.text.slice(0, chars) }, concerned);
  if (!HEAD_CHARS.some(isHead)) return false;
  s.sessions.complain(`line ${line.no} is too long to be read whole`);
  return true;
}

/** Offers a line as it stands, and without an indentation: who quotes or lists a log adds some blanks. */
function offerIndented(s: State, line: Line, concerned: ReaderSet | undefined): boolean {
  if (offer(s.sessions, line, concerned)) return true;
  const indentation = line.text.search(/\S/);
  return indentation > 0 && offer(s.sessions, from(line, indentation), concerned);
}

/** Characters of a user's name in a prompt. */
const MAX_NAME_CHARS = 16;

/** A line whose end is glued to a prompt: whatever it is without some letters before the prompt's sign. */
function takeGlued(s: State, line: Line, concerned: ReaderSet | undefined): boolean {
  const end = line.text.lastIndexOf('@');
  for (let n = 1; n <= MAX_NAME_CHARS && n < end; n++) {
    const shorter = { ...line, text: line.text.slice(0, end - n) };
    const opening = concerned === undefined ? 0 : s.markers.beforeReport(shorter.text, concerned);
    if (take(s, shorter, concerned, opening)) return true;
  }
  return false;
}

/** A prefix shared by two consecutive lines is the log's prefix: the first line is read again without it. */
function offerAgain(s: State, line: Line, concerned: ReaderSet, next: string): void {
  // While a report is being read, a part of a line may pass for its continuation.
  if (mayWant(s.sessions, line.no)) return s.unread.line(line, concerned);
  const known = s.lead === '' ? 0 : sharedPrefix(s.lead, line.text);
  const at = leadsOf(line.text, next).find((n) => n > known && offer(s.sessions, from(line, n), concerned));
  if (at === undefined) return s.unread.line(line, concerned);
  s.lead = line.text.slice(0, at);
}

function dropWaiting(s: State): void {
  if (s.waiting !== undefined) s.unread.line(s.waiting.line, s.waiting.concerned);
  s.waiting = undefined;
}
