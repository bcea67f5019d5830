/**
 * Finds the lines of a log that are worth reading. A log is mostly lines that no reader wants; telling them apart by regular
 * expressions would cost some microseconds each. The scanner looks for a set of literals in raw bytes, all at once.
 */
import { SLOTS, slotOf, startCode } from './scan-wasm.js';

export type Scanner = {
  /** The scanner's memory. What is to be scanned is written at `start` or after it, up to `start + room`. */
  bytes: Buffer;
  start: number;
  /** Addresses in [from, to), in the order of lines, at which a literal begins; after its `\n` if it begins with one. */
  find(from: number, to: number): number[];
  /** Number of `\n` in [from, to). */
  lines(from: number, to: number): number;
};

/** Bytes that the scanner compares; it looks at every second address, so that a literal needs one byte more. */
const WIDTH = 4;
export const SHORTEST = WIDTH + 1;

/** How often bytes occur in logs, roughly: only the order matters, to find a literal's rarest part. */
const frequencyOf = (byte: number): number => {
  const c = String.fromCharCode(byte);
  if (c === ' ') return 130;
  if (/[eationsr]/.test(c)) return 50;
  if (/[ldcupmh]/.test(c)) return 25;
  if (/[a-z]/.test(c)) return 9;
  if (/[0-9]/.test(c)) return 20;
  if (/[./:_",-]/.test(c)) return 15;
  if (/[()[\]]/.test(c)) return 8;
  return /[A-Z\n=]/.test(c) ? 5 : 2;
};

/** Where the rarest five bytes of a literal begin. */
const rarest = (literal: Buffer): number => {
  let best = { at: 0, score: Infinity };
  for (let at = 0; at + SHORTEST <= literal.length; at++) {
    const part = literal.subarray(at, at + SHORTEST);
    const score = part.reduce((product, byte) => product * frequencyOf(byte), 1);
    if (score < best.score) best = { at, score };
  }
  return best.at;
};

type Place = { word: number; literal: Buffer; /** Where in it the four bytes are. */ at: number };

/** Which literals four bytes may be part of, by their entry in the scanner's table. */
const placesOf = (literals: readonly string[]): (Place[] | undefined)[] => {
  const slots = Array.from<Place[] | undefined>({ length: SLOTS });
  for (const text of new Set(literals)) {
    const literal = Buffer.from(text, 'latin1');
    const first = rarest(literal);
    for (const at of [first, first + 1]) {
      const word = literal.readInt32LE(at);
      (slots[slotOf(word)] ??= []).push({ word, literal, at });
    }
  }
  return slots;
};

/** Bytes around the data that may be looked at. */
const PADDING = 64;

/** A scanner for `literals` (ASCII, five characters or more) over at most `room` bytes at a time. */
export function makeScanner(literals: readonly string[], room: number): Scanner {
  const start = SLOTS + PADDING;
  const out = Math.ceil((start + room + PADDING) / 4) * 4;
  const pages = Math.ceil((out + 2 * room + PADDING) / 65536);
  const code = startCode(pages);
  const bytes = Buffer.from(code.m.buffer);
  const words = new Int32Array(code.m.buffer, out);
  const view = new DataView(code.m.buffer);
  const slots = placesOf(literals);
  for (const [slot, places] of slots.entries()) if (places) bytes[slot] = 4;
  bytes[start - 1] = 10; // the first line begins after the end of another

  const matches = (at: number, from: number, to: number): number => {
    const word = view.getInt32(at, true);
    for (const place of slots[slotOf(word)]!) {
      if (place.word !== word) continue;
      const { literal } = place;
      const begin = at - place.at;
      if (begin < from || begin + literal.length > to) continue;
      let n = 0;
      while (n < literal.length && bytes[begin + n] === literal[n]) n++;
      if (n === literal.length) return literal[0] === 10 ? begin + 1 : begin;
    }
    return -1;
  };

  return {
    bytes,
    start,
    find(from, to) {
      const count = (code.scan(from, to, out) - out) / 4;
      const hits: number[] = [];
      for (let i = 0; i < count; i++) {
        const hit = matches(words[i]!, from, to);
        if (hit >= 0) hits.push(hit);
      }
      return hits;
    },
    lines: (from, to) => code.lines(from, to),
  };
}
