/** The index of literals against a search for each of them. */
import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { holds, indexOf } from '../../src/parsers/engine/literal-index.js';
import type { LineReader } from '../../src/parsers/engine/reader.js';
import { READERS } from '../../src/parsers/index.js';

const reader = (more: Partial<LineReader>): LineReader => ({
  kind: 'lines',
  tools: ['asan'],
  literals: ['never so'],
  markers: [],
  make: () => ({ line: () => 'ignored', end: () => [] }),
  ...more,
});

const concerned = (readers: readonly LineReader[], text: string): number[] => {
  const set = indexOf(readers).readersOf(text);
  return readers.flatMap((_, i) => (holds(set, i) ? [i] : []));
};

test('a line concerns the readers whose literals it holds, wherever they stand in it', () => {
  const literal = fc.string({ unit: fc.constantFrom('a', 'b', '=', ' '), minLength: 5, maxLength: 8 });
  const text = fc.array(fc.oneof(literal, fc.string({ unit: 'binary' })), { maxLength: 8 });
  fc.assert(
    fc.property(
      fc.array(fc.array(literal, { minLength: 1, maxLength: 4 }), { maxLength: 70 }),
      text,
      (all, parts) => {
        const line = parts.join('');
        const wanted = all.flatMap((ls, i) => (ls.some((l) => `${line} `.includes(l)) ? [i] : []));
        expect(
          concerned(
            all.map((literals) => reader({ literals })),
            line,
          ),
        ).toEqual(wanted);
      },
    ),
  );
});

it.each([
  ['a blank at the end that was trimmed', { literals: ['error: '] }, 'x.c:1: error:'],
  ['a literal that begins a line', { literals: ['\n*** '] }, '*** stack'],
])('%s', (_, more, text) => expect(concerned([reader({}), reader(more)], text)).toEqual([1]));

test('every reader of the table is found by each of its literals', () => {
  const index = indexOf(READERS);
  for (const [i, r] of READERS.entries())
    for (const l of r.literals) expect(holds(index.readersOf(`x ${l.replace('\n', '')}`), i), l).toBe(true);
});
