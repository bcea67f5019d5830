/** The readers of lines at work on one log: which of them is offered a line, and when their reports are handed over. */
import type { Diagnostic } from '../../model/diagnostic.js';
import type { Emit, Line, LineSession, LogContext } from './reader.js';
import type { ReaderTable } from './table.js';

/** A reader that took a line may want any of so many lines after it: more is not interleaved into one report. */
export const WARM_LINES = 64;

/** A session, and the number of the last line that it took. */
type Entry = { session: LineSession; lastTaken: number };

export type Sessions = {
  entries: readonly Entry[];
  /** Took the last line that anyone took: it is asked first, so that a report keeps frames that several readers know. */
  sticky: Entry | undefined;
  /** Number of the last line that a reader took and may want more lines after. */
  lastTaken: number;
  /** Nothing was taken since the readers were asked to settle. */
  settled: boolean;
  /** Last line of the report that was handed over last. */
  lastEnd: number;
  complain(why: string): void;
};

/** Starts all readers of lines. */
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
  const s: Sessions = {
    entries: table.lines.map((r) => ({ session: r.make(report, log), lastTaken: -WARM_LINES })),
    sticky: undefined,
    lastTaken: -WARM_LINES,
    settled: true,
    lastEnd: 0,
    complain,
  };
  return s;
}

/** Whether a reader may want the line with this number, as it took one not long ago. */
export const mayWant = (s: Sessions, no: number): boolean => no - s.lastTaken < WARM_LINES;

/** Offers a line until a reader takes it; one that is not marked, only to readers that took a line not long ago. */
export function offer(s: Sessions, line: Line, marked: boolean): boolean {
  const first = s.sticky;
  if (first !== undefined && wants(first, line, marked) && offerTo(s, first, line)) return true;
  for (const e of s.entries) if (e !== first && wants(e, line, marked) && offerTo(s, e, line)) return true;
  return false;
}

const wants = (e: Entry, line: Line, marked: boolean): boolean =>
  marked || line.no - e.lastTaken <= WARM_LINES;

function offerTo(s: Sessions, e: Entry, line: Line): boolean {
  s.lastEnd = 0;
  try {
    if (e.session.line(line) !== 'consumed') return false;
  } catch (error) {
    // A reader that throws is a bug of ours: it must cost the verdict, never the other readers' findings.
    s.complain(`a reader failed on line ${line.no}: ${String(error)}`);
    return false;
  }
  s.sticky = e;
  e.lastTaken = s.lastTaken = line.no;
  s.settled = false;
  if (s.lastEnd === line.no) {
    // The line has ended its report: the reader wants no more of the lines that follow.
    e.lastTaken = -WARM_LINES;
    s.lastTaken = s.entries.reduce((last, { lastTaken }) => Math.max(last, lastTaken), -WARM_LINES);
  }
  return true;
}

/** Has readers hand over what is complete once none took a line for long. `no` is the number of the last line. */
export function settle(s: Sessions, no: number): void {
  if (s.settled || mayWant(s, no)) return;
  s.settled = true;
  for (const { session } of s.entries) {
    try {
      session.settle?.();
    } catch (error) {
      s.complain(`a reader failed after line ${no}: ${String(error)}`);
    }
  }
}

/** The log is over. */
export function endSessions(s: Sessions): void {
  for (const { session } of s.entries) {
    try {
      for (const why of session.end()) s.complain(why);
    } catch (error) {
      s.complain(`a reader failed at the end: ${String(error)}`);
    }
  }
}
