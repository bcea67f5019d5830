/** Finds where a source declares a function, for languages whose compiled form does not say it. Pure. */

const RAW_STRING = /[bc]?r(#{0,255})"/y;

/** Number of characters of the raw string of Rust that begins at `i`, 0 if none does. */
const rawAt = (source: string, i: number): number => {
  RAW_STRING.lastIndex = i;
  const begin = /\w/.test(source[i - 1] ?? '') ? null : RAW_STRING.exec(source);
  if (!begin) return 0;
  const end = `"${begin[1]}`;
  const close = source.indexOf(end, i + begin[0].length);
  return (close < 0 ? source.length : close + end.length) - i;
};

/**
 * Comments and text in quotes replaced by spaces; lines stay where they are. For languages of C's family. `lifetimes`: a
 * quote may begin a name, as in Rust.
 */
export const codeOf = (source: string, lifetimes = false): string => {
  let out = '';
  let i = 0;
  const blank = (text: string): string => text.replace(/[^\n]/g, ' ');
  while (i < source.length) {
    const [c, next] = [source[i]!, source[i + 1]];
    let end = i + 1;
    if (c === '/' && next === '/') {
      end = source.indexOf('\n', i);
      if (end < 0) end = source.length;
      out += blank(source.slice(i, end));
    } else if (c === '/' && next === '*') {
      const close = source.indexOf('*/', i + 2);
      end = close < 0 ? source.length : close + 2;
      out += blank(source.slice(i, end));
    } else if (lifetimes && 'bcr'.includes(c) && rawAt(source, i) > 0) {
      end = i + rawAt(source, i);
      out += blank(source.slice(i, end));
    } else if (lifetimes && c === "'" && next !== '\\' && source[i + 2] !== "'") out += c;
    else if (c === '"' || c === "'") {
      while (end < source.length && source[end] !== c && source[end] !== '\n')
        end += source[end] === '\\' ? 2 : 1;
      out += blank(source.slice(i, ++end));
    } else out += c;
    i = end;
  }
  return out;
};

export type DeclaredAt = {
  offset: number;
  /** From 1. */
  line: number;
  /** Number of parameters that stand in the parentheses. */
  parameters: number;
};

/** Number of parameters in the parentheses that open at `open`. */
export const parameterCount = (text: string, open: number): number => {
  let [depth, commas, empty] = [0, 0, true];
  for (let i = open; i < text.length; i++) {
    const c = text[i]!;
    if ('([<{'.includes(c)) depth++;
    else if (')]>}'.includes(c)) {
      if (--depth === 0) break;
    } else if (c === ',' && depth === 1) commas++;
    if (i > open && !/\s/.test(c)) empty = false;
  }
  return empty ? 0 : commas + 1;
};

/**
 * The places at which `name(` stands in a statement that has the word (`native`, `extern`) before it. `source` is
 * as `codeOf` gives it.
 */
export const declarationsOf = (source: string, name: string, word: string): DeclaredAt[] => {
  const found: DeclaredAt[] = [];
  for (let i = source.indexOf(name); i >= 0; i = source.indexOf(name, i + name.length)) {
    let open = i + name.length;
    while (/\s/.test(source[open] ?? '')) open++;
    if (source[open] !== '(' || /[\w$]/.test(source[i - 1] ?? '')) continue;
    let begin = i;
    while (begin > 0 && !';{}'.includes(source[begin - 1]!)) begin--;
    if (
      !source
        .slice(begin, i)
        .split(/[^\w$]/)
        .includes(word)
    )
      continue;
    found.push({ offset: i, line: lineAt(source, i), parameters: parameterCount(source, open) });
  }
  return found;
};

/** The line of an offset, from 1. */
export const lineAt = (source: string, offset: number): number => {
  let line = 1;
  for (let i = source.indexOf('\n'); i >= 0 && i < offset; i = source.indexOf('\n', i + 1)) line++;
  return line;
};

/** A type in a source: its name and the offsets between which its body stands. */
export type TypeBody = { name: string; head: number; from: number; to: number };

const HEAD = /\b(?:class|struct|interface|record|enum)\s+(\w+)/g;

/** All types of a source, as `codeOf` gives it, outer ones before those inside. */
export const typesIn = (code: string): TypeBody[] => {
  const bodies: TypeBody[] = [];
  for (const m of code.matchAll(HEAD)) {
    const from = code.indexOf('{', m.index);
    const end = code.indexOf(';', m.index);
    if (from < 0 || (end >= 0 && end < from)) continue;
    bodies.push({ name: m[1]!, head: m.index, from, to: code.length });
  }
  const open: (TypeBody | undefined)[] = [];
  const byBrace = new Map(bodies.map((b) => [b.from, b]));
  for (let i = 0; i < code.length; i++)
    if (code[i] === '{') open.push(byBrace.get(i));
    else if (code[i] === '}') {
      const body = open.pop();
      if (body) body.to = i;
    }
  return bodies;
};

/** The name of the innermost type whose body holds the offset. */
export const typeAround = (types: readonly TypeBody[], offset: number): string | undefined =>
  types.findLast((t) => t.from < offset && offset < t.to)?.name;

/** A word or a sign of source code, and where it stands. */
export type Token = { text: string; offset: number };

/** Words and signs of code without comments and texts. */
export const tokensOf = (code: string): Token[] =>
  [...code.matchAll(/\w+|[^\s\w]/g)].map((m) => ({ text: m[0], offset: m.index }));

/** For each token that opens a bracket, the index of the one that closes it. */
export const closings = (tokens: readonly Token[]): Map<number, number> => {
  const closed = new Map<number, number>();
  const open: number[] = [];
  for (const [i, { text }] of tokens.entries())
    if ('([{'.includes(text)) open.push(i);
    else if (')]}'.includes(text)) {
      const from = open.pop();
      if (from !== undefined) closed.set(from, i);
    }
  return closed;
};
