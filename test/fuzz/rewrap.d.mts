import type { Diagnostic, Parsed } from '../../src/model/diagnostic.js';

export type Rewrap = { name: string; fits: (text: string) => boolean; change: (text: string) => string };
export const REWRAPS: readonly Rewrap[];
export type Facts = {
  diagnostics: Omit<Diagnostic, 'log'>[];
  unread: number;
  complete: boolean;
  missing: string[];
};
export function facts(parsed: Parsed): Facts;
