/** Text in pieces: no string is long enough for a large report. */

/** Characters written at once. */
const BLOCK = 1 << 20;

/** The same text in fewer pieces. */
export function* inBlocks(pieces: Iterable<string>): Generator<string> {
  let block = '';
  for (const piece of pieces) {
    block += piece;
    if (block.length < BLOCK) continue;
    yield block;
    block = '';
  }
  yield block;
}
