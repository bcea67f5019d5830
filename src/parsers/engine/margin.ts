/**
 * Removes what a listing puts around every line: empty lines between them, numbers in a margin (`cat -n`, editors, pages that show code) and the name
 * of a file that `grep` puts before its lines, where the name has no ending that a log has. One line shows neither of these; three do.
 */
import type { Line } from './reader.js';

/** A line as it stands in the log. */
export type RawLine = Line & { marked: boolean };

/** Lines that must have the same margin. */
const LINES = 3;
/** `   12  text`, `12<TAB>text`, `12 | text`. */
const NUMBER = /^ {0,8}(\d{1,6})(?=[ \t|]|$)/;
const BETWEEN = /^(?: ?\| ?|\t| {1,4})?/;
/** Frames are numbered as well; what follows their number is an address, or a module and an address. */
const FRAME = /^\s{1,8}(?:[^\s#]\S{0,200}\s{1,40})?0x[0-9a-f]{4,16} /i;
/** `logs/run-7/stdout:text`, `logs/run-7/stdout:12:text`; a name with an ending is a source file, which compilers name so. */
const FILE = /^[\w@%+,./~-]{0,300}\/[\w@%+,~-]{1,100}:(?:(\d{1,7}):)?/;

/** Lines of which every second one is empty, where that is no accident. */
const SPACED_LINES = 10;
const isOdd = ({ no }: Line): boolean => no % 2 === 1;

type Margin = {
  /** A file's name; empty for numbers alone. */
  name: string;
  number: number | undefined;
  /** Characters before the text, and how many of them are blanks between number and text. */
  chars: number;
  blanks: number;
  /** A frame of a stack, a place in a source or an address of a page looks so, too. */
  isFrame: boolean;
};

/** The margin that a line may have; `before` is that of the line before. */
function marginOf(text: string, before: Margin | undefined): Margin | undefined {
  const c = text.charCodeAt(0);
  if (c === 32 || (c >= 48 && c <= 57)) {
    const m = NUMBER.exec(text);
    if (m !== null) {
      const rest = text.slice(m[0].length);
      const between = BETWEEN.exec(rest)![0];
      return {
        name: '',
        number: Number(m[1]),
        chars: m[0].length + between.length,
        // Behind an empty line they are lost.
        blanks: between.trim() === '' && rest.trim() !== '' ? between.length : 0,
        isFrame: FRAME.test(rest),
      };
    }
  }
  const colon = text.indexOf(':');
  if (colon < 0 || !text.slice(0, colon).includes('/')) return undefined;
  const m = FILE.exec(text);
  if (m === null) return undefined;
  const name = text.slice(0, colon);
  // The listing goes on, whatever the text begins with.
  const number =
    m[1] === undefined || (before?.name === name && before.number === undefined) ? undefined : Number(m[1]);
  const chars = number === undefined ? colon + 1 : m[0].length;
  return {
    name,
    number,
    chars,
    blanks: 0,
    isFrame: number === undefined && /^[\d/]/.test(text.slice(chars)),
  };
}

const goesOn = (a: Margin, b: Margin): boolean =>
  a.name === b.name && (a.number === undefined ? b.number === undefined : b.number === a.number + 1);

export type Margins = {
  /** Takes a line, and returns those that are ready to be read. */
  line(line: RawLine): readonly RawLine[];
  /** The lines that were kept for those that did not come. */
  flush(): readonly RawLine[];
  /** Whether lines are kept. */
  keeps(): boolean;
};

/** Begins to watch a log. */
export function watchMargins(): Margins {
  /** Lines that may be the first ones of a listing. */
  let kept: { line: RawLine; margin: Margin }[] = [];
  /** Margin of the last line. */
  let last: Margin | undefined;
  /** The last lines have a margin. */
  let isListing = false;
  /** Blanks between number and text: what is more belongs to the text. */
  let blanks = 0;
  /** Every second line from the log's first one on is empty. */
  let isSpaced = true;
  /** The log's first lines, until that is known. */
  let first: RawLine[] = [];

  const without = ({ line, margin }: (typeof kept)[number]): RawLine => ({
    ...line,
    text: line.text.slice(margin.chars - Math.max(0, margin.blanks - blanks)),
  });
  const flush = (): RawLine[] => {
    const lines = kept.map(({ line }) => line);
    kept = [];
    return lines;
  };

  const take = (line: RawLine): readonly RawLine[] => {
    const before = last;
    const margin = marginOf(line.text, before);
    last = margin;
    const follows = margin !== undefined && before !== undefined && goesOn(before, margin);
    if (isListing && follows) return [without({ line, margin })];
    isListing = false;
    if (margin === undefined) return kept.length === 0 ? [line] : [...flush(), line];
    // A list that begins at 0 is one of frames, and so is all of it.
    if ((follows && kept.length === 0) || margin.number === 0 || margin.isFrame) return [...flush(), line];
    if (!follows) {
      const ready = flush();
      kept = [{ line, margin }];
      return ready;
    }
    kept.push({ line, margin });
    if (kept.length < LINES) return [];
    isListing = true;
    const widths = kept.flatMap(({ margin: { blanks: n } }) => (n > 0 ? [n] : []));
    blanks = widths.length > 0 ? Math.min(...widths) : 1;
    const listed = kept.map(without);
    kept = [];
    return listed;
  };
  /** The log's first lines as they are read. */
  const begin = (): RawLine[] => {
    const lines = isSpaced && first.length === SPACED_LINES ? first.filter(isOdd) : first;
    isSpaced &&= first.length === SPACED_LINES;
    first = [];
    return lines.flatMap(take);
  };

  return {
    line(line) {
      if (!isSpaced) return take(line);
      const isBetween = !isOdd(line);
      if (line.no <= SPACED_LINES) first.push(line);
      if (isBetween && line.text.trim() !== '') {
        isSpaced = false;
        return first.length > 0 ? begin() : take(line);
      }
      if (line.no < SPACED_LINES || (isBetween && line.no > SPACED_LINES)) return [];
      return line.no === SPACED_LINES ? begin() : take(line);
    },
    flush() {
      isSpaced = false;
      const ready = begin();
      // A log of two lines.
      const isShort =
        kept.length === LINES - 1 && kept.every(({ line, margin }) => line.no < LINES && margin.name !== '');
      const lines = isShort ? kept.map(without) : flush();
      kept = [];
      return [...ready, ...lines];
    },
    keeps: () => kept.length > 0 || first.length > 0,
  };
}
