/** Lists of what was not understood in a log. A log may have as many such lines as it has lines. */

/** A log with a marker on every line, or that is cut a thousand times, must not fill memory; the rest is counted. */
export const MAX_LISTED = 1000;

/** A list that keeps its first entries and counts the others. */
export type Listed<T> = { entries: T[]; more: number };

/** Adds an entry to a list, or counts it. */
export const list = <T>(to: Listed<T>, entry: T): void => {
  if (to.entries.length < MAX_LISTED) to.entries.push(entry);
  else to.more++;
};
