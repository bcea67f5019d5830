/** Does a line look as if a tool of the table wrote it? Such a line that no reader consumed makes a log unreadable, not clean. */
import type { Tool } from '../../model/diagnostic.js';
import { holds, isEmpty, overlap, setOf, type LiteralIndex, type ReaderSet } from './literal-index.js';
import type { Marker, Reader } from './reader.js';
import { makeSieve } from './sieve.js';

/** The tools that write a line, and whether it only tells that a process ended. */
export type Trace = { tools: readonly Tool[]; isEnd: boolean };

/**
 * What is asked of a line. `concerned` are the readers with a literal in it: the words of no other one can stand there, so that a
 * line without any costs nothing.
 */
export type Markers = {
  /** Where the words of a tool begin in a line, or -1. */
  at(text: string, concerned: ReaderSet): number;
  /**
   * Characters of a line before the beginning of a report; 0 when there is no report or nothing before it, -1 when the line
   * quotes the words of one or tells of it.
   */
  beforeReport(text: string, concerned: ReaderSet): number;
  /** Whether the words that begin a report stand right behind other words. */
  isGlued(text: string, concerned: ReaderSet): boolean;
  /** Whether a line that one reader took holds words that only other tools write. */
  isOfOthers(text: string, concerned: ReaderSet, taker: number): boolean;
  /** The tools that write such a line inside a report; undefined for any other line. */
  traceOf(text: string, concerned: ReaderSet): Trace | undefined;
};

/** Characters before which prose and tests quote: code, speech, the beginning of an expression. */
const QUOTES = '`^"“”‘’«';
/** Words before which no program prints: what follows them is quoted, not printed. */
const TELLING =
  /(?:^|[\s(])(?:an?|the|this|that|these|those|with|like|as|says?|said|saying|prints?|printed|printing|shows?|showed|showing|sees?|saw|seen|seeing|gets?|got|getting|gives?|gave|throws?|threw|reports?|reported|reporting|raises?|raised|returns?|returned|logs?|logged|messages?|called|named|about|for|of|by|from|into|and|or|but|if|when|where|because|to|in|on|at|no|not|any|every|each|some|such|expects?|expected|contains?|match(?:es)?|avoids?|fix(?:es|ed)?)[:,]?\s{1,4}[(*_]{0,3}$/i;
/** Characters before the words that are looked at. */
const TELLING_CHARS = 60;

/** Characters behind which the words of a report are glued: not what an expression, a path or a quotation goes on with. */
const GLUED_TO = /[\w.)\]}>!?^~*%]/;

/** Whether what ends before a character of a line may be the end of another line. */
export const endsBefore = (text: string, at: number): boolean => at > 0 && GLUED_TO.test(text[at - 1]!);

/** A sanitizer's word about its own options, which often has no end of line. */
const OF_OPTIONS = /^==\d{1,10}==WARNING: (?!\w{4,25}Sanitizer)/;

