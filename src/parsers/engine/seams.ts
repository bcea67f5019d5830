/**
 * Notices words of a report that a narrow console or a mail broke in two: neither line says anything, or the first says less than
 * both together. Only the beginning of a log is looked at: what people wrap is short.
 */

/** Widths at which people and consoles wrap; a line that is broken at a blank is shorter. */
const MIN_CHARS = 44;
const MAX_WIDTH = 132;
/** Lines that are looked at, and pairs of them that are read together. */
const MAX_LINES = 400;
const MAX_PAIRS = 24;
/** The rest of a broken line has no indentation, and is no ruler and no line with a prefix of its own. */
const REST = /^(?!note: |warning: |error: |[=#*~-]{2})\S/;

export type SeamOptions = {
  /** Whether a line holds the words of a tool. */
  says: (text: string) => boolean;
  /** What is read from a line alone. */
  meaning: (text: string) => string;
};

export type Seams = {
  /** One line of the log, whether a reader took it, and whether it holds a literal of any. */
  line(text: string, taken: boolean, isMarked: boolean): void;
  /** The width at which words of a report seem to be broken; undefined when none are. */
  width(): number | undefined;
};

/** Begins to watch a log. */
export function watchSeams({ says, meaning }: SeamOptions): Seams {
  let widest = 0;
  let lines = 0;
  let pairs = 0;
  let before = '';
  let isBeforeMarked = false;
  /** How wide a line would have been that was not broken. */
  const broken: number[] = [];

  /** Whether two lines together say more than apart. */
  const saysMore = (joined: string, text: string): boolean => {
    if (!says(joined)) return false;
    if (!says(before)) return !says(text);
    if (pairs++ >= MAX_PAIRS) return false;
    return meaning(joined) !== meaning(before);
  };
  return {
    line(text, taken, isMarked) {
      const { length } = text;
      if (length > widest) widest = length;
      if (++lines > MAX_LINES || widest > MAX_WIDTH) return;
      const first = before;
      const mayTell = isMarked || isBeforeMarked;
      isBeforeMarked = isMarked;
      if (mayTell && !taken && first.length >= MIN_CHARS && first.length <= MAX_WIDTH && REST.test(text)) {
        const end = text.indexOf(' ');
        if (saysMore(`${first} ${text}`, text))
          broken.push(first.length + 1 + (end < 0 ? length : Math.min(end, length)));
        else if (first.length === widest && saysMore(first + text, text)) broken.push(first.length + 1);
      }
      before = text;
    },
    width: () => (widest <= MAX_WIDTH && broken.some((least) => least > widest) ? widest : undefined),
  };
}
