/**
 * XML as a tree of elements, read by saxes. Entities that a DTD declares are neither looked up nor expanded: a reference to one stays
 * text as it is written, so there is nothing to fetch and nothing that grows.
 */
import { SaxesParser } from 'saxes';

/** `name`: without its namespace's prefix. `text`: what stands directly in it, CDATA included. */
export type Element = {
  name: string;
  attributes: Readonly<Record<string, string>>;
  text: string;
  children: Element[];
};

/** Where a document breaks off being well-formed; line and column count from 1. */
export class XmlError extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(message);
  }
}

const PREDEFINED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Other entities than those of XML stay as they are written: a DTD declares them, or HTML does, whose names Maven knows (`&oslash;`). */
const ENTITIES = new Proxy(PREDEFINED, {
  get: (known, name) => {
    const entity = String(name);
    if (Object.hasOwn(known, entity)) return known[entity];
    return /^[\w.:-]{1,100}$/.test(entity) ? `&${entity};` : undefined;
  },
});

/** Manifests nest ten deep. Looking up a namespace takes as long as its element is deep. */
const DEEPEST = 200;

/** The root element. Throws `XmlError` where the text is not well-formed XML with namespaces. */
export const parseXml = (text: string): Element => {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const fail = (reason: string): void => {
    throw new XmlError(reason.replace(/\.$/, ''), parser.line, Math.max(1, parser.column));
  };
  const root: Element = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  const add = (part: string): void => {
    open.at(-1)!.text += part;
  };
  parser.ENTITIES = ENTITIES;
  parser.on('error', ({ message }) => fail(message));
  parser.on('opentagstart', () => {
    if (open.length > DEEPEST) fail(`elements are nested deeper than ${DEEPEST} levels`);
  });
  parser.on('opentag', (tag) => {
    const attributes = Object.fromEntries(Object.values(tag.attributes).map((a) => [a.local, a.value]));
    const element: Element = { name: tag.local, attributes, text: '', children: [] };
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on('closetag', () => void open.pop());
  parser.on('text', add);
  parser.on('cdata', add);
  parser.write(text).close();
  return root.children[0]!;
};

/** The elements behind a path of names: all of them, where a name stands several times. */
export const elementsAt = (from: Element, ...names: string[]): Element[] =>
  names.reduce<Element[]>(
    (found, name) => found.flatMap((e) => e.children.filter((c) => c.name === name)),
    [from],
  );

/** The text of the first element behind a path of names, without blanks around it. */
export const textAt = (from: Element, ...names: string[]): string | undefined =>
  elementsAt(from, ...names)[0]?.text.trim();

/** An element and all below it; an element that is not wanted is left out with all that it holds. */
export const descendants = (from: Element, isWanted: (e: Element) => boolean = () => true): Element[] =>
  isWanted(from) ? [from, ...from.children.flatMap((child) => descendants(child, isWanted))] : [];