/** Prose and tests quote the words, or tell of them; a pasted report begins its line, or stands behind another program's output. */
function isQuoted(text: string, at: number): boolean {
  if (at === 0) return false;
  const before = text[at - 1]!;
  // A log that is a JSON string is quoted as well, and begins with a brace.
  if (
    QUOTES.includes(before) &&
    !(before === '"' && /^\s*[{[]/.test(text)) &&
    text.slice(0, at).trim() !== before
  )
    return true;
  // Inside a pair of backticks.
  let odd = false;
  for (let i = text.indexOf('`'); i >= 0 && i < at; i = text.indexOf('`', i + 1)) odd = !odd;
  if (odd && text.indexOf('`') > 0) return true;
  return TELLING.test(text.slice(Math.max(0, at - TELLING_CHARS), at));
}

/** An expression, and the readers one of whose literals stands on every line that it matches. */
type Words = { words: RegExp; readers: ReaderSet };

/** Where the first words in a line begin, of those that may stand there; -1 without any. */
function firstOf(some: readonly Words[], text: string, concerned: ReaderSet): number {
  let first = -1;
  for (const { words, readers } of some) {
    if (!overlap(readers, concerned)) continue;
    const at = text.search(words);
    if (at >= 0 && (first < 0 || at < first)) first = at;
  }
  return first;
}

/** The markers of all readers, and the index over their literals. */
export function markersOf(readers: readonly Reader[]): { markers: Markers; index: LiteralIndex } {
  const markers = [...new Set(readers.flatMap((r) => r.markers))].map((marker) => ({
    ...marker,
    readers: setOf(readers, (r) => r.markers.includes(marker)),
  }));
  const openings = markers.flatMap(({ opening, readers: of }) =>
    opening instanceof RegExp ? [{ words: opening, readers: of }] : [],
  );
  const finders = markers.flatMap(({ opening, readers: of }) =>
    typeof opening === 'function' ? [{ find: opening, readers: of }] : [],
  );
  const anywhere = openings.flatMap(({ words, readers: of }) =>
    words.source.startsWith('^') ? [] : [{ words: behindWord(words), readers: of }],
  );
  // Where a report begins with a name or a place, anything may precede it on its line.
  const beginsLoosely = (r: Reader): boolean => r.markers.some((m) => typeof m.opening === 'function');
  const withKin = markers.map((m) => {
    // Readers of the same tools, or of the same words.
    const own = readers.filter((_, i) => holds(m.readers, i)).flatMap((r) => [...r.tools, ...r.literals]);
    const isKin = (r: Reader): boolean => [...r.tools, ...r.literals].some((one) => own.includes(one));
    const isFree = (r: Reader): boolean => m.opening instanceof RegExp && !beginsLoosely(r);
    return { ...m, kin: setOf(readers, (r) => r.joins === true || isKin(r) || isFree(r)) };
  });
  const opens = setOf(readers, (r) => r.markers.some((m) => m.opening !== undefined));
  const speaks = setOf(readers, (r) => r.markers.length > 0);
  // First those that may begin a report: text before them is no part of it.
  const begins = (m: Marker): boolean => m.opening instanceof RegExp;
  const all: Words[] = [...markers.filter(begins), ...markers.filter((m) => !begins(m))];
  const tools = [...new Set(readers.flatMap((r) => r.tools))];
  const traces = readers.flatMap((r) => [
    ...(r.traces ?? []).map((trace) => ({ trace, tools: r.tools, isEnd: false, isMarked: true })),
    // Of a kernel's stack only some frames hold a literal.
    ...(r.frames ?? []).map((trace) => ({ trace, tools, isEnd: false, isMarked: false })),
    ...(r.ends ?? []).map((trace) => ({ trace, tools, isEnd: true, isMarked: true })),
  ]);
  const wordsOf = ({ words }: { words: RegExp }): RegExp => words;
  const traceWords = ({ trace }: { trace: RegExp }): RegExp => trace;
  const expressions = [...[...all, ...openings, ...anywhere].map(wordsOf), ...traces.map(traceWords)];
  const { sieve, index } = makeSieve(expressions, readers);
  const sifted = {
    all: sieve.list(all, wordsOf),
    openings: sieve.list(openings, wordsOf),
    anywhere: sieve.list(anywhere, wordsOf),
    withKin: sieve.list(withKin, wordsOf),
    traces: sieve.list(traces, traceWords),
    unmarked: sieve.list(
      traces.filter(({ isMarked }) => !isMarked),
      traceWords,
    ),
  };
  const asked: Markers = {
    at(text, concerned) {
      if (!overlap(speaks, concerned)) return -1;
      for (const w of sieve.of(sifted.all, text)) {
        if (!overlap(w.readers, concerned)) continue;
        const at = text.search(w.words);
        if (at >= 0 && !isQuoted(text, at)) return at;
      }
      return -1;
    },
    beforeReport(text, concerned) {
      if (!overlap(opens, concerned)) return 0;
      const at = firstOf(sieve.of(sifted.openings, text), text, concerned);
      if (at >= 0) return isQuoted(text, at) ? -1 : at;
      for (const { find, readers: of } of finders) {
        const before = overlap(of, concerned) ? find(text) : 0;
        if (before > 0) return isQuoted(text, before) ? -1 : before;
      }
      return 0;
    },
    isGlued(text, concerned) {
      if (!overlap(opens, concerned)) return false;
      const rest = text.slice(1);
      const at = 1 + firstOf(sieve.of(sifted.anywhere, text), rest, concerned);
      return endsBefore(text, at) && !OF_OPTIONS.test(text.slice(at)) && !isQuoted(text, at);
    },
    isOfOthers(text, concerned, taker) {
      return sieve.of(sifted.withKin, text).some(({ words, readers: of, kin }) => {
        if (holds(kin, taker) || !overlap(of, concerned)) return false;
        const at = text.search(words);
        return at >= 0 && !isQuoted(text, at);
      });
    },
    traceOf(text, concerned) {
      const found = sieve
        .of(isEmpty(concerned) ? sifted.unmarked : sifted.traces, text)
        .filter(({ trace }) => {
          const at = text.search(trace);
          return at >= 0 && !isQuoted(text, at + text.slice(at).search(/\S/));
        });
      if (found.length === 0) return undefined;
      return { tools: found.flatMap(({ tools: t }) => t), isEnd: found.every(({ isEnd }) => isEnd) };
    },
  };
  return { markers: asked, index };
}

/** Words that otherwise begin at a word's beginning, wherever they stand. */
function behindWord({ source, flags }: RegExp): RegExp {
  // regexes: built from an expression that is proven where it stands, without the assertion at its beginning
  return new RegExp(source.replace(/^(\(\?<!"\))?\\b/, '$1'), flags);
}
