/**
 * Frames of Valgrind's XML that were read before. The errors of a long document differ in few frames: most of its text is frames
 * that stand in it thousands of times.
 */
import { GREATER, isTag, SLASH, tagAt } from './xml-markup.js';
import { hasBadEntity, newNode, type Node } from './xml-node.js';

export const FRAME = 'frame';
const END = '</frame>';

/** What Valgrind says of a frame. */
const WORDS = new Set(['ip', 'obj', 'fn', 'dir', 'file', 'line']);

/** Different frames that are kept, and UTF-16 units of the longest. */
const MAX_KEPT = 4096;
const MAX_CHARS = 2000;

/** By the text between the tags. */
export type Frames = Map<string, Node>;

/** A copy that does not hold the text that it was cut from. */
const copyOf = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');

const skipBlanks = (text: string, at: number): number => {
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
};

/** A frame of Valgrind's words, each with nothing but text; undefined for another one. */
const read = (text: string): Node | undefined => {
  const children: Node[] = [];
  for (let at = skipBlanks(text, 0); at < text.length; at = skipBlanks(text, at)) {
    const tag = tagAt(text, at);
    if (text[at] !== '<' || !isTag(tag) || tag.isEnd || tag.isEmpty || !WORDS.has(tag.name)) return undefined;
    const close = text.indexOf('<', tag.close + 1);
    const end = close + tag.name.length + 2;
    if (close < 0 || text.charCodeAt(close + 1) !== SLASH || text.charCodeAt(end) !== GREATER)
      return undefined;
    if (!text.startsWith(tag.name, close + 2)) return undefined;
    const node = newNode(tag.name);
    node.text = text.slice(skipBlanks(text, tag.close + 1), close);
    if (hasBadEntity(node.text)) return undefined;
    children.push(node);
    at = end + 1;
  }
  return children.length === 0 ? undefined : { ...newNode(FRAME), children };
};

/**
 * The frame whose content begins at `at`, and where the text behind its end begins. Undefined when it is not there completely, or
 * is to be read like any other element.
 */
export function frameAt(frames: Frames, text: string, at: number): { node: Node; end: number } | undefined {
  const close = text.indexOf(END, at);
  if (close < 0 || close - at > MAX_CHARS) return undefined;
  const inside = text.slice(at, close);
  let node = frames.get(inside);
  if (node === undefined) {
    if (frames.size >= MAX_KEPT) return undefined;
    const copy = copyOf(inside);
    node = read(copy);
    if (node === undefined) return undefined;
    frames.set(copy, node);
  }
  return { node, end: close + END.length };
}
