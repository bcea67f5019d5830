/**
 * Random inputs for the gate `fuzz`: drawn, or changed from inputs that showed something before. Pure and seeded: the same
 * signature, seed, round and pool give the same inputs on every machine.
 */
import { seedOf } from '../model/shuffle.js';
import { slotsOf, type Signature } from '../model/signature.js';
import { beyondC } from './native.js';
import {
  double,
  int,
  numberOf,
  plainOf,
  random,
  rangeOf,
  valuesOf,
  type Slot,
  type Vector,
} from './vectors.js';

/** Arguments of one call, as words. */
export type Args = readonly string[];

type Draw = () => number;

/** Most bytes or code units of one argument: a command holds the input. */
const LONGEST = 4096;

const below = (next: Draw, n: number): number => Math.floor(next() * n);
const pick = <T>(next: Draw, all: readonly T[]): T => all[below(next, all.length)]!;

/** Short lengths are commoner, since they are tried faster and say more. */
const length = (next: Draw): number => {
  const top = pick(next, [4, 8, 16, 64, 64, 256, LONGEST]);
  return below(next, top + 1);
};

const hexOf = (numbers: readonly number[], digits: number): string =>
  numbers.map((n) => n.toString(16).padStart(digits, '0')).join('');

/** The numbers in a word of text (code units) or bytes. */
const unitsOf = (word: string): number[] => {
  const digits = word.startsWith('s:') ? 4 : 2;
  const rest = word.slice(2);
  return Array.from({ length: rest.length / digits }, (_, i) =>
    Number.parseInt(rest.slice(i * digits, (i + 1) * digits), 16),
  );
};
const wordOf = (kind: 'text' | 'bytes', units: readonly number[]): string =>
  kind === 'text' ? `s:${hexOf(units, 4)}` : `b:${hexOf(units, 2)}`;

const fit = (n: bigint, bits: number, signed: boolean): string =>
  int(signed ? BigInt.asIntN(bits, n) : BigInt.asUintN(bits, n));

/** A number of at most so many bits: small ones are as common as large ones. */
const bitsOf = (next: Draw, bits: number): bigint => {
  const width = below(next, bits + 1);
  let n = 0n;
  for (let i = 0; i < width; i += 16) n = (n << 16n) | BigInt(below(next, 0x10000));
  return BigInt.asUintN(width, n);
};

const isBool = (slot: Slot): boolean => slot.kind === 'int' && ['bool', '_Bool'].includes(slot.c);

const floatOf = (x: number, bits: 32 | 64): string => double(bits === 32 ? Math.fround(x) : x);

const unit = (next: Draw, kind: 'text' | 'bytes'): number => {
  if (kind === 'bytes')
    return pick(next, [0, 0xff, 0x80, 0x7f, 0x20 + below(next, 95), below(next, 256), below(next, 256)]);
  // Mostly ASCII, digits and signs among it, as formats have them.
  return pick(next, [
    0x20 + below(next, 95),
    0x20 + below(next, 95),
    0x30 + below(next, 10),
    pick(next, [0x2d, 0x2e, 0x2f, 0x25, 0x22, 0x5c, 0x3a, 0x0a, 0x09]),
    0x80 + below(next, 0x700),
    below(next, 0x10000),
  ]);
};

/** A value that has nothing to do with any before. */
const drawn = (slot: Slot, next: Draw): string => {
  switch (slot.kind) {
    case 'int': {
      if (isBool(slot)) return int(BigInt(below(next, 2)));
      const n = bitsOf(next, slot.bits);
      return fit(slot.signed && next() < 0.5 ? -n : n, slot.bits, slot.signed);
    }
    case 'float':
      return floatOf(
        next() < 0.5
          ? (next() - 0.5) * 2 ** below(next, 64)
          : numberOf(
              `f:${hexOf(
                [0, 0, 0, 0].map(() => below(next, 0x10000)),
                4,
              )}`,
            ),
        slot.bits,
      );
    case 'text':
    case 'bytes': {
      const { kind } = slot;
      return wordOf(
        kind,
        Array.from({ length: length(next) }, () => unit(next, kind)),
      );
    }
  }
};

