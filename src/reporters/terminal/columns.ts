/** The width of text on a terminal. */
import stringWidth from 'string-width';

/** Characters of one column each that join with no other: those of our own lines, and of most paths. */
const SINGLE = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*$/;

/** Columns of a line. The table of all characters takes longer to compile than a report to print. */
export const columnsOf = (text: string): number => (SINGLE.test(text) ? text.length : stringWidth(text));
