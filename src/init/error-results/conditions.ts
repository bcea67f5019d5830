/** What a condition asks of a value, and whether what is done then reports an error. Pure. */
import type { ErrorResult } from '../../model/ids.js';
import type { Returns } from './headers.js';
import { closing, type Token } from './tokens.js';

type Constants = ReadonlyMap<string, number>;
export type Place = { tokens: readonly Token[]; constants: Constants; python: boolean };

const NULLS = new Set(['NULL', 'nullptr', 'nil', 'None', 'null', 'Zero']);
export const OPERATOR = /^[<>=!]$/;

/** Tokens that a call, a condition or a body may have. */
export const FAR = 2000;

export const isWord = (t: Token | undefined): t is Token => t?.kind === 'word';

/** `<`, `==`, `!==`, `is not`: the words and marks, and where they end. */
export const operatorAt = (tokens: readonly Token[], at: number): { op: string; end: number } | undefined => {
  const t = tokens[at];
  if (t?.text === 'is')
    return tokens[at + 1]?.text === 'not' ? { op: '!=', end: at + 2 } : { op: '==', end: at + 1 };
  let end = at;
  let op = '';
  while (end < at + 3 && tokens[end]?.kind === 'mark' && OPERATOR.test(tokens[end]!.text))
    op += tokens[end++]!.text;
  const plain = op === '===' ? '==' : op === '!==' ? '!=' : op;
  return ['<', '<=', '>', '>=', '==', '!='].includes(plain) ? { op: plain, end } : undefined;
};

/** What stands beside an operator: a number, a constant of the headers, or one of the words for NULL. */
export const operandAt = (
  tokens: readonly Token[],
  at: number,
  constants: Constants,
): { value: number | 'null'; end: number } | undefined => {
  let i = at;
  const sign = tokens[i]?.text === '-' ? -1 : 1;
  if (sign < 0) i++;
  const t = tokens[i];
  if (t?.kind === 'number' && /^\d+[uUlL]{0,3}$/.test(t.text))
    return { value: sign * Number.parseInt(t.text, 10), end: i + 1 };
  // `C.OK`, `ffi.NULL`, `IntPtr.Zero`, `Status::Ok`
  let last = i;
  while (isWord(tokens[last]) && ['.', ':'].includes(tokens[last + 1]?.text ?? '')) {
    const step = tokens[last + 1]!.text === '.' ? 2 : tokens[last + 2]?.text === ':' ? 3 : 0;
    if (step === 0 || !isWord(tokens[last + step])) break;
    last += step;
  }
  const word = tokens[last];
  if (!isWord(word)) return undefined;
  if (NULLS.has(word.text)) return { value: 'null', end: last + 1 };
  const n = constants.get(word.text);
  return n === undefined ? undefined : { value: sign * n, end: last + 1 };
};

const FLIPPED: Record<string, string> = {
  '<': '>',
  '>': '<',
  '<=': '>=',
  '>=': '<=',
  '==': '==',
  '!=': '!=',
};

const resultOf = (op: string, value: number | 'null', returns: Returns): ErrorResult | undefined => {
  if (value === 'null') return op === '==' ? 'null' : undefined;
  if ((op === '<' && value === 0) || (op === '<=' && value === -1) || (op === '==' && value === -1))
    return 'negative';
  if (value !== 0) return undefined;
  if (op === '!=') return returns === 'pointer' ? undefined : 'nonzero';
  if (op === '==') return returns === 'pointer' ? 'null' : 'zero';
  return undefined;
};

const bareResult = (negated: boolean, returns: Returns): ErrorResult | undefined => {
  if (returns === 'pointer') return negated ? 'null' : undefined;
  return negated ? 'zero' : 'nonzero';
};

const STRICT =
  /^(?:raise|throw|panic|abort|_?exit|bail|perror)$|^err|_err|Err|ERR|error|[Ff]ail|FAIL|[Ee]xception|[Ff]atal|FATAL/;
/** An end of something, or something that is not there, is no error of the function. */
const EXPECTED =
  /^(?:KeyError|IndexError|StopIteration|StopAsyncIteration|EOFError|EOF|EAGAIN)$|not_?found|NoSuchElement|NoElement|time_?d?_?out|would_?block/i;

