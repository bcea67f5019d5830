/** Functions that C headers declare, what is written about each, and what their constants are worth. Pure. */
import { closing, tokensOf, type Token } from './tokens.js';

/** What a function returns, as far as it can be told from the header alone. */
export type Returns = 'pointer' | 'signed' | 'unsigned' | 'bool' | 'enum' | 'unknown' | 'nothing';

export type Declared = {
  name: string;
  returns: Returns;
  /** What is written about it, without the marks of comments. '' where nothing is. */
  comment: string;
  /** Whether the comment might be about another declaration as well. */
  shared: boolean;
  file: string;
  line: number;
};

export type Headers = {
  functions: Declared[];
  /** Integer constants: enumerators and macros. */
  constants: Map<string, number>;
};

type Types = Map<string, Returns>;

const SIGNED = new Set([
  'int',
  'long',
  'short',
  'signed',
  'ssize_t',
  'int8_t',
  'int16_t',
  'int32_t',
  'int64_t',
  'intptr_t',
  'ptrdiff_t',
]);
const UNSIGNED = new Set([
  'unsigned',
  'size_t',
  'uint8_t',
  'uint16_t',
  'uint32_t',
  'uint64_t',
  'uintptr_t',
  'uint',
]);
/** A number of these has no place for an error. */
const OTHERS = new Set(['float', 'double', 'struct', 'union', 'char']);
const BOOLEAN = new Set(['bool', '_Bool', 'BOOL', 'gboolean']);

/** Marks of a comment and of documentation tools are left out; what `@return` says stays. */
export const plainComment = (text: string): string =>
  text
    .split('\n')
    .map((line) =>
      line
        .trim()
        .replace(/^\/{0,3}\*{0,3}[!<]?/, '')
        .replace(/\*\/$/, '')
        .trim(),
    )
    .join('\n')
    .trim();

const typeOf = (words: readonly Token[], types: Types): Returns => {
  if (words.some((w) => w.text === '*')) return 'pointer';
  const names = words.filter((w) => w.kind === 'word').map((w) => w.text);
  if (names.includes('enum')) return 'enum';
  const known = names.map((n) => types.get(n)).find((t) => t !== undefined);
  if (known !== undefined) return known;
  if (names.some((n) => UNSIGNED.has(n))) return 'unsigned';
  if (names.some((n) => OTHERS.has(n))) return 'unknown';
  if (names.some((n) => BOOLEAN.has(n))) return 'bool';
  if (names.some((n) => SIGNED.has(n))) return 'signed';
  return names.includes('void') ? 'nothing' : 'unknown';
};

const SHOUTED = /^_{0,2}[A-Z][A-Z0-9_]*$/;
const ATTRIBUTES = new Set(['__attribute__', '__declspec', '__nonnull', 'alignas', '_Alignas']);

/** Tokens of the longest declaration that is read. */
const LONGEST = 1000;

/** The function that a statement declares: `API int f(int a) ATTR;`, `API(int) f(int a);`, `int f OF((int a));`. */
const functionOf = (s: readonly Token[]): { name: Token; type: Token[] } | undefined => {
  if (s.length > LONGEST) return undefined;
  if (s.some((t) => ['typedef', 'static', 'friend', 'using', 'template', 'operator', '='].includes(t.text)))
    return undefined;
  const type: Token[] = [];
  for (let i = 0; i < s.length; i++) {
    const t = s[i]!;
    if (t.text !== '(') {
      type.push(t);
      continue;
    }
    const end = closing(s, i);
    const name = type.at(-1);
    if (name?.kind !== 'word') return undefined;
    const more = s.slice(end + 1);
    // A macro in front of the name: what it has for its argument is the type.
    const isPrefix =
      ATTRIBUTES.has(name.text) ||
      (SHOUTED.test(name.text) && more[0]?.text !== ';' && more.some((m) => m.text === '('));
    if (isPrefix && more[0]?.kind === 'word') {
      type.pop();
      if (!ATTRIBUTES.has(name.text)) type.push(...s.slice(i + 1, end));
      i = end;
      continue;
    }
    // The old way to have a prototype for some compilers only.
    if (SHOUTED.test(name.text) && s[i + 1]?.text === '(') type.pop();
    const self = type.pop();
    // `int (*f)(int)` is a variable.
    return self?.kind === 'word' && type.length > 0 ? { name: self, type } : undefined;
  }
  return undefined;
};

const numberOf = (tokens: readonly Token[]): number | undefined => {
  const inner = tokens.filter((t) => t.text !== '(' && t.text !== ')');
  const sign = inner[0]?.text === '-' ? -1 : 1;
  const [digits, ...rest] = sign < 0 ? inner.slice(1) : inner;
  return digits?.kind === 'number' && rest.length === 0 && /^(?:0x[0-9A-Fa-f]+|\d+)$/.test(digits.text)
    ? sign * Number(digits.text)
    : undefined;
};

