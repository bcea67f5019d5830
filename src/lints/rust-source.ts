/** Where in a source of Rust something stands: in which function, and whether C calls that or is called there. Pure. */
import { closings, codeOf, tokensOf, type Token } from '../declarations/source-text.js';

export type RustFunction = {
  name: string;
  /** Offset of its first word. */
  from: number;
  /** Offset behind its body, or behind its declaration. */
  to: number;
  /** Offset of the body's brace. Absent in a declaration. */
  body?: number;
  /** C calls it. */
  forC: boolean;
};

export type RustSource = {
  code: string;
  tokens: readonly Token[];
  /** For a token that opens a bracket, the index of the one that closes it. */
  closed: ReadonlyMap<number, number>;
  functions: readonly RustFunction[];
  /** Names of functions in `extern` blocks. */
  foreign: ReadonlySet<string>;
};

/** ABIs of C. `C-unwind` lets a panic pass on purpose. */
const OF_C = /^extern\s*(?:"(?:C|system|cdecl|stdcall|sysv64|win64)"\s*)?(?:fn|\{)/;

/** What may precede `fn`: `pub(crate) unsafe extern "C" fn`. */
const QUALIFIERS = new Set(['pub', 'crate', 'super', '(', ')', 'const', 'async', 'safe', 'unsafe', 'extern']);

/** Reads a source. */
export const readSource = (source: string): RustSource => {
  const code = codeOf(source, true);
  const tokens = tokensOf(code);
  const closed = closings(tokens);
  const functions: RustFunction[] = [];
  const blocks: [from: number, to: number][] = [];
  const ofC = (i: number): boolean => OF_C.test(source.slice(tokens[i]!.offset, tokens[i]!.offset + 60));
  for (const [i, { text, offset }] of tokens.entries()) {
    const next = tokens[i + 1];
    // Of an ABI's name, quotes and all, no token is left.
    if (text === 'extern' && next?.text === '{' && ofC(i))
      blocks.push([offset, tokens[closed.get(i + 1) ?? tokens.length - 1]!.offset]);
    if (text !== 'fn' || !next || !/^\w/.test(next.text)) continue;
    let end = i + 2;
    while (end < tokens.length && !'{;'.includes(tokens[end]!.text)) end = (closed.get(end) ?? end) + 1;
    const body = tokens[end]?.text === '{' ? tokens[end]!.offset : undefined;
    let first = i;
    while (QUALIFIERS.has(tokens[first - 1]?.text ?? '')) first--;
    const last = tokens[body === undefined ? end : (closed.get(end) ?? tokens.length - 1)];
    functions.push({
      name: next.text,
      from: tokens[first]!.offset,
      to: (last?.offset ?? code.length) + 1,
      ...(body === undefined ? {} : { body }),
      forC: body !== undefined && tokens[i - 1]?.text === 'extern' && ofC(i - 1),
    });
  }
  const foreign = functions.filter((f) => blocks.some(([from, to]) => from < f.from && f.from < to));
  return { code, tokens, closed, functions, foreign: new Set(foreign.map((f) => f.name)) };
};

/** The innermost function that holds the offset. */
export const functionAround = (s: RustSource, offset: number): RustFunction | undefined =>
  s.functions.findLast((f) => f.from <= offset && offset < f.to);

/** Index of the first token at or behind an offset. */
const tokenAt = (s: RustSource, offset: number): number => {
  const i = s.tokens.findIndex((t) => t.offset >= offset);
  return i < 0 ? s.tokens.length : i;
};

/** The paths of the calls in whose arguments the offset stands, the innermost first: `[ffi, open]`. */
const callsAround = (s: RustSource, offset: number): string[][] => {
  const at = tokenAt(s, offset);
  const calls: string[][] = [];
  for (let i = at - 1; i >= 0; i--) {
    if (s.tokens[i]!.text !== '(' || (s.closed.get(i) ?? -1) < at) continue;
    const path: string[] = [];
    for (let k = i - 1; k >= 0 && /^\w/.test(s.tokens[k]!.text); k -= 3) {
      path.unshift(s.tokens[k]!.text);
      if (s.tokens[k - 1]?.text !== ':' || s.tokens[k - 2]?.text !== ':') break;
    }
    if (path.length > 0) calls.push(path);
  }
  return calls;
};

/** Whether the offset is in the body of a function that C calls, and no panic is caught between. */
export const isCalledByC = (s: RustSource, offset: number): boolean => {
  const f = functionAround(s, offset);
  if (f?.forC !== true || f.body === undefined || offset < f.body) return false;
  const begin = f.body;
  return !callsAround(s, offset).some(
    (path) => path.at(-1) === 'catch_unwind' && s.code.lastIndexOf('catch_unwind', offset) > begin,
  );
};

/** Modules and crates of nothing but declarations of C. */
const DECLARING = /^(?:ffi|sys|raw|libc|c|bindings|\w+_sys|\w+_ffi)$/;

/** Whether the offset is in the arguments of a call into C. `foreign`: what the project declares of it. */
export const isArgumentToC = (s: RustSource, offset: number, foreign: ReadonlySet<string>): boolean =>
  callsAround(s, offset).some(
    (path) => foreign.has(path.at(-1)!) || path.slice(0, -1).some((segment) => DECLARING.test(segment)),
  );

/** The offset of a line and column as rustc counts them, from 1. */
export const offsetOf = (source: string, line: number, column: number): number => {
  let begin = 0;
  for (let n = 1; n < line; n++) {
    const next = source.indexOf('\n', begin);
    if (next < 0) return source.length;
    begin = next + 1;
  }
  // rustc counts characters.
  return (
    begin +
    Array.from(source.slice(begin, begin + column * 2))
      .slice(0, column - 1)
      .join('').length
  );
};
