/**
 * JSON in rows: each field of a document is on a line of its own, and so is each element of its arrays. It is
 * as short as JSON without indentation, two documents can still be compared with `diff`, and neither writing nor
 * reading needs the text as one string, whose length is limited.
 */
import { byText } from '../model/order.js';
import { jsonText } from './escape.js';

const sorted = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => rank(a) - rank(b) || byText(a, b)))
    : value;

/** Keys that identify an object come first. */
const FIRST = ['version', 'id', 'fingerprint', 'kind', 'role'];
const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);

/** The text of a document, in pieces. Keys are sorted, so that two runs can be compared. */
export function* jsonRows(document: object): Generator<string> {
  const fields = Object.entries(document)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => rank(a) - rank(b) || byText(a, b));
  yield '{';
  for (const [i, [key, value]] of fields.entries()) {
    yield `${i === 0 ? '' : ','}\n${jsonText(key)}:`;
    if (!Array.isArray(value) || value.length === 0) {
      yield jsonText(value, sorted);
      continue;
    }
    for (const [n, row] of value.entries()) yield `${n === 0 ? '[' : ','}\n${jsonText(row, sorted)}`;
    yield '\n]';
  }
  yield '\n}\n';
}

const FIELD = /^("(?:[^"\\]|\\.)*"):(.*)$/s;

/**
 * The document that `jsonRows` wrote, from its lines. For a text that is too long for one string. Throws
 * `SyntaxError` if it is in another form.
 */
export const fromJsonRows = (lines: Iterable<string>): unknown => {
  const fields = new Map<string, unknown>();
  let rows: unknown[] | undefined;
  let ended = false;
  for (const line of lines) {
    const text = line.endsWith(',') ? line.slice(0, -1) : line;
    if (rows && text === ']') rows = undefined;
    else if (rows) rows.push(JSON.parse(text));
    else if (text === '}') ended = true;
    else if (text !== '{' && text !== '') {
      const [, key = '', value = ''] = FIELD.exec(text) ?? [];
      fields.set(JSON.parse(key) as string, value === '[' ? (rows = []) : JSON.parse(value));
    }
  }
  if (!ended) throw new SyntaxError('the end is missing');
  return Object.fromEntries(fields);
};