/** Numbers that formats hold: lengths, counts, and what is just beyond them. */
const TELLING = [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const changedUnits = (
  units: number[],
  kind: 'text' | 'bytes',
  other: readonly number[],
  next: Draw,
): number[] => {
  const at = below(next, units.length + 1);
  switch (below(next, 8)) {
    case 0: // one more
      return [...units.slice(0, at), unit(next, kind), ...units.slice(at)];
    case 1: // some less
      return [...units.slice(0, at), ...units.slice(at + 1 + below(next, 4))];
    case 2: // another one
      return units.length === 0 ? [unit(next, kind)] : units.with(at % units.length, unit(next, kind));
    case 3: // one bit
      return units.length === 0
        ? units
        : units.with(
            at % units.length,
            units[at % units.length]! ^ (1 << below(next, kind === 'text' ? 16 : 8)),
          );
    case 4: // a part twice
      return [...units.slice(0, at), ...units.slice(Math.max(0, at - 1 - below(next, 8)))];
    case 5: // the end cut off
      return units.slice(0, at);
    case 6: // the end of another
      return [...units.slice(0, at), ...other.slice(below(next, other.length + 1))];
    default: {
      // a number in place of what is there, either way round
      const n = pick(next, TELLING);
      const width = pick(next, [1, 2, 4]);
      const bytes = Array.from({ length: width }, (_, i) => Math.floor(n / 2 ** (8 * i)) % 256);
      return [...units.slice(0, at), ...(next() < 0.5 ? bytes : bytes.reverse()), ...units.slice(at + width)];
    }
  }
};

/** A value near `word`. `other` is one that the same parameter had before. */
const changed = (slot: Slot, word: string, other: string, next: Draw): string => {
  switch (slot.kind) {
    case 'int': {
      if (isBool(slot)) return drawn(slot, next);
      const n = BigInt(word.slice(2));
      const step = BigInt(1 + below(next, 16));
      const near = pick(next, [
        n + step,
        n - step,
        -n,
        n * 2n,
        n / 2n,
        n ^ (1n << BigInt(below(next, slot.bits))),
        BigInt(other.slice(2)),
      ]);
      return fit(near, slot.bits, slot.signed);
    }
    case 'float': {
      const x = numberOf(word);
      return floatOf(
        pick(next, [x + 1, x - 1, -x, x * 2, x / 2, x * (1 + 2 ** -52), numberOf(other)]),
        slot.bits,
      );
    }
    case 'text':
    case 'bytes': {
      const units = changedUnits(unitsOf(word), slot.kind, unitsOf(other), next);
      return wordOf(slot.kind, units.slice(0, LONGEST));
    }
  }
};

/** The boundary values of a parameter that C has. */
const limitsOf = (slot: Slot, next: Draw): string[] =>
  valuesOf(slot, next).filter((w) => beyondC([slot], [w]) === undefined && w.length <= 2 + 2 * LONGEST);

/** Probability with which an input is a changed one, if there are any to change. */
const CHANGED = 0.7;

/**
 * `count` inputs of a round, in which what is kept comes first: `exact` as it is. Others are changed from `pool`, or are new.
 * No input is there twice.
 */
export const inputsOf = (
  s: Signature,
  { seed, round, count }: { seed: number; round: number; count: number },
  pool: readonly Args[] = [],
  exact: readonly Args[] = [],
): Vector[] => {
  const slots = slotsOf(s);
  const next = random(seedOf(seed, s.name, round));
  const limits = slots.map((slot) => limitsOf(slot, next));
  const found = new Map<string, string[]>();
  const add = (args: Args): void => void found.set(args.join(' '), [...args]);
  for (const args of exact) add(args);
  if (round === 0) add(slots.map(plainOf));
  const fits = pool.filter((p) => p.length === slots.length);
  const one = (): string[] => {
    if (fits.length === 0 || next() >= CHANGED)
      return slots.map((slot, i) => (next() < 0.25 ? pick(next, limits[i]!) : drawn(slot, next)));
    let args = [...pick(next, fits)];
    const other = pick(next, fits);
    for (let n = 1 + below(next, 4); n > 0 && slots.length > 0; n--) {
      const at = below(next, slots.length);
      args = args.with(at, changed(slots[at]!, args[at]!, other[at]!, next));
    }
    return args;
  };
  // A function may have fewer different inputs than are asked for.
  for (let tries = 0; found.size < exact.length + count && tries < 4 * count; tries++) add(one());
  return [...found.values()].map((args, id) => ({ id, args }));
};

/** How much there is to read in an input. Smaller ones are reported. */
export const sizeOf = (args: Args): number =>
  args.reduce((n, w) => n + (w.startsWith('f:') ? (Number.isInteger(numberOf(w)) ? 4 : 16) : w.length), 0);

/** Simpler values in place of one. */
const simpler = (slot: Slot, word: string): string[] => {
  if (slot.kind === 'int') {
    const n = BigInt(word.slice(2));
    const [least, most] = rangeOf(slot.bits, slot.signed);
    return [0n, 1n, -1n, n / 2n, n - n / 4n, n - n / 16n, n - (n > 0n ? 1n : -1n)]
      .filter((m) => m !== n && m >= least && m <= most)
      .map(int)
      .filter((w) => w.length < word.length || (w.length === word.length && w < word));
  }
  if (slot.kind === 'float') {
    const x = numberOf(word);
    return [0, 1, -1, Math.trunc(x)]
      .filter((y) => Number.isFinite(y) && !Object.is(y, x))
      .map((y) => floatOf(y, slot.bits))
      .filter((w) => sizeOf([w]) < sizeOf([word]));
  }
  const units = unitsOf(word);
  const parts: number[][] = [];
  for (let size = units.length; size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < units.length && parts.length < 96; at += size)
      parts.push([...units.slice(0, at), ...units.slice(at + size)]);
  const plain = slot.kind === 'text' ? 0x61 : 0;
  // Plain units in place of a part: one of many first.
  for (let size = units.length; size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < units.length && parts.length < 192; at += size)
      if (units.slice(at, at + size).some((u) => u > plain))
        parts.push(units.map((u, i) => (i >= at && i < at + size && u > plain ? plain : u)));
  return parts.map((p) => wordOf(slot.kind, p));
};

/** Inputs that are simpler in one argument. */
export const simplerInputs = (s: Signature, args: Args): string[][] =>
  slotsOf(s).flatMap((slot, i) => simpler(slot, args[i]!).map((w) => [...args].with(i, w)));

/** Steps of a reduction. Each asks C some hundred calls. */
const MAX_STEPS = 64;

/**
 * Reduces an input as long as C still shows the same with it. Returns all that did, the simplest first: the wrapper may refuse
 * some of them.
 */
export const shrink = async (
  s: Signature,
  args: Args,
  shows: (inputs: readonly Args[]) => Promise<readonly boolean[]>,
): Promise<Args[]> => {
  const trail: Args[] = [args];
  const tried = new Set([args.join(' ')]);
  for (let step = 0; step < MAX_STEPS; step++) {
    const candidates = simplerInputs(s, trail[0]!).filter((c) => !tried.has(c.join(' ')));
    if (candidates.length === 0) break;
    for (const c of candidates) tried.add(c.join(' '));
    const shown = await shows(candidates);
    const still = candidates.filter((_, i) => shown[i] === true);
    if (still.length === 0) break;
    trail.unshift(still.reduce((best, c) => (sizeOf(c) < sizeOf(best) ? c : best)));
  }
  return trail;
};
