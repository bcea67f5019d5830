/** Words and marks of source text, near enough for C, C++, Go, Rust, C#, Java, JavaScript and Python. Pure. */

export type Token = {
  kind: 'word' | 'number' | 'text' | 'mark' | 'comment' | 'directive';
  text: string;
  /** The first line and the last one, from 1. */
  line: number;
  end: number;
  /** From 0: Python's blocks are recognised by it. */
  column: number;
};

const WORD = /[A-Za-z_$][\w$]*/y;
const NUMBER = /\d[\w.]*/y;

const lengthOf = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
};

/** The position behind `end`, looked for from `from`; the end of the text where it is missing. */
const behind = (text: string, end: string, from: number): number => {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
};

/** The end of the line, with those that a backslash joins to it. */
const directiveEnd = (text: string, from: number): number => {
  let at = from;
  for (;;) {
    const end = text.indexOf('\n', at);
    if (end < 0) return text.length;
    if (text[end - 1] !== '\\' && !(text[end - 1] === '\r' && text[end - 2] === '\\')) return end;
    at = end + 1;
  }
};

/** A quoted text ends on its line. A quote without another one is a mark: an apostrophe, a lifetime of Rust. */
const quotedEnd = (text: string, from: number): number => {
  const quote = text[from];
  for (let at = from + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === quote) return at + 1;
  }
  return from + 1;
};

const sizeAt = (text: string, at: number, python: boolean, fresh: boolean): [Token['kind'], number] => {
  const c = text[at]!;
  const two = text.slice(at, at + 2);
  if (python && c === '#') return ['comment', (text.indexOf('\n', at) + 1 || text.length + 1) - 1 - at];
  if (!python && two === '/*') return ['comment', behind(text, '*/', at + 2) - at];
  if (!python && two === '//') return ['comment', (text.indexOf('\n', at) + 1 || text.length + 1) - 1 - at];
  if (!python && c === '#' && fresh) return ['directive', directiveEnd(text, at) - at];
  if (python && (text.startsWith('"""', at) || text.startsWith("'''", at)))
    return ['text', behind(text, text.slice(at, at + 3), at + 3) - at];
  if (c === '"' || c === "'") {
    const size = quotedEnd(text, at) - at;
    return size === 1 ? ['mark', 1] : ['text', size];
  }
  const word = lengthOf(WORD, text, at);
  if (word > 0) return ['word', word];
  const number = lengthOf(NUMBER, text, at);
  return number > 0 ? ['number', number] : ['mark', 1];
};

/** Python has other comments and longer texts. */
export const tokensOf = (text: string, python = false): Token[] => {
  const found: Token[] = [];
  let line = 1;
  let lineStart = 0;
  let fresh = true;
  for (let at = 0; at < text.length;) {
    const c = text[at]!;
    if (c === '\n') {
      line++;
      lineStart = ++at;
      fresh = true;
      continue;
    }
    if (c === ' ' || c === '\t' || c === '\r') {
      at++;
      continue;
    }
    const [kind, size] = sizeAt(text, at, python, fresh);
    const piece = text.slice(at, at + size);
    const first = line;
    for (let n = piece.indexOf('\n'); n >= 0; n = piece.indexOf('\n', n + 1)) {
      line++;
      lineStart = at + n + 1;
    }
    found.push({ kind, text: piece, line: first, end: line, column: first === line ? at - lineStart : 0 });
    if (kind !== 'comment') fresh = false;
    at += size;
  }
  return found;
};

const PAIRS: Record<string, string> = { '(': ')', '{': '}', '[': ']' };

/** The index of the bracket that closes the one at `open`, or where the search ends: after `most` tokens. */
export const closing = (tokens: readonly Token[], open: number, most = Infinity): number => {
  const from = tokens[open]!.text;
  const to = PAIRS[from]!;
  const end = Math.min(tokens.length, open + most);
  let depth = 0;
  for (let i = open; i < end; i++) {
    const { kind, text } = tokens[i]!;
    if (kind !== 'mark') continue;
    if (text === from) depth++;
    else if (text === to && --depth === 0) return i;
  }
  return end;
};
