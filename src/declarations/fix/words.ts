/** Words and brackets of sources, found by scanning. Pure. */
/** A range of a text. */
export type Range = { from: number; to: number };

const isWord = (c: string | undefined): boolean => c !== undefined && /\w/.test(c);
const isSpace = (c: string | undefined): boolean => c !== undefined && /\s/.test(c);

/** The word that ends before `end`, white space apart. Empty if there is none. */
export const wordBefore = (text: string, end: number): Range => {
  let to = end;
  while (isSpace(text[to - 1])) to--;
  let from = to;
  while (isWord(text[from - 1])) from--;
  return { from, to };
};

/** The last word of a text, '' if it ends otherwise. */
export const lastWord = (text: string): string => {
  const { from, to } = wordBefore(text, text.length);
  return text.slice(from, to);
};

/** The text without what stands in square brackets. */
export const withoutBrackets = (text: string): string => {
  let out = '';
  let depth = 0;
  for (const c of text) {
    if (c === '[') depth++;
    else if (c === ']') depth = Math.max(0, depth - 1);
    else if (depth === 0) out += c;
  }
  return out;
};

/** The offset behind attributes in square brackets at the begin of a text. */
export const behindAttributes = (text: string): number => {
  let at = 0;
  for (;;) {
    let begin = at;
    while (isSpace(text[begin])) begin++;
    const end = text[begin] === '[' ? text.indexOf(']', begin) : -1;
    if (end < 0) return text.slice(at).trim() === '' ? at : begin;
    at = end + 1;
  }
};

/** The offset behind leading words that are in a set, and behind the parentheses of those that have some. */
export const behindWords = (text: string, words: ReadonlySet<string>): number => {
  let at = 0;
  for (;;) {
    let from = at;
    while (isSpace(text[from])) from++;
    let to = from;
    while (isWord(text[to])) to++;
    if (to === from || !words.has(text.slice(from, to))) return from;
    at = to;
    let depth = 0;
    for (let i = to; text[i] === '(' || depth > 0; i++) {
      if (i >= text.length) return from;
      if (text[i] === '(') depth++;
      else if (text[i] === ')' && --depth === 0) at = i + 1;
    }
  }
};
