/** Frames as mono prints them: native ones of both fashions, and managed ones. */
import type { Frame } from '../../model/diagnostic.js';

/** `0x7f… - /lib/libx.so : fn`, `0x41c823e0 - Unknown`, and mono 3's `lib.so(fn+0x18) [0x8…]`. */
export function nativeFrame(text: string): Frame | undefined {
  const line = /^\s*(0x[0-9a-f]+) - (.+)$/.exec(text);
  if (line) {
    // The blank behind the colon is lost where no name follows.
    const rest = `${line[2] ?? ''} `;
    const split = rest.lastIndexOf(' : ');
    if (split === -1) return { kind: 'opaque', text: line[1] ?? '' };
    const module = rest.slice(0, split);
    const name = rest.slice(split + 3).trim();
    return { kind: 'module', module, ...(name !== '(null)' && name !== '' && { function: name }) };
  }
  const old = /^\s*([^\s()[\]]*)(?:\(([^()]*)\))? \[(0x[0-9a-f]+)\]$|^\s*\[(0x[0-9a-f]+)\]$/.exec(text);
  if (!old) return undefined;
  if (!old[1]) return { kind: 'opaque', text: old[3] ?? old[4] ?? '' };
  const [name, offset] = (old[2] ?? '').split('+');
  return { kind: 'module', module: old[1], ...(offset && { offset }), ...(name && { function: name }) };
}

/** `  at Ns.Class:Method (args) [0x00012] in <file:line>`, `  at Class:Method <0x0009f>`. */
export function managedFrame(text: string): Frame | undefined {
  const found = /^\s*at (.+)$/.exec(text);
  if (!found) return undefined;
  const body = found[1] ?? '';
  const name = body.replace(/^\(wrapper [a-z-]{3,40}\) /, '').replace(/ (?:\(|<0x|\[0x|in <).*$/s, '');
  const place = /^ in (\S.*):(\d{1,9})\s*$/s.exec(body.slice(Math.max(0, body.lastIndexOf(' in '))));
  if (place) return { kind: 'source', function: name, file: place[1] ?? '', line: Number(place[2]) };
  return name.startsWith('<unknown>') ? { kind: 'opaque', text: name } : { kind: 'symbol', function: name };
}

/** A managed frame that nobody but mono prints: `  at T:M (int) <0x0001b>`, `  at (wrapper managed-to-native) T:M (int)`. */
export const isMonoFrame = (text: string): boolean =>
  /^\s*at (?:\(wrapper [a-z-]{3,40}\) |<unknown> <0x)|^\s*at \S{1,400}(?: \([^()]{0,400}\))? (?:<0x[0-9a-f]{1,16}>|\[0x[0-9a-f]{1,16}\] in )/.test(
    text,
  );
