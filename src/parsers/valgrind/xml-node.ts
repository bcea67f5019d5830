/** Reading the tree of one Valgrind XML record, in document order. */
import type { Frame } from '../../model/diagnostic.js';
import { lookUp } from '../../model/look-up.js';
import type { Part } from './kinds.js';

/** An element: its own text as it stands in the file, without its children's; and its children in document order. */
export type Node = {
  name: string;
  text: string;
  children: Node[] | undefined;
  /** What a frame says, once it was asked: the same frame stands in many errors. */
  frame: Frame | undefined;
};

/** An element that nothing is known of but its name. */
export const newNode = (name: string): Node => ({
  name,
  text: '',
  children: undefined,
  frame: undefined,
});

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-z]{1,10}));|&/g;

/** The character that an entity stands for; undefined when it is none. */
const characterOf = (hex?: string, dec?: string, name?: string): string | undefined => {
  const code = hex ? Number.parseInt(hex, 16) : dec ? Number(dec) : undefined;
  if (code === undefined) return lookUp(ENTITIES, name);
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
};

/** Whether a text holds an entity that XML does not know. */
export const hasBadEntity = (text: string): boolean => {
  if (!text.includes('&')) return false;
  for (const [, hex, dec, name] of text.matchAll(ENTITY))
    if (characterOf(hex, dec, name) === undefined) return true;
  return false;
};

/** The words of an element: its text with entities replaced, and white space as one blank. Undefined when there are none. */
export function wordsOf({ text }: Node): string | undefined {
  if (text === '') return undefined;
  const plain = text.includes('&')
    ? text.replace(ENTITY, (entity, hex, dec, name) => characterOf(hex, dec, name) ?? entity)
    : text;
  const isWrapped = plain.includes('\n') || plain.includes('  ') || plain.includes('\t');
  return (isWrapped ? plain.replace(/\s+/g, ' ') : plain).trim() || undefined;
}

const child = (node: Node, name: string): Node | undefined => {
  if (node.children !== undefined) for (const c of node.children) if (c.name === name) return c;
  return undefined;
};

/** Children of that name, in order. */
export const all = (node: Node, name: string): Node[] => (node.children ?? []).filter((c) => c.name === name);

/** Words of the first element along the path, or undefined when absent or empty. */
export function textOf(node: Node, ...path: string[]): string | undefined {
  let at: Node | undefined = node;
  for (const name of path) at = at && child(at, name);
  return at && wordsOf(at);
}

/** `<frame>`: file and line need debug info, `<obj>` and `<fn>` a symbol table; `<ip>` is always there. */
export const frameOf = (node: Node): Frame => ({ ...(node.frame ??= readFrame(node)) });

function readFrame(node: Node): Frame {
  const fn = textOf(node, 'fn');
  const module = textOf(node, 'obj');
  const file = textOf(node, 'file');
  const dir = textOf(node, 'dir');
  const line = Number(textOf(node, 'line'));
  if (file && line > 0)
    return {
      kind: 'source',
      function: fn ?? '???',
      file: dir && !file.startsWith('/') ? `${dir}/${file}` : file,
      line,
      ...(module && { module }),
    };
  if (fn && file) return { kind: 'symbol', function: fn, file };
  if (module) return { kind: 'module', module, ...(fn && { function: fn }) };
  if (fn) return { kind: 'symbol', function: fn };
  return { kind: 'opaque', text: textOf(node, 'ip') ?? '???' };
}

/**
 * The stacks of an error and the lines that introduce them, in document order: a stack belongs to the line before it.
 * drd wraps further stacks in elements of their own.
 */
export function partsOf(error: Node, headline: string): Part[] {
  const parts: Part[] = [{ title: headline, frames: [] }];
  const into = (title: string): Part => {
    const part: Part = { title, frames: [] };
    parts.push(part);
    return part;
  };
  for (const element of error.children ?? []) {
    const { name } = element;
    if (name === 'stack') {
      const last = parts.at(-1);
      const part = last && last.frames.length === 0 ? last : into('');
      part.frames.push(...all(element, 'frame').map(frameOf));
    } else if (name === 'auxwhat') {
      const words = wordsOf(element);
      if (words !== undefined) into(words);
    } else if (name === 'xauxwhat') {
      const part = into(textOf(element, 'text') ?? wordsOf(element) ?? '');
      const thread = textOf(element, 'hthreadid');
      if (thread) part.thread = `#${thread}`;
    } else if (Object.hasOwn(WRAPPED, name)) {
      const what = textOf(element, 'what');
      const address = textOf(element, 'address');
      const part = into(WRAPPED[name]?.(what ?? '', address ?? '') ?? name);
      part.frames.push(...all(element, 'stack').flatMap((stack) => all(stack, 'frame').map(frameOf)));
    }
  }
  return parts;
}

/** drd's wrappers of further stacks → the line its text output prints above them. */
const WRAPPED: Record<string, (what: string, address: string) => string> = {
  confl_wait_call: (what) => what || 'Conflicting wait call',
  acquired_at: (what) => what || 'Acquired at:',
  first_observed_at: (what, address) => `${what} ${address} was first observed at:`,
  other_segment_start: (what) => what || 'Other segment start',
  other_segment_end: (what) => what || 'Other segment end',
};
