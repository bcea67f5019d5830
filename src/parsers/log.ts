/**
 * One log as a stream of bytes: cuts it into lines and hands those that may matter to the readers, and Valgrind's XML to its
 * own reader, wherever in the log it stands. Memory is bounded by the longest line that is kept, whatever is fed.
 */
import { PREFILTER_LITERALS } from './engine/prefilter.js';
import { makeDispatcher, type Rest } from './engine/dispatcher.js';
import { makeEmbeddedXml } from './valgrind/embedded-xml.js';
import type { Emit, MakeReader } from './engine/reader.js';
import { makeScanner, type Scanner } from './engine/literal-scanner.js';

/** What is kept of a line at once: a longer one is read in pieces, those in which something may begin a report. */
const LONGEST = 1 << 16;
/** JSON is only worth reading whole, and Cargo writes lines of this size. */
const LONGEST_JSON = 1 << 20;
/**
 * So many bytes at the beginning of a log are offered whole to every reader: a small log costs little, and is not at the
 * mercy of a list of literals.
 */
const WHOLE = 1 << 20;
/** Bytes that are looked at in one go. */
const STRIDE = 1 << 17;
/** A piece is not cut where a report begins: not through an anchor, nor so little before it. */
const MARGIN = 512;
const LEAD = 64;
/** Pieces of one line that are read: a line of hundreds of megabytes that smells everywhere is still read in time. */
const MAX_PIECES = 16;
/** Long lines that are listed by number. */
const MAX_LISTED = 10;
const NEWLINE = 10;
const BRACE = 0x7b;
/** The beginning of an XML file, and no more. */
const XML_CUT = /^\s{0,99}<\?xml[^>]{0,200}(?:>\s{0,99}(?:<[a-z]{0,40})?)?$/;

export type LogParser = {
  push(chunk: Uint8Array): void;
  /** Closes open reports and says what was not understood; call once. `long` are lines that were not kept whole. */
  end(): Rest & { long: { count: number; lines: number[] } };
};

/** Scanners of logs that have been read, for the next ones. */
const idle: Scanner[] = [];

/**
 * A parser for one log; `emit` gets each diagnostic as soon as its report is whole or given up. From byte `whole` on only
 * lines that may matter are read.
 */
export function makeLogParser(makers: readonly MakeReader[], emit: Emit, whole = WHOLE): LogParser {
  const lines = makeDispatcher(makers, emit);
  const xml = makeEmbeddedXml(lines, emit);
  const long = { count: 0, lines: [] as number[] };
  let head = '';
  let scanner: Scanner | undefined;
  /** Bytes of an unfinished line at the scanner's start; `offset` is where in the log they begin. */
  let held = 0;
  let offset = 0;
  /** Pieces that the unfinished line had so far, and those of them that were read. */
  let pieces = { all: 0, read: 0 };

  /** Whole lines, [from, to). */
  const run = (s: Scanner, from: number, to: number): void => {
    const hits = s.find(from - 1, to);
    const shift = offset - s.start;
    const all = offset < whole;
    let h = 0;
    for (let at = from; at < to;) {
      while (h < hits.length && hits[h]! < at) h++;
      const hit = hits[h] ?? to;
      if (!all && !lines.warm()) {
        const begin = hit === to ? to : s.bytes.lastIndexOf(NEWLINE, hit - 1) + 1;
        if (begin > at) {
          if (xml.open()) xml.take(s.bytes.toString('utf8', at, begin));
          lines.skip(s.lines(at, begin));
        }
        if (begin === to) return;
        at = begin;
      }
      const end = s.bytes.indexOf(NEWLINE, at);
      if (end - at > mostOf(s, at)) {
        readLong(s, at, end, true);
        at = end + 1;
        continue;
      }
      const text = s.bytes.toString('utf8', at, end);
      if (!xml.line(text, shift + at, hit < end)) lines.push(text, shift + at, all || hit < end);
      at = end + 1;
    }
  };

  /** Reads one piece of a long line; it ends at `to`, or before what begins in its last bytes. Returns where. */
  const piece = (s: Scanner, from: number, to: number, last: boolean): number => {
    if (pieces.all++ === 0) {
      long.count++;
      if (long.lines.length < MAX_LISTED) long.lines.push(lines.next());
    }
    const hits = s.find(pieces.all === 1 ? from - 1 : from, to);
    const late = last ? undefined : hits.find((hit) => hit > to - MARGIN);
    const end = last ? to : Math.max(from + 1, (late ?? to) - LEAD);
    const marked = hits.length > 0 && hits[0]! < end;
    if (pieces.all > 1 && !marked) return end;
    if (pieces.read++ < MAX_PIECES)
      lines.push(s.bytes.toString('utf8', from, end), offset + from - s.start, marked, pieces.all > 1);
    else if (pieces.read === MAX_PIECES + 1)
      lines.complain(`line ${lines.next() - 1} is too long to be read whole`);
    return end;
  };
  const mostOf = (s: Scanner, from: number): number =>
    pieces.all === 0 && s.bytes[from] === BRACE ? LONGEST_JSON : LONGEST;
  /** Reads [from, to) of a long line, all of it when it ends there; returns where the unread rest begins. */
  const readLong = (s: Scanner, from: number, to: number, last: boolean): number => {
    let at = from;
    for (let most = mostOf(s, at); to - at > most; most = LONGEST) at = piece(s, at, at + most, false);
    if (!last) return at;
    piece(s, at, to, true);
    pieces = { all: 0, read: 0 };
    return to;
  };

  /** Reads what is complete of [start, end), and keeps the rest. No line ends before `fresh`. */
  const absorb = (s: Scanner, fresh: number, end: number): void => {
    let from = s.start;
    const cut = s.bytes.lastIndexOf(NEWLINE, end - 1) + 1;
    if (cut > fresh) {
      if (pieces.all > 0) from = readLong(s, from, s.bytes.indexOf(NEWLINE, fresh), true) + 1;
      if (from < cut) run(s, from, cut);
      from = cut;
    }
    if (end - from > mostOf(s, from)) from = readLong(s, from, end, false);
    s.bytes.copyWithin(s.start, from, end);
    offset += from - s.start;
    held = end - from;
  };

  return {
    push(chunk) {
      const s = (scanner ??= idle.pop() ?? makeScanner(PREFILTER_LITERALS, LONGEST_JSON + STRIDE));
      if (head.length < 300) head += Buffer.from(chunk.subarray(0, 300)).toString('latin1');
      for (let i = 0; i < chunk.length; i += STRIDE) {
        const part = chunk.subarray(i, i + STRIDE);
        const fresh = s.start + held;
        s.bytes.set(part, fresh);
        absorb(s, fresh, fresh + part.length);
      }
    },
    end() {
      if (scanner !== undefined && held > 0) {
        const end = scanner.start + held;
        scanner.bytes[end] = NEWLINE;
        if (pieces.all > 0) readLong(scanner, scanner.start, end, true);
        else run(scanner, scanner.start, end + 1);
      }
      if (scanner !== undefined) idle.push(scanner);
      if (head.length < 300 && XML_CUT.test(head)) lines.complain('the XML ends before <valgrindoutput>');
      xml.end();
      return { ...lines.end(), long };
    },
  };
}
