/**
 * Which types a Rust program makes values of, by its text. A library that fills such a value must not write more than
 * the program has reserved. Pure.
 */

const MAKERS = new Set(['zeroed', 'uninit', 'MaybeUninit']);
/** What may precede the path of a struct whose fields follow in braces. */
const BEFORE = new Set(['=', '(', ',', '&', '{', ';']);

/**
 * Names of types of which values are made: `= ffi::Record { … }`, `let mut r: Record = …`, `zeroed::<Record>()`,
 * `MaybeUninit<Record>`.
 */
export const allocatedIn = (text: string): Set<string> => {
  const tokens = text.replace(/\/\/[^\n]*/g, '').match(/\w+|[^\s\w]/g) ?? [];
  const isWord = (i: number): boolean => /^\w/.test(tokens[i] ?? '');
  /** The index of the first word of the path that ends at `i`. */
  const beginOf = (i: number): number => {
    let first = i;
    while (tokens[first - 1] === ':' && tokens[first - 2] === ':' && isWord(first - 3)) first -= 3;
    return first;
  };
  const made = new Set<string>();
  for (let i = 1; i < tokens.length; i++) {
    if (!isWord(i)) continue;
    const next = tokens[i + 1] ?? '';
    const first = beginOf(i);
    const before = tokens[first - 1] ?? '';
    const borrowed = before === 'mut' && tokens[first - 2] === '&';
    const literal = next === '{' && (borrowed || BEFORE.has(before));
    // `let r: Record = …`
    const declared = before === ':' && isWord(first - 2) && /^(?:let|mut)$/.test(tokens[first - 3] ?? '');
    const maker =
      before === '<' ? (tokens[first - 2] === ':' ? tokens[first - 4] : tokens[first - 2]) : undefined;
    if (literal || (declared && (next === '=' || next === ';')) || MAKERS.has(maker ?? ''))
      made.add(tokens[i]!);
  }
  return made;
};
