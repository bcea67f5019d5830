/**
 * Finds the lines of a log that are worth reading. A log is mostly lines that no reader wants; telling them apart by regular
 * expressions would cost some microseconds each. The scanner looks for a set of literals in raw bytes, all at once.
 */
import { rarestAt } from './rarest.js';
import { SLOTS, slotOf, startCode } from './scan-wasm.js';

export type Scanner = {
  /** The scanner's memory: data to be scanned is written at `start` or after it. Replaced by `reserve`, `find` and `lines`. */
  readonly bytes: Buffer;
  readonly start: number;
  /** Makes room for so many bytes of data. */
  reserve(room: number): void;
  /** Addresses in [from, to), in the order of lines, at which a literal begins; after its `\n` if it begins with one. */
  find(from: number, to: number): number[];
  /** Number of `\n` in [from, to). */
  lines(from: number, to: number): number;
};

/** Bytes that the scanner compares; it looks at every second address, so that a literal needs one byte more. */
const WIDTH = 4;
export const SHORTEST = WIDTH + 1;

type Place = { word: number; literal: Buffer; /** Where in it the four bytes are. */ at: number };

/** Places by slot: an array of its own size, as it is asked for every candidate. */
type Slots = { used: Set<number>; places: (Place[] | undefined)[] };

/** Which literals four bytes may be part of, by their entry in the scanner's table. */
const placesOf = (literals: readonly string[]): Slots => {
  const slots: Slots = { used: new Set(), places: Array.from<Place[] | undefined>({ length: SLOTS }) };
  for (const text of new Set(literals)) {
    const literal = Buffer.from(text, 'latin1');
    const first = rarestAt(text, SHORTEST);
    for (const at of [first, first + 1]) {
      const word = literal.readInt32LE(at);
      const slot = slotOf(word);
      slots.used.add(slot);
      (slots.places[slot] ??= []).push({ word, literal, at });
    }
  }
  return slots;
};

/** Bytes around the data that may be looked at. */
const PADDING = 64;

type Engine = Pick<Scanner, 'find' | 'lines'> & { bytes: Buffer };

/** The scanner's code over memory of its own, in which data of up to `room` bytes begins at `start`. */
function startEngine(literals: readonly string[], start: number, room: number): Engine {
  const out = Math.ceil((start + room + PADDING) / 4) * 4;
  const pages = Math.ceil((out + 2 * room + PADDING) / 65536);
  const code = startCode(pages);
  const bytes = Buffer.from(code.m.buffer);
  const words = new Int32Array(code.m.buffer, out);
  const view = new DataView(code.m.buffer);
  const { used, places } = placesOf(literals);
  for (const slot of used) bytes[slot] = 4;

  const matches = (at: number, from: number, to: number): number => {
    const word = view.getInt32(at, true);
    for (const place of places[slotOf(word)]!) {
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

/**
 * A scanner for `literals` (ASCII, five characters or more), with room for so many bytes at first. Its code is not started
 * before it is asked for something: most logs are too small to need it.
 */
export function makeScanner(literals: readonly string[], room: number): Scanner {
  const start = SLOTS + PADDING;
  let has = room;
  let bytes: Buffer = Buffer.allocUnsafeSlow(start + has + PADDING);
  bytes[start - 1] = 10; // the first line begins after the end of another
  let engine: Engine | undefined;
  const startedWith = (more: number): Engine => {
    has = more;
    engine = startEngine(literals, start, has);
    bytes.copy(engine.bytes, start - 1, start - 1);
    bytes = engine.bytes;
    return engine;
  };
  return {
    get bytes() {
      return bytes;
    },
    start,
    reserve(more) {
      if (more <= has) return;
      const before = has;
      // Twice as much as before, so that a line that grows is not copied for every byte.
      has = Math.max(more, 2 * has);
      if (engine !== undefined) startedWith(has);
      else {
        const larger = Buffer.allocUnsafeSlow(start + has + PADDING);
        bytes.copy(larger, start - 1, start - 1, start + before);
        bytes = larger;
      }
    },
    find: (from, to) => (engine ?? startedWith(has)).find(from, to),
    lines: (from, to) => (engine ?? startedWith(has)).lines(from, to),
  };
}
