/**
 * Which readers a line may concern: those whose literals it holds. A line that the prefilter let through would otherwise be
 * tried by every reader's expressions, although most of them can say at once that it is none of theirs.
 */
import { rarestAt } from './rarest.js';
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
/** Stands for several characters. */
const ANY = 0xff;

/**
 * A literal, where in it the compared characters are, and whom it concerns: numbers among those of all indexes, and their bits.
 */
type Place = { word: number; at: number; text: string; numbers: number[]; bits: number[] };

/** Four characters as a number: later ones stand in higher bits. */
const wordAt = (text: string, at: number): number => {
  let word = 0;
  for (let i = 0; i < WIDTH; i++) word = (word >>> 8) | ((text.charCodeAt(at + i) & 0xff) << LAST);
  return word;
};

/** Whether a literal stands at a place. Where a log was cut, or its lines were trimmed, the blank that ends a literal is gone. */
const standsAt = (line: string, literal: string, at: number): boolean => {
  if (at < 0) return false;
  const { length } = literal;
  for (let i = 0; i < length; i++) {
    const c = at + i < line.length ? line.charCodeAt(at + i) : at + i === line.length ? BLANK : -1;
    if (c !== literal.charCodeAt(i)) return false;
  }
  return true;
};

type Indexed = readonly { literals: readonly string[] }[];

/** The literals of all groups. `begins` are the first numbers of each group's sets. */
function placesOf(groups: readonly Indexed[], begins: readonly number[]): Place[] {
  const places = new Map<string, Place>();
  for (const [g, readers] of groups.entries())
    for (const [i, r] of readers.entries())
      for (const literal of r.literals) {
        // A line has no `\n` of its own.
        const text = literal.startsWith('\n') ? literal.slice(1) : literal;
        let place = places.get(text);
        if (place === undefined) {
          const at = rarestAt(text, WIDTH);
          places.set(text, (place = { word: wordAt(text, at), at, text, numbers: [], bits: [] }));
        }
        const number = begins[g]! + (i >>> 5);
        let n = place.numbers.indexOf(number);
        if (n < 0) n = place.numbers.push(number) - 1;
        place.bits[n] = (place.bits[n] ?? 0) | (1 << (i & 31));
      }
  return [...places.values()];
}

/** Sets that were found together before. Logs have few of them; beyond so many they are strange, and none is kept. */
const MAX_KEPT = 4096;

/** Makes a set for each group of the numbers that were found, the same ones for the same numbers. */
function makeSets(begins: readonly number[]): (found: Int32Array) => readonly ReaderSet[] {
  const kept = new Map<number, { found: Int32Array; sets: readonly ReaderSet[] }>();
  const isEqual = (a: Int32Array, b: Int32Array): boolean => {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
    return true;
  };
  return (found) => {
    let hash = 0;
    for (let i = 0; i < found.length; i++) hash = (Math.imul(hash, 31) + found[i]!) | 0;
    const known = kept.get(hash);
    if (known !== undefined && isEqual(known.found, found)) return known.sets;
    const sets = begins.map((begin, g) => Array.from(found.subarray(begin, begins[g + 1])));
    if (kept.size < MAX_KEPT) kept.set(hash, { found: found.slice(), sets });
    return sets;
  };
}

/** Indexes over the literals of several tables: one walk over a line answers for all of them. */
export function indexesOf(groups: readonly Indexed[]): LiteralIndex[] {
  let numbers = 0;
  const begins = groups.map(
    (readers) => (numbers += emptySet(readers.length).length) - emptySet(readers.length).length,
  );
  const setsOf = makeSets(begins);
  const none = setsOf(new Int32Array(numbers));
  const places = placesOf(groups, begins);
  // Almost every character of a log ends a word without places: its slot does not hold the last character of theirs.
  const lastOf = new Uint8Array(SLOTS);
  const bySlot = Array.from<Place[] | undefined>({ length: SLOTS });
  for (const place of places) {
    const slot = slotOf(place.word);
    const code = place.word >>> LAST;
    if (lastOf[slot] === 0) lastOf[slot] = code;
    else if (lastOf[slot] !== code) lastOf[slot] = ANY;
    (bySlot[slot] ??= []).push(place);
  }
  const found = new Int32Array(numbers);
  // Several parts of the engine ask for the line that is at hand.
  let last = '';
  let ofLast = none;

  const walk = (line: string): readonly ReaderSet[] => {
    let isFound = false;
    let word = 0;
    /** Of a ruler, every character ends the same words. */
    let before: Place | undefined;
    const { length } = line;
    for (let i = 0; i <= length; i++) {
      const code = i < length ? line.charCodeAt(i) & 0xff : BLANK;
      word = (word >>> 8) | (code << LAST);
      const slot = slotOf(word);
      const wanted = lastOf[slot]!;
      if (wanted === 0 || (wanted !== code && wanted !== ANY)) continue;
      const some = bySlot[slot]!;
      for (let p = 0; p < some.length; p++) {
        const place = some[p]!;
        if (place.word !== word || place === before) continue;
        if (!standsAt(line, place.text, i - WIDTH + 1 - place.at)) continue;
        if (!isFound) found.fill(0);
        isFound = true;
        before = place;
        for (let n = 0; n < place.numbers.length; n++) found[place.numbers[n]!]! |= place.bits[n]!;
      }
    }
    return isFound ? setsOf(found) : none;
  };

  return groups.map((_, g) => ({
    readersOf(line) {
      if (line !== last) {
        ofLast = walk(line);
        last = line;
      }
      return ofLast[g]!;
    },
  }));
}

/** An index over the literals of a table. */
export const indexOf = (readers: Indexed): LiteralIndex => indexesOf([readers])[0]!;
