/** "Did you mean": the nearest of the known words, for every place where people type a name. */
import leven from 'leven';

/** The known word nearest to `word`, or undefined when none is near enough to be what was meant. */
export const nearest = (word: string, known: readonly string[]): string | undefined => {
  const best = known.map((k) => ({ k, d: leven(word, k) })).sort((a, b) => a.d - b.d)[0];
  return best && best.d <= Math.max(2, word.length / 3) ? best.k : undefined;
};

/** ` Did you mean 'X'?` with its leading blank, or nothing. */
export const didYouMean = (word: string, known: readonly string[]): string => {
  const k = nearest(word, known);
  return k === undefined ? '' : ` Did you mean '${k}'?`;
};
