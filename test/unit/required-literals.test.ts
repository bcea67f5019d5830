/** Words without which an expression cannot match. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { requiredLiterals } from '../../src/parsers/engine/required-literals.js';
import { PASTED_READERS } from '../../src/parsers/index.js';

test.each<[RegExp, readonly string[] | undefined]>([
  [/abcd/, ['abcd']],
  [/^\babcd: \S/, ['abcd: ']],
  [/abcd?efgh/, ['efgh']],
  [/abcd+efghi/, ['efghi']],
  [/abcd{0,3}xy/, undefined],
  [/\(?:abcd\)/, [':abcd)']],
  [/(?:abcd|efgh)i/, ['abcd', 'efgh']],
  [/(?:abcd|e)i/, undefined],
  [/(?:abcd)?efg/, undefined],
  [/abcd|efgh/, ['abcd', 'efgh']],
  [/abcd|\d+/, undefined],
  [/(?!abcd)ef/, undefined],
  [/(?<!abcd)efgh/, ['efgh']],
  [/[abcd]efgh/, ['efgh']],
  [/[\]abcd]efgh/, ['efgh']],
  [/abcd/i, undefined],
  [/a\.b\/c\u00e9defghi/, ['defghi']],
  [/abcd(?:ef(?:gh|ij)|klmnop)/, ['abcd']],
  [/\*\*\* (?:Error|glibc detected)/, ['Error', 'glibc detected']],
])('%s', (expression, words) => expect(requiredLiterals(expression)).toEqual(words));

describe('whatever the words of a reader match holds one of them', () => {
  const root = new URL('../logs/', import.meta.url);
  const lines = new Set(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((f) => f.endsWith('.log'))
      .flatMap((f) => readFileSync(new URL(f, root), 'utf8').split('\n')),
  );
  const all = PASTED_READERS.flatMap((r) => [
    ...r.markers.flatMap(({ words, opening }) => (opening instanceof RegExp ? [words, opening] : [words])),
    ...(r.traces ?? []),
    ...(r.frames ?? []),
    ...(r.ends ?? []),
  ]);
  it('in every captured log', () => {
    let matched = 0;
    for (const expression of new Set(all)) {
      const words = requiredLiterals(expression);
      if (words === undefined) continue;
      for (const line of lines) {
        if (!expression.test(line)) continue;
        matched++;
        expect({ expression, line, holds: words.some((w) => line.includes(w)) }).toMatchObject({
          holds: true,
        });
      }
    }
    expect(matched).toBeGreaterThan(100);
  });
  it('and most of them have some', () => {
    const without = all.filter((e) => requiredLiterals(e) === undefined);
    expect(without.length).toBeLessThan(all.length / 3);
  });
});
