/** Does a line look as if a tool of the table wrote it? Such a line that no reader consumed makes a log unreadable, not clean. */
import type { Marker, Reader } from './reader.js';

export type Markers = {
  /** Where the words of a tool begin in a line, or -1. */
  at(text: string): number;
  /** Characters of a line before the beginning of a report; 0 when there is no report or nothing before it. */
  beforeReport(text: string): number;
};

/** Prose and tests quote the words in backticks, or as the beginning of an expression; a pasted report begins its line. */
const isQuoted = (text: string, at: number): boolean => at > 1 && '`^'.includes(text[at - 1]!);

/** The markers of all readers. */
export function markersOf(readers: readonly Reader[]): Markers {
  const markers = [...new Set(readers.flatMap((r) => r.markers))];
  const begins = (m: Marker): boolean => m.opening instanceof RegExp;
  // First those that may begin a report: text before them is no part of it.
  const words = [...markers.filter(begins), ...markers.filter((m) => !begins(m))].map((m) => m.words);
  const sources = markers.flatMap(({ opening }) => (opening instanceof RegExp ? [opening.source] : []));
  // regexes: built from openings, each proven where it stands; they share no repetition
  const opening = sources.length > 0 ? new RegExp(sources.join('|')) : undefined;
  const finders = markers.flatMap((m) => (typeof m.opening === 'function' ? [m.opening] : []));
  return {
    at(text) {
      for (const w of words) {
        const at = text.search(w);
        if (at >= 0 && !isQuoted(text, at)) return at;
      }
      return -1;
    },
    beforeReport(text) {
      const at = opening === undefined ? -1 : text.search(opening);
      if (at >= 0 && !isQuoted(text, at)) return at;
      for (const find of finders) {
        const before = find(text);
        if (before > 0) return before;
      }
      return 0;
    },
  };
}
