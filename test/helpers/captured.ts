/** Captured logs of the parsers, and the laws that every reader keeps on them. */
import { readdirSync, readFileSync } from 'node:fs';
import { parseText } from '../../src/parsers/index.js';
import { expectPrefixLaw as expectLaw } from './prefix-law.js';

const root = new URL('../logs/', import.meta.url);

/** The text of `test/logs/<tool>/<name>.log`. */
export const captured = (tool: string, name: string): string =>
  readFileSync(new URL(`${tool}/${name}.log`, root), 'utf8');

/** The captured logs of a tool, by name without `.log`. */
export const namesOf = (tool: string): string[] =>
  readdirSync(new URL(`${tool}/`, root))
    .filter((f) => f.endsWith('.log'))
    .map((f) => f.slice(0, -4))
    .sort();

/** `rule = hazard` of every diagnostic of a log, in order. */
export const verdicts = (tool: string, name: string): string[] =>
  parseText(captured(tool, name)).diagnostics.map((s) => `${s.rule} = ${s.hazard}`);

/** Law 3 over a text, read by all readers. */
export const expectPrefixLaw = (text: string): void => expectLaw(text, parseText);
