/**
 * A reader is a value: the tools whose reports it reads, how lines that may begin one are recognised, and how it reads. All that
 * depends on the set of readers (the prefilter, the markers, the dispatch, the list of tools) is derived from the table of
 * readers (`../index.ts`, see table.ts): a new reader is one file and one line in that table.
 */
import type { Diagnostic, Stack, Tool } from '../../model/diagnostic.js';

/** One physical line: `text` is stripped of ANSI and prefixes; `no` is 1-based; `offset` is where the raw line begins. */
export type Line = { text: string; no: number; offset: number };

export type Emit = (diagnostic: Diagnostic) => void;

/** Words that nobody but a tool prints: a line with them that no reader consumed makes a log unreadable, not clean. */
export type Marker = {
  /** Matches where the words begin, wherever in a line they stand. */
  words: RegExp;
  /**
   * Matches (or returns) where the words begin a report: text before them on the line is no part of it (a quotation, a logger's
   * name, the unfinished line of a test runner). A function returns 0 when there is none.
   */
  opening?: RegExp | ((text: string) => number);
};

/** A marker whose words begin a report, wherever in a line they stand. */
export const begins = (words: RegExp): Marker => ({ words, opening: words });

type Common = {
  /** The tools in whose name it reports. */
  tools: readonly Tool[];
  /**
   * Every line that begins a report, and every line with a marker or a trace, holds one of these; a line without any literal of any
   * reader is only offered to readers that are in the middle of a report. Five ASCII characters or more, as rare in ordinary
   * output as can be; a leading `\n` stands for the end of the line before.
   */
  literals: readonly string[];
  markers: readonly Marker[];
  /**
   * Words inside a report, on lines behind its first, that only this tool writes. Alone, with no report of the tool before
   * them, they make a log unreadable: its beginning was cut off, or has a form that the reader does not know.
   */
  traces?: readonly RegExp[];
  /** It looks at every line of a small log, not only at those with a literal of its own: what it looks for has none. */
  watches?: true;
  /** It makes no reports: what it reads belongs to the report before. */
  joins?: true;
  /** Frames of stacks, which several tools print alike: they count where no report of any tool precedes them. */
  frames?: readonly RegExp[];
  /** Words of those who started a process that died: they count where the log holds no report at all. */
  ends?: readonly RegExp[];
};

/** Reads reports that are lines of a log. */
export type LineReader = Common & { kind: 'lines'; make(emit: Emit, log: LogContext): LineSession };
/** Reads a document inside a log: its lines are its own until it ends. */
export type DocumentReader = Common & {
  kind: 'document';
  make(emit: Emit, log: DocumentContext): DocumentSession;
};
export type Reader = LineReader | DocumentReader;

/** Questions that a reader may ask about its log. */
export type LogContext = {
  /** Whether the line holds the words of any tool in the table. */
  hasMarker(text: string): boolean;
  /** What belongs to the report that ended just before line `no` begins there: that report is not handed over yet. */
  keep(no: number): void;
  /** Adds a stack that began in line `no` to the report before it. False if there is none. */
  attach(stack: Stack, no: number, end: number): boolean;
};

export type DocumentContext = LogContext & {
  /** Whether a report in lines may still want the next line. */
  warm(): boolean;
  /** Says why the log is not complete. */
  complain(why: string): void;
};

/**
 * The reader's answer to a line.
 * - `consumed`: the line belongs to a report of this reader (opened, continued or closed by it), or is a known harmless line
 *   of the tool (banner, summary) that must not count as unread.
 * - `ignored`: not this reader's line. An open report stays open unless the reader decides otherwise, so that foreign lines
 *   interleaved into a report do not cut it.
 */
export type Took = 'consumed' | 'ignored';

/**
 * One reader at work on one log. It is offered the log's lines in order, ANSI and CI prefixes already stripped, never throws,
 * and keeps only the reports that are open.
 */
export type LineSession = {
  /** Offers one line; finished reports are handed to `emit`. */
  line(line: Line): Took;
  /**
   * None of its lines came for long, and the log goes on: a report that is complete, and was only kept for what might still
   * have followed, is handed over now.
   */
  settle?(): void;
  /**
   * The log is over: emits what is open, as `complete: false` unless its format allows to end here. Returns complaints
   * ("summary says 3 warnings, 2 read") for `Parsed.missing`.
   */
  end(): string[];
};

/** A line as it stands in the log, or a part of one that is too long to be kept. */
export type LinePart = {
  text: string;
  /** 1-based number of the line, and where in the log the part begins. */
  no: number;
  offset: number;
  /** Whether it holds a literal of any reader. */
  marked: boolean;
  isFirst: boolean;
  isLast: boolean;
};

/** What stands on a line around the part of it that belongs to a document. */
export type Around = { before: string; after: string };

export type DocumentSession = {
  /** True inside a document. */
  open(): boolean;
  /** True when the line that is read in parts belongs to the document that is open. */
  owns(): boolean;
  /** Complete lines inside the document, none of which holds a literal. */
  take(text: string): void;
  /** Offers a line; undefined when none of it belongs to a document. */
  part(part: LinePart): Around | undefined;
  end(): void;
};
