/**
 * Readers of reports that begin with a line of their own and go on with facts and frames of a few shapes, among other output:
 * what crash handlers, debuggers and kernels print. A reader says what a line begins and what it is to an open report.
 */
import type { Tool } from '../../model/diagnostic.js';
import { MAX_LISTED } from './listed.js';
import { closeReport, extend, type OpenReport } from './open-report.js';
import type { Emit, Line, LineReader, LineSession, LogContext, Marker } from './reader.js';

/**
 * What a line is to the open report: a part of it, its last line, no part of it (others may write in between), or a sign that
 * it is over.
 */
export type Belongs = 'own' | 'last' | 'foreign' | 'over';

/** A report whose first lines may turn out to be none. */
export type Tentative = OpenReport & {
  /**
   * Whether it is handed over: a decoration or a title may look like its first line. `never`: it is read to its end, so that no
   * other reader takes its lines, and nothing is said of it.
   */
  isBelieved: boolean | 'never';
};

export type ReportReaderOptions<R extends Tentative> = {
  tools: readonly Tool[];
  literals: readonly string[];
  markers: readonly Marker[];
  traces?: readonly RegExp[];
  frames?: readonly RegExp[];
  /**
   * The report that a line begins; undefined when it begins none. `open` is the one that is being read: returned again, it goes on
   * with this line.
   */
  begin: (line: Line, open: R | undefined, log: LogContext) => R | undefined;
  /** What the line is to the open report, which takes its facts from it. */
  take: (open: R, line: Line) => Belongs;
  /** Names the report from all that was read, before it is handed over. */
  finish?: (open: R) => void;
  /** Lines of others that are waited through for the next line of a report. */
  patience?: number;
};

/** Lines of others that may come between two lines of a report. */
const PATIENCE = 20;

/** A reader of one kind of report. */
export const readReports = <R extends Tentative>(options: ReportReaderOptions<R>): LineReader => ({
  kind: 'lines',
  tools: options.tools,
  literals: options.literals,
  markers: options.markers,
  ...(options.traces && { traces: options.traces }),
  ...(options.frames && { frames: options.frames }),
  make: (emit, log) => makeSession(options, emit, log),
});

function makeSession<R extends Tentative>(
  { begin, take, finish, patience = PATIENCE }: ReportReaderOptions<R>,
  emit: Emit,
  log: LogContext,
): LineSession {
  let open: R | undefined;
  let left = patience;

  const doubts: string[] = [];
  /** `isDenied`: what followed showed that it is no report. */
  const close = (isDenied = false): void => {
    const closed = open;
    open = undefined;
    if (closed === undefined) return;
    const { diagnostic, isBelieved } = closed;
    if (isBelieved === true) {
      finish?.(closed);
      closeReport(closed, emit);
    } else if (isBelieved === false && !isDenied && doubts.length < MAX_LISTED)
      doubts.push(
        `line ${diagnostic.log.line}: ${diagnostic.rule}: ${diagnostic.missing ?? 'its report does not follow'}`,
      );
  };
  /** `consumed`, and the report goes on. */
  const goOn = (report: R, line: Line): 'consumed' => {
    extend(report, line);
    left = patience;
    return 'consumed';
  };

  return {
    line(line) {
      const begun = begin(line, open, log);
      if (begun !== undefined) {
        // A doubted one was its beginning, or is said of it.
        if (begun !== open) close(true);
        open = begun;
        return goOn(begun, line);
      }
      if (open === undefined) return 'ignored';
      const belongs = take(open, line);
      if (belongs === 'own' || belongs === 'last') {
        goOn(open, line);
        if (belongs === 'last') close();
        return 'consumed';
      }
      if (belongs === 'over') close(true);
      else if (line.text.trim() !== '' && --left <= 0) close();
      return 'ignored';
    },
    settle() {
      if (open !== undefined && (open.diagnostic.complete || open.isBelieved !== true)) close();
    },
    end() {
      close();
      return doubts;
    },
  };
}
