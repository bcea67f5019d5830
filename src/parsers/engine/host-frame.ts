/** A frame of a host, as the tool's own libraries print it: `#0 fill in /p/binding.py:12`, or the function alone. */
import type { Frame } from '../../model/diagnostic.js';

const NUMBER = /^\s*#\d{1,3} /;
const PLACE = ' in ';
const LINE = /^\d{1,9}$/;

/** The frame in a line, or undefined. */
export const hostFrameOf = (text: string): Frame | undefined => {
  const head = NUMBER.exec(text)?.[0];
  if (head === undefined) return undefined;
  const rest = text.slice(head.length);
  const [at, colon] = [rest.indexOf(PLACE), rest.lastIndexOf(':')];
  const line = rest.slice(colon + 1);
  if (at <= 0 || colon < at || !LINE.test(line)) return { kind: 'symbol', function: rest };
  const file = rest.slice(at + PLACE.length, colon);
  return { kind: 'source', function: rest.slice(0, at), file, line: Number(line) };
};
