/** The last that a test process printed of itself: the reason of an end that no checker explains. */
import type { Attempt } from '../judge/evidence.js';
import type { ReadLog } from '../parsers/read-logs.js';
import { linesOf } from '../process/lines.js';

/** Lines that say why, whatever comes after them (totals, hints). */
const TELLING = /\berrors?\b|[\w.](?:Error|Exception|Exit)\b|\bfatal\b|\bpanic\b|\bcannot\b|\bnot found\b/i;
const MAX_WORDS = 300;

/** A line without what frames it in a terminal: `===== 1 error =====`, `!!!! Interrupted !!!!`. */
const unframed = (line: string): string => {
  const words = line.slice(0, 2_000).split(' ');
  const isWord = (w: string): boolean => /[a-z0-9]/i.test(w);
  return words.slice(words.findIndex(isWord), words.findLastIndex(isWord) + 1).join(' ');
};

/** One line of the output, or undefined if it holds no words. */
export const lastWords = (output: string): string | undefined => {
  let [telling, last]: (string | undefined)[] = [];
  for (const line of linesOf(output)) {
    const words = unframed(line);
    if (words === '') continue;
    last = words;
    // A summary of pytest counts errors; it does not say which.
    if (TELLING.test(words) && !/^\d+ (?:errors?|failed|passed)\b/.test(words)) telling = words;
  }
  return (telling ?? last)?.slice(0, MAX_WORDS);
};

/** What the host printed last of a launch that failed and whose logs say nothing. */
export const wordsOf = (
  exit: Attempt['exit'],
  logs: readonly ReadLog[],
  output: string,
): { lastWords?: string } => {
  if (exit.kind !== 'code' || exit.code === 0 || logs.some((l) => l.parsed.diagnostics.length)) return {};
  const words = lastWords(output);
  return words === undefined ? {} : { lastWords: words };
};
