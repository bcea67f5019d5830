/**
 * Notices that a log was wrapped: a narrow console or a mail breaks long lines, and then half a name may pass for a name. Such a
 * log is not understood. Signs: a line of a report is followed by one that nobody takes, the report goes on after it, and the
 * first word of the stranger would have made the line longer than any line of the log is.
 */

/** Widths at which people and consoles wrap. */
const MIN_WIDTH = 56;
const MAX_WIDTH = 132;
/** The rest of a broken line is no beginning of a sentence, has no indentation and is no ruler. */
const REST = /^(?!note: |warning: |error: )[a-z0-9(/<'"]/;
/** Lines of a broken line that nobody takes. */
const MAX_PIECES = 3;
const MAX_KEPT = 100;

export type Wrapping = {
  /** One line of the log, and whether a reader took it. */
  line(text: string, taken: boolean): void;
  /** The width at which the log seems to be wrapped; undefined when it is not. */
  width(): number | undefined;
};

/** Begins to watch a log. */
export function watchWrapping(): Wrapping {
  let widest = 0;
  /** The last line that was taken, and the first word of the stranger behind it. */
  let length = 0;
  let word: number | undefined;
  let strangers = 0;
  const broken: number[] = [];
  return {
    line(text, taken) {
      const { length: own } = text;
      if (own > widest) widest = own;
      if (taken) {
        if (word !== undefined && length >= MIN_WIDTH && length <= MAX_WIDTH && broken.length < MAX_KEPT)
          broken.push(length + 1 + word);
        length = own;
        word = undefined;
        strangers = 0;
      } else if (own === 0 || ++strangers > MAX_PIECES) {
        word = undefined;
        length = 0;
      } else if (strangers === 1 && length > 0 && REST.test(text)) {
        const end = text.indexOf(' ');
        word = end < 0 ? own : end;
      }
    },
    width: () => (widest <= MAX_WIDTH && broken.some((least) => least > widest) ? widest : undefined),
  };
}
