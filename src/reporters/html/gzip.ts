/** gzip in pieces, so that neither a text nor its compressed form has to be in memory as a whole before it is needed. */
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { inBlocks } from '../blocks.js';

/** Magic number, deflate, no flags, no time, best compression, unknown system (RFC 1952). */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 255]);

/**
 * A text as one gzip member. Blocks of the text are compressed on their own, which costs a few hundred bytes each; a
 * flushed deflate stream may be followed by another one.
 */
export function* gzipped(pieces: Iterable<string>): Generator<Buffer> {
  yield HEADER;
  let sum = 0;
  let length = 0;
  for (const block of inBlocks(pieces)) {
    const bytes = Buffer.from(block);
    sum = crc32(bytes, sum);
    length += bytes.length;
    yield deflateRawSync(bytes, { level: 9, finishFlush: constants.Z_SYNC_FLUSH });
  }
  yield deflateRawSync(Buffer.alloc(0));
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  yield trailer;
}
