/**
 * Words without which an expression cannot match: a line that holds none of them need not be tried. Taken from the expression's
 * source, so that nobody has to keep them beside it.
 */

/** Shorter words are too frequent to spare anything. */
const SHORTEST = 4;

/** One of these stands in every text that matches; undefined where none is certain. */
export function requiredLiterals({ source, flags }: RegExp): readonly string[] | undefined {
  if (flags.includes('i')) return undefined;
  const found = alternatives(source, 0);
  return found.end === source.length ? found.words : undefined;
}

/** What one part of an expression requires, and where the part ends. */
type Part = { words: readonly string[] | undefined; end: number };

/** `a|b|c`, up to the bracket that closes it: any of what they require, if each requires something. */
function alternatives(source: string, from: number): Part {
  let words: readonly string[] | undefined = [];
  let at = from;
  for (;;) {
    const one = sequence(source, at);
    words = words === undefined || one.words === undefined ? undefined : [...words, ...one.words];
    if (source[one.end] !== '|') return { words, end: one.end };
    at = one.end + 1;
  }
}

/** Longer words are rarer, and one is better than several. */
const isBetter = (a: readonly string[], b: readonly string[] | undefined): boolean =>
  b === undefined || Math.min(...a.map((w) => w.length)) > Math.min(...b.map((w) => w.length));

/** Terms one behind the other: the best of what they require. */
function sequence(source: string, from: number): Part {
  let best: readonly string[] | undefined;
  let run = '';
  const offer = (words: readonly string[] | undefined): void => {
    if (words === undefined || words.length === 0 || words.some((w) => w.length < SHORTEST)) return;
    if (isBetter(words, best)) best = words;
  };
  const endRun = (): void => {
    offer(run === '' ? undefined : [run]);
    run = '';
  };
  let at = from;
  while (at < source.length && source[at] !== '|' && source[at] !== ')') {
    const { literal, words, end } = term(source, at);
    const quantifier = QUANTIFIER.exec(source.slice(end, end + MAX_QUANTIFIER))?.[0] ?? '';
    at = end + quantifier.length;
    if (quantifier === '' && literal !== undefined) {
      run += literal;
      continue;
    }
    const isOptional = /^[?*]|^\{0/.test(quantifier);
    if (literal !== undefined && literal !== '' && !isOptional) run += literal;
    endRun();
    if (!isOptional) offer(words);
  }
  endRun();
  return { words: best, end: at };
}

const MAX_QUANTIFIER = 24;
const QUANTIFIER = /^(?:[?*+]|\{\d{1,6}(?:,\d{0,6})?\})\??/;
/** Escapes that stand for many characters, or for none; all others stand for themselves. */
const CLASSES = 'dDwWsSpPkuxctnrfv0123456789';
const NOWHERE = 'bB';

/** One term: the text that it stands for, if there is only one, or what it requires. */
function term(source: string, at: number): Part & { literal?: string } {
  const c = source[at]!;
  if (c === '\\') {
    const escaped = source[at + 1] ?? '';
    if (NOWHERE.includes(escaped)) return { literal: '', words: undefined, end: at + 2 };
    return CLASSES.includes(escaped)
      ? { words: undefined, end: endOfClass(source, at) }
      : { literal: escaped, words: undefined, end: at + 2 };
  }
  if (c === '[') return { words: undefined, end: endOfSet(source, at) };
  if (c === '.') return { words: undefined, end: at + 1 };
  if (c === '^' || c === '$') return { literal: '', words: undefined, end: at + 1 };
  if (c !== '(') return { literal: c, words: undefined, end: at + 1 };
  const head = /^\((?:\?(?::|<?[=!]|<[A-Za-z]\w{0,40}>))?/.exec(source.slice(at, at + 50))![0];
  const inner = alternatives(source, at + head.length);
  const isAssertion = /[=!]$/.test(head);
  return { words: isAssertion ? undefined : inner.words, end: inner.end + 1 };
}

/** `\d`, `\u00e9`, `\x41`, `\p{Lu}`, `\k<name>` */
const endOfClass = (source: string, at: number): number =>
  at +
  /^\\(?:u[0-9a-fA-F]{4}|u\{[^}]{1,8}\}|x[0-9a-fA-F]{2}|[pP]\{[^}]{1,40}\}|k<[^>]{1,40}>|c[A-Za-z]|.)/s.exec(
    source.slice(at, at + 50),
  )![0].length;

function endOfSet(source: string, from: number): number {
  let at = from + 1;
  while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}
