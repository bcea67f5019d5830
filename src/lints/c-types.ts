/** What rustc says of types in declarations, in terms of C. Pure. Source: rustc_lint, messages.ftl and types/improper_ctypes.rs. */
import type { HazardId } from '../model/hazard.js';

export type UnsafeKind = { hazard: HazardId; listed?: true; ofLayout?: true };

/** By rustc's note. The first that fits counts. */
const KINDS: readonly (readonly [RegExp, UnsafeKind])[] = [
  [
    /\bslices have no C equivalent|trait objects have no C equivalent|represented as a single pointer/,
    { hazard: 'abi/arity' },
  ],
  [/`char` type has no C equivalent/, { hazard: 'abi/wrong-width' }],
  [/Rust-specific calling convention/, { hazard: 'abi/calling-convention' }],
  // Right on most machines, or nothing at all.
  [/128-bit integers/, { hazard: 'abi/wrong-width', listed: true }],
  [
    /has no fields|zero-sized|PhantomData|is non-exhaustive|has non-exhaustive variants/,
    { hazard: 'abi/struct-layout', listed: true },
  ],
  [/unspecified layout|no representation hint|enum has no/, { hazard: 'abi/struct-layout', ofLayout: true }],
];

/** What a type is that rustc calls improper. */
export const unsafeKind = (notes: readonly string[]): UnsafeKind =>
  KINDS.find(([words]) => notes.some((n) => words.test(n)))?.[1] ?? { hazard: 'abi/other' };

/** Whether a type as it is written is one pointer to something. */
export const isHandle = (code: string): boolean =>
  /^(?:Option\s*<\s*)?(?:\*\s*(?:const|mut)\b|&|(?:\w+::)*(?:Box|NonNull|Arc|Rc)\s*<)/.test(code.trim());

/** Bytes of a number. Signs and names are no difference to the machine. */
const BYTES: Record<string, string> = {
  ...{ i8: '1', u8: '1', bool: '1', i16: '2', u16: '2', i32: '4', u32: '4', i64: '8', u64: '8' },
  ...{ isize: '8', usize: '8', char: '4' },
};

const widthOf = (type: string): string => {
  const plain = type.trim().replace(/^.*::/, '');
  return /^(?:\*|&|(?:Option<)?(?:unsafe )?(?:extern |fn\b))/.test(type.trim())
    ? '8'
    : (BYTES[plain] ?? plain);
};

/** The types between the parentheses that begin at `open`, and where they end. */
const listAt = (text: string, open: number): { types: string[]; end: number } => {
  const types: string[] = [];
  let [depth, from] = [0, open + 1];
  for (let i = open; i < text.length; i++) {
    const c = text[i]!;
    if ('([<{'.includes(c)) depth++;
    // `->` closes nothing.
    else if (')]}'.includes(c) || (c === '>' && text[i - 1] !== '-')) depth--;
    if ((c === ',' && depth === 1) || depth === 0) {
      const type = text.slice(from, i).trim();
      if (type !== '') types.push(type);
      from = i + 1;
    }
    if (depth === 0) return { types, end: i };
  }
  return { types, end: text.length };
};

/** `unsafe extern "C" fn(i32, *const u8) -> i32`: its parameters, and its result last. */
const signature = (text: string): string[] | undefined => {
  const open = text.indexOf('fn(');
  if (open < 0) return undefined;
  const { types, end } = listAt(text, open + 2);
  const result = /^\s*->\s*(.+)$/s.exec(text.slice(end + 1))?.[1] ?? '()';
  return [...types, result];
};

const QUOTED = /`([^`]{1,4000})`/g;

/**
 * Two declarations of one function, by rustc's note (`expected …, found …`): with another number of arguments, or other
 * types. Those that only differ in what a number or a pointer is called are one to the machine.
 */
export const sameInC = (notes: readonly string[]): { hazard: HazardId; listed?: true } => {
  const text = notes.find((n) => n.includes('expected') && n.includes('found')) ?? '';
  const [a, b] = [...text.matchAll(QUOTED)].map((m) => signature(m[1]!)).filter((s) => s !== undefined);
  if (!a || !b) return { hazard: 'abi/other' };
  if (a.length !== b.length) return { hazard: 'abi/arity' };
  const same = a.every((type, i) => widthOf(type) === widthOf(b[i]!));
  return same ? { hazard: 'abi/wrong-signedness', listed: true } : { hazard: 'abi/wrong-width' };
};
