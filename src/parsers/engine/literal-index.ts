/**
 * Which readers a line may concern: those whose literals it holds. A line that the prefilter let through would otherwise be
 * tried by every reader's expressions, although most of them can say at once that it is none of theirs.
 */
import { SLOTS, slotOf } from './scan-wasm.js';

/** Readers by their place in the table: one bit each, 32 in a number. */
export type ReaderSet = readonly number[];

export type LiteralIndex = {
  /** The readers with a literal in the text, and perhaps some whose literal would have to begin the line. */
  readersOf(text: string): ReaderSet;
};

const withReader = (set: number[], reader: number): number[] => {
  set[reader >>> 5]! |= 1 << (reader & 31);
  return set;
};

const emptySet = (readers: number): number[] => Array.from({ length: (readers + 31) >>> 5 }, () => 0);

export const holds = (set: ReaderSet, reader: number): boolean =>
  (set[reader >>> 5]! & (1 << (reader & 31))) !== 0;

export const isEmpty = (set: ReaderSet): boolean => {
  for (let i = 0; i < set.length; i++) if (set[i] !== 0) return false;
  return true;
};

export const overlap = (a: ReaderSet, b: ReaderSet): boolean => {
  for (let i = 0; i < a.length; i++) if ((a[i]! & b[i]!) !== 0) return true;
  return false;
};

/** The readers of a table that fulfil a condition. */
export const setOf = <R>(readers: readonly R[], belongs: (r: R) => boolean): ReaderSet =>
  readers.reduce((set, r, i) => (belongs(r) ? withReader(set, i) : set), emptySet(readers.length));

/** Characters that are compared at once. */
const WIDTH = 4;
/** The last of them in a word that moves along the text. */
const LAST = 24;
const BLANK = 32;

type Place = { word: number; text: string; readers: number[] };

/** Four characters as a number: later ones stand in higher bits. */
const wordAt = (text: string, at: number): number => {
  let word = 0;
  for (let i = 0; i < WIDTH; i++) word = (word >>> 8) | ((text.charCodeAt(at + i) & 0xff) << LAST);
  return word;
};

/** An index over the literals of a table. */
export function indexOf(readers: readonly { literals: readonly string[] }[]): LiteralIndex {
  const none = setOf(readers, () => false);
  const places = new Map<string, Place>();
  for (const [i, r] of readers.entries())
    for (const literal of r.literals) {
      // A line has no `\n` of its own.
      const text = literal.startsWith('\n') ? literal.slice(1) : literal;
      const place = places.get(text) ?? { word: wordAt(text, 0), text, readers: emptySet(readers.length) };
      withReader(place.readers, i);
      places.set(text, place);
    }
  const bySlot = new Map<number, Place[]>();
  /** 1 for a slot with places: almost every character of a log ends a word without any. */
  const isUsed = new Uint8Array(SLOTS);
  for (const place of places.values()) {
    const slot = slotOf(place.word);
    isUsed[slot] = 1;
    bySlot.set(slot, [...(bySlot.get(slot) ?? []), place]);
  }
  // Several parts of the engine ask for the line that is at hand.
  let last = '';
  let ofLast: ReaderSet = none;
  return {
    readersOf(line) {
      if (line === last) return ofLast;
      let text = '';
      let found: number[] | undefined;
      let word = 0;
      // Where a log was cut, or its lines were trimmed, the blank that ends a literal is gone.
      for (let i = 0; i <= line.length; i++) {
        word = (word >>> 8) | ((i < line.length ? line.charCodeAt(i) & 0xff : BLANK) << LAST);
        const slot = slotOf(word);
        if (isUsed[slot] === 0) continue;
        if (text === '') text = `${line} `;
        for (const c of bySlot.get(slot)!) {
          if (c.word !== word || !text.startsWith(c.text, i - WIDTH + 1)) continue;
          found ??= [...none];
          for (let n = 0; n < found.length; n++) found[n]! |= c.readers[n]!;
        }
      }
      last = line;
      return (ofLast = found ?? none);
    },
  };
}
