/**
 * Opens files whose names come from a log, or that programs under test could have replaced. Such a name may be a pipe,
 * on which opening waits for a writer, a device that never ends, or a sparse file of a terabyte.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';

const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;

/** A file that is open for reading, with its size in bytes. The caller closes `fd`. */
export type RegularFile = { fd: number; size: number };

/**
 * Opens a regular file of at most `limit` bytes. Undefined for anything else, and if it cannot be opened. Never waits.
 */
export const openRegular = (path: string, limit = Infinity): RegularFile | undefined => {
  let fd: number | undefined;
  try {
    // Opening alone has effects: it lets the writer of a pipe go on, and rewinds a tape.
    if (!statSync(path).isFile()) return undefined;
    fd = openSync(path, FLAGS);
    // The name may mean another file by now. What counts is the one that is open.
    const s = fstatSync(fd);
    if (s.isFile() && s.size <= limit) return { fd, size: s.size };
  } catch {
    // It is gone, forbidden, or no possible name.
  }
  if (fd !== undefined) closeSync(fd);
  return undefined;
};

/** The bytes of an open file. Fewer than its size if it became shorter. */
export const bytesOf = ({ fd, size }: RegularFile): Buffer => {
  const bytes = Buffer.allocUnsafe(size);
  let length = 0;
  while (length < size) {
    const n = readSync(fd, bytes, length, size - length, length);
    if (n === 0) break;
    length += n;
  }
  return bytes.subarray(0, length);
};

/** The text of a regular file of at most `limit` bytes. Undefined for anything else. */
export const textOf = (path: string, limit: number): string | undefined => {
  const file = openRegular(path, limit);
  if (file === undefined) return undefined;
  try {
    return bytesOf(file).toString('utf8');
  } catch {
    return undefined; // an error of the disk
  } finally {
    closeSync(file.fd);
  }
};
