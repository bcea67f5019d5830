/** Reads the output of programs without loading it: a test may print gigabytes, or one endless line. */
import { closeSync, readSync } from 'node:fs';
import { openRegular } from './regular-file.js';

const CHUNK = 1 << 18;
/** Of a longer line only this many characters at each end are kept, where frameworks print what matters. */
const HALF = 1 << 14;

const short = (line: string): string =>
  line.length <= 2 * HALF ? line : `${line.slice(0, HALF)}${line.slice(-HALF)}`;

/**
 * The lines of a file without their ends (`\n`, `\r\n`), including a last line without one. Lines of more
 * than 32 Ki characters lose their middle. Yields nothing if it is no regular file or cannot be read.
 */
export function* linesOf(path: string): Generator<string> {
  const file = openRegular(path);
  if (file === undefined) return;
  const { fd } = file;
  try {
    const buffer = Buffer.alloc(CHUNK);
    const decoder = new TextDecoder();
    let rest = '';
    for (;;) {
      const n = readSync(fd, buffer, 0, CHUNK, null);
      if (n === 0) break;
      const lines = (rest + decoder.decode(buffer.subarray(0, n), { stream: true })).split('\n');
      rest = short(lines.pop() ?? '');
      for (const line of lines) yield short(line.endsWith('\r') ? line.slice(0, -1) : line);
    }
    rest += decoder.decode();
    if (rest !== '') yield rest;
  } finally {
    closeSync(fd);
  }
}

/** The first `most` bytes of a file as text. Empty if it cannot be read. */
export const beginningOf = (path: string, most: number): string => {
  const file = openRegular(path);
  if (file === undefined) return '';
  const { fd, size } = file;
  try {
    const buffer = Buffer.alloc(Math.min(most, size));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
};