/** What is done if the condition holds: a block, the indented lines, or one statement. */
const bodyAt = (tokens: readonly Token[], at: number, head: Token, python: boolean): readonly Token[] => {
  if (python) {
    const end = tokens.findIndex((t, i) => i > at && t.line > head.line && t.column <= head.column);
    return tokens.slice(at, end < 0 ? undefined : end);
  }
  if (tokens[at]?.text === '{') return tokens.slice(at + 1, closing(tokens, at, FAR));
  const end = tokens.findIndex((t, i) => i >= at && t.text === ';');
  return tokens.slice(at, end < 0 ? undefined : end);
};

/** Enough of a body to see what it does. */
const LOOKED_AT = 40;

const bodySays = (body: readonly Token[]): { strict: boolean; errno: boolean } | undefined => {
  const words = body.slice(0, LOOKED_AT).filter((t) => t.kind === 'word');
  if (words.some((w) => EXPECTED.test(w.text))) return undefined;
  return {
    strict: words.some((w) => STRICT.test(w.text)),
    errno: words.some((w) => /errno|GetLastPInvokeError|last_os_error/.test(w.text)),
  };
};

/** Where the condition that begins behind `head` has its body. Undefined for one with further conditions that must hold. */
const bodyStart = (
  tokens: readonly Token[],
  head: number,
  from: number,
  python: boolean,
): number | undefined => {
  const open = head + 1;
  if (!python && tokens[open]?.text === '(') {
    const close = closing(tokens, open, FAR);
    if (close > from - 2 && tokens[close + 1]?.text !== '&') {
      if (tokens.slice(from, close).some((t, i, all) => t.text === '&' && all[i + 1]?.text === '&'))
        return undefined;
      return close + 1;
    }
  }
  for (let i = from; i < tokens.length && i < from + 60; i++) {
    const { text } = tokens[i]!;
    if (text === 'and' || (text === '&' && tokens[i + 1]?.text === '&') || text === ';') return undefined;
    if (text === '(') i = closing(tokens, i, FAR);
    else if (python ? text === ':' : text === '{') return python ? i + 1 : i;
  }
  return undefined;
};

/** What may stand behind a value of which only the truth is asked. */
const ENDS = new Set([')', '{', '}', ':', 'or']);

export type Look = { how: ErrorResult; strict: boolean };

/** What a condition asks of a value that ends before `end`. `head` is the `if`. */
export const lookAt = (
  { tokens, constants, python }: Place,
  {
    head,
    end,
    negated,
    flipped,
  }: { head: number; end: number; negated: boolean; flipped?: { op: string; value: number | 'null' } },
  returns: Returns,
): Look | undefined => {
  let at = end;
  let how: ErrorResult | undefined;
  // `f().is_null()`, and what is only in brackets: `unlikely(f() < 0)`, `(x = f()) < 0`, `unsafe { f() } < 0`.
  while (tokens[at]?.text === ')' || tokens[at]?.text === '}') at++;
  const operator = operatorAt(tokens, at);
  if (tokens[end]?.text === '.' && tokens[end + 1]?.text === 'is_null') {
    how = negated ? undefined : 'null';
    at = end + 4;
  } else if (operator) {
    const operand = operandAt(tokens, operator.end, constants);
    if (!operand || negated) return undefined;
    how = resultOf(operator.op, operand.value, returns);
    at = operand.end;
  } else if (tokens[end]?.text === '|' ? tokens[end + 1]?.text !== '|' : !ENDS.has(tokens[end]?.text ?? '')) {
    return undefined;
  } else {
    how = flipped ? resultOf(FLIPPED[flipped.op]!, flipped.value, returns) : bareResult(negated, returns);
    at = end;
  }
  if (how === undefined) return undefined;
  const start = bodyStart(tokens, head, at, python);
  const says = start === undefined ? undefined : bodySays(bodyAt(tokens, start, tokens[head]!, python));
  if (!says) return undefined;
  return { how: how === 'negative' && says.errno ? 'errno' : how, strict: says.strict };
};
