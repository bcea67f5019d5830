/**
 * How functions report errors, as code that calls them looks at their results: `if (f(x) < 0) throw …`, `if C.f() != 0 {`, ctypes'
 * `errcheck`. Only a look that leads to an error says so; one that leads to `return` may be about something else. Pure.
 */
import type { ErrorResult } from '../../model/ids.js';
import { FAR, isWord, lookAt, operandAt, operatorAt, OPERATOR, type Look, type Place } from './conditions.js';
import type { Returns } from './headers.js';
import { isAside } from '../tree.js';
import { closing, tokensOf, type Token } from './tokens.js';

export type Check = {
  name: string;
  how: ErrorResult;
  /** What is done then is to report an error. */
  strict: boolean;
  /** By ctypes' `errcheck`, which asks for nothing else. */
  checker?: true;
  file: string;
  line: number;
};

type Known = ReadonlyMap<string, Returns>;

/** The first token of `lib.f`, `C.f`, `self._lib.f`, `ffi::f`. */
const chainStart = (tokens: readonly Token[], at: number): number => {
  let i = at;
  for (;;) {
    const [one, two] = [tokens[i - 1]?.text, tokens[i - 2]?.text];
    if (one === '.' && isWord(tokens[i - 2])) i -= 2;
    else if (((one === ':' && two === ':') || (one === '>' && two === '-')) && isWord(tokens[i - 3])) i -= 3;
    else return i;
  }
};

const IFS = new Set(['if', 'elif']);
const WRAPPERS = new Set(['unlikely', 'UNLIKELY', 'likely', 'unsafe', '__builtin_expect']);

/** The `if` of which a value that begins at `from` is the first thing asked. */
const conditionBefore = (
  { tokens, constants }: Place,
  from: number,
): { head: number; negated: boolean; flipped?: { op: string; value: number | 'null' } } | undefined => {
  let i = from - 1;
  let negated = false;
  let flipped: { op: string; value: number | 'null' } | undefined;
  // `0 != f()`, `NULL == f()`
  let first = i;
  while (first > 0 && tokens[first]?.kind === 'mark' && OPERATOR.test(tokens[first]!.text)) first--;
  const operator = operatorAt(tokens, first + 1);
  if (operator?.end === from) {
    const start = tokens[first - 1]?.text === '-' ? first - 1 : chainStart(tokens, first);
    const operand = operandAt(tokens, start, constants);
    if (operand?.end !== first + 1) return undefined;
    flipped = { op: operator.op, value: operand.value };
    i = start - 1;
  }
  for (; i >= 0; i--) {
    const { text } = tokens[i]!;
    if (text === '!' || text === 'not') negated = !negated;
    else if (IFS.has(text)) return { head: i, negated, ...(flipped ? { flipped } : {}) };
    else if (text !== '(' && text !== '{' && !WRAPPERS.has(text)) return undefined;
  }
  return undefined;
};

/** The variable that gets a value which begins at `from`, and where the statement begins. */
const variableBefore = (tokens: readonly Token[], from: number): { name: string; at: number } | undefined => {
  let i = from - 1;
  while (['(', '{', 'unsafe', '*', ')'].includes(tokens[i]?.text ?? '')) {
    // A cast.
    if (tokens[i]!.text === ')') {
      while (i > 0 && tokens[i]!.text !== '(') i--;
    }
    i--;
  }
  if (tokens[i]?.text !== '=' || OPERATOR.test(tokens[i - 1]?.text ?? '')) return undefined;
  i--;
  if (tokens[i]?.text === ':') i--;
  const start = tokens
    .slice(Math.max(0, i - 8), i + 1)
    .map((t) => t.text)
    .lastIndexOf('let');
  if (start >= 0) {
    let at = Math.max(0, i - 8) + start + 1;
    if (tokens[at]?.text === 'mut') at++;
    return isWord(tokens[at]) ? { name: tokens[at]!.text, at } : undefined;
  }
  // Go's `rc, err := C.f()`: the second one is errno.
  if (isWord(tokens[i]) && tokens[i - 1]?.text === ',' && isWord(tokens[i - 2])) i -= 2;
  return isWord(tokens[i]) ? { name: tokens[i]!.text, at: i } : undefined;
};

