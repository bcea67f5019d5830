/** A log as bytes: nothing is lost by reading only what may matter, wherever the chunks and lines are cut. */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { Parsed, Diagnostic } from '../../src/model/diagnostic.js';
import { makeScanner, SHORTEST } from '../../src/parsers/engine/literal-scanner.js';
import { makeTextParser, openLog, parseText, TABLE } from '../../src/parsers/index.js';
import { sifted } from '../helpers/sifted.js';

const root = new URL('../logs/', import.meta.url);
const logs = readdirSync(root).flatMap((tool) =>
  readdirSync(new URL(`${tool}/`, root))
    .filter((name) => name.endsWith('.log'))
    .map((name) => `${tool}/${name}`),
);
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8');

/** Without the places in bytes, which the two ways count in other units. */
const facts = (p: Parsed): unknown => ({
  ...p,
  diagnostics: p.diagnostics.map(({ log: { line, endLine }, ...s }) => ({ ...s, line, endLine })),
});
const everyLine = (text: string): Parsed => {
  const parser = makeTextParser();
  for (const line of text.replace(/\n$/, '').split('\n')) parser.push(line);
  return parser.end();
};
const inChunks = (
  bytes: Buffer,
  size: number,
  whole?: number,
): { diagnostics: Diagnostic[]; rest: unknown } => {
  const diagnostics: Diagnostic[] = [];
  const log = openLog((s) => diagnostics.push(s), whole);
  for (let i = 0; i < bytes.length; i += size) log.push(bytes.subarray(i, i + size));
  return { diagnostics, rest: log.end() };
};
const calm = (lines: number): string =>
  Array.from({ length: lines }, (_, i) => `test_${i} (tests.test_store.TestStore) ... ok\n`).join('');

describe('every captured log', () => {
  it.each(logs)('%s reads as if every line had been offered to every reader', (name) => {
    const text = read(name);
    expect(facts(sifted(text))).toEqual(facts(everyLine(text)));
    const between = `${calm(300)}${text}\n${calm(300)}`;
    expect(facts(sifted(between))).toEqual(facts(everyLine(between)));
  });
  it.each(logs)('%s reads the same in chunks of any size', (name) => {
    const bytes = readFileSync(new URL(name, root));
    for (const whole of [0, 1000, undefined]) {
      const once = inChunks(bytes, bytes.length, whole);
      for (const size of [1, 7, 1000]) expect(inChunks(bytes, size, whole)).toEqual(once);
    }
  });
});

describe('the scanner', () => {
  test('has only literals that it can find', () => {
    for (const a of TABLE.literals) {
      expect(a.length, a).toBeGreaterThanOrEqual(SHORTEST);
      expect(Buffer.byteLength(a)).toBe(a.length);
    }
  });
  test('finds a line exactly when it holds a literal', () => {
    const word = fc.oneof(
      fc.constantFrom(...TABLE.literals),
      fc.string({ maxLength: 9 }),
      fc.constantFrom('\n', ' '),
    );
    const scanner = makeScanner(TABLE.literals, 1 << 16);
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), fc.integer({ min: 0, max: 9 }), (words, shift) => {
        const text = `${'\n'.repeat(shift)}${words.join('')}\n`;
        const bytes = Buffer.from(text);
        bytes.copy(scanner.bytes, scanner.start);
        const lineOf = (at: number): number => bytes.subarray(0, at).filter((b) => b === 10).length;
        const found = scanner.find(scanner.start - 1, scanner.start + bytes.length);
        const expected = new Set<number>();
        for (const a of TABLE.literals)
          for (let at = `\n${text}`.indexOf(a); at >= 0; at = `\n${text}`.indexOf(a, at + 1)) {
            const before = Buffer.byteLength(`\n${text}`.slice(0, at)) - 1;
            expected.add(lineOf(before + (a.startsWith('\n') ? 1 : 0)));
          }
        const lines = found.map((at) => lineOf(at - scanner.start));
        expect(lines).toEqual(lines.toSorted((a, b) => a - b));
        expect(new Set(lines)).toEqual(expected);
        expect(scanner.lines(scanner.start, scanner.start + bytes.length)).toBe(lineOf(bytes.length));
      }),
      { numRuns: 300 },
    );
  });
});

describe('long lines', () => {
  const report = read('asan/over.gcc.log');
  const header = report.split('\n').find((l) => l.includes('ERROR: '))!;
  test.each([0, 65_000, 65_536 - 30, 200_000, 3_000_000])('a report glued to %i bytes is found', (n) => {
    const log = inChunks(Buffer.from(report.replace(header, `${'.'.repeat(n)}${header}`)), 1 << 16);
    expect(log.diagnostics.map((s) => [s.rule, s.complete])).toEqual([['asan/heap-buffer-overflow', true]]);
    expect(log.diagnostics[0]!.stacks.length).toBeGreaterThan(0);
    expect(log.rest).toMatchObject({ complete: true, long: { count: n > 65_536 - 200 ? 1 : 0 } });
  });
  test('lines are counted, and what follows is read', () => {
    const text = `${'x'.repeat(1 << 20)}\n${'y'.repeat(100_000)}\nsmall\n${report}`;
    const [s] = inChunks(Buffer.from(text), 10_000).diagnostics;
    expect(s!.log.line).toBe(3 + report.split('\n').indexOf(header) + 1);
  });
  test('one that smells everywhere is given up, and says so', () => {
    const { rest } = inChunks(Buffer.from('==77==ERROR: FutureSanitizer: x '.repeat(100_000)), 1 << 17);
    expect(rest).toMatchObject({ complete: false });
  });
});

describe('XML in a log', () => {
  const xml = read('memcheck/heap.xml');
  const asan = read('asan/uaf.clang.log');
  const rules = (p: Parsed): string[] => p.diagnostics.map((s) => s.rule);
  const alone = rules(parseText(xml));
  test('stands anywhere, with lines counted on', () => {
    const parsed = parseText(`${calm(100)}${asan}${xml}${calm(10)}${xml}${asan}`);
    expect(rules(parsed).toSorted()).toEqual(
      [...alone, ...alone, ...rules(parseText(asan)), ...rules(parseText(asan))].toSorted(),
    );
    expect(parsed).toMatchObject({ complete: true, unread: [] });
    const lines = `${calm(100)}${asan}${xml}`.split('\n');
    const first = parsed.diagnostics.find((s) => s.tool === 'memcheck')!;
    expect(lines[first.log.line - 1]).toContain('<error>');
  });
  test('has the prefixes of a CI system', () => {
    const prefixed = xml.replace(/^/gm, '2026-01-01T00:00:00.0000000Z ');
    expect(rules(parseText(prefixed))).toEqual(alone);
  });
  test('is cut, and other output follows', () => {
    const cut = xml.slice(0, xml.indexOf('</stack>'));
    const parsed = parseText(`${cut}\n${calm(3)}${asan}${xml}`);
    expect(rules(parsed)).toEqual(expect.arrayContaining([...rules(parseText(asan)), ...alone]));
    expect(parsed.complete).toBe(false);
  });
  test('is not there yet', () => {
    expect(parseText('<?xml version="1.0"?>\n').complete).toBe(false);
    expect(parseText('<?xml version="1.0"?>\n<testsuites>\n</testsuites>\n').complete).toBe(true);
  });
});

test('any bytes at all', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.integer({ min: 1, max: 500 }), (bytes, size) => {
      const { rest } = inChunks(Buffer.concat([bytes, Buffer.from('\n==1==ERROR: \0\xff'), bytes]), size);
      expect(JSON.stringify(rest)).not.toContain('a reader failed');
    }),
  );
});
