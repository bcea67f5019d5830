/** Sentences that say what a wrong declaration does to a value. Pure. */

/** For values that travel in different registers on the two sides. */
export const REGISTERS = 'the value is read from another register than it was put into';

const power = (bytes: number): bigint => 1n << BigInt(8 * bytes);

/** A value of `from` bytes of which `to` are kept. */
export const cutEffect = (from: number, to: number, pointer: boolean): string => {
  if (pointer) {
    const value = 0x7f3a_5c10_92e0n;
    return `0x${value.toString(16)} arrives as 0x${(value % power(to)).toString(16)}`;
  }
  const value = power(Math.min(to, from)) + 1n;
  return `${value} arrives as ${value % power(to)}`;
};

/** A value of `defined` bytes of which `read` are read. */
export const undefinedEffect = (defined: number, read: number): string =>
  `-1 arrives as ${power(defined) - 1n}, or with anything in its upper ${read - defined} bytes`;

/** A value read with the other signedness. `signed`: the side that gives it is signed. */
export const signEffect = (size: number, signed: boolean): string => {
  const high = power(size) - 1n;
  return signed ? `-1 arrives as ${high}` : `${high} arrives as -1`;
};
