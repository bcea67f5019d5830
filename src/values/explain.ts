/**
 * Why results differ: what a wrong declaration would have passed or returned. An explanation counts only if it
 * gives the host's result for every vector, so a name like `wrong-width` is not guessed from one number.
 */
import type { HazardId } from '../model/hazard.js';
import { slotNames, slotsOf, type Signature } from '../model/signature.js';
import { reinterpret, type Native } from './native.js';
import { double, int, numberOf, stringOf, type Slot } from './vectors.js';

export type Explanation = {
  hazard: HazardId;
  says: string;
  /** What C gets in place of its arguments. */
  args?: (args: readonly string[], native: readonly Native[]) => Native[];
  /** What the host makes of C's result. */
  result?: (word: string) => string;
};

const WIDTHS = [
  [32, true],
  [32, false],
  [16, true],
  [16, false],
  [8, true],
  [8, false],
  [64, true],
  [64, false],
] as const;

const nameOf = (bits: number, signed: boolean): string => `${signed ? 'int' : 'uint'}${bits}`;
const hazardOf = (own: { bits: number; signed: boolean }, bits: number): HazardId =>
  own.bits === bits ? 'abi/wrong-signedness' : 'abi/wrong-width';

const onInt = (word: string, f: (n: bigint) => bigint): string =>
  word.startsWith('i:') ? int(f(BigInt(word.slice(2)))) : word;

/** An integer that went through a double. Beyond 64 bits its value in C is undefined. */
const rounded = (n: bigint): bigint => BigInt(Number(n));

const ofResult = (r: Signature['result']): Explanation[] => {
  if (r.kind === 'float')
    return [
      {
        hazard: 'abi/wrong-width',
        says: 'the result arrives as float',
        result: (w) => double(Math.fround(numberOf(w))),
      },
      {
        hazard: 'abi/calling-convention',
        says: 'the result arrives as an integer',
        result: (w) => (Number.isFinite(numberOf(w)) ? int(BigInt(Math.trunc(numberOf(w)))) : w),
      },
    ];
  if (r.kind !== 'int') return [];
  const others = WIDTHS.filter(
    ([bits, signed]) => bits <= r.bits && (bits !== r.bits || signed !== r.signed),
  );
  return [
    ...others.map(([bits, signed]): Explanation => ({
      hazard: hazardOf(r, bits),
      says: `the result arrives as ${nameOf(bits, signed)}`,
      result: (w) => onInt(w, (n) => reinterpret(n, bits, signed)),
    })),
    { hazard: 'abi/wrong-width', says: 'the result arrives as a double', result: (w) => onInt(w, rounded) },
  ];
};

/** Text in encodings that hosts use by mistake, as bytes before the NUL that C looks for. */
const ENCODINGS: readonly [string, (s: string) => Uint8Array][] = [
  ['Latin-1', (s) => Buffer.from(s, 'latin1')],
  ['UTF-16', (s) => Buffer.from(s, 'utf16le')],
  [
    'UTF-32',
    (s) =>
      Buffer.concat(
        Array.from(s, (c) =>
          Uint8Array.of(c.codePointAt(0)! & 255, (c.codePointAt(0)! >> 8) & 255, c.codePointAt(0)! >> 16, 0),
        ),
      ),
  ],
  ['ASCII with question marks', (s) => Buffer.from(Array.from(s, (c) => (c > '\u007f' ? '?' : c)).join(''))],
  ['ASCII with a question mark for each code unit', (s) => Buffer.from(s.replaceAll(/[^\0-\u007f]/g, '?'))],
  [
    'Latin-1 with question marks',
    (s) => Buffer.from(Array.from(s, (c) => (c > '\u00ff' ? '?' : c)).join(''), 'latin1'),
  ],
  ['UTF-8 of each code unit (CESU-8)', (s) => Buffer.concat(s.split('').map(unit))],
  ['UTF-8 encoded twice', (s) => Buffer.from(Buffer.from(s, 'utf8').toString('latin1'), 'utf8')],
];

function unit(c: string): Uint8Array {
  const u = c.charCodeAt(0);
  if (u < 0x80) return Uint8Array.of(u);
  if (u < 0x800) return Uint8Array.of(0xc0 | (u >> 6), 0x80 | (u & 63));
  return Uint8Array.of(0xe0 | (u >> 12), 0x80 | ((u >> 6) & 63), 0x80 | (u & 63));
}

const hex = (b: Uint8Array): Native => `b:${Buffer.from(b).toString('hex')}`;

const ofText = (at: number, slot: number, name: string): Explanation[] =>
  ENCODINGS.map(([encoding, encode]) => ({
    hazard: 'abi/encoding',
    says: `'${name}' arrives as ${encoding}`,
    args: (args, native) => native.with(at, hex(encode(stringOf(args[slot]!)))),
  }));

const LENGTHS: readonly [string, (n: number, bytes: Buffer) => number][] = [
  ['one less than its length', (n) => Math.max(0, n - 1)],
  ['its length in 8 bits', (n) => n & 0xff],
  ['its length in 16 bits', (n) => n & 0xffff],
  ['the length to its first NUL', (n, b) => (b.includes(0) ? b.indexOf(0) : n)],
  ['no length', () => 0],
];

