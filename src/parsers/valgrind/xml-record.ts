/**
 * One complete XML element as a tree. Valgrind's XML uses no attributes that mean anything, no namespaces and no document types,
 * so that this is a tenth of the work of a general parser; what is not well-formed is refused all the same.
 */
import { lookUp } from '../../model/look-up.js';

/** An element: its own text, trimmed, without its children's; and its children in document order. */
export type Node = { '#name': string; _?: string; $$?: Node[] };

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const NAME = /^[A-Za-z_][\w.:-]*$/;
/** Elements inside each other. */
const MAX_DEPTH = 100;

/** The text with its entities replaced; undefined when one is none. */
const decoded = (text: string): string | undefined => {
  if (!text.includes('&')) return text;
  let isValid = true;
  const plain = text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]{1,10}));|&/g,
    (_, hex, dec, name) => {
      const code = hex ? Number.parseInt(hex, 16) : dec ? Number(dec) : undefined;
      if (code !== undefined && code <= 0x10ffff) return String.fromCodePoint(code);
      const known = lookUp(ENTITIES, name as string | undefined);
      if (known === undefined) isValid = false;
      return known ?? '';
    },
  );
  return isValid ? plain : undefined;
};

/** The element that `text` is; undefined when it is not exactly one well-formed element. Linear; never throws. */
export function parseElement(text: string): Node | undefined {
  const outside: Node = { '#name': '' };
  const path: Node[] = [outside];
  const add = (words: string): void => {
    const at = path.at(-1)!;
    at._ = at._ === undefined ? words : at._ + words;
  };
  const finish = (node: Node): void => {
    const own = node._?.trim();
    if (own) node._ = own;
    else delete node._;
  };
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('<', at);
    const words = decoded(text.slice(at, open < 0 ? text.length : open));
    if (words === undefined) return undefined;
    if (words !== '') add(words);
    if (open < 0) break;
    const special = text[open + 1] === '!' || text[open + 1] === '?';
    if (special) {
      const [start, end] = text.startsWith('<![CDATA[', open)
        ? ['<![CDATA[', ']]>']
        : text.startsWith('<!--', open)
          ? ['<!--', '-->']
          : ['<?', '?>'];
      if (!text.startsWith(start, open)) return undefined;
      const close = text.indexOf(end, open + start.length);
      if (close < 0) return undefined;
      if (end === ']]>') add(text.slice(open + start.length, close));
      at = close + end.length;
      continue;
    }
    const close = text.indexOf('>', open);
    if (close < 0) return undefined;
    at = close + 1;
    if (text[open + 1] === '/') {
      const node = path.pop()!;
      if (node['#name'] !== text.slice(open + 2, close).trimEnd() || path.length === 0) return undefined;
      finish(node);
      continue;
    }
    const empty = text[close - 1] === '/';
    const tag = text.slice(open + 1, empty ? close - 1 : close);
    const space = tag.search(/\s/);
    const name = space < 0 ? tag : tag.slice(0, space);
    if (!NAME.test(name) || path.length > MAX_DEPTH) return undefined;
    const node: Node = { '#name': name };
    (path.at(-1)!.$$ ??= []).push(node);
    if (!empty) path.push(node);
  }
  finish(outside);
  return path.length === 1 && outside._ === undefined && outside.$$?.length === 1 ? outside.$$[0] : undefined;
}
