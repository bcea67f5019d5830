/** Markup of XML: tags, and sections that hold no tags. */

/** UTF-16 units of a tag: a longer one is none of Valgrind's. */
const MAX_TAG_CHARS = 300;

export type Tag = {
  name: string;
  /** Where its `>` is. */
  close: number;
  isEnd: boolean;
  /** `<name/>` */
  isEmpty: boolean;
};

/** Comments, processing instructions and CDATA; only the latter's content is text. */
export type Section = { start: string; end: string; isText: boolean };
const SECTIONS: readonly Section[] = [
  { start: '<![CDATA[', end: ']]>', isText: true },
  { start: '<!--', end: '-->', isText: false },
  { start: '<?', end: '?>', isText: false },
];

export const SLASH = 0x2f;
export const GREATER = 0x3e;
const LESS = 0x3c;

const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);
/** Letters and `_`, and behind the first digits, `-`, `.` and `:`. */
const isNameCode = (code: number, isFirst: boolean): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  (code >= 0x41 && code <= 0x5a) ||
  (!isFirst && ((code >= 0x30 && code <= 0x3a) || code === 0x2d || code === 0x2e));

/** Valgrind's own names, by their length: one of them need not be cut out of the text again and again. */
const KNOWN: readonly (readonly string[])[] = (() => {
  const all = (
    'valgrindoutput error fatal_signal announcethread status preamble args errorcounts suppcounts clientmsg pid ppid tool ' +
    'protocoltool protocolversion usercomment logfilequalifier stack frame xwhat xauxwhat suppression sframe pair vargv argv ' +
    'first_observed_at confl_wait_call acquired_at other_segment_start other_segment_end ip obj fn dir file line tid kind what ' +
    'auxwhat unique count name text hthreadid leakedbytes leakedblocks threadname state time exe arg sname skind rawtext signo ' +
    'signame sicode siaddr address size'
  ).split(' ');
  const byLength: string[][] = [];
  for (const name of all) (byLength[name.length] ??= []).push(name);
  return byLength;
})();

const nameAt = (text: string, from: number, to: number): string => {
  for (const name of KNOWN[to - from] ?? []) if (text.startsWith(name, from)) return name;
  return text.slice(from, to);
};

/** The tag that begins with the `<` at `open`; 'incomplete' when its end, or what tells that it is one, is not there yet. */
export function tagAt(text: string, open: number): Tag | 'incomplete' | undefined {
  const { length } = text;
  const isEnd = text.charCodeAt(open + 1) === SLASH;
  const from = isEnd ? open + 2 : open + 1;
  let at = from;
  while (at < length && isNameCode(text.charCodeAt(at), at === from)) at++;
  const to = at;
  if (to === from) return couldBecome(text, open) ? 'incomplete' : undefined;
  const most = Math.min(length, open + MAX_TAG_CHARS);
  let code = text.charCodeAt(at);
  // Attributes.
  if (code !== GREATER && code !== SLASH && at < length && !isBlank(code)) return undefined;
  while (at < most && code !== GREATER && code !== LESS) code = text.charCodeAt(++at);
  if (at < most && code === GREATER)
    return {
      name: nameAt(text, from, to),
      close: at,
      isEnd,
      isEmpty: !isEnd && text.charCodeAt(at - 1) === SLASH,
    };
  return at < length || length - open >= MAX_TAG_CHARS ? undefined : 'incomplete';
}

export const isTag = (tag: Tag | 'incomplete' | undefined): tag is Tag => typeof tag === 'object';

/** Whether more text could make the `<` at `open` a tag or a section. */
const couldBecome = (text: string, open: number): boolean => {
  const there = text.slice(open, open + 9);
  return (
    there === '<' || there === '</' || SECTIONS.some((s) => s.start !== there && s.start.startsWith(there))
  );
};

/** The section that begins at `open`, if one does. */
export const sectionAt = (text: string, open: number): Section | undefined =>
  SECTIONS.find((s) => text.startsWith(s.start, open));