const ofBytes = (at: number, name: string): Explanation[] => [
  ...LENGTHS.map(([says, length]): Explanation => ({
    hazard: 'bounds/length-arithmetic',
    says: `'${name}' arrives with ${says}`,
    args: (_args, native) => {
      const b = Buffer.from(native[at]!.slice(2), 'hex');
      return native.with(at + 1, `i:${length(b.length, b)}`);
    },
  })),
  {
    hazard: 'abi/encoding',
    says: `'${name}' arrives as the UTF-8 of its bytes`,
    args: (_args, native) => {
      const b = Buffer.from(Buffer.from(native[at]!.slice(2), 'hex').toString('latin1'), 'utf8');
      return native.with(at, hex(b)).with(at + 1, `i:${b.length}`);
    },
  },
];

const ofFloat = (at: number, name: string, bits: number): Explanation[] => {
  const change =
    (f: (x: number) => number): NonNullable<Explanation['args']> =>
    (_a, native) =>
      native.with(at, double(f(numberOf(native[at]!))));
  const low = (x: number): number => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, x);
    return view.getFloat32(4);
  };
  const whole = (x: number): number => (Number.isFinite(x) ? Math.trunc(x) : x);
  return bits === 64
    ? [
        { hazard: 'abi/wrong-width', says: `'${name}' arrives as float`, args: change(Math.fround) },
        { hazard: 'abi/calling-convention', says: `'${name}' arrives as an integer`, args: change(whole) },
      ]
    : [
        {
          hazard: 'abi/calling-convention',
          says: `'${name}' is passed as a double where C takes a float`,
          args: change(low),
        },
        { hazard: 'abi/calling-convention', says: `'${name}' arrives as an integer`, args: change(whole) },
      ];
};

const narrowed =
  (slots: readonly Slot[], which: readonly number[], starts: readonly number[], f: (n: bigint) => bigint) =>
  (_args: readonly string[], native: readonly Native[]): Native[] =>
    native.map((w, i) => (which.some((s) => starts[s] === i && slots[s]!.kind === 'int') ? onInt(w, f) : w));

/** All explanations for a signature, the plainest first. */
export const explanationsFor = (signature: Signature): Explanation[] => {
  const slots = slotsOf(signature);
  const names = slotNames(signature);
  const starts: number[] = [];
  slots.reduce((at, s) => (starts.push(at), at + (s.kind === 'bytes' ? 2 : 1)), 0);
  const ints = slots.flatMap((s, i) => (s.kind === 'int' ? [i] : []));
  const groups = [...ints.map((i) => [i]), ...(ints.length > 1 ? [ints] : [])];
  const ofInts = groups.flatMap((g): Explanation[] => {
    const who = g.map((i) => `'${names[i]}'`).join(' and ');
    const arrives = g.length > 1 ? 'arrive' : 'arrives';
    const types = g.map((i) => slots[i]!).flatMap((s) => (s.kind === 'int' ? [s] : []));
    const wide = Math.max(...types.map((t) => t.bits));
    return [
      ...WIDTHS.filter(([bits]) => bits <= wide).map(([bits, signed]): Explanation => ({
        hazard: hazardOf(types[0]!, bits),
        says: `${who} ${arrives} as ${nameOf(bits, signed)}`,
        args: narrowed(slots, g, starts, (n) => reinterpret(n, bits, signed)),
      })),
      {
        hazard: 'abi/wrong-width',
        says: `${who} ${arrives} as a double`,
        args: narrowed(slots, g, starts, rounded),
      },
      ...(g.length === 1
        ? [
            {
              hazard: 'abi/arity' as const,
              says: `${who} does not arrive (0 in its place)`,
              args: narrowed(slots, g, starts, () => 0n),
            },
          ]
        : []),
    ];
  });
  const ofOthers = slots.flatMap((s, i) => {
    const at = starts[i]!;
    if (s.kind === 'text') return ofText(at, i, names[i]!);
    if (s.kind === 'bytes') return ofBytes(at, names[i]!);
    return s.kind === 'float' ? ofFloat(at, names[i]!, s.bits) : [];
  });
  return [...ofResult(signature.result), ...ofInts, ...ofOthers];
};

/** What a difference is called that no explanation covers. */
export const unexplained = (signature: Signature): Explanation => {
  const kinds = new Set(signature.parameters.map((p) => p.kind));
  if (kinds.has('record'))
    return {
      hazard: 'abi/struct-layout',
      says: 'no single wrong type explains it; fields arrive in other places',
    };
  if (kinds.has('text') || signature.result.kind === 'text')
    return { hazard: 'abi/encoding', says: 'no single encoding explains it' };
  if (kinds.has('bytes')) return { hazard: 'bounds/length-arithmetic', says: 'no single length explains it' };
  return { hazard: 'abi/other', says: 'no single wrong type explains it' };
};
