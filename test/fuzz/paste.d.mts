import type { Diagnostic, Parsed } from '../../src/model/diagnostic.js';

export type Paste = { kind: 'same' | 'part' | 'both'; apply(text: string, other: string): string };
export const PASTES: Readonly<Record<string, Paste>>;
/** Transformations under which the law is not kept for every log yet. */
export const NOT_YET: ReadonlySet<string>;
export function brokenPaste(
  reader: { parse(text: string): Parsed; functionOf(d: Diagnostic): string | undefined },
  paste: Paste,
  text: string,
  second: string,
): string | undefined;
