/**
 * Reads a log from a file or standard input: plain, gzip (recognised by its first bytes; concatenated members
 * are one log), or UTF-16 as written by PowerShell. Passes bytes on as they are read.
 */
import { sourceOf, until } from '../../process/read-file.js';
import { createGunzip, type Gunzip } from 'node:zlib';

/** Receives a log's bytes. If it returns a promise, reading waits for it. */
export type Sink = (chunk: Uint8Array) => void | Promise<void>;

/** Number of bytes that identify the format of a log. */
const MAGIC_BYTES = 6;
/** gzip can expand a thousandfold, so only small slices are inflated at once, to bound memory. */
const SLICE = 1 << 13;
const OUT = 1 << 17;

/** Other compression formats. Nothing can be read in them, and they must not look like a clean log. */
const FOREIGN: readonly (readonly [magic: string, name: string])[] = [
  ['28b52ffd', 'zstd'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bzip2'],
  ['504b0304', 'zip'],
  ['04224d18', 'lz4'],
];

/**
 * Reads `path` (`-`: standard input) to its end, or until the signal. Returns the reasons why not all of it
 * could be read. Rejects if the file cannot be opened, or if the sink rejects.
 */
export const readInput = async (path: string, signal: AbortSignal, sink: Sink): Promise<string[]> => {
  const source = path === '-' ? until(signal, process.stdin) : sourceOf(path, signal);
  let decoder: Decoder | undefined;
  let start: Uint8Array = new Uint8Array();
  const begin = async (): Promise<void> => {
    decoder = decoderOf(start);
    if (start.length > 0) await decoder.take(start, sink);
  };
  for (;;) {
    let next: IteratorResult<Uint8Array>;
    try {
      next = await source.next();
    } catch (error) {
      if (start.length === 0) throw error;
      return [`it could not be read to the end: ${(error as Error).message}`];
    }
    if (next.done) break;
    if (decoder !== undefined) {
      await decoder.take(next.value, sink);
      continue;
    }
    start = Buffer.concat([start, next.value]);
    if (start.length >= MAGIC_BYTES) await begin();
  }
  if (signal.aborted) return [];
  if (decoder === undefined) await begin();
  return decoder!.end(sink);
};

type Decoder = { take(chunk: Uint8Array, sink: Sink): Promise<void>; end(sink: Sink): Promise<string[]> };

const decoderOf = (start: Uint8Array): Decoder => {
  const magic = Buffer.from(start.subarray(0, MAGIC_BYTES)).toString('hex');
  if (magic.startsWith('1f8b')) return gunzip();
  if (magic.startsWith('fffe') && magic.slice(4, 8) !== '0000') return utf16('utf-16le');
  if (magic.startsWith('feff')) return utf16('utf-16be');
  const foreign = FOREIGN.find(([m]) => magic.startsWith(m));
  return {
    take: async (chunk, sink) => (foreign ? undefined : sink(chunk)),
    end: async () => (foreign ? [`it is compressed with ${foreign[1]}, which is not supported`] : []),
  };
};

const utf16 = (label: string): Decoder => {
  const text = new TextDecoder(label);
  return {
    take: async (chunk, sink) => sink(Buffer.from(text.decode(chunk, { stream: true }))),
    end: async (sink) => {
      await sink(Buffer.from(text.decode()));
      return [];
    },
  };
};

/** Inflates a gzip stream. From a damaged or truncated one it yields everything before the damage. */
const gunzip = (): Decoder => {
  const inflate = createGunzip({ chunkSize: OUT });
  let broken: string | undefined;
  let ended = false;
  const waiting: Uint8Array[] = [];
  // In flowing mode and never paused, so that inflated data arrives before an error can discard it.
  inflate.on('data', (c: Uint8Array) => void waiting.push(c));
  inflate.on('error', (e) => (broken ??= e.message));
  inflate.on('end', () => (ended = true));
  const drain = async (sink: Sink): Promise<void> => {
    for (const c of waiting.splice(0)) await sink(c);
  };
  return {
    async take(chunk, sink) {
      for (let i = 0; i < chunk.length && broken === undefined && !ended; i += SLICE) {
        await settled(inflate, (done) => inflate.write(chunk.subarray(i, i + SLICE), done));
        await drain(sink);
      }
    },
    async end(sink) {
      if (broken === undefined && !ended) await settled(inflate, () => inflate.end());
      await drain(sink);
      return broken === undefined ? [] : [`its gzip stream is damaged or incomplete: ${broken}`];
    },
  };
};

/** Starts an operation and waits until it is done, or the stream has ended or failed. */
const settled = (stream: Gunzip, start: (done: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['end', 'error', 'close']) stream.off(event, done);
      resolve();
    };
    for (const event of ['end', 'error', 'close']) stream.on(event, done);
    start(done);
  });
