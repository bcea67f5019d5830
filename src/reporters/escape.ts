/** Makes foreign text harmless: logs, test names and messages come from programs that may print anything. */
import { stripVTControlCharacters } from 'node:util';

/** Text that `plain` cannot change. Most text is so, and the test for it is much cheaper. */
const ORDINARY = /^[\t\n\x20-\x7e]*$/;

/*
 * Characters that nobody sees and that some reader obeys: controls other than tab and newline, characters that
 * reorder or hide text (Unicode TR36: bidirectional controls, tags, fillers), line separators, and what is no
 * character at all (lone surrogates, noncharacters). Joiners and variation selectors stay: scripts and emoji
 * need them.
 */
const HIDDEN =
  /(?!\t|\n|\u200c|\u200d|[\ufe00-\ufe0f])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

const visible = (c: string): string => {
  const code = (c.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
};

/**
 * Removes ANSI sequences and shows other invisible characters as `\uXXXX` or `\u{XXXXX}`. Keeps tabs and
 * newlines.
 */
export const plain = (text: string): string =>
  ORDINARY.test(text)
    ? text
    : stripVTControlCharacters(text).replace(/\r\n?/g, '\n').replace(HIDDEN, visible);

/*
 * Commands that CI servers find in a log: `##[` (GitHub, Azure), `##vso[` (Azure), `##teamcity[`, `section_start:` and
 * `section_end:` (GitLab), `travis_fold:` and `travis_time:`. Not all servers ask that they begin a line.
 */
const HASHES = /##(?=[a-z]{0,20}\[)/gi;
const WORDS = /_(?:start|end|fold|time):/i;
const SECTIONS = /(section_(?:start|end)|travis_(?:fold|time)):/gi;

const inertLine = (line: string): string =>
  line.trimStart().startsWith('::') ? line.replace('::', ': :') : line;

/**
 * Changes text that a CI server's log would take for a command: `##…[` and `section_start:` anywhere, GitHub's
 * `::name …::` at the beginning of a line.
 */
export const inert = (text: string): string =>
  text.split('\n').map(inertLine).join('\n').replace(HASHES, '# #').replace(SECTIONS, '$1 :');

/** `plain` and `inert`, for text of several lines in a file that may be shown in a CI server's log. */
export const harmless = (text: string): string => inert(plain(text));

/** `plain` on one line: each run of white space becomes one blank. */
export const oneLine = (text: string): string => plain(text).replace(/\s+/g, ' ').trim();

/** At most `max` UTF-16 units, cut between characters, with a mark where something is missing. */
export const shortened = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max).replace(/\p{Cs}$/u, '')} …`;

/** Each UTF-16 unit as JSON escapes it. */
const escaped = (text: string): string =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/** A lone surrogate as `JSON.stringify` writes it, or an escaped backslash, which begins no escape. */
const LONE_ESCAPES = /\\(?:\\|u(d[89a-f][0-9a-f]{2}))/g;

/** Blanks between the beginning of a line of a JSON string and two colons. */
const MAX_INDENTATION = 40;
const BLANK = /\s/;

/** Whether a line of a JSON string begins before a character, but for blanks. */
const beginsLine = (json: string, end: number): boolean => {
  let at = end - 1;
  // Nearly all colons stand in a name.
  for (const most = end - 1 - MAX_INDENTATION; at > most && BLANK.test(json.charAt(at)); at--);
  const c = json.charAt(at);
  return c === '"' || ((c === 'n' || c === 'r' || c === 't') && json.charAt(at - 1) === '\\');
};

/** Escapes the second of two colons at the beginning of a line of a JSON string. */
const withoutColons = (json: string): string => {
  let out = '';
  let from = 0;
  for (let at = json.indexOf('::'); at >= 0; at = json.indexOf('::', at + 2)) {
    if (!beginsLine(json, at)) continue;
    out += `${json.slice(from, at)}:\\u003a`;
    from = at + 2;
  }
  return from === 0 ? json : out + json.slice(from);
};

/**
 * JSON text without invisible characters and without anything that a CI server's log would take for a command,
 * by escapes that do not change its value. One exception: strict readers refuse lone surrogates, so these become
 * visible text.
 */
export const inertJson = (json: string): string => {
  const whole = json.includes('\\ud')
    ? json.replace(LONE_ESCAPES, (all, unit?: string) => (unit === undefined ? all : `\\\\u${unit}`))
    : json;
  const seen = ORDINARY.test(whole) ? whole : whole.replace(HIDDEN, escaped);
  // Almost no text has two hashes, or an underline before one of those words: to look for these first is much cheaper.
  const hashed = seen.includes('##') ? seen.replace(HASHES, '#\\u0023') : seen;
  return withoutColons(WORDS.test(hashed) ? hashed.replace(SECTIONS, '$1\\u003a') : hashed);
};

/** A value as JSON text, made harmless by `inertJson`. On one line unless it is indented. */
export const jsonText = (
  value: unknown,
  replacer?: (this: unknown, key: string, value: unknown) => unknown,
  indent?: number,
): string => inertJson(JSON.stringify(value, replacer, indent));

/** A copy of a JSON value with `plain` applied to every string and key. */
export const plainDeep = <T>(value: T): T => scrub(value) as T;

const scrub = (value: unknown): unknown => {
  if (typeof value === 'string') return plain(value);
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [plain(k), scrub(v)]));
  return value;
};
