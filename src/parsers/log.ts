/**
 * One log as a stream of bytes: cuts it into lines, hands those that may matter to the readers of lines, and documents (Valgrind's
 * XML) to their readers, wherever in the log they stand. Memory is bounded by the longest line that is kept. A longer one is read
 * in pieces: by documents completely, by the readers of lines as far as a piece may begin a report.
 */
import { makeDispatcher, type Dispatcher } from './engine/dispatcher.js';
import { makeScanner, type Scanner } from './engine/literal-scanner.js';
import type { DocumentSession, Emit, LinePart } from './engine/reader.js';
import type { ReaderTable } from './engine/table.js';
import type { Rest } from './engine/unread.js';

/** Bytes of a line that are kept; of JSON more, as it must be read in one piece. */
const MAX_LINE_BYTES = 1 << 20;
const MAX_JSON_BYTES = 1 << 23;
/** Bytes of a piece of a longer line; a line of text that is longer than that is listed. */
const PIECE_BYTES = 1 << 16;
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
  /** Closes open reports and says what was not understood; call once. `long` are the lines of more than 64 KiB. */
  end(): Rest & { long: { count: number; lines: number[] } };
};

/** A line that is read in pieces. */
type Pieces = {
  no: number;
  /** Pieces that the readers of lines were offered. */
  offered: number;
  /** The piece before this one is part of a report. */
  isTaken: boolean;
  /** It was said that a part of the line was not read. */
  isCut: boolean;
  /** It is among those that are listed. */
  isListed: boolean;
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
  /** The unfinished line, once it is too long to be kept. */
  pieces: Pieces | undefined;
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
    scanner: makeScanner(table.literals, 0),
    unfiltered,
    pending: 0,
    offset: 0,
    pieces: undefined,
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
  s.reserve(log.pending + chunk.length);
  const { bytes, start } = s;
  const fresh = start + log.pending;
  const end = fresh + chunk.length;
  bytes.set(chunk, fresh);
  let from = start;
  // No line ends before `fresh`.
  const cut = fresh + chunk.lastIndexOf(NEWLINE) + 1;
  if (cut > fresh) {
    if (log.pieces !== undefined) from = readLong(log, from, bytes.indexOf(NEWLINE, fresh), true) + 1;
    if (from < cut) readLines(log, from, cut);
    from = cut;
  }
  if (end - from > mostOf(log, from)) from = readLong(log, from, end, false);
  if (from > start) s.bytes.copyWithin(start, from, end);
  log.offset += from - start;
  log.pending = end - from;
}

/** Reads the last line, which has no end of its own. */
function finish(log: Log): void {
  const { scanner: s } = log;
  if (log.pending === 0) {
    if (log.pieces !== undefined) readLong(log, s.start, s.start, true);
    return;
  }
  const end = s.start + log.pending;
  s.bytes[end] = NEWLINE;
  if (log.pieces !== undefined) readLong(log, s.start, end, true);
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
  const { scanner: s } = log;
  if (end - at > mostOf(log, at)) readLong(log, at, end, true);
  else {
    const text = s.bytes.toString('utf8', at, end);
    const no = log.lines.next();
    readPart(log, { text, no, offset: log.offset + at - s.start, marked, isFirst: true, isLast: true });
    if (end - at > PIECE_BYTES && s.bytes[at] !== BRACE && !log.documents.some((d) => d.owns()))
      listLong(log, no);
  }
  return end + 1;
}

function listLong({ long }: Log, no: number): void {
  long.count++;
  if (long.lines.length < MAX_LISTED) long.lines.push(no);
}

/** Reads a line or a part of one; what documents leave of it is for the readers of lines. True if one of these took it. */
function readPart(log: Log, part: LinePart): boolean {
  const { lines } = log;
  for (const d of log.documents) {
    const around = d.open() || part.marked ? d.part(part) : undefined;
    if (around === undefined) continue;
    if (around.before.trim() !== '') lines.push(around.before, part.offset, part.marked, !part.isFirst);
    else if (part.isFirst) lines.skip(1);
    return around.after.trim() !== '' && readPart(log, { ...part, text: around.after, isFirst: false });
  }
  return lines.push(part.text, part.offset, part.marked, !part.isFirst);
}

/** Bytes that are kept of the line, or rest of a line, at `from`. */
function mostOf({ scanner, pieces }: Log, from: number): number {
  if (pieces !== undefined) return PIECE_BYTES;
  return scanner.bytes[from] === BRACE ? MAX_JSON_BYTES : MAX_LINE_BYTES;
}

/** Reads [from, to) of a long line, all of it when it ends there; returns where the unread rest begins. */
function readLong(log: Log, from: number, to: number, isLast: boolean): number {
  const isFirst = log.pieces === undefined;
  const no = log.lines.next();
  const pieces = (log.pieces ??= { no, offered: 0, isTaken: false, isCut: false, isListed: false });
  let at = from;
  for (
    ;
    to - at > PIECE_BYTES;
    at = readPiece(log, pieces, at, at + PIECE_BYTES, isFirst && at === from, false)
  );
  if (!isLast) return at;
  readPiece(log, pieces, at, to, isFirst && at === from, true);
  log.pieces = undefined;
  return to;
}

/** Where a piece that could go on to `to` ends: before a report that begins in its last bytes, and between characters. */
function endOfPiece({ scanner: s }: Log, hits: readonly number[], from: number, to: number): number {
  const late = hits.find((hit) => hit > to - MARGIN_BYTES);
  let end = Math.max(from + 1, (late ?? to) - LEAD_BYTES);
  while (end > from + 1 && (s.bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}

/** Reads one piece of a long line, up to `to` or, unless it is the last, a little less. Returns where it ends. */
function readPiece(log: Log, p: Pieces, from: number, to: number, isFirst: boolean, isLast: boolean): number {
  const { scanner: s, lines, documents } = log;
  const hits = s.find(isFirst ? from - 1 : from, to);
  const end = isLast ? to : endOfPiece(log, hits, from, to);
  const marked = hits.length > 0 && hits[0]! < end;
  const isOwned = documents.some((d) => d.owns());
  if (isOwned || ((isFirst || marked) && p.offered < MAX_PIECES)) {
    const text = s.bytes.toString('utf8', from, end);
    const offset = log.offset + from - s.start;
    p.isTaken = readPart(log, { text, no: p.no, offset, marked, isFirst, isLast });
    if (!isOwned) p.offered++;
  } else if (marked || p.isTaken || lines.warm()) {
    // Also where no reader took its beginning: in an open report it may be a frame with a very long name.
    if (!p.isCut) lines.complain(`line ${p.no} is too long to be read whole`);
    p.isCut = true;
  }
  if (!p.isListed && !isOwned && !documents.some((d) => d.owns())) {
    p.isListed = true;
    listLong(log, p.no);
  }
  return end;
}
