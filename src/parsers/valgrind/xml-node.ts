/** Reading the tree of one Valgrind XML record, in document order. */
import type { Frame } from '../../model/diagnostic.js';
import type { Part } from './kinds.js';
import type { Node } from './xml-record.js';

/** Children of that name, in order. */
export const all = (node: Node, name: string): Node[] =>
  (node.$$ ?? []).filter((child) => child['#name'] === name);

/** Text of the first element along the path, or undefined when absent or empty. */
export function textOf(node: Node, ...path: string[]): string | undefined {
  let at: Node | undefined = node;
  for (const name of path) at = at?.$$?.find((child) => child['#name'] === name);
  return at?._ || undefined;
}

/** `<frame>`: file and line need debug info, `<obj>` and `<fn>` a symbol table; `<ip>` is always there. */
export function frameOf(node: Node): Frame {
  const [fn, module, file, dir] = ['fn', 'obj', 'file', 'dir'].map((name) => textOf(node, name));
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
  for (const child of error.$$ ?? []) {
    const name = child['#name'];
    if (name === 'stack') {
      const last = parts.at(-1);
      const part = last && last.frames.length === 0 ? last : into('');
      part.frames.push(...all(child, 'frame').map(frameOf));
    } else if (name === 'auxwhat' && child._) into(child._);
    else if (name === 'xauxwhat') {
      const part = into(textOf(child, 'text') ?? child._ ?? '');
      const thread = textOf(child, 'hthreadid');
      if (thread) part.thread = `#${thread}`;
    } else if (Object.hasOwn(WRAPPED, name)) {
      const what = textOf(child, 'what');
      const address = textOf(child, 'address');
      const part = into(WRAPPED[name]?.(what ?? '', address ?? '') ?? name);
      part.frames.push(...all(child, 'stack').flatMap((stack) => all(stack, 'frame').map(frameOf)));
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
