/**
 * Replaces secrets in text that leaves the process by the name of a variable: those whose value is known, wherever they
 * stand, and those of a known form.
 */
import { secretsByForm, type Span } from './forms.js';
import { isOrdinary, NAMELESS } from './names.js';
import type { Secret } from './secrets.js';
import { variantsOf } from './variants.js';

/** A part of a text, or a secret in it. */
export type Piece = { text: string } | { secret: string };

export type Redactor = {
  /** The text with `$NAME` in place of each secret. */
  text: (text: string) => string;
  /** The same, with as many lines as before. */
  lines: (text: string) => string;
  /** The text in pieces, for those who quote it. */
  pieces: (text: string) => Piece[];
  /** A copy of a JSON value without secrets in its strings. Parts without any are not copied. */
  deep: <T>(value: T) => T;
};

/**
 * How far a value reaches: it is replaced wherever it stands (`anywhere`), only as a word of its own, or never. Short or
 * plain ones would also hit what is no secret: `1`, `true`, the name of a function.
 */
const reachOf = (value: string): 'anywhere' | 'word' | 'plain word' | 'never' => {
  if (value.length < 6 || isOrdinary(value)) return 'never';
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((k) => k.test(value)).length;
  if (value.length >= 12 || (value.length >= 8 && kinds > 1)) return 'anywhere';
  return /^[A-Za-z]+$/.test(value) ? 'plain word' : 'word';
};

const escaped = (literal: string): string => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

type Values = { pattern: RegExp; names: ReadonlyMap<string, string> };

/** One pattern for all values, the longest first. Undefined if there is none. */
const valuesOf = (secrets: readonly Secret[]): Values | undefined => {
  const names = new Map<string, string>();
  const groups = { anywhere: [] as string[], word: [] as string[], 'plain word': [] as string[] };
  const add = (value: string, name: string): void => {
    const reach = reachOf(value);
    if (reach === 'never' || names.has(value)) return;
    names.set(value, name);
    groups[reach].push(value);
  };
  for (const { name, value } of secrets) add(value, name);
  for (const { name, value } of secrets) for (const variant of variantsOf(value)) add(variant, name);
  const any = (values: string[]): string =>
    values
      .sort((a, b) => b.length - a.length)
      .map(escaped)
      .join('|');
  const parts = [
    any(groups.anywhere),
    groups.word.length ? `(?<![A-Za-z0-9_])(?:${any(groups.word)})(?![A-Za-z0-9_])` : '',
    // Not a directory, a file or a part of a longer name.
    groups['plain word'].length ? `(?<![\\w/.-])(?:${any(groups['plain word'])})(?![\\w/-]|\\.\\w)` : '',
  ].filter(Boolean);
  // regexes: built from literals, each of which matches itself alone
  return parts.length > 0 ? { pattern: new RegExp(parts.join('|'), 'g'), names } : undefined;
};

const byValue = (text: string, values: Values | undefined): Span[] => {
  if (values === undefined || text.length < 6) return [];
  const found: Span[] = [];
  values.pattern.lastIndex = 0;
  for (let m = values.pattern.exec(text); m; m = values.pattern.exec(text))
    found.push({ start: m.index, end: m.index + m[0].length, name: values.names.get(m[0]) ?? NAMELESS });
  return found;
};

/** Overlapping places as one, under the name of the first of them, or of a value that is known. */
const merged = (known: readonly Span[], formed: readonly Span[]): Span[] => {
  const all = [...known, ...formed].sort((a, b) => a.start - b.start);
  const spans: Span[] = [];
  for (const s of all) {
    const last = spans.at(-1);
    if (last === undefined || s.start >= last.end) spans.push({ ...s });
    else {
      last.end = Math.max(last.end, s.end);
      if (known.includes(s) || last.name === NAMELESS) last.name = s.name;
    }
  }
  return spans;
};

/** Keys whose values are ids of the matrix or of the catalogue. Other parts of a report refer to them. */
const IDS = new Set(['id', 'cell', 'suite', 'binding', 'builder', 'gate', 'fingerprint', 'hazard', 'kind']);

/** Texts whose results are kept: how many, and how long they may be. */
const KNOWN_TEXTS = 50_000;
const KNOWN_LENGTH = 400;

/** A redactor that knows these secrets. */
export const makeRedactor = (secrets: readonly Secret[]): Redactor => {
  const values = valuesOf(secrets);
  const spansOf = (text: string): Span[] => {
    const known = byValue(text, values);
    const formed = secretsByForm(text);
    return known.length + formed.length === 0 ? [] : merged(known, formed);
  };
  const replaced = (text: string, stand: (s: Span) => string): string => {
    let out = '';
    let at = 0;
    for (const s of spansOf(text)) {
      out += text.slice(at, s.start) + stand(s);
      at = s.end;
    }
    return at === 0 ? text : out + text.slice(at);
  };
  // Reports repeat names and paths thousands of times.
  const known = new Map<string, string>();
  const text: Redactor['text'] = (t) => {
    const before = known.get(t);
    if (before !== undefined) return before;
    const safe = replaced(t, (s) => `$${s.name}`);
    if (t.length <= KNOWN_LENGTH && known.size < KNOWN_TEXTS) known.set(t, safe);
    return safe;
  };
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (typeof value !== 'object' || value === null) return value;
    // Nearly nothing is secret: a copy is made only of what holds some.
    if (Array.isArray(value)) {
      let copy: unknown[] | undefined;
      for (let i = 0; i < value.length; i++) {
        const safe = deep(value[i]);
        if (safe !== value[i]) (copy ??= [...(value as unknown[])])[i] = safe;
      }
      return copy ?? value;
    }
    const all = value as Record<string, unknown>;
    let copy: Record<string, unknown> | undefined;
    // The keys of a JSON value are its own; a list of them would be made for each of millions of frames.
    for (const k in all) {
      const v = all[k];
      if (typeof v === 'number' || typeof v === 'boolean' || (typeof v === 'string' && IDS.has(k))) continue;
      const safe = deep(v);
      if (safe !== v) (copy ??= { ...all })[k] = safe;
    }
    return copy ?? value;
  };
  return {
    text,
    lines: (t) =>
      replaced(t, (s) => `$${s.name}${'\n'.repeat(t.slice(s.start, s.end).split('\n').length - 1)}`),
    pieces: (t) => {
      const pieces: Piece[] = [];
      let at = 0;
      for (const s of spansOf(t)) {
        if (s.start > at) pieces.push({ text: t.slice(at, s.start) });
        pieces.push({ secret: s.name });
        at = s.end;
      }
      if (at < t.length) pieces.push({ text: t.slice(at) });
      return pieces;
    },
    deep: <T>(value: T) => deep(value) as T,
  };
};

/** Knows no values, only forms. */
export const BY_FORM = makeRedactor([]);
