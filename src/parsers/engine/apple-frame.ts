/** Frames as macOS names them: in its crash reports, in those of Chromium's handler there, and in dumps of `backtrace_symbols`. */
import type { Frame } from '../../model/diagnostic.js';

const FRAME_HEAD = /^\s*(\d{1,4})\s{1,8}(?=\S)/;
const FRAME_PC = /\s0x[0-9a-f]{6,16}\s/;
/** `atos` names the object again behind the function. */
const IN_OBJECT = / \(in [^()]{1,200}\)$/;
const PLACE = / \(([^()]{1,300}):(\d{1,9})\)(?: \[inlined\])?$/;

/** `0   libshelf.dylib   0x000000010df42dcd shelf_top + 125 (shelf.c:12)`, `3   Till   0x0000000102b1 0x102a90000 + 135188`, `4   ???   0x0 ???`. */
export function appleFrame(text: string): Frame | undefined {
  const head = FRAME_HEAD.exec(text);
  if (head === null) return undefined;
  const rest = text.slice(head[0].length);
  const pc = FRAME_PC.exec(`${rest} `);
  if (pc === null || pc.index === 0 || pc.index > 200) return undefined;
  const module = rest.slice(0, pc.index).trim();
  const body = rest.slice(pc.index + pc[0].length).trim();
  const place = PLACE.exec(body);
  const name = (place ? body.slice(0, place.index) : body)
    .replace(/ \+ \d{1,12}$/, '')
    .replace(IN_OBJECT, '')
    .trim();
  const known = name !== '' && name !== '???' && !name.startsWith('0x');
  if (place && known)
    return { kind: 'source', function: name, file: place[1]!, line: Number(place[2]), module };
  if (module === '???')
    return known ? { kind: 'symbol', function: name } : { kind: 'opaque', text: pc[0].trim() };
  const offset = known ? undefined : /^0x[0-9a-f]+ \+ (\d{1,15})$/.exec(body)?.[1];
  return {
    kind: 'module',
    module,
    ...(offset !== undefined && { offset: `0x${Number(offset).toString(16)}` }),
    ...(known && { function: name }),
  };
}
