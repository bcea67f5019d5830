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

const [SLASH, GREATER, LESS] = [0x2f, 0x3e, 0x3c];

const isBlank = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d);
/** Letters and `_`, and behind the first digits, `-`, `.` and `:`. */
const isNameCode = (code: number, isFirst: boolean): boolean =>
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  (code >= 0x41 && code <= 0x5a) ||
  (!isFirst && ((code >= 0x30 && code <= 0x3a) || code === 0x2d || code === 0x2e));

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
      name: text.slice(from, to),
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
