/** Reads what programs printed without holding it: a test may print gigabytes, or one line without an end. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const CHUNK = 1 << 18;
/** Of a longer line the first and last characters are given: what a framework prints stands at one of its ends. */
const HALF = 1 << 14;

const short = (line: string): string =>
  line.length <= 2 * HALF ? line : `${line.slice(0, HALF)}${line.slice(-HALF)}`;

/**
 * The lines of a file without their ends (`\n`, `\r\n`), the last one also when it has none; lines of more than 32 Ki
 * characters lose their middle. None for a file that cannot be read.
 */
export function* linesOf(path: string): Generator<string> {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return;
  }
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

/** The first `most` bytes of a file as text; nothing for one that cannot be read. */
export const beginningOf = (path: string, most: number): string => {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const buffer = Buffer.alloc(Math.min(most, fstatSync(fd).size));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(fd);
  }
};
