/**
 * One log as a stream of bytes: cuts it into lines, hands those that may matter to the readers of lines, and documents (Valgrind's
 * XML) to their readers, wherever in the log they stand. Memory is bounded by the longest line that is kept.
 */
import { makeDispatcher, type Dispatcher, type Rest } from './engine/dispatcher.js';
import { makeScanner, type Scanner } from './engine/literal-scanner.js';
import type { DocumentSession, Emit } from './engine/reader.js';
import type { ReaderTable } from './engine/table.js';

/** Bytes of a line that are kept: a longer one is read in pieces, and only those that may begin a report. */
const MAX_LINE_BYTES = 1 << 16;
/** … of a line of JSON, which must be read in one piece: Cargo writes lines of this size. */
const MAX_JSON_BYTES = 1 << 20;
/** The first bytes of a log bypass the prefilter, so that small logs never depend on the literals. */
const UNFILTERED_BYTES = 1 << 20;
/** Bytes that are looked at in one go. */
const STRIDE_BYTES = 1 << 17;
/** Bytes at the end of a piece in which a report's beginning moves the cut, and bytes that are kept before it. */
const MARGIN_BYTES = 512;
const LEAD_BYTES = 64;
/** Pieces of one line that are read: a line of hundreds of megabytes full of literals is still read in time. */
const MAX_PIECES = 16;
/** Long lines that are listed by number. */
const MAX_LISTED = 10;
/** Bytes of the log's beginning that are kept to recognise an XML file that was cut right there. */
const HEAD_BYTES = 300;
const NEWLINE = 10;
const BRACE = 0x7b;
/** The beginning of an XML file, and no more. */
const XML_CUT = /^\s{0,99}<\?xml[^>]{0,200}(?:>\s{0,99}(?:<[a-z]{0,40})?)?$/;

export type LogParser = {
  push(chunk: Uint8Array): void;
  /** Closes open reports and says what was not understood; call once. `long` are lines that were not kept in one piece. */
  end(): Rest & { long: { count: number; lines: number[] } };
};

type Log = {
  lines: Dispatcher;
  documents: readonly DocumentSession[];
  scanner: Scanner;
  /** Number of bytes at the log's beginning that bypass the prefilter. */
  unfiltered: number;
  /** Bytes of an unfinished line at the scanner's start; `offset` is where in the log they begin. */
  pending: number;
  offset: number;
  /** Pieces that the unfinished line had so far, and those of them that were read. */
  pieces: { all: number; read: number };
  long: { count: number; lines: number[] };
};

/**
 * A parser for one log; `emit` gets each diagnostic as soon as its report is complete or given up. From byte `unfiltered` on
 * only lines that may matter are read.
 */
export function makeLogParser(
  table: ReaderTable,
  emit: Emit,
  unfiltered: number = UNFILTERED_BYTES,
): LogParser {
  const lines = makeDispatcher(table, emit);
  const log: Log = {
    lines,
    documents: table.documents.map((d) => d.make(emit, lines)),
    scanner: makeScanner(table.literals, MAX_JSON_BYTES + STRIDE_BYTES),
    unfiltered,
    pending: 0,
    offset: 0,
    pieces: { all: 0, read: 0 },
    long: { count: 0, lines: [] },
  };
  let head = '';
  return {
    push(chunk) {
      if (head.length < HEAD_BYTES) head += Buffer.from(chunk.subarray(0, HEAD_BYTES)).toString('latin1');
      for (let i = 0; i < chunk.length; i += STRIDE_BYTES) absorb(log, chunk.subarray(i, i + STRIDE_BYTES));
    },
    end() {
      finish(log);
      if (head.length < HEAD_BYTES && XML_CUT.test(head))
        lines.complain('the XML ends before <valgrindoutput>');
      for (const d of log.documents) d.end();
      return { ...lines.end(), long: log.long };
    },
  };
}

/** Reads all lines that are complete with these bytes, and keeps the rest. */
function absorb(log: Log, chunk: Uint8Array): void {
  const { scanner: s } = log;
  const fresh = s.start + log.pending;
  const end = fresh + chunk.length;
  s.bytes.set(chunk, fresh);
  let from = s.start;
  // No line ends before `fresh`.
  const cut = s.bytes.lastIndexOf(NEWLINE, end - 1) + 1;
  if (cut > fresh) {
    if (log.pieces.all > 0) from = readLong(log, from, s.bytes.indexOf(NEWLINE, fresh), true) + 1;
    if (from < cut) readLines(log, from, cut);
    from = cut;
  }
  if (end - from > mostOf(log, from)) from = readLong(log, from, end, false);
  s.bytes.copyWithin(s.start, from, end);
  log.offset += from - s.start;
  log.pending = end - from;
}

