/** Captured logs of the parsers, and the laws that every reader keeps on them. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { parseText } from '../../src/parsers/index.js';

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

/** Law 3: over every prefix diagnostics never decrease, and a begun report never ends clean. */
export const expectPrefixLaw = (text: string): void => {
  const step = Math.max(1, Math.floor(text.length / 400));
  let before = 0;
  for (let end = 0; end <= text.length; end += step) {
    const { diagnostics } = parseText(text.slice(0, end));
    expect(diagnostics.length, `prefix of ${end}`).toBeGreaterThanOrEqual(before);
    before = diagnostics.length;
  }
};
