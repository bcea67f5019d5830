/**
 * Boundary vectors: for each parameter the values at which widths, signs, encodings and lengths show, simplest
 * first. Pure and seeded: the same signature and seed give the same vectors on every machine.
 *
 * A value is one word: `i:-5` an integer, `f:<16 hex digits>` the bits of a double, `b:<hex>` bytes,
 * `s:<hex>` UTF-16 code units, which can hold a lone surrogate.
 */
import { slotsOf, type Signature } from '../model/signature.js';

export type Slot = ReturnType<typeof slotsOf>[number];
export type Vector = { id: number; args: string[] };

/** One at a time is enough for one fault; pairs show what needs two. */
const MAX_PAIRS = 40;

const bitsOf = (x: number): string => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  return view.getBigUint64(0).toString(16).padStart(16, '0');
};
export const numberOf = (word: string): number => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${word.slice(2)}`));
  return view.getFloat64(0);
};
export const int = (n: bigint): string => `i:${n}`;
export const double = (x: number): string => `f:${bitsOf(x)}`;
export const text = (s: string): string =>
  `s:${Array.from({ length: s.length }, (_, i) => s.charCodeAt(i).toString(16).padStart(4, '0')).join('')}`;
export const stringOf = (word: string): string =>
  (word.slice(2).match(/.{4}/g) ?? []).map((u) => String.fromCharCode(Number.parseInt(u, 16))).join('');
export const bytes = (b: Uint8Array): string => `b:${Buffer.from(b).toString('hex')}`;

/** Least and greatest value of an integer type. */
export const rangeOf = (bits: number, signed: boolean): [bigint, bigint] =>
  signed ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n] : [0n, (1n << BigInt(bits)) - 1n];

const size = (n: bigint): bigint => (n < 0n ? -n : n);

/** Every limit of a width, its neighbours, and the powers of two that an exact double or a page ends at. */
const integers = (bits: number, signed: boolean): bigint[] => {
  const all = new Set<bigint>([0n, 1n, -1n, 2n, 10n]);
  for (const width of [7n, 8n, 12n, 15n, 16n, 31n, 32n, 53n, 63n, 64n])
    for (const near of [-1n, 0n, 1n]) {
      all.add((1n << width) + near);
      all.add(-(1n << width) + near);
    }
  // Beyond the type: only a refusal is right. One step is enough.
  const [least, most] = rangeOf(bits, signed);
  return [...all]
    .filter((n) => n >= least - 1n && n <= most + 1n)
    .sort((a, b) => (size(a) < size(b) ? -1 : size(a) > size(b) ? 1 : a > b ? -1 : 1));
};

const DOUBLES = [
  0,
  1,
  -1,
  0.5,
  2,
  -0,
  127,
  128,
  255,
  256,
  32_768,
  65_536,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  Infinity,
  -Infinity,
  NaN,
];
const WIDE_DOUBLES = [
  0.1,
  2 ** 24 + 1,
  2 ** 53,
  2 ** 63,
  5e-324,
  Number.MIN_VALUE * 3,
  2.2250738585072014e-308,
  1e300,
  Number.MAX_VALUE,
];
const NARROW_DOUBLES = [2 ** -149, 2 ** -126, 2 ** 127 * (2 - 2 ** -23)];

const TEXTS = [
  '',
  'a',
  'ab',
  'é',
  'café',
  '€',
  '日本語',
  '\u{1f600}',
  'a\u{1f600}b',
  '\u007f',
  '\u0080',
  '\u07ff',
  '\u0800',
  '\uffff',
  '\u{10ffff}',
  'e\u0301',
  ' a ',
  'a\u0000b',
  '\u0000',
  '\ud800',
  'a\udc00b',
  '\udc00\ud800',
];
const LENGTHS = [15, 16, 63, 64, 127, 128, 255, 256, 257, 4095, 4096, 4097];
/** Lengths of bytes only: they are cheap, and a 16-bit length is the commonest fault. */
const LONG = [65_535, 65_536, 65_537];

/** Small generator of numbers: mulberry32. */
export const random = (seed: number): (() => number) => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
};

const noise = (length: number, next: () => number): Uint8Array =>
  Uint8Array.from({ length }, () => Math.floor(next() * 256));

/** The boundary values of one parameter, simplest first. */
export const valuesOf = (slot: Slot, next: () => number): string[] => {
  switch (slot.kind) {
    case 'int':
      return slot.c === 'bool' || slot.c === '_Bool'
        ? ['i:0', 'i:1']
        : integers(slot.bits, slot.signed).map(int);
    case 'float':
      return slot.bits === 64
        ? [...DOUBLES, ...WIDE_DOUBLES].map(double)
        : [...DOUBLES, ...NARROW_DOUBLES].filter((x) => Object.is(Math.fround(x), x)).map(double);
    case 'text':
      return [...TEXTS, ...LENGTHS.map((n) => 'x'.repeat(n)), 'é'.repeat(128)].map(text);
    case 'bytes':
      return [
        ...[[], [0], [1], [255], [0, 0], [1, 0, 2], [0xff, 0xfe, 0x80], [0xc3, 0x28]].map((b) =>
          bytes(Uint8Array.from(b)),
        ),
        ...[...LENGTHS, ...LONG].map((n) => bytes(noise(n, next))),
      ];
  }
};

/** The plainest value that differs from zero, so that a parameter that is lost shows. */
export const plainOf = (slot: Slot): string =>
  slot.kind === 'int'
    ? 'i:1'
    : slot.kind === 'float'
      ? double(1)
      : slot.kind === 'text'
        ? text('ab')
        : 'b:010002';

/** All vectors of a signature, simplest first. */
export const vectorsOf = (signature: Signature, seed = 0): Vector[] => {
  const next = random(seed);
  const slots = slotsOf(signature);
  const values = slots.map((s) => valuesOf(s, next));
  const plain = slots.map(plainOf);
  const found = new Map<string, string[]>([[plain.join(' '), plain]]);
  const add = (args: string[]): void => void found.set(args.join(' '), args);
  const longest = Math.max(0, ...values.map((v) => v.length));
  for (let i = 0; i < longest; i++)
    for (const [s, all] of values.entries()) {
      const value = all[i];
      if (value !== undefined) add(plain.with(s, value));
    }
  if (slots.length > 1)
    for (let i = 0; i < MAX_PAIRS; i++) add(values.map((all) => all[Math.floor(next() * all.length)]!));
  return [...found.values()].map((args, id) => ({ id, args }));
};

/** A value as a person writes it. */
export const spellValue = (word: string): string => {
  const [kind, rest] = [word[0], word.slice(2)];
  if (kind === 'f') return Object.is(numberOf(word), -0) ? '-0.0' : String(numberOf(word));
  if (kind === 's') {
    const s = JSON.stringify(stringOf(word));
    return s.length <= 40 ? s : `${s.slice(0, 12)}…" (${stringOf(word).length} code units)`;
  }
  if (kind === 'b')
    return rest.length <= 32
      ? `bytes ${rest === '' ? '(none)' : rest}`
      : `${rest.length / 2} bytes ${rest.slice(0, 8)}…`;
  if (kind === 'n') return 'null';
  return kind === 'v' ? 'nothing' : rest;
};
