/**
 * The machine code of the scanner (scan.ts): WebAssembly with 128-bit vectors, assembled here by hand, because JavaScript
 * looks at one byte at a time and a log has 10^10. Two functions over a memory that the module exports as `m`:
 *
 * - `scan(at, end, out)`: writes the address of every byte in [at, end) at which one of the fingerprints may begin to
 *   `out`, four bytes each, and returns where the list ends. It may look 18 bytes beyond `end`.
 * - `lines(at, end)`: the number of `\n` in [at, end).
 *
 * A fingerprint is four bytes. As in Hyperscan's "Teddy", each byte has two tables of 16 (by its low and its high half),
 * whose entries have a bit for each of eight groups of fingerprints: what survives `and` of all eight may be one of a group.
 * Of these, only those are listed whose hash is in a table: the first 64 KiB of the memory, 4 for yes and 0 for no.
 */

const HASH = 0x9e3779b1 | 0;

/** Where the table says whether four bytes, read as a little-endian number, are a fingerprint. */
export const slotOf = (word: number): number => Math.imul(word, HASH) >>> 16;
export const SLOTS = 65536;

/** What we use of the engine's interface: @types/node does not declare it, the DOM's types would bring all of a browser. */
type Instantiate = {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { exports: unknown };
};
const engine = (globalThis as unknown as { WebAssembly: Instantiate }).WebAssembly;

/** The module's exports. */
export type Code = {
  m: { buffer: ArrayBuffer };
  scan(at: number, end: number, out: number): number;
  lines(at: number, end: number): number;
};

/** Eight tables of 16 bytes: for each of four bytes, by its low half and by its high half. */
export type Masks = readonly (readonly number[])[];

const I32 = 0x7f;
const V128 = 0x7b;
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
const tee = (local: number): number[] => [0x22, local];
const constant = (n: number): number[] => [0x41, ...signed(n)];
const vconst = (bytes: readonly number[]): number[] => [SIMD, 0x0c, ...bytes];
const load = (offset: number): number[] => [SIMD, 0x00, 0, offset];
const block = (...body: number[][]): number[] => [0x02, VOID, ...body.flat(), 0x0b];
const loop = (...body: number[][]): number[] => [0x03, VOID, ...body.flat(), 0x0b];
const br = (depth: number): number[] => [0x0c, depth];
const brIf = (depth: number): number[] => [0x0d, depth];
const EQZ = [0x45];
const LT_U = [0x49];
const GE_U = [0x4f];
const CTZ = [0x68];
const POPCNT = [0x69];
const ADD = [0x6a];
const SUB = [0x6b];
const MUL = [0x6c];
const AND = [0x71];
const SHR_U = [0x76];
const LOAD32 = [0x28, 0, 0];
const STORE = [0x36, 2, 0];
const LOAD8 = [0x2d, 0, 0];
const EQ = [0x46];
const SWIZZLE = [SIMD, 0x0e];
const EQ8 = [SIMD, 0x23];
const NE8 = [SIMD, 0x24];
const VAND = [SIMD, 0x4e];
const ANY = [SIMD, 0x53];
const BITS = [SIMD, 0x64];
const SHR8 = [SIMD, 0x6d];

const ZERO = Array.from({ length: 16 }, () => 0);
const LOW = Array.from({ length: 16 }, () => 0x0f);
const NEWLINE = Array.from({ length: 16 }, () => 0x0a);

/** Groups that the byte at `offset` after each of 16 addresses may belong to. */
const groups = (v: number, low: readonly number[], high: readonly number[], offset: number): number[] =>
  [
    [...get(0), ...load(offset), ...set(v)],
    [...vconst(low), ...get(v), ...vconst(LOW), ...VAND, ...SWIZZLE],
    [...vconst(high), ...get(v), ...constant(4), ...SHR8, ...SWIZZLE],
    VAND,
  ].flat();

/** Locals: 0 at, 1 end, 2 out, 3 bits, 4 the bytes, 5 the groups, 6 a candidate's address. */
const scanBody = (m: Masks): number[] =>
  [
    block(
      loop(
        [...get(0), ...get(1), ...GE_U, ...brIf(1)],
        groups(4, m[0]!, m[1]!, 0),
        [...groups(4, m[2]!, m[3]!, 1), ...VAND],
        [...groups(4, m[4]!, m[5]!, 2), ...VAND],
        [...groups(4, m[6]!, m[7]!, 3), ...VAND, ...set(5)],
        block(
          [...get(5), ...ANY, ...EQZ, ...brIf(0)],
          [...get(5), ...vconst(ZERO), ...NE8, ...BITS, ...set(3)],
          loop(
            // Always written, and kept by moving on: 4 or 0 bytes, as the table says.
            [...get(2), ...get(0), ...get(3), ...CTZ, ...ADD, ...tee(6), ...STORE],
            [...get(2), ...get(6), ...LOAD32, ...constant(HASH), ...MUL, ...constant(16), ...SHR_U],
            [...LOAD8, ...ADD, ...set(2)],
            [...get(3), ...get(3), ...constant(1), ...SUB, ...AND, ...tee(3), ...brIf(0)],
          ),
        ),
        [...get(0), ...constant(16), ...ADD, ...set(0)],
        br(0),
      ),
    ),
    get(2),
    [0x0b],
  ].flat();

/** Locals: 0 at, 1 end, 2 the count. */
const linesBody = (): number[] =>
  [
    block(
      loop(
        [...get(1), ...get(0), ...SUB, ...constant(16), ...LT_U, ...brIf(1)],
        [...get(2), ...get(0), ...load(0), ...vconst(NEWLINE), ...EQ8, ...BITS, ...POPCNT, ...ADD, ...set(2)],
        [...get(0), ...constant(16), ...ADD, ...set(0), ...br(0)],
      ),
    ),
    block(
      loop(
        [...get(0), ...get(1), ...GE_U, ...brIf(1)],
        [...get(2), ...get(0), ...LOAD8, ...constant(10), ...EQ, ...ADD, ...set(2)],
        [...get(0), ...constant(1), ...ADD, ...set(0), ...br(0)],
      ),
    ),
    get(2),
    [0x0b],
  ].flat();

const func = (locals: [count: number, type: number][], body: number[]): number[] => {
  const whole = [...vector(locals.map(([n, type]) => [n, type])), ...body];
  return [...leb(whole.length), ...whole];
};

/** The code for a set of masks, with `pages` (of 64 KiB) of memory. */
export const codeFor = (masks: Masks, pages: number): Code =>
  new engine.Instance(new engine.Module(bytesOf(masks, pages))).exports as Code;

const bytesOf = (masks: Masks, pages: number): Uint8Array =>
  Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(
      1,
      vector([
        [0x60, 3, I32, I32, I32, 1, I32],
        [0x60, 2, I32, I32, 1, I32],
      ]),
    ),
    ...section(3, vector([[0], [1]])),
    ...section(5, vector([[0, ...leb(pages)]])),
    ...section(
      7,
      vector([
        [...text('m'), 2, 0],
        [...text('scan'), 0, 0],
        [...text('lines'), 0, 1],
      ]),
    ),
    ...section(
      10,
      vector([
        func(
          [
            [1, I32],
            [2, V128],
            [1, I32],
          ],
          scanBody(masks),
        ),
        func([[1, I32]], linesBody()),
      ]),
    ),
  ]);
