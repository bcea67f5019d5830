/** Finds the parts of a declaration in a source of a language of C's family, or Rust. Pure. */

/** A range of a text. */
export type Range = { from: number; to: number };

const OPEN = '([{<';
const CLOSE = ')]}>';

/** Offsets of the lines of a text. */
const startOf = (text: string, line: number): number => {
  let at = 0;
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  return at;
};

/** The offset behind the bracket that closes the one at `open`. Undefined if none does. */
export const closing = (code: string, open: number): number | undefined => {
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if (OPEN.includes(code[i]!)) depth++;
    // `->` closes nothing.
    else if (CLOSE.includes(code[i]!) && !(code[i] === '>' && code[i - 1] === '-') && --depth === 0) return i + 1;
  }
  return undefined;
};

const trimmed = (code: string, { from, to }: Range): Range => {
  while (from < to && /\s/.test(code[from]!)) from++;
  while (to > from && /\s/.test(code[to - 1]!)) to--;
  return { from, to };
};

/** The pieces between separators that stand in no brackets. An empty last one is none. */
export const pieces = (code: string, { from, to }: Range, separator: string): Range[] => {
  const all: Range[] = [];
  let [depth, begin] = [0, from];
  for (let i = from; i < to; i++) {
    if (OPEN.includes(code[i]!)) depth++;
    else if (CLOSE.includes(code[i]!) && code[i - 1] !== '-') depth--;
    else if (code[i] === separator && depth === 0) {
      all.push(trimmed(code, { from: begin, to: i }));
      begin = i + 1;
    }
  }
  const last = trimmed(code, { from: begin, to });
  return last.from < last.to ? [...all, last] : all;
};

export type FunctionText = {
  /** From the begin of the statement to the name. */
  before: Range;
  name: Range;
  /** Inside of the parentheses. */
  list: Range;
  parameters: Range[];
  /** Behind the parentheses, up to `;` or `{`. */
  behind: Range;
};

/** How far from its line a declaration may begin: attributes and results stand before it. */
const NEAR = 12;

/**
 * The function that is declared at a line. `code` has no comments and no text in quotes. `head` is a pattern that ends
 * with the name and its parenthesis: its group is the name.
 */
export const functionAt = (code: string, line: number, head: RegExp): FunctionText | undefined => {
  const [low, high] = [startOf(code, Math.max(1, line - NEAR)), startOf(code, line + NEAR)];
  const wanted = startOf(code, line);
  const found = [...code.slice(low, high).matchAll(head)].map((m) => ({
    open: low + m.index + m[0].length - 1,
    to: low + m.index + m[0].lastIndexOf(m[1]!) + m[1]!.length,
    length: m[1]!.length,
  }));
  const distance = (offset: number): number => code.slice(Math.min(offset, wanted), Math.max(offset, wanted)).split('\n').length;
  const [best] = found.sort((a, b) => distance(a.to) - distance(b.to));
  const end = best && closing(code, best.open);
  if (!best || end === undefined) return undefined;
  const name = { from: best.to - best.length, to: best.to };
  let begin = name.from;
  while (begin > 0 && !';{}#'.includes(code[begin - 1]!)) begin--;
  if (code[begin - 1] === '#') begin = code.indexOf('\n', begin) + 1;
  let stop = end;
  while (stop < code.length && !';{'.includes(code[stop]!)) stop++;
  const list = { from: best.open + 1, to: end - 1 };
  return {
    ...{ name, list, parameters: pieces(code, list, ',') },
    before: trimmed(code, { from: begin, to: name.from }),
    behind: trimmed(code, { from: end, to: stop }),
  };
};

export type RecordText = {
  /** The word `struct` or `union`. */
  head: number;
  /** Inside of the braces. */
  body: Range;
};

/** The structure of that name whose head is nearest to a line. */
export const recordAt = (code: string, line: number, name: string): RecordText | undefined => {
  const head = new RegExp(`\\b(?:struct|union|class)\\s+${name.replace(/\W/g, '')}\\b[^;{}]*\\{`, 'g');
  const wanted = startOf(code, line);
  const [best] = [...code.matchAll(head)].sort((a, b) => Math.abs(a.index - wanted) - Math.abs(b.index - wanted));
  const open = best && best.index + best[0].length - 1;
  const end = open === undefined ? undefined : closing(code, open);
  return best && open !== undefined && end !== undefined
    ? { head: best.index, body: { from: open + 1, to: end - 1 } }
    : undefined;
};
