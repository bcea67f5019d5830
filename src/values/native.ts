/** From a vector to what C takes, and where C has no such value. */
import type { ErrorResult } from '../model/ids.js';
import type { Parameter, Signature } from '../model/signature.js';
import { numberOf, rangeOf, stringOf, type Slot } from './vectors.js';

/** An argument of the oracle: a number in decimal, the bits of a double, or bytes; of `bytes` also their length. */
export type Native = string;

export const utf8 = (word: string): string => `b:${Buffer.from(stringOf(word), 'utf8').toString('hex')}`;

/** The arguments that C gets for a vector: text as UTF-8, bytes with their length behind them. */
export const toNative = (slots: readonly Slot[], args: readonly string[]): Native[] =>
  slots.flatMap((slot, i) => {
    const word = args[i]!;
    if (slot.kind === 'text') return [utf8(word)];
    if (slot.kind === 'bytes') return [word, `i:${(word.length - 2) / 2}`];
    return [word];
  });

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export type Beyond = { slot: number; what: 'range' | 'nul' | 'lone' };

/** The first argument for which C has no value. A bit field of `bool` takes 0 and 1. */
export const beyondC = (slots: readonly Slot[], args: readonly string[]): Beyond | undefined => {
  for (const [i, slot] of slots.entries()) {
    const word = args[i]!;
    if (slot.kind === 'int') {
      const [least, most] = rangeOf(slot.bits, slot.signed);
      const n = BigInt(word.slice(2));
      if (n < least || n > most) return { slot: i, what: 'range' };
    }
    if (slot.kind === 'text') {
      const s = stringOf(word);
      if (s.includes('\0')) return { slot: i, what: 'nul' };
      if (LONE.test(s)) return { slot: i, what: 'lone' };
    }
  }
  return undefined;
};

/** The same bits as another integer type. */
export const reinterpret = (n: bigint, bits: number, signed: boolean): bigint =>
  signed ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n);

/** Whether two results are one value. Every NaN is the same one. A host may hold text or its bytes, and a float as a double. */
export const sameResult = (type: Signature['result'], inC: string, inHost: string): boolean => {
  if (type.kind === 'void') return true;
  if (type.kind === 'int' || type.kind === 'float') return asNumber(inC) === asNumber(inHost);
  if (inC === 'n:' || inHost === 'n:') return inC === inHost;
  return inC === (inHost.startsWith('s:') ? utf8(inHost) : inHost);
};

/** One spelling for one number, whether the host holds it as an integer or as a double. */
const asNumber = (word: string): string => {
  if (word.startsWith('i:')) return word.slice(2);
  if (!word.startsWith('f:')) return word;
  const x = numberOf(word);
  if (Number.isInteger(x) && !Object.is(x, -0)) return String(BigInt(x));
  return Object.is(x, -0) ? '-0.0' : String(x);
};

/** Whether C says by this result that it refuses the call. */
export const isError = (how: ErrorResult | undefined, word: string | undefined): boolean => {
  if (how === undefined || word === undefined) return false;
  if (how === 'null') return word === 'n:' || word === 'i:0';
  if (!word.startsWith('i:')) return false;
  const n = BigInt(word.slice(2));
  if (how === 'negative') return n < 0n;
  if (how === 'errno') return n === -1n;
  return how === 'zero' ? n === 0n : n !== 0n;
};

/** Parameters of C for one of the signature: `bytes` has two. */
export const cParameters = (p: Parameter): string[] =>
  p.kind === 'bytes'
    ? [`const ${p.c} *${p.name}`, `${p.lengthType.c} ${p.length}`]
    : p.kind === 'record'
      ? [`const ${p.c} *${p.name}`]
      : p.kind === 'out'
        ? [`${p.c} *${p.name}`]
        : [`${p.c}${p.c.endsWith('*') ? '' : ' '}${p.name}`];

export const cResult = (r: Signature['result']): string => (r.kind === 'void' ? 'void' : r.c);

/** What the function itself returns. */
export const cReturned = (s: Signature): string => cResult(s.status ?? s.result);
