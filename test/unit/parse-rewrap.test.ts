/**
 * Law 3 over forms of one log: white space that its format gives no meaning to, the stream that holds it, and the lengths of its
 * lines change neither findings nor completeness; what is passed over all the same makes it incomplete. A new form is a row of
 * test/fuzz/rewrap.mjs. `npm run conformance -- DIR --forms` checks the same on a collection of logs.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { Diagnostic, Parsed } from '../../src/model/diagnostic.js';
import { parseText } from '../../src/parsers/index.js';
import { facts, REWRAPS } from '../fuzz/rewrap.mjs';
import { sifted } from '../helpers/sifted.js';

const root = new URL('../logs/', import.meta.url);
const LOGS = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((f) => /\.(?:log|xml)$/.test(f))
  .sort()
  .map((name) => ({ name, text: readFileSync(new URL(name, root), 'utf8') }));

describe.each(REWRAPS)('$name', ({ fits, change }) => {
  const logs = LOGS.filter(({ text }) => fits(text));
  test('there are logs that it fits', () => expect(logs).not.toEqual([]));
  it.each(logs)('$name has the same findings', ({ text }) => {
    const wanted = facts(parseText(text));
    const changed = change(text);
    expect(facts(parseText(changed))).toEqual(wanted);
    expect(facts(sifted(changed))).toEqual(wanted);
  });
});

/** More than is kept of a line of text in one piece of a long line, and more than is kept of any line. */
const LENGTHS = [70_000, 9_000_000];

const isClean = (p: Parsed): boolean => p.complete && p.unread.length === 0;
const withoutFrames = (d: readonly Diagnostic[]): string =>
  JSON.stringify(d.map((x) => ({ ...x, stacks: x.stacks.map((s) => ({ ...s, frames: [] })) })));
/** Functions whose names are no words of the tool. */
const functionsOf = (text: string): string[] => {
  const { diagnostics } = parseText(text);
  const words = withoutFrames(diagnostics);
  const names = diagnostics
    .flatMap((d) => d.stacks.flatMap((s) => s.frames))
    .map((f) => ('function' in f ? f.function : undefined));
  return [...new Set(names)].filter(
    (n): n is string =>
      n !== undefined && /^[A-Za-z_]\w{2,}$/.test(n) && !words.includes(n) && text.split(n).length <= 8,
  );
};

describe('a function whose name is long', () => {
  const cases = LOGS.flatMap(({ name, text }) =>
    functionsOf(text)
      .slice(-1)
      .map((fn) => ({ name, text, fn })),
  );
  test('stands in logs of most tools', () =>
    expect(new Set(cases.map(({ name }) => name.split('/')[0])).size).toBeGreaterThan(12));
  it.each(cases)('$fn in $name', ({ text, fn }) => {
    const wanted = facts(parseText(text));
    for (const length of LENGTHS) {
      const long = `${fn}_${'l'.repeat(length)}`;
      const parsed = parseText(text.replaceAll(fn, long));
      expect(parsed.diagnostics.map((d) => d.rule)).toEqual(wanted.diagnostics.map((d) => d.rule));
      if (isClean(parsed))
        expect(JSON.stringify(facts(parsed)).replaceAll(long, fn)).toBe(JSON.stringify(wanted));
    }
  });
});
