/** Numbers and orders that are drawn from a seed: the same on every machine. */
import { createHash } from 'node:crypto';

/** A seed of 31 bits that is derived from another one, a name and a number. */
export const seedOf = (base: number, name: string, i: number): number =>
  createHash('sha256').update(`${base}\0${name}\0${i}`).digest().readUInt32BE(0) >>> 1;

/** The values in an order drawn from a seed. */
export const shuffled = <T>(all: readonly T[], seed: number): T[] =>
  all
    .map((value, i) => ({ value, key: seedOf(seed, '', i), i }))
    .sort((a, b) => a.key - b.key || a.i - b.i)
    .map(({ value }) => value);
