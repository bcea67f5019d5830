/** Offers the lines of a log to the readers, and lists what nobody understood. */
import type { Parsed, Diagnostic } from '../../model/diagnostic.js';
import { leadsOf, sharedPrefix, stripPrefixes, unescaped } from './line-prefix.js';
import type { DocumentContext, Emit, Line, LineSession } from './reader.js';
import type { ReaderTable } from './table.js';

/** A log that smells on every line, or is cut a thousand times, must not fill memory; the rest is counted. */
const MAX_LISTED = 1000;
/** A reader that took a line may want any of so many lines after it: more is not interleaved into one report. */
const WARM_LINES = 64;
/** What stands before every line of a log is short. */
const LONGEST_LEAD = 200;

/** What is left to say of a log once its diagnostics are handed over. */
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

/**
 * A dispatcher over fresh readers. The reader that consumed the last line is asked first, so that a report keeps its frames
 * when several readers know the frame's dialect. `emit` is called for each report as soon as it is whole or given up.
 */
export function makeDispatcher(table: ReaderTable, emit: Emit): Dispatcher {
  const { markers } = table;
  const hasMarker = (text: string): boolean => markers.at(text) >= 0;
  const unread: Parsed['unread'] = [];
  const missing: string[] = [];
  let unlisted = 0;
  let unsaid = 0;
  let no = 0;
  let lastTaken = -WARM_LINES;
  /** Nothing was taken since the readers were told to settle. */
  let settled = true;
  /** What stood before the last report's first line, where that is no known prefix. */
  let lead = '';
  /** A line that nobody took, and may when what stands before it turns out to stand before the next line too. */
  let waiting: Line | undefined;
  let sticky: { reader: LineSession; taken: number } | undefined;

  const complain = (why: string): void => {
    if (missing.length < MAX_LISTED) missing.push(why);
    else unsaid++;
  };
  /** Last line of the report that was handed over last. */
  let ended = 0;
  const report = (s: Diagnostic): void => {
    ended = s.log.endLine;
    if (!s.complete) complain(`line ${s.log.line}: ${s.rule}: ${s.missing ?? 'the report is cut'}`);
    emit(s);
  };
  /** `taken` is the number of the last line that it took. */
  const readers = table.lines.map((r) => ({ reader: r.make(report, { hasMarker }), taken: -WARM_LINES }));

  const offer = (r: { reader: LineSession; taken: number }, line: Line): boolean => {
    ended = 0;
    try {
      if (r.reader.line(line) !== 'consumed') return false;
    } catch (error) {
      // A reader that throws is a bug of ours: it must cost the verdict, never the other readers' findings.
      complain(`a reader failed on line ${line.no}: ${String(error)}`);
      return false;
    }
    sticky = r;
    r.taken = lastTaken = line.no;
    settled = false;
    if (ended === line.no) {
      // The line has ended its report: the reader wants no more of the lines that follow.
      r.taken = -WARM_LINES;
      lastTaken = readers.reduce((last, { taken }) => Math.max(last, taken), -WARM_LINES);
    }
    return true;
  };

  const taken = (line: Line, marked: boolean): boolean => {
    const first = sticky;
    const wants = (r: { taken: number }): boolean => marked || line.no - r.taken <= WARM_LINES;
    if (first !== undefined && wants(first) && offer(first, line)) return true;
    for (const r of readers) if (r !== first && wants(r) && offer(r, line)) return true;
    return false;
  };

  const settle = (): void => {
    if (settled || no - lastTaken < WARM_LINES) return;
    settled = true;
    for (const { reader } of readers) {
      try {
        reader.settle?.();
      } catch (error) {
        complain(`a reader failed after line ${no}: ${String(error)}`);
      }
    }
  };

  /** What stands before two lines in a row stands before every line: the first is offered without it. */
  const resolve = (line: Line, next: string): void => {
    // While a report is being read, a part of a line may pass for its continuation.
    if (line.no - lastTaken < WARM_LINES) return doubt(line);
    const known = lead === '' ? 0 : sharedPrefix(lead, line.text);
    const at = leadsOf(line.text, next).find(
      (n) => n > known && taken({ ...line, text: line.text.slice(n) }, true),
    );
    if (at === undefined) return doubt(line);
    lead = line.text.slice(0, at);
  };

  /** Lists a line that smells of a checker and that nobody took. */
  const doubt = (line: Line): void => {
    if (!hasMarker(line.text)) return;
    if (unread.length < MAX_LISTED) unread.push({ line: line.no, text: line.text.slice(0, 500) });
    else unlisted++;
  };

  return {
    push(raw, offset, marked, again = false) {
      if (!again) no++;
      settle();
      const line: Line = { text: unescaped(stripPrefixes(raw)), no, offset };
      if (waiting !== undefined && line.text !== '') {
        const first = waiting;
        waiting = undefined;
        resolve(first, line.text);
      }
      const at = (from: number): Line => (from === 0 ? line : { ...line, text: line.text.slice(from) });
      const shared = lead === '' ? 0 : sharedPrefix(lead, line.text);
      if (shared > 0 && taken(at(shared), marked)) return;
      // A quotation, a logger's name, times of an unknown fashion: what stands before every line of this log.
      const begin = marked ? markers.beforeReport(line.text) : 0;
      const before = begin <= LONGEST_LEAD ? begin : 0;
      if (before > 0 && before !== shared && taken(at(before), true)) {
        lead = line.text.slice(0, before);
        return;
      }
      if (taken(line, marked) || !marked) return;
      // A test runner's unfinished progress line ("test_x.py ") may stand before the first words of a report.
      const smell = markers.at(line.text);
      if (smell > 0 && smell !== before && smell !== shared && taken(at(smell), true)) return;
      if (line.text !== '') waiting = line;
    },
    skip(lines) {
      no += lines;
      if (waiting !== undefined) doubt(waiting);
      waiting = undefined;
      settle();
    },
    warm: () => waiting !== undefined || no - lastTaken < WARM_LINES,
    next: () => no + 1,
    hasMarker,
    complain,
    end() {
      if (waiting !== undefined) doubt(waiting);
      for (const { reader } of readers) {
        try {
          for (const why of reader.end()) complain(why);
        } catch (error) {
          complain(`a reader failed at the end: ${String(error)}`);
        }
      }
      if (unlisted > 0) missing.push(`${unlisted} more unread lines are not listed`);
      if (unsaid > 0) missing.push(`${unsaid} more such complaints are not listed`);
      return { unread, complete: missing.length === 0, missing };
    },
  };
}
