/** The form of rustdoc's JSON, as far as foreign declarations need it. */
import type { Place } from '../../model/declaration.js';

/** A type in rustdoc's JSON: an object with one key, its kind. */
export type RustType = Record<string, unknown> | null;
export type RustSignature = { inputs: [string, RustType][]; output: RustType; is_c_variadic: boolean };
type Repr = { kind: string; align: number | null; packed: number | null; int: string | null };
export type Item = {
  crate_id: number;
  name: string | null;
  span: { filename: string; begin: [number, number] } | null;
  attrs: (string | { other?: string; repr?: Repr })[];
  inner: Record<string, unknown>;
};

/** Where the types that a crate names are found. */
export type Names = {
  item(id: number): Item | undefined;
  /** The full path of a type, with its crate first. */
  path(id: number): string[] | undefined;
  /** A type of another crate, with that crate's names. */
  foreign(path: readonly string[]): { item: Item; names: Names; id: number } | undefined;
  crate: string;
  place(item: Item): Place | undefined;
};

/** The attribute `repr`, which older rustdocs print as text. */
export const reprOf = (item: Item): Repr | undefined => {
  for (const a of item.attrs) {
    if (typeof a === 'object' && a.repr) return a.repr;
    const text = typeof a === 'string' ? a : (a.other ?? '');
    if (!text.startsWith('#[repr(')) continue;
    const words = text.slice('#[repr('.length);
    const number = (of: string): number | null => {
      // regexes: built from one of two fixed words
      const m = new RegExp(`\\b${of}(?:\\((\\d+)\\))?`).exec(words);
      return m ? Number(m[1] ?? 1) : null;
    };
    const kind = /\bC\b/.test(words) ? 'c' : /\btransparent\b/.test(words) ? 'transparent' : 'rust';
    const integer = /\b[iu](?:8|16|32|64|128|size)\b/.exec(words)?.[0] ?? null;
    return { kind, align: number('align'), packed: number('packed'), int: integer };
  }
  return undefined;
};

/** rustdoc's output for one crate. */
export type Crate = {
  root: number;
  format_version: number;
  index: Record<string, Item>;
  paths: Record<string, { crate_id: number; path: string[]; kind: string }>;
};

/**
 * Versions of the format that are read, both ends tried. Its authors change it every few weeks, and a reading of an
 * unknown one might be wrong without a sign of it.
 */
export const FORMATS = { from: 57, to: 61 };
