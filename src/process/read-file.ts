/** Reads what users name: files, also pipes (`<(…)`) and terminals, to which nobody may write for hours. */
import { closeSync, constants, fstatSync, openSync, read as readFile, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';

/** Bytes read from a file at once; fewer from a small one. */
const BLOCK = 1 << 18;
const SMALL_BLOCK = 1 << 14;

const read = promisify(readFile);

/** Bytes that are read before signals are listened to. */
const TURN = 1 << 23;

/**
 * Reads a file in blocks, always into the same buffer, so that memory does not depend on its size. A regular file is read at
 * once: to wait for another thread takes longer than to read most logs. A device may have nothing to read.
 */
const blocksOf = async function* (fd: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stat = fstatSync(fd);
  const isRegular = stat.isFile();
  try {
    const block = Buffer.allocUnsafeSlow(
      isRegular ? Math.min(BLOCK, Math.max(SMALL_BLOCK, stat.size)) : BLOCK,
    );
    for (let turn = BLOCK; ; turn += BLOCK) {
      const n = isRegular
        ? readSync(fd, block, 0, block.length, null)
        : (await read(fd, block, 0, block.length, null)).bytesRead;
      if (turn % TURN === 0) await setImmediate();
      if (n === 0 || signal.aborted) return;
      yield block.subarray(0, n);
    }
  } finally {
    closeSync(fd);
  }
};

/** A stream until its end, or until the signal. */
export const until = async function* (signal: AbortSignal, stream: Readable): AsyncGenerator<Uint8Array> {
  const stop = (): void => void stream.destroy();
  signal.addEventListener('abort', stop);
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
};

/**
 * Reads what a path names, until its end or the signal; each block may reuse the memory of the one before. A
 * thread that waits in `open` or `read` would keep the process from ending, so pipes and terminals are streams.
 */
export const sourceOf = async function* (path: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  // Without blocking nothing is waited for: another thread would only take time.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  if (fstatSync(fd).isFIFO()) yield* until(signal, new Socket({ fd, readable: true, writable: false }));
  else if (isatty(fd)) yield* until(signal, new ReadStream(fd));
  else yield* blocksOf(fd, signal);
};

/** All bytes of what a path names. Rejects with the system's error if it cannot be read. */
export const readBytes = async (path: string): Promise<Buffer> => {
  const parts: Buffer[] = [];
  for await (const block of sourceOf(path, new AbortController().signal)) parts.push(Buffer.from(block));
  return Buffer.concat(parts);
};