/** The look at a variable in the statement that follows. */
const laterLook = (place: Place, from: number, end: number, returns: Returns): Look | undefined => {
  const { tokens } = place;
  const variable = variableBefore(tokens, from);
  if (!variable) return undefined;
  // `if ((x = f()) < 0)`
  const inside = conditionBefore(place, variable.at);
  if (inside && tokens[end]?.text === ')') return lookAt(place, { ...inside, end }, returns);
  let at = end;
  while ([')', '}', ';'].includes(tokens[at]?.text ?? '')) at++;
  // `if rc := C.f(); rc != 0 {`
  const before = tokens[variable.at - 1]?.text === 'if' ? variable.at - 1 : undefined;
  const head = before ?? at;
  if (before === undefined && !IFS.has(tokens[at]?.text ?? '')) return undefined;
  const asked = tokens.findIndex(
    (t, i) => i >= at && i < at + 6 && t.kind === 'word' && t.text === variable.name,
  );
  if (asked < 0) return undefined;
  const condition =
    before === undefined ? conditionBefore(place, asked) : { head, negated: tokens[asked - 1]?.text === '!' };
  if (!condition || condition.head !== head) return undefined;
  return lookAt(place, { ...condition, end: asked + 1 }, returns);
};

/** What `def check(result, …)` asks of its first parameter. */
const checkerLook = (place: Place, name: string, returns: Returns): Look | undefined => {
  const { tokens } = place;
  const at = tokens.findIndex(
    (t, i) => t.text === 'def' && tokens[i + 1]?.text === name && tokens[i + 2]?.text === '(',
  );
  const parameter = at < 0 ? undefined : tokens[at + 3];
  if (!isWord(parameter)) return undefined;
  const body = closing(tokens, at + 2, FAR);
  const asked = tokens.findIndex(
    (t, i) =>
      i > body &&
      t.text === parameter.text &&
      t.column > tokens[at]!.column &&
      conditionBefore(place, i) !== undefined,
  );
  const over = tokens.findIndex(
    (t, i) => i > body + 1 && t.line > tokens[body]!.line && t.column <= tokens[at]!.column,
  );
  if (asked < 0 || (over >= 0 && asked > over)) return undefined;
  return lookAt(place, { ...conditionBefore(place, asked)!, end: asked + 1 }, returns);
};

/** The looks that a file takes at results of known functions. */
export const checksIn = (
  file: { path: string; text: string },
  known: Known,
  constants: Place['constants'],
): Check[] => {
  const isNative = /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx)$/.test(file.path);
  const python = /\.pyx?$|\.pyi$/.test(file.path);
  const tokens = tokensOf(file.text, python).filter((t) => t.kind !== 'comment' && t.kind !== 'directive');
  const place: Place = { tokens, constants, python };
  return tokens.flatMap((t, at): Check[] => {
    const returns = t.kind === 'word' ? known.get(t.text) : undefined;
    if (returns === undefined) return [];
    const from = chainStart(tokens, at);
    let look: Look | undefined;
    if (tokens[at + 1]?.text === '(') {
      const end = closing(tokens, at + 1, FAR) + 1;
      const condition = conditionBefore(place, from);
      look = condition ? lookAt(place, { ...condition, end }, returns) : laterLook(place, from, end, returns);
    } else if (
      tokens[at + 1]?.text === '.' &&
      tokens[at + 2]?.text === 'errcheck' &&
      tokens[at + 3]?.text === '='
    )
      look = checkerLook(place, tokens[at + 4]?.text ?? '', returns);
    if (!look) return [];
    // Tests and examples compare results with what they expect.
    const expects = isAside(file.path) && (isNative || look.how === 'zero' || look.how === 'nonzero');
    const checker = tokens[at + 1]?.text === '.';
    return [
      {
        name: t.text,
        how: look.how,
        strict: look.strict && !expects,
        ...(checker ? { checker } : {}),
        file: file.path,
        line: t.line,
      },
    ];
  });
};
