/** Finds the parts of a declaration in a source of a language of C's family, or Rust. Pure. */

import { wordBefore, type Range } from './words.js';

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
    else if (CLOSE.includes(code[i]!) && !(code[i] === '>' && code[i - 1] === '-') && --depth === 0)
      return i + 1;
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

/** Where the statement begins that holds an offset. Lines of the preprocessor belong to none. */
const statementOf = (code: string, offset: number): number => {
  let begin = offset;
  while (begin > 0 && !';{}#'.includes(code[begin - 1]!)) begin--;
  // Attributes of Rust begin with this sign, too.
  if (code[begin - 1] !== '#' || code[begin] === '[') return begin;
  return code.indexOf('\n', begin) + 1 || begin;
};

/** How far from its line a declaration may begin: attributes and results precede it. */
const NEAR = 12;

/**
 * The function that is declared at a line. `code` has no comments and no text in quotes. `accepts` decides by the name and
 * by what precedes it in its statement.
 */
export const functionAt = (
  code: string,
  line: number,
  accepts: (name: string, before: string) => boolean,
): FunctionText | undefined => {
  const [low, high] = [startOf(code, Math.max(1, line - NEAR)), startOf(code, line + NEAR)];
  const wanted = startOf(code, line);
  const found: { open: number; name: Range; begin: number }[] = [];
  for (let open = code.indexOf('(', low); open >= 0 && open < high; open = code.indexOf('(', open + 1)) {
    const name = wordBefore(code, open);
    const begin = statementOf(code, name.from);
    if (name.from < name.to && accepts(code.slice(name.from, name.to), code.slice(begin, name.from)))
      found.push({ open, name, begin });
  }
  const distance = ({ name: { to } }: { name: Range }): number =>
    code.slice(Math.min(to, wanted), Math.max(to, wanted)).split('\n').length;
  const [best] = found.sort((a, b) => distance(a) - distance(b));
  const end = best && closing(code, best.open);
  if (!best || end === undefined) return undefined;
  const { name, begin } = best;
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
  const wanted = startOf(code, line);
  const found: RecordText[] = [];
  for (let i = code.indexOf(name); i >= 0; i = code.indexOf(name, i + name.length)) {
    const head = wordBefore(code, i);
    const [open, end] = [code.indexOf('{', i), code.indexOf(';', i)];
    if (!['struct', 'union', 'class'].includes(code.slice(head.from, head.to))) continue;
    if (head.to === i || /\w/.test(code[i + name.length] ?? '') || open < 0 || (end >= 0 && end < open))
      continue;
    const close = closing(code, open);
    if (close !== undefined) found.push({ head: head.from, body: { from: open + 1, to: close - 1 } });
  }
  return found.sort((a, b) => Math.abs(a.head - wanted) - Math.abs(b.head - wanted))[0];
};