/** Reads the last line, which has no end of its own. */
function finish(log: Log): void {
  const { scanner: s } = log;
  if (log.pending === 0) return;
  const end = s.start + log.pending;
  s.bytes[end] = NEWLINE;
  if (log.pieces.all > 0) readLong(log, s.start, end, true);
  else readLines(log, s.start, end + 1);
}

/** Complete lines, [from, to). */
function readLines(log: Log, from: number, to: number): void {
  const { scanner: s, lines } = log;
  if (log.offset < log.unfiltered) {
    for (let at = from; at < to;) at = readLine(log, at, s.bytes.indexOf(NEWLINE, at), true);
    return;
  }
  const hits = s.find(from - 1, to);
  let h = 0;
  for (let at = from; at < to;) {
    while (h < hits.length && hits[h]! < at) h++;
    const hit = hits[h] ?? to;
    if (!lines.warm()) {
      const begin = hit === to ? to : s.bytes.lastIndexOf(NEWLINE, hit - 1) + 1;
      if (begin > at) skipLines(log, at, begin);
      if (begin === to) return;
      at = begin;
    }
    const end = s.bytes.indexOf(NEWLINE, at);
    at = readLine(log, at, end, hit < end);
  }
}

/** Counts lines that hold no literal, or gives them to the document that they are part of. */
function skipLines({ scanner: s, lines, documents }: Log, from: number, to: number): void {
  for (const d of documents) if (d.open()) d.take(s.bytes.toString('utf8', from, to));
  lines.skip(s.lines(from, to));
}

/** Reads the line [at, end); returns where the next one begins. */
function readLine(log: Log, at: number, end: number, marked: boolean): number {
  const { scanner: s, lines } = log;
  if (end - at > mostOf(log, at)) readLong(log, at, end, true);
  else {
    const text = s.bytes.toString('utf8', at, end);
    const offset = log.offset + at - s.start;
    if (!takeDocument(log, text, offset, marked)) lines.push(text, offset, marked);
  }
  return end + 1;
}

/** Offers a line to the documents. */
function takeDocument({ documents }: Log, text: string, offset: number, marked: boolean): boolean {
  for (const d of documents) if (d.line(text, offset, marked)) return true;
  return false;
}

/** Bytes that are kept of the line, or rest of a line, at `from`. */
const mostOf = ({ scanner, pieces }: Log, from: number): number =>
  pieces.all === 0 && scanner.bytes[from] === BRACE ? MAX_JSON_BYTES : MAX_LINE_BYTES;

/** Reads [from, to) of a long line, all of it when it ends there; returns where the unread rest begins. */
function readLong(log: Log, from: number, to: number, last: boolean): number {
  let at = from;
  for (let most = mostOf(log, at); to - at > most; most = MAX_LINE_BYTES)
    at = readPiece(log, at, at + most, false);
  if (!last) return at;
  readPiece(log, at, to, true);
  log.pieces = { all: 0, read: 0 };
  return to;
}

/** Reads one piece of a long line; it ends at `to`, or before a report that begins in its last bytes. Returns where. */
function readPiece(log: Log, from: number, to: number, last: boolean): number {
  const { scanner: s, lines, pieces, long } = log;
  if (pieces.all++ === 0) {
    long.count++;
    if (long.lines.length < MAX_LISTED) long.lines.push(lines.next());
  }
  const hits = s.find(pieces.all === 1 ? from - 1 : from, to);
  const late = last ? undefined : hits.find((hit) => hit > to - MARGIN_BYTES);
  const end = last ? to : Math.max(from + 1, (late ?? to) - LEAD_BYTES);
  const marked = hits.length > 0 && hits[0]! < end;
  if (pieces.all > 1 && !marked) return end;
  if (pieces.read++ < MAX_PIECES)
    lines.push(s.bytes.toString('utf8', from, end), log.offset + from - s.start, marked, pieces.all > 1);
  else if (pieces.read === MAX_PIECES + 1)
    lines.complain(`line ${lines.next() - 1} is too long to be read whole`);
  return end;
}
