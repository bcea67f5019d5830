/**
 * The laws of every parser, over the captured logs cut anywhere, over changes that real life makes to them, and over bytes
 * that no tool printed. `npm run fuzz` does the same for as long as you like.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hazard } from '../../src/model/hazards.js';
import { tableOf } from '../../src/parsers/engine/table.js';
import { makeLogParser } from '../../src/parsers/log.js';
import { openLog, READERS } from '../../src/parsers/index.js';
import { broken, parse as parseWith, type Parsers } from '../fuzz/laws.mjs';
import { CHANGES, mutate, type ChangeKind } from '../fuzz/mutate.mjs';

const parsers: Parsers = { openLog, makeLogParser, tableOf, READERS, hazard };
const parse = (text: string) => parseWith(parsers, text);

const root = new URL('../logs/', import.meta.url);
const names = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((f) => /\.(?:log|xml)$/.test(f))
  .sort();
const logs = names.map((f) => readFileSync(new URL(f, root), 'utf8'));

/** Cuts tried for one log: every line's end of most logs, evenly spread ones of the longest, and as many in mid-line. */
const CUTS = 150;

/** Ends of lines, and as many places that a fixed rule scatters over the text. */
const cutsOf = (text: string): number[] => {
  const ends = [...text.matchAll(/\n/g)].map((m) => m.index + 1);
  const step = Math.ceil(ends.length / CUTS);
  const scattered = ends.map((_, i) => Math.floor(((i * 0.618_033_988_75) % 1) * text.length));
  return [...ends, ...scattered].filter((_, i) => i % step === 0).sort((a, b) => a - b);
};

describe('every prefix of', () => {
  it.each(names.map((name, i) => ({ name, text: logs[i]! })))('$name', ({ text }) => {
    let most = 0;
    for (const at of cutsOf(text)) {
      const { diagnostics, complete, missing } = parse(text.slice(0, at));
      expect(diagnostics.length, `findings at ${at}`).toBeGreaterThanOrEqual(most);
      most = diagnostics.length;
      if (diagnostics.some((s) => !s.complete)) expect(complete, `a cut report at ${at}`).toBe(false);
      expect(missing.filter((m) => m.startsWith('a reader failed'))).toEqual([]);
    }
    expect(parse(text).diagnostics.length).toBeGreaterThanOrEqual(most);
  });
});

const change = fc.record({
  kind: fc.constantFrom(...(Object.keys(CHANGES) as ChangeKind[])),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  n: fc.nat(40),
  other: fc.nat(logs.length - 1),
});
const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 });

it('keeps its laws on logs that life has changed', () => {
  fc.assert(
    fc.property(
      fc.nat(logs.length - 1),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      shares,
      (log, changes, cuts) => {
        expect(broken(parsers, mutate(logs, log, changes), cuts)).toBeUndefined();
      },
    ),
    { numRuns: 1_000 },
  );
});

it('keeps its laws on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4_000 }), fc.boolean(), shares, (bytes, wide, cuts) => {
      expect(broken(parsers, Buffer.from(bytes).toString(wide ? 'utf8' : 'latin1'), cuts)).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

/** Methods that look at characters or elements, and how many a call can look at. */
type Spied = [
  object: object,
  name: string,
  cost: (self: never, args: unknown[], result: unknown, lastIndex: number) => number,
];
const length = (self: string | unknown[]): number => self.length;
/** A search forwards looks from where it starts to what it finds. */
const forwards = (self: string, [, from]: unknown[], found: unknown): number =>
  (Number(found) < 0 ? self.length : Number(found)) - Number(from ?? 0);
/** A regular expression looks from `lastIndex` to the end of its match, else at all the rest. */
const matched = (_: RegExp, [text]: unknown[], found: unknown, start: number): number =>
  (found ? (found as RegExpExecArray).index + (found as RegExpExecArray)[0].length : String(text).length) -
  (start <= String(text).length ? start : 0);
const SPIED: Spied[] = [
  // test, replace, match, matchAll and search all come down to this one.
  [RegExp.prototype, 'exec', matched],
  [String.prototype, 'indexOf', forwards],
  ...['lastIndexOf', 'includes', 'split', 'trim'].map((name): Spied => [String.prototype, name, length]),
  ...['find', 'findLast', 'filter', 'map', 'flatMap', 'some', 'every', 'sort', 'slice', 'join', 'concat'].map(
    (name): Spied => [Array.prototype, name, length],
  ),
];

/** Characters and elements that `work` looks at: its steps, the same on any machine and under any load. */
function steps(work: () => void): number {
  let sum = 0;
  const originals = SPIED.map(([object, name]) => Object.getOwnPropertyDescriptor(object, name)!);
  SPIED.forEach(([object, name, cost], i) => {
    const original = originals[i]!.value as (...args: unknown[]) => unknown;
    Object.defineProperty(object, name, {
      ...originals[i]!,
      value(this: never, ...args: unknown[]) {
        const { lastIndex = 0 } = this as { lastIndex?: number };
        const result = original.apply(this, args);
        sum += Math.max(0, cost(this, args, result, lastIndex));
        return result;
      },
    });
  });
  try {
    work();
  } finally {
    SPIED.forEach(([object, name], i) => Object.defineProperty(object, name, originals[i]!));
  }
  return sum;
}

/** Regular expressions are proven linear one by one (scripts/regexes.mjs); this counts the code around them. */
describe('linear in the length of', () => {
  const cases: [string, (n: number) => string][] = [
    ...names.map((name, i): [string, (n: number) => string] => {
      // A second XML declaration would end the file.
      const [head = '', ...rest] = name.endsWith('.xml') ? logs[i]!.split(/(?=<error>)/) : ['', logs[i]!];
      return [name, (n) => head + rest.join('').repeat(n)];
    }),
    [
      'frames',
      (n) =>
        `==1==ERROR: AddressSanitizer: SEGV on unknown address\n${'    #0 0x1 in f a.c:1\n'.repeat(100 * n)}`,
    ],
    ['brackets', (n) => `==1==ERROR: AddressSanitizer: SEGV\n    #0 0x1 in ${'f<('.repeat(500 * n)} a.c:1\n`],
    [
      'goroutines',
      (n) => `fatal error: x\n\n${'goroutine 1 [running]:\nmain.f(0x1)\n\t/a.go:1 +0x1\n\n'.repeat(50 * n)}`,
    ],
    ['panics', (n) => "thread 'x' panicked at 'a\n".repeat(100 * n)],
    ['headlines', (n) => '==7== Invalid read of size 4\n'.repeat(100 * n)],
    [
      'processes',
      (n) => Array.from({ length: 100 * n }, (_, i) => `==${i}== Invalid read of size 4\n`).join(''),
    ],
    ['an XML record without end', (n) => `<valgrindoutput><error>${'<what>x</what>\n'.repeat(200 * n)}`],
    ['open XML tags', (n) => `<valgrindoutput>${'<error>'.repeat(200 * n)}`],
  ];
  it.each(cases)('%s', (_, make) => {
    const [few, many] = [6, 12].map(make).map((text) => steps(() => parse(text)));
    expect(few).toBeGreaterThan(0);
    // Twice the input, twice the steps; what is kept sorted or in a window costs a little more.
    expect(many! / few!).toBeLessThan(2.2);
  });
});
