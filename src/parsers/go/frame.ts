/** Stack frames as the Go runtime and its race detector print them: a function line, then a place line. */
import type { Frame } from '../../model/diagnostic.js';

/** The linker writes dots of an import path's last element, and what else it cannot hold, as `%2e`. */
const plain = (name: string): string =>
  name.replace(/%([0-7][0-9a-f])/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

/** `main.(*T).M(0x1, {…})` → `main.(*T).M`: drops the last, balanced, group of arguments. */
export const goFunction = (text: string): string => {
  // A log may end in the arguments.
  if (!text.endsWith(')')) return plain(text.replace(/\([{}0-9a-fx?, .]*$/, ''));
  let depth = 0;
  for (let i = text.length - 1; i > 0; i--) {
    const c = text[i];
    if (c === ')') depth++;
    else if (c === '(' && --depth === 0) return plain(text.slice(0, i));
  }
  return plain(text);
};

/** `/src/main.go:14 +0x44 fp=… sp=… pc=…`; a line 0 or a `??` says that Go knows no place. */
const PLACE = /^(.{1,4096}?):(\d{1,9})(?: \+(0x[0-9a-f]+))?(?: (?:fp|sp|pc)=[0-9a-fx]{1,20}){0,3}$/;

/** The frame of a function and the place line that follows it. */
export const goFrame = (fn: string, place: string): Frame => {
  const m = PLACE.exec(place);
  if (!m?.[1] || !m[2]) return { kind: 'symbol', function: fn };
  if (m[1] === '??' || m[2] === '0') return { kind: 'symbol', function: fn };
  return {
    kind: 'source',
    function: fn,
    file: m[1],
    line: Number(m[2]),
    ...(m[3] ? { offset: m[3] } : {}),
  };
};
