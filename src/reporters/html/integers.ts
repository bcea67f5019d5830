/** Many integers in little memory. An array of V8 takes twice as much, and a Map with a text as key twenty times. */

/** A list of 32-bit integers that grows. */
export type Integers = { push: (n: number) => void; at: (i: number) => number; length: () => number };

/** An empty list. */
export const makeIntegers = (): Integers => {
  let data = new Int32Array(256);
  let length = 0;
  return {
    push: (n) => {
      if (length === data.length) {
        const larger = new Int32Array(length * 2);
        larger.set(data);
        data = larger;
      }
      data[length++] = n;
    },
    at: (i) => data[i] ?? 0,
    length: () => length,
  };
};

/**
 * Numbers distinct tuples from 0. The tuples themselves are kept by the caller: `isAt` compares one with the tuple
 * that has a number, and `add` is called when a new one gets the next number. Negative elements do not count.
 */
export const makeTuples = (
  isAt: (number: number, tuple: readonly number[]) => boolean,
): ((tuple: readonly number[], add: () => void) => number) => {
  // Open addressing: a slot holds a tuple's number plus 1, or 0 if it is free.
  let slots = new Int32Array(1024);
  const hashes = makeIntegers();
  /** Where a hash stands, or the free slot where it would. */
  const slotOf = (hash: number, isIt: (number: number) => boolean): number => {
    const mask = slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const number = (slots[at] ?? 0) - 1;
      if (number < 0 || (hashes.at(number) === hash && isIt(number))) return at;
    }
  };
  return (tuple, add) => {
    const hash = hashOf(tuple);
    const at = slotOf(hash, (number) => isAt(number, tuple));
    const known = (slots[at] ?? 0) - 1;
    if (known >= 0) return known;
    const number = hashes.length();
    add();
    hashes.push(hash);
    slots[at] = number + 1;
    if (number * 2 > slots.length) {
      slots = new Int32Array(slots.length * 2);
      for (let n = 0; n <= number; n++) slots[slotOf(hashes.at(n), () => false)] = n + 1;
    }
    return number;
  };
};

/** FNV-1a over places and elements, with a final mix, since only the low bits choose a slot. */
const hashOf = (tuple: readonly number[]): number => {
  let hash = 0x811c9dc5;
  tuple.forEach((n, i) => {
    if (n < 0) return;
    hash = Math.imul(hash ^ i, 0x01000193);
    hash = Math.imul(hash ^ n, 0x01000193);
    hash = Math.imul(hash ^ (n >>> 15), 0x01000193);
  });
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) ^ (hash >>> 13);
};
