/**
 * The machine code of the scanner (literal-scanner.ts): WebAssembly, assembled here by hand, because a log may have 10^10 bytes and
 * what JavaScript does for each of them takes too long. Two functions over a memory that the module exports as `m`:
 *
 * - `scan(at, end, out)` looks at every second address in [at, end), a few beyond `end`, and writes those to `out` (four
 *   bytes each) whose next four bytes have an entry in the table: the first 64 KiB of the memory, indexed by a hash, 4 for
 *   yes and 0 for no. Returns where the list ends.
 * - `lines(at, end)`: the number of `\n` in [at, end).
 */

const HASH = 0x9e3779b1 | 0;
/** Bytes of the table. */
export const SLOTS = 65536;
/** The entry for four bytes, read as a little-endian number. */
export const slotOf = (word: number): number => Math.imul(word, HASH) >>> 16;

/** The part of the engine's interface that we use: @types/node does not declare it, the DOM's types would bring all of a browser. */
type Engine = {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};
const engine = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;

/** The module's exports. */
export type Code = {
  m: { buffer: ArrayBuffer };
  scan(at: number, end: number, out: number): number;
  lines(at: number, end: number): number;
};

const I32 = 0x7f;
const VOID = 0x40;
const SIMD = 0xfd;

/** Unsigned LEB128. */
const leb = (n: number): number[] => (n < 0x80 ? [n] : [(n & 0x7f) | 0x80, ...leb(n >>> 7)]);
/** Signed LEB128 of a 32-bit number. */
const signed = (n: number): number[] => {
  const [low, rest] = [n & 0x7f, n >> 7];
  return (rest === 0 && low < 0x40) || (rest === -1 && low >= 0x40) ? [low] : [low | 0x80, ...signed(rest)];
};
const section = (id: number, body: number[]): number[] => [id, ...leb(body.length), ...body];
const vector = (items: number[][]): number[] => [...leb(items.length), ...items.flat()];
const text = (s: string): number[] => [s.length, ...Buffer.from(s)];

const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const constant = (n: number): number[] => [0x41, ...signed(n)];
const load32 = (offset: number): number[] => [0x28, 0, offset];
const load8 = [0x2d, 0, 0];
const store32 = [0x36, 2, 0];
const block = (...body: number[][]): number[] => [0x02, VOID, ...body.flat(), 0x0b];
const loop = (...body: number[][]): number[] => [0x03, VOID, ...body.flat(), 0x0b];
const br = (depth: number): number[] => [0x0c, depth];
const brIf = (depth: number): number[] => [0x0d, depth];
const EQZ = [0x45];
const EQ = [0x46];
const LT_U = [0x49];
const GE_U = [0x4f];
const POPCNT = [0x69];
const ADD = [0x6a];
const SUB = [0x6b];
const MUL = [0x6c];
const OR = [0x72];
const SHR_U = [0x76];
const load128 = [SIMD, 0x00, 0, 0];
const NEWLINES = [SIMD, 0x0c, ...Array.from({ length: 16 }, () => 10)];
const EQ8 = [SIMD, 0x23];
const BITS8 = [SIMD, 0x64];

/** The entry for the four bytes at local 0 plus `offset`. */
const entry = (offset: number): number[] =>
  [get(0), load32(offset), constant(HASH), MUL, constant(16), SHR_U, load8].flat();
/** Lists that address: it is always written, and kept by moving on. */
const list = (offset: number): number[] =>
  [get(2), get(0), constant(offset), ADD, store32, get(2), entry(offset), ADD, set(2)].flat();

/** Locals: 0 at, 1 end, 2 out. */
const SCAN = [
  block(
    loop(
      [...get(0), ...get(1), ...GE_U, ...brIf(1)],
      block(
        [...entry(0), ...entry(2), ...OR, ...entry(4), ...OR, ...entry(6), ...OR, ...EQZ, ...brIf(0)],
        [...list(0), ...list(2), ...list(4), ...list(6)],
      ),
      [...get(0), ...constant(8), ...ADD, ...set(0), ...br(0)],
    ),
  ),
  get(2),
  [0x0b],
].flat();

/** Locals: 0 at, 1 end, 2 the count. */
const LINES = [
  block(
    loop(
      [...get(1), ...get(0), ...SUB, ...constant(16), ...LT_U, ...brIf(1)],
      [...get(2), ...get(0), ...load128, ...NEWLINES, ...EQ8, ...BITS8, ...POPCNT, ...ADD, ...set(2)],
      [...get(0), ...constant(16), ...ADD, ...set(0), ...br(0)],
    ),
  ),
  block(
    loop(
      [...get(0), ...get(1), ...GE_U, ...brIf(1)],
      [...get(2), ...get(0), ...load8, ...constant(10), ...EQ, ...ADD, ...set(2)],
      [...get(0), ...constant(1), ...ADD, ...set(0), ...br(0)],
    ),
  ),
  get(2),
  [0x0b],
].flat();

const func = (locals: number[][], body: number[]): number[] => {
  const code = [...vector(locals), ...body];
  return [...leb(code.length), ...code];
};

/** A fresh instance with `pages` (of 64 KiB) of memory. */
export const startCode = (pages: number): Code => {
  const bytes = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(
      1,
      vector([
        [0x60, 3, I32, I32, I32, 1, I32],
        [0x60, 2, I32, I32, 1, I32],
      ]),
    ),
    section(3, vector([[0], [1]])),
    section(5, vector([[0, ...leb(pages)]])),
    section(
      7,
      vector([
        [...text('m'), 2, 0],
        [...text('scan'), 0, 0],
        [...text('lines'), 0, 1],
      ]),
    ),
    section(10, vector([func([], SCAN), func([[1, I32]], LINES)])),
  ].flat();
  return new engine.Instance(new engine.Module(Uint8Array.from(bytes))).exports as Code;
};
