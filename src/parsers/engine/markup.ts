/**
 * Removes what trackers, pages and terminals leave in a line that is pasted: marks of Markdown and HTML, blanks that are no
 * blanks, and a shell's prompt behind a line that was cut off. A line that has none of it costs a few comparisons.
 */

/** Fixed blanks, blanks without a width, and carriage returns inside a line. */
const STRANGE = /[\u00a0\u200b\u2060\ufeff\r]/;
const RESET = /\r+/g;
const INVISIBLE = /[\u200b\u2060\ufeff]/g;
const FIXED = /\u00a0/g;

/** A log inside JUnit's `<system-out>`, or copied from a page's source. */
const ENTITY = /&(lt|gt|amp|quot|apos|nbsp|#\d{2,3}|#[xX][0-9a-fA-F]{2});/g;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** Elements around code on a page; tools write `<null>` and `<unknown module>`, which are none of these. */
const TAGS_BEFORE = /^\s{0,40}(?:<(?:pre|code|p|div|span|li|td|samp|blockquote)(?: [^<>]{0,200})?>){1,6}/i;
const TAGS_BEHIND = /(?:<\/(?:pre|code|p|div|span|li|td|samp|blockquote)>|<br ?\/?>){1,6}$/i;

/** A place that a tracker or an editor made a link of: `[src/shelf.c:12](src/shelf.c)`, `[shelf.c:12](https://…)`. */
const LINK = /\[([^[\]\s()]{3,300})\]\(([^()\s]{3,500})\)/g;
const unlinked = (whole: string, words: string, target: string): string =>
  words.startsWith(target) || target.startsWith(words) || /^(?:https?|file|vscode):\/\//.test(target)
    ? words
    : whole;

/** Colours whose escape character did not survive. */
const COLOUR_BEFORE = /^(?:\[\d{1,3}(?:;\d{1,3}){0,4}m)+(?!\d)/;
const COLOUR_BEHIND = /\[(?:\d{1,3}(?:;\d{1,3}){0,4})?m$/;

/** Characters at the end of a line in which a prompt is looked for. */
const MAX_PROMPT_CHARS = 200;
/** The rest of a prompt, from the sign by which it is found. */
const HOST = /^@\w[\w.-]{0,63}(?:[: ][^$#%>\s]{0,150})? ?[$#%>]$/;
const SHELL = /^sh-\d\.\d{1,2}[$#]$/;
const POWERSHELL = /^PS [A-Z]:\\[^<>|"]{0,190}>$/;
const DRIVE = /^[A-Z]:\\[^<>|"():]{0,190}>$/;
const PROMPT_ENDS = '$#%>✗';

/** Where a user's name begins that ends at `at`; `isGlued` when a word or a blank precedes it. */
function userBefore(tail: string, at: number): { at: number; isGlued: boolean } | undefined {
  let i = at;
  while (i > 0 && /\d/.test(tail[i - 1]!)) i--;
  while (i > 0 && /[a-z_-]/.test(tail[i - 1]!)) i--;
  if (i === at || !/[a-z_]/.test(tail[i]!)) return undefined;
  // `(venv) kim@…`
  const group = tail.slice(0, i).endsWith(') ') ? tail.lastIndexOf('(', i) : -1;
  if (group >= 0) return { at: group, isGlued: false };
  return { at: i, isGlued: i > 0 && /[\sA-Za-z_.-]/.test(tail[i - 1]!) };
}

/** A prompt with a host: `kim@shelf:~/till$ `. */
function hostPrompt(tail: string): ReturnType<typeof userBefore> {
  if (/\][$#%]$/.test(tail.slice(-2))) return undefined;
  const at = tail.lastIndexOf('@');
  return at > 0 && HOST.test(tail.slice(at)) ? userBefore(tail, at) : undefined;
}

/** Does a prompt stand behind a word, so that nobody knows where the word ends? */
export function hasGluedPrompt(text: string): boolean {
  if (!PROMPT_ENDS.includes(text.at(-1) ?? ' ')) return false;
  const found = hostPrompt(text.slice(-MAX_PROMPT_CHARS));
  return found !== undefined && found.at + Math.max(0, text.length - MAX_PROMPT_CHARS) > 0 && found.isGlued;
}

/** Where a prompt begins at the end of a line; -1 when there is none. */
function promptAt(tail: string): number {
  const host = hostPrompt(tail);
  if (host !== undefined) return host.isGlued ? -1 : host.at;
  const bracket = /\][$#%]$/.test(tail.slice(-2)) ? tail.lastIndexOf('[') : -1;
  if (bracket >= 0 && !tail.includes('=', bracket)) return bracket;
  const shell = tail.lastIndexOf('sh-');
  if (shell >= 0 && SHELL.test(tail.slice(shell)))
    return tail.slice(0, shell).endsWith('ba') ? shell - 2 : shell;
  const power = tail.lastIndexOf('PS ');
  if (power >= 0 && POWERSHELL.test(tail.slice(power))) return power;
  const drive = tail.lastIndexOf(':\\') - 1;
  if (drive >= 0 && DRIVE.test(tail.slice(drive)) && !'\\/(<"'.includes(tail[drive - 1] ?? ' ')) return drive;
  return tail.lastIndexOf('➜');
}

/** Removes a shell's prompt behind the text: who cut a log off often copied it, too. A line that is only a prompt stays. */
function withoutPrompt(text: string): string {
  const from = Math.max(0, text.length - MAX_PROMPT_CHARS);
  const at = promptAt(text.slice(from));
  if (at >= 0 && from + at > 0) return text.slice(0, from + at).trimEnd();
  if (/[)\]'"\d.!*][$#%]$/.test(text.slice(-2))) return text.slice(0, -1);
  // A name that was mangled has more than one.
  const isOnly = text.endsWith('$') && text.indexOf('$') === text.length - 1 && !text.includes('@');
  return isOnly ? text.slice(0, -1) : text;
}

/** The text without backticks at its end. */
function withoutBackticks(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '`') end--;
  return text.slice(0, end);
}

/** `_Italics_` around a line; names of symbols begin like that, too. */
const isItalic = (text: string): boolean => /^_[A-Z][a-z]{0,30} /.test(text) && text.endsWith('_');

/** `**bold**` and `` `code` `` around a line; glibc begins lines with three stars, Valgrind with two and a number. */
function withoutMarks(text: string): string {
  if (text.startsWith('```')) return withoutBackticks(text.replace(/^`{3,}/, ''));
  if (text.endsWith('```')) return withoutBackticks(text);
  const first = text.trimStart();
  if (first.startsWith('**')) {
    if (/^\*{5} .*\*\*$/s.test(first)) return first.slice(2, -2);
    if (first[2] === '*' || /^\*\*\d+\*\*/.test(first)) return text;
    const bold = first.slice(2);
    // Three stars are the program's own.
    const end = bold.endsWith('**') ? bold.length - 2 : bold.search(/(?<!\*)\*\*(?!\*)/);
    return end < 0 ? bold : bold.slice(0, end) + bold.slice(end + 2);
  }
  if (text.length > 2 && (text[0] === '`' || text.endsWith('`'))) {
    const inner = text.slice(text[0] === '`' ? 1 : 0, text.endsWith('`') ? -1 : undefined);
    // Of a line with code in it, prose stays prose.
    return inner.includes('`') && !/`[^`']*'/.test(inner) ? text : inner;
  }
  return text;
}

const decode = (whole: string, name: string): string => {
  if (name[0] !== '#') return ENTITIES[name] ?? whole;
  const code = /^#[xX]/.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return code >= 32 && code < 256 ? String.fromCharCode(code) : whole;
};

/** The line as the tool printed it, where a page or an XML file holds it. */
export const unescaped = (text: string): string => (text.includes('&') ? text.replace(ENTITY, decode) : text);

/** Removes marks around a line. */
export function withoutMarkup(raw: string): string {
  let text = raw;
  if (STRANGE.test(text)) {
    text = text.replace(INVISIBLE, '').replace(FIXED, ' ');
    if (text.includes('\r')) text = text.replace(/^\r+/, '').trimEnd().replace(RESET, ' ');
  }
  const last = text.trimEnd().at(-1);
  if (last === undefined) return text;
  const first = text[0];
  if (last === '>') text = text.trimEnd().replace(TAGS_BEHIND, '');
  if ((first === '<' || first === ' ') && TAGS_BEFORE.test(text)) text = text.replace(TAGS_BEFORE, '');
  if (first === '[' && COLOUR_BEFORE.test(text)) text = text.replace(COLOUR_BEFORE, '');
  if (last === 'm') text = text.trimEnd().replace(COLOUR_BEHIND, '');
  if (text.includes('](')) text = text.replace(LINK, unlinked);
  return text;
}

/** Removes marks of Markdown and a prompt; the text is as `withoutMarkup` and the removal of prefixes left it. */
export function withoutFrame(raw: string): string {
  let text = raw;
  if (text === '') return text;
  const last = text[text.length - 1]!;
  if (text[0] === '*' || text[0] === '`' || text[0] === ' ' || last === '`') text = withoutMarks(text);
  else if (last === '_' && isItalic(text)) text = text.slice(1, -1);
  if (PROMPT_ENDS.includes(last)) text = withoutPrompt(text);
  return text;
}
