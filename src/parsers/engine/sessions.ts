/** The readers of lines at work on one log: which of them is offered a line, and when their reports are handed over. */
import type { Diagnostic } from '../../model/diagnostic.js';
import { holds, isEmpty, type ReaderSet } from './literal-index.js';
import type { Emit, Line, LineSession, LogContext } from './reader.js';
import type { ReaderTable } from './table.js';

/** A reader that took a line may want any of so many lines after it: more is not interleaved into one report. */
export const WARM_LINES = 64;

/**
 * A session, its reader's place in the table, the number of the last line that it took, and whether it was asked to settle
 * since. Most logs concern few readers, and a session begins with the first line that is offered to it.
 */
type Entry = {
  make: () => LineSession;
  session: LineSession | undefined;
  reader: number;
  watches: boolean;
  lastTaken: number;
  settled: boolean;
};

export type Sessions = {
  entries: readonly Entry[];
  /** Those that watch all lines. */
  watchers: readonly Entry[];
  /** Took the last line that anyone took: it is asked first, so that a report keeps frames that several readers know. */
  sticky: Entry | undefined;
  /** Number of the last line that a reader took and may want more lines after. */
  lastTaken: number;
  /** Nothing was taken since the readers were asked to settle. */
  settled: boolean;
  /** Last line of the report that was handed over last. */
  lastEnd: number;
  /** The last line that was taken, from the character on at which its reader took it. */
  lastText: string;
  complain(why: string): void;
};

/** All readers of lines, none of which has begun. */
export function startSessions(
  table: ReaderTable,
  emit: Emit,
  log: LogContext,
  complain: (why: string) => void,
): Sessions {
  const report = (d: Diagnostic): void => {
    s.lastEnd = d.log.endLine;
    if (!d.complete) complain(`line ${d.log.line}: ${d.rule}: ${d.missing ?? 'the report is cut'}`);
    emit(d);
  };
  const entries = table.readers.flatMap((r, reader): Entry[] =>
    r.kind === 'document'
      ? []
      : [
          {
            make: () => r.make(report, log),
            session: undefined,
            reader,
            watches: r.watches === true,
            lastTaken: -WARM_LINES,
            settled: true,
          },
        ],
  );
  const s: Sessions = {
    entries,
    watchers: entries.filter((e) => e.watches),
    sticky: undefined,
    lastTaken: -WARM_LINES,
    settled: true,
    lastEnd: 0,
    lastText: '',
    complain,
  };
  return s;
}

/** Whether a reader may want the line with this number, as it took one not long ago. */
export const mayWant = (s: Sessions, no: number): boolean => no - s.lastTaken < WARM_LINES;

/**
 * Offers a line, until one takes it, to the readers that it may concern and those that watch all lines, and to those that took a line
 * not long ago. Without `concerned` it is only for the latter.
 */
export function offer(s: Sessions, line: Line, concerned: ReaderSet | undefined): boolean {
  // Almost every line of a log is none of a report, and near none: only those are asked that want every line.
  const isFar = line.no - s.lastTaken > WARM_LINES && (concerned === undefined || isEmpty(concerned));
  const first = s.sticky;
  if (first !== undefined && wants(first, line, concerned) && offerTo(s, first, line)) return true;
  for (const e of isFar ? s.watchers : s.entries)
    if (e !== first && wants(e, line, concerned) && offerTo(s, e, line)) return true;
  return false;
}

const wants = (e: Entry, line: Line, concerned: ReaderSet | undefined): boolean =>
  line.no - e.lastTaken <= WARM_LINES ||
  (concerned !== undefined && (e.watches || holds(concerned, e.reader)));

function offerTo(s: Sessions, e: Entry, line: Line): boolean {
  try {
    // Others had the lines between: its next one begins something new.
    if (!e.settled && line.no - e.lastTaken > WARM_LINES) settleOne(e);
    s.lastEnd = 0;
    if ((e.session ??= e.make()).line(line) !== 'consumed') return false;
  } catch (error) {
    // A reader that throws is a bug of ours: it must cost the verdict, never the other readers' findings.
    s.complain(`a reader failed on line ${line.no}: ${String(error)}`);
    return false;
  }
  s.sticky = e;
  s.lastText = line.text;
  e.lastTaken = s.lastTaken = line.no;
  e.settled = s.settled = false;
  if (s.lastEnd === line.no) {
    // The line has ended its report: the reader wants no more of the lines that follow.
    e.lastTaken = -WARM_LINES;
    s.lastTaken = s.entries.reduce((last, { lastTaken }) => Math.max(last, lastTaken), -WARM_LINES);
  }
  return true;
}

function settleOne(e: Entry): void {
  e.settled = true;
  e.session?.settle?.();
}

/** Has readers hand over what is complete once none took a line for long. `no` is the number of the last line. */
export function settle(s: Sessions, no: number): void {
  if (s.settled || mayWant(s, no)) return;
  settleAll(s, no);
}

/** Has readers hand over what is complete, whatever was taken last. */
export function settleAll(s: Sessions, no: number): void {
  s.settled = true;
  for (const e of s.entries) {
    try {
      settleOne(e);
    } catch (error) {
      s.complain(`a reader failed after line ${no}: ${String(error)}`);
    }
  }
}

/** The log is over. */
export function endSessions(s: Sessions): void {
  for (const { session } of s.entries) {
    try {
      for (const why of session?.end() ?? []) s.complain(why);
    } catch (error) {
      s.complain(`a reader failed at the end: ${String(error)}`);
    }
  }
}
