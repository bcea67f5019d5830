/** The build id of an object file: the note that a linker puts into it, and that reports print to say which build they mean. */
import { closeSync, readSync } from 'node:fs';
import { openRegular } from './regular-file.js';

const ELF = 0x7f454c46;
const LITTLE = 1;
const WIDE = 2;
const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
/** Program headers and bytes of notes that are read of a file; real ones have a dozen, and some hundred bytes. */
const MAX_HEADERS = 256;
const MAX_NOTES = 1 << 16;

/** The GNU build id of an ELF file in hexadecimal. Undefined for a file without one, or that cannot be read. */
export function buildIdOf(path: string): string | undefined {
  const file = openRegular(path);
  if (file === undefined) return undefined;
  try {
    return idIn((at, length) => {
      const bytes = Buffer.alloc(length);
      return bytes.subarray(0, readSync(file.fd, bytes, 0, length, at));
    });
  } catch {
    return undefined; // an error of the disk, or numbers that no such file has
  } finally {
    closeSync(file.fd);
  }
}

type Read = (at: number, length: number) => Buffer;

/** Byte offsets of a header's fields, by the width of its addresses. */
const FIELDS = {
  narrow: { headers: 28, size: 42, count: 44, at: 4, length: 16 },
  wide: { headers: 32, size: 54, count: 56, at: 8, length: 32 },
};

function idIn(read: Read): string | undefined {
  const head = read(0, 64);
  if (head.length < 52 || head.readUInt32BE(0) !== ELF || head[5] !== LITTLE) return undefined;
  const isWide = head[4] === WIDE;
  const fields = FIELDS[isWide ? 'wide' : 'narrow'];
  const number = (bytes: Buffer, at: number): number =>
    isWide ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
  const size = head.readUInt16LE(fields.size);
  const count = Math.min(head.readUInt16LE(fields.count), MAX_HEADERS);
  for (let i = 0; i < count; i++) {
    const header = read(number(head, fields.headers) + i * size, size);
    if (header.readUInt32LE(0) !== PT_NOTE) continue;
    const id = idOf(read(number(header, fields.at), Math.min(number(header, fields.length), MAX_NOTES)));
    if (id !== undefined) return id;
  }
  return undefined;
}

const padded = (n: number): number => (n + 3) & ~3;

/** Of notes one behind the other: sizes of name and text, type, name, text. */
function idOf(notes: Buffer): string | undefined {
  for (let at = 0; at + 12 <= notes.length;) {
    const [name, text, type] = [0, 4, 8].map((n) => notes.readUInt32LE(at + n)) as [number, number, number];
    const begin = at + 12 + padded(name);
    const isGnu = notes.toString('latin1', at + 12, at + 12 + name) === 'GNU\0';
    if (isGnu && type === NT_GNU_BUILD_ID) return notes.toString('hex', begin, begin + text);
    at = begin + padded(text);
  }
  return undefined;
}
