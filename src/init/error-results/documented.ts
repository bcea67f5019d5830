/** How a function reports errors, as a comment about it says: `Returns 0 on success, -1 on error`. Pure. */
import type { ErrorResult } from '../../model/ids.js';
import type { Declared, Returns } from './headers.js';
import { pairsIn, sentencesOf, type Pair, type Value, type When } from './sentences.js';

/** `certain`: what it says is about errors alone, and fits the type. */
export type Documented = {
  how: ErrorResult;
  certain: boolean;
  /** It says which result means success, and nothing about others. */
  open?: true;
  quote: string;
};

const RETURNS = /\b(?:returns?|returned|returning|retval|result|yields)\b/i;
const PARAMETER = /^[@\\](?:param|arg|tparam)\b/i;
/** These return something, too. */
const OTHER_FUNCTIONS = /\b(?:callbacks?|handler|hook|user function)\b/i;

const has = (pairs: readonly Pair[], when: When, ...values: Value[]): boolean =>
  pairs.some((p) => p.when === when && values.includes(p.value));

type Verdict = Omit<Documented, 'quote'> | undefined;

const ofPointer = (pairs: readonly Pair[]): Verdict => {
  if (has(pairs, 'error', 'null'))
    return { how: 'null', certain: !has(pairs, 'other', 'null') && !has(pairs, 'success', 'null') };
  return has(pairs, 'other', 'null') ? { how: 'null', certain: false } : undefined;
};

const ofNumber = (
  pairs: readonly Pair[],
  returns: Returns,
  setsErrno: boolean,
  negatives: boolean,
): Verdict => {
  const ranks = returns === 'signed' || returns === 'enum';
  const negative = has(pairs, 'error', 'negative');
  const nonzero = has(pairs, 'error', 'nonzero');
  const code = has(pairs, 'error', 'code');
  const positive = has(pairs, 'error', 'positive');
  const zero = has(pairs, 'error', 'zero');
  const fine = has(pairs, 'success', 'zero');
  if (negative)
    return {
      how: setsErrno ? 'errno' : 'negative',
      certain:
        ranks &&
        // A name for one error says nothing about the others.
        (returns === 'signed' || pairs.some((p) => p.when === 'success')) &&
        !nonzero &&
        !zero &&
        !positive &&
        !has(pairs, 'success', 'negative') &&
        !has(pairs, 'other', 'negative'),
    };
  if (nonzero || code || positive)
    return {
      how: 'nonzero',
      // Codes may be negative, and a host then looks for these alone.
      certain:
        ranks &&
        fine &&
        !zero &&
        (nonzero || !negatives) &&
        !has(pairs, 'success', 'nonzero', 'positive') &&
        !has(pairs, 'other', 'nonzero', 'positive', 'negative'),
    };
  if (zero) return { how: 'zero', certain: returns !== 'enum' && !fine && !has(pairs, 'other', 'zero') };
  if (has(pairs, 'other', 'negative')) return { how: 'negative', certain: false };
  return fine ? { how: 'nonzero', certain: false, open: true } : undefined;
};

const shortened = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= 90 ? line : `${line.slice(0, 87)}…`;
};

/** `negatives`: the headers have error constants below 0. Undefined where nothing is said about errors. */
export const documented = (
  { comment, returns, shared }: Declared,
  constants: ReadonlyMap<string, number>,
  negatives: boolean,
): Documented | undefined => {
  if (returns === 'nothing') return undefined;
  const statements = sentencesOf(comment).flatMap((sentence) => {
    if (PARAMETER.test(sentence)) return [];
    const { pairs, begins } = pairsIn(sentence, constants);
    if (!RETURNS.test(sentence) && !begins) return [];
    return pairs.length > 0 ? [{ sentence, pairs }] : [];
  });
  const pairs = statements.flatMap((t) => t.pairs);
  const setsErrno = /\berrno\b/.test(comment);
  // A name that nothing explains may stand for a pointer.
  const points = returns === 'pointer' || (returns === 'unknown' && pairs.some((p) => p.value === 'null'));
  const verdict = points ? ofPointer(pairs) : ofNumber(pairs, returns, setsErrno, negatives);
  if (!verdict) return undefined;
  const doubtful =
    shared || returns === 'unknown' || statements.some((t) => OTHER_FUNCTIONS.test(t.sentence));
  return {
    how: verdict.how,
    certain: verdict.certain && !doubtful,
    ...(verdict.open && !doubtful ? { open: true } : {}),
    quote: shortened(statements.map((t) => t.sentence).join('; ')),
  };
};
