/** Makes foreign text harmless: logs, test names and messages come from programs that may print anything. */
import { stripVTControlCharacters } from 'node:util';

/*
 * C0 and C1 controls other than tab and newline, invisible characters that reorder text (Unicode TR36), and
 * characters that XML forbids.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex -- finding control characters is its purpose
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const visible = (c: string): string => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Removes ANSI sequences and shows other invisible characters as `\uXXXX`. Keeps tabs and newlines. */
export const plain = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(INVISIBLE, visible)
    .replace(LONE_SURROGATE, visible);

/**
 * Changes lines that a CI server's log would take for a command: GitHub's `::name …::` at the beginning of a
 * line, its older `##[name]` and Azure's `##vso[name]` anywhere.
 */
export const inert = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line.trimStart().startsWith('::') ? line.replace('::', ': :') : line))
    .join('\n')
    .replaceAll('##[', '# #[')
    .replaceAll('##vso[', '# #vso[');

/** The same for JSON text, without changing its value. */
export const inertJson = (json: string): string =>
  json.replaceAll('##[', '#\\u0023[').replaceAll('##vso[', '#\\u0023vso[');

/** `plain` on one line: each run of white space becomes one blank. */
export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim();

/** A copy of a JSON value with `plain` applied to every string and key. */
export const plainDeep = <T>(value: T): T => scrub(value) as T;

const scrub = (value: unknown): unknown => {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [plain(k), scrub(v)]));
  return value;
};
