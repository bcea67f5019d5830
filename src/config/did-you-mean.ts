/** "Did you mean": finds the known name nearest to what the user wrote. */
import leven from 'leven';

/** The known name nearest to `word`, or undefined if none is near enough. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const best = known.map((k) => ({ k, d: leven(word, k) })).sort((a, b) => a.d - b.d)[0];
  return best && best.d <= Math.max(2, word.length / 3) ? best.k : undefined;
};

/** ` Did you mean 'X'?` with a leading blank, or an empty string. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const k = nearest(word, known);
  return k === undefined ? '' : ` Did you mean '${k}'?`;
};
