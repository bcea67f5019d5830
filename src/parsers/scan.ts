/**
 * Finds the lines of a log that are worth reading. A log is mostly lines that no reader wants; telling them apart by regular
 * expressions would cost some microseconds each. The scanner looks for a set of literals in raw bytes, all at once.
 */
import { codeFor, SLOTS, slotOf } from './scan-wasm.js';

export type Scanner = {
  /** The scanner's memory. What is to be scanned is written at `start` or after it, up to `start + room`. */
  bytes: Buffer;
  start: number;
  room: number;
  /** Addresses in [from, to), ascending, at which a literal begins; one that begins with `\n` counts from after it. */
  find(from: number, to: number): number[];
  /** Number of `\n` in [from, to). */
  lines(from: number, to: number): number;
};

/** Bytes of a fingerprint; a shorter literal's is filled up with "any byte" (-1). */
const WIDTH = 4;
const GROUPS = 8;

type Fingerprint = readonly number[];
type Literal = { bytes: Buffer; /** Where in it the fingerprint begins. */ at: number };

/** How often bytes occur in logs, roughly: it only decides how many false candidates there are. */
const FREQUENCY = Array.from({ length: 256 }, (_, byte) => {
  const c = String.fromCharCode(byte);
  if (c === ' ') return 130;
  if (/[eationsr]/.test(c)) return 50;
  if (/[ldcupmh]/.test(c)) return 25;
  if (/[a-z]/.test(c)) return 9;
  if (/[0-9]/.test(c)) return 20;
  if (/[./:_-]/.test(c)) return 15;
  return /[A-Z\n=]/.test(c) ? 5 : byte > 32 && byte < 127 ? 2 : 0.1;
});
const frequencyOf = (byte: number): number => (byte < 0 ? 1000 : FREQUENCY[byte]!);

/** The rarest part of a literal. */
const fingerprintOf = (bytes: Buffer): { at: number; fingerprint: Fingerprint } => {
  let best = { at: 0, fingerprint: [] as Fingerprint, score: Infinity };
  for (let at = 0; at === 0 || at + WIDTH <= bytes.length; at++) {
    const fingerprint = Array.from({ length: WIDTH }, (_, n) => bytes[at + n] ?? -1);
    const score = fingerprint.reduce((product, byte) => product * frequencyOf(byte), 1);
    if (score < best.score) best = { at, fingerprint, score };
  }
  return best;
};

/** For each byte of a fingerprint, the low and the high halves (bit sets) that a group lets pass. */
type Group = { low: number[]; high: number[] };

const joined = (g: Group, f: Fingerprint): Group => ({
  low: g.low.map((set, n) => (f[n]! < 0 ? 0xffff : set | (1 << (f[n]! & 15)))),
  high: g.high.map((set, n) => (f[n]! < 0 ? 0xffff : set | (1 << (f[n]! >> 4)))),
});

/** How many bytes of a log pass a group by chance. */
const noiseOf = (g: Group): number =>
  g.low.reduce((product, low, n) => {
    let sum = 0;
    for (let byte = 0; byte < 256; byte++)
      if ((low >> (byte & 15)) & (g.high[n]! >> (byte >> 4)) & 1) sum += FREQUENCY[byte]!;
    return product * Math.min(1, sum / 1000);
  }, 1);

/** Puts each fingerprint where it adds the least noise. */
const groupsOf = (all: readonly Fingerprint[]): Group[] => {
  const none = (): number[] => Array.from({ length: WIDTH }, () => 0);
  const groups: Group[] = Array.from({ length: GROUPS }, () => ({ low: none(), high: none() }));
  const noise = groups.map(() => 0);
  for (const f of all) {
    let best = { i: 0, cost: Infinity, group: groups[0]! };
    for (const [i, g] of groups.entries()) {
      const group = joined(g, f);
      const cost = noiseOf(group) - noise[i]!;
      if (cost < best.cost) best = { i, cost, group };
    }
    groups[best.i] = best.group;
    noise[best.i] = noiseOf(best.group);
  }
  return groups;
};

/** Table 2n (or 2n + 1): for each low (or high) half of byte n, the groups that let it pass. */
const masksOf = (groups: readonly Group[]): number[][] =>
  Array.from({ length: 2 * WIDTH }, (_, t) =>
    Array.from({ length: 16 }, (_, half) =>
      groups.reduce((mask, g, i) => {
        const set = (t % 2 === 0 ? g.low : g.high)[t >> 1]!;
        return mask | (((set >> half) & 1) << i);
      }, 0),
    ),
  );

const keyOf = (b: Buffer, at: number): number => b[at]! | (b[at + 1]! << 8) | (b[at + 2]! << 16);

/** Beyond the data: what a vector may read past the end, and the longest literal, compare with zeros. */
const PADDING = 256;

/** A scanner for `literals` (ASCII, three characters or more) over at most `room` bytes at a time. */
export function makeScanner(literals: readonly string[], room: number): Scanner {
  /** By the first three bytes of the fingerprint. */
  const byKey = new Map<number, Literal[]>();
  const fingerprints: Fingerprint[] = [];
  for (const literal of new Set(literals)) {
    const bytes = Buffer.from(literal, 'latin1');
    const { at, fingerprint } = fingerprintOf(bytes);
    fingerprints.push(fingerprint);
    const key = keyOf(bytes, at);
    byKey.set(key, [...(byKey.get(key) ?? []), { bytes, at }]);
  }
  const masks = masksOf(groupsOf(fingerprints));
  const start = SLOTS + PADDING;
  const out = Math.ceil((start + room + PADDING) / 4) * 4;
  const pages = Math.ceil((out + 4 * (room + 16)) / 65536);
  const wasm = codeFor(masks, pages);
  const bytes = Buffer.from(wasm.m.buffer);
  bytes[start - 1] = 10; // the first line begins after the end of another
  for (const f of fingerprints)
    for (let any = 0; any < (f[3]! < 0 ? 256 : 1); any++)
      bytes[slotOf(f[0]! | (f[1]! << 8) | (f[2]! << 16) | ((f[3]! < 0 ? any : f[3]!) << 24))] = 4;
  const found = new Uint32Array(wasm.m.buffer, out);

  const matches = (at: number, to: number): number => {
    const candidates = byKey.get(keyOf(bytes, at));
    if (candidates === undefined) return -1;
    for (const { bytes: literal, at: shift } of candidates) {
      const begin = at - shift;
      if (begin < start - 1 || begin + literal.length > to) continue;
      let n = 0;
      while (n < literal.length && bytes[begin + n] === literal[n]) n++;
      if (n === literal.length) return literal[0] === 10 ? begin + 1 : begin;
    }
    return -1;
  };

  return {
    bytes,
    start,
    room,
    find(from, to) {
      const count = (wasm.scan(from, to, out) - out) / 4;
      const hits: number[] = [];
      for (let i = 0; i < count; i++) {
        const hit = matches(found[i]!, to);
        if (hit >= from) hits.push(hit);
      }
      return hits;
    },
    lines: (from, to) => wasm.lines(from, to),
  };
}