const addMacro = (text: string, constants: Map<string, number>): void => {
  const [define, name, ...value] = tokensOf(text.trim().slice(1)).filter((t) => t.kind !== 'comment');
  if (define?.text !== 'define' || name?.kind !== 'word') return;
  const n = numberOf(value);
  if (n !== undefined) constants.set(name.text, n);
};

const addEnumerators = (body: readonly Token[], constants: Map<string, number>): void => {
  let next: number | undefined = 0;
  for (let i = 0; i < body.length; i++) {
    const name = body[i]!;
    let end = i;
    while (end < body.length && body[end]!.text !== ',')
      end = body[end]!.text === '(' ? closing(body, end) + 1 : end + 1;
    if (body[i + 1]?.text === '=') next = numberOf(body.slice(i + 2, end));
    if (name.kind === 'word' && next !== undefined) constants.set(name.text, next++);
    i = end;
  }
};

/** What a `typedef` says about a name. */
const addType = (s: readonly Token[], types: Types): void => {
  const name = s.at(-1);
  if (s[0]?.text !== 'typedef' || name?.kind !== 'word' || s.some((t) => t.text === '(')) return;
  const type = typeOf(s.slice(1, -1), types);
  if (type !== 'unknown') types.set(name.text, type);
};

/**
 * The comment that belongs to a declaration whose first and last token are `from` and `to`: the one above it without an empty
 * line, and the one behind it on its line.
 */
const commentOf = (
  all: readonly Token[],
  from: number,
  to: number,
  functions: ReadonlySet<Token>,
): Pick<Declared, 'comment' | 'shared'> => {
  const behind = all[to + 1];
  const trailing = behind?.kind === 'comment' && behind.line === all[to]!.line ? [behind] : [];
  const above: Token[] = [];
  let next = all[from]!.line;
  let at = from - 1;
  for (; at >= 0; at--) {
    const t = all[at]!;
    const before = all[at - 1];
    const isTrailing = before !== undefined && before.kind !== 'comment' && before.end === t.line;
    if (t.kind !== 'comment' || t.end < next - 1 || isTrailing) break;
    if (above.length > 0 && !t.text.startsWith('//')) break;
    above.unshift(t);
    next = t.line;
    if (!t.text.startsWith('//')) {
      at--;
      break;
    }
  }
  const [first] = above;
  const before = all[at];
  // Some write about a function below it. A form that documentation tools know is always above.
  const shared =
    first !== undefined &&
    before !== undefined &&
    functions.has(before) &&
    before.end === first.line - 1 &&
    !/^\/(?:\*[*!]|\/[/!])/.test(first.text);
  if (first === undefined && trailing.length === 0 && behind?.kind === 'comment')
    if (behind.line === all[to]!.line + 1) return { comment: plainComment(behind.text), shared: true };
  return { comment: [...above, ...trailing].map((t) => plainComment(t.text)).join('\n'), shared };
};

/** `extern "C" {`. What is in a namespace has no name of C. */
const isScope = (s: readonly Token[]): boolean => s[0]?.text === 'extern' && s[1]?.kind === 'text';

const isType = (s: readonly Token[]): boolean =>
  s.some((w) => ['enum', 'struct', 'union', 'class', 'typedef'].includes(w.text)) &&
  !s.some((w) => w.text === '(');

/** Adds what one header declares. */
const addHeader = (file: string, text: string, into: Headers, types: Types): void => {
  const all = tokensOf(text);
  for (const t of all) if (t.kind === 'directive') addMacro(t.text, into.constants);
  const places = [...all.keys()].filter((i) => !['comment', 'directive'].includes(all[i]!.kind));
  const code = places.map((i) => all[i]!);
  /** The last token of each declaration of a function. */
  const functions = new Set<Token>();
  let s: Token[] = [];
  let from = 0;
  for (let i = 0; i < code.length; i++) {
    const t = code[i]!;
    if (s.length === 0) from = places[i]!;
    if (t.text === ';') {
      addType(s, types);
      const made = functionOf(s);
      if (made)
        into.functions.push({
          name: made.name.text,
          returns: typeOf(made.type, types),
          ...commentOf(all, from, places[i]!, functions),
          file,
          line: made.name.line,
        });
      if (made) functions.add(t);
      s = [];
    } else if (t.text === '{' && isScope(s)) s = [];
    else if (t.text === '{') {
      const close = closing(code, i);
      if (s.some((w) => w.text === 'enum')) addEnumerators(code.slice(i + 1, close), into.constants);
      // A function's body ends a statement; the name of a type comes behind it.
      if (!isType(s)) s = [];
      i = close;
    } else if (t.text === '}') s = [];
    else s.push(t);
  }
};

/** All that some headers declare. Types are looked up in all of them. */
export const readHeaders = (files: readonly { path: string; text: string }[]): Headers => {
  const types: Types = new Map();
  // The first reading is for the types, which may stand in a later file.
  for (const f of files) addHeader(f.path, f.text, { functions: [], constants: new Map() }, types);
  const into: Headers = { functions: [], constants: new Map() };
  for (const f of files) addHeader(f.path, f.text, into, types);
  return into;
};
