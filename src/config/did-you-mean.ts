/** "Did you mean": finds the known name nearest to what the user wrote. */
import { closestMatch } from 'leven';

/** A longer word is no misspelled name, and comparing it would take long. */
const MAX_WORD = 60;

/** The known name nearest to `word`, or undefined if none is near enough: by default a third of it may differ. */
export const nearest = (
  word: string,
  known: readonly string[],
  maxDistance = Math.floor(Math.max(2, word.length / 3)),
): string | undefined =>
  word.length > MAX_WORD
    ? undefined
    : closestMatch(
        word,
        known.filter((k) => k.length <= MAX_WORD),
        { maxDistance },
      );

/** ` Did you mean 'X'?` with a leading blank, or an empty string. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const k = nearest(word, known);
  return k === undefined ? '' : ` Did you mean '${k}'?`;
};

/** Up to this many names are listed in a message. */
const MAX_LISTED = 20;

/** The near name as a question, else the known names. With a leading blank, or empty if nothing is known. */
export const suggest = (word: string, known: readonly string[]): string => {
  const near = didYouMean(word, known);
  if (near || known.length === 0 || known.length > MAX_LISTED) return near;
  return ` Known here: ${known.join(', ')}.`;
};
