/** Frames of a gdb backtrace, which mono and crash collectors append to their own report. */
import type { Frame } from '../../model/diagnostic.js';

/** `#10 0x00007f2d in f (a=1) at a.c:5`, `#8  0x00007f2d in g () from /lib/x.so`, `#5  0x000055ef in ?? ()`. */
const FRAME = /^#\d{1,4} {1,3}(?:(0x[0-9a-f]{1,16}) in )?(\S.*)$/s;
const AT = /\) at (\S[^()]*):(\d{1,9})$/;
const FROM = /\) from (\S[^()]*)$/;

/** The frame of a line of a gdb backtrace; undefined when it is none (the mark of a signal handler is none). */
export function gdbFrame(text: string): Frame | undefined {
  const found = FRAME.exec(text.trimEnd());
  if (!found || found[2]?.startsWith('<')) return undefined;
  const body = found[2] ?? '';
  // Arguments follow the first ` (`: a C++ name writes its own without the space.
  const end = body.indexOf(' (');
  const name = end < 0 ? body : body.slice(0, end);
  const at = AT.exec(body);
  if (at) return { kind: 'source', function: name, file: at[1]!, line: Number(at[2]) };
  const module = FROM.exec(body)?.[1];
  if (module !== undefined) return { kind: 'module', module, ...(name !== '??' && { function: name }) };
  return name === '??' ? { kind: 'opaque', text: found[1] ?? '??' } : { kind: 'symbol', function: name };
}
