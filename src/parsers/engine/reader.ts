/**
 * The seam between the line dispatcher (`text.ts`) and one tool family's knowledge. A reader is offered every line, in
 * order, with CI prefixes and ANSI already stripped. It never throws and keeps only the reports that are open.
 */
import type { Diagnostic } from '../../model/diagnostic.js';

/** One physical line: `text` is stripped of ANSI and prefixes; `no` is 1-based; `offset` is where the raw line begins. */
export type Line = { text: string; no: number; offset: number };

/**
 * What the reader did with a line.
 * - `consumed`: the line belongs to a report of this reader (opened, continued or closed by it), or is a known
 *   harmless line of the tool (banner, summary) that must not count as unread.
 * - `ignored`: not this reader's line. An open report stays open unless the reader decides otherwise, so that foreign
 *   lines interleaved into a report do not cut it.
 */
export type Took = 'consumed' | 'ignored';

export type Reader = {
  /** Offers one line. Whole reports are handed to the `emit` the reader was made with. */
  line(line: Line): Took;
  /**
   * No line of this reader's came for long, and the log goes on: a report that is whole, and was only kept for what might
   * still have followed, is handed over now.
   */
  settle?(): void;
  /** The log is over: emit what is open as `complete: false` unless its format allows to end here. Returns complaints
   * ("summary says 3 warnings, 2 read") for `Parsed.missing`. */
  end(): string[];
};

export type Emit = (diagnostic: Diagnostic) => void;
export type MakeReader = (emit: Emit) => Reader;
