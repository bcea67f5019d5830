import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Parsed, Diagnostic } from '../../src/model/diagnostic.js';
import { hazard } from '../../src/model/hazards.js';
import { tableOf } from '../../src/parsers/engine/table.js';
import { makeTextParser } from '../../src/parsers/index.js';
import { valgrindText } from '../../src/parsers/valgrind/text.js';
import { makeValgrindXml } from '../../src/parsers/valgrind/xml.js';
import { expectPrefixLaw } from '../helpers/prefix-law.js';

const log = (name: string): string => readFileSync(new URL(`../logs/${name}`, import.meta.url), 'utf8');

function xml(text: string, chunk = text.length || 1): Parsed {
  const diagnostics: Diagnostic[] = [];
  const reader = makeValgrindXml((s) => diagnostics.push(s));
  for (let at = 0; at < text.length; at += chunk) reader.push(text.slice(at, at + chunk));
  const missing = reader.end();
  return { diagnostics, unread: [], complete: missing.length === 0, missing };
}

function lines(text: string): Parsed {
  const parser = makeTextParser(tableOf([valgrindText]));
  for (const line of text.split('\n')) parser.push(line);
  return parser.end();
}

const RUNS = [
  'memcheck/heap',
  'memcheck/null',
  'memcheck/clean',
  'helgrind/race',
  'helgrind/order',
  'drd/race',
  'drd/order',
];

/** What both formats must agree on. */
const essence = (s: Diagnostic): unknown => ({
  rule: s.rule,
  hazard: s.hazard,
  message: s.message,
  leak: s.leak,
  // helgrind's text has one lock stack more than its XML
  roles: [...new Set(s.stacks.map((stack) => stack.role))].sort(),
  functions: s.stacks[0]?.frames.map((f) => ('function' in f ? f.function?.replace(/@.*/, '') : undefined)),
});

describe.each(RUNS)('%s', (run) => {
  test('text and XML of the same program agree', () => {
    expect(lines(log(`${run}.log`)).diagnostics.map(essence)).toEqual(
      xml(log(`${run}.xml`)).diagnostics.map(essence),
    );
  });
  test('both are complete, understood, and name hazards of the catalogue', () => {
    for (const parsed of [lines(log(`${run}.log`)), xml(log(`${run}.xml`))]) {
      expect(parsed).toMatchObject({ complete: true, missing: [], unread: [] });
      for (const s of parsed.diagnostics) expect(hazard(s.hazard), s.hazard).toBeDefined();
    }
  });
  test('law 3 holds over prefixes', () => {
    expectPrefixLaw(log(`${run}.xml`), xml);
    expectPrefixLaw(log(`${run}.log`), lines);
  });
  test('the size of the chunks does not matter', () => {
    const text = log(`${run}.xml`);
    for (const chunk of [1, 7, 64, 1000]) expect(xml(text, chunk)).toEqual(xml(text));
  });
});

const hazards = (parsed: Parsed): string[] => parsed.diagnostics.map((s) => `${s.rule} ${s.hazard}`);

test('memcheck: each error is named after what happened', () => {
  expect(hazards(xml(log('memcheck/heap.xml')))).toEqual([
    'memcheck/InvalidWrite bounds/heap-overflow',
    'memcheck/InvalidRead bounds/heap-overread',
    'memcheck/UninitCondition init/uninitialised-read',
    'memcheck/InvalidWrite ownership/use-after-free',
    'memcheck/InvalidFree ownership/double-free',
    'memcheck/Leak_DefinitelyLost ownership/leak',
  ]);
});

test('memcheck: the lines before the stacks say which stack is which', () => {
  const [overflow, , uninit, dangling] = xml(log('memcheck/heap.xml')).diagnostics;
  expect(overflow?.stacks.map((s) => s.role)).toEqual(['fault', 'allocated']);
  expect(overflow).toMatchObject({
    access: { kind: 'write', size: 1 },
    region: "0 bytes after a block of size 16 alloc'd",
  });
  expect(uninit?.stacks.map((s) => s.role)).toEqual(['fault', 'origin']);
  expect(dangling?.stacks.map((s) => s.role)).toEqual(['fault', 'freed', 'allocated']);
  expect(dangling?.stacks[0]?.frames[0]).toMatchObject({
    kind: 'source',
    function: 'main',
    file: '/src/store.c',
  });
  expect(dangling?.stacks[1]?.frames[0]).toMatchObject({ kind: 'module', function: 'free' });
});

test('a leak says how much', () => {
  const leak = xml(log('memcheck/heap.xml')).diagnostics.at(-1);
  expect(leak).toMatchObject({ leak: { kind: 'definite', bytes: 24, objects: 1 } });
  expect(leak?.stacks.map((s) => s.role)).toEqual(['allocated']);
});

test('the signal that follows an invalid access carries the hazard of that access', () => {
  expect(hazards(xml(log('memcheck/null.xml')))).toEqual([
    'memcheck/InvalidWrite null/dereference',
    'valgrind/fatal-signal null/dereference',
  ]);
});

test('helgrind: a race has two sides and the threads that made them', () => {
  const [race] = xml(log('helgrind/race.xml')).diagnostics;
  expect(race).toMatchObject({ rule: 'helgrind/Race', hazard: 'threading/data-race' });
  expect(new Set(race?.stacks.map((s) => s.role))).toEqual(
    new Set(['fault', 'other-access', 'thread-created']),
  );
  expect(race?.stacks.find((s) => s.role === 'other-access')?.access).toEqual({ kind: 'write', size: 4 });
});

test('helgrind and drd: locks', () => {
  expect(hazards(xml(log('helgrind/order.xml')))).toEqual([
    'helgrind/LockOrder threading/lock-order',
    'helgrind/UnlockUnlocked threading/lock-misuse',
  ]);
  expect(hazards(xml(log('drd/order.xml')))).toEqual(['drd/MutexErr threading/lock-misuse']);
});

test('a killed Valgrind still yields each whole error', () => {
  const text = log('memcheck/heap.xml');
  const cut = xml(text.slice(0, text.indexOf('</error>', text.indexOf('UninitCondition')) + 8));
  expect(cut.diagnostics).toHaveLength(3);
  expect(cut.complete).toBe(false);
  expect(cut.missing).toEqual(['the XML ends before </valgrindoutput>']);
});

test('an error that Valgrind counted and nobody read makes the log incomplete', () => {
  const parsed = lines(log('memcheck/clean.log').replace('0 errors from 0', '2 errors from 2'));
  expect(parsed.complete).toBe(false);
  expect(parsed.missing.join()).toMatch(/counts 2 error contexts/);
});

test('errors repeated at the end by -s are not counted twice', () => {
  const text = log('memcheck/null.log');
  const block = text.slice(text.indexOf('Invalid write'), text.indexOf('Process terminating'));
  const pid = /==(\d+)==/.exec(text)?.[1];
  const again = `==${pid}== \n==${pid}== 1 errors in context 1 of 1:\n==${pid}== ${block}\n`;
  expect(lines(text + again).diagnostics).toHaveLength(lines(text).diagnostics.length);
});

test('arbitrary text never throws', () => {
  const piece = fc.constantFrom(
    '<error>',
    '</error>',
    '<kind>Race</kind>',
    '<',
    '&',
    '==1== ',
    'Invalid read of size 4',
    '   at 0x1: f (a.c:3)',
    '\n',
    '<stack>',
    ']]>',
    '<valgrindoutput>',
  );
  const text = fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 50 }), (t, n) => void xml(t, n)));
  fc.assert(fc.property(text, (t) => void lines(t)));
});

test('hostile text makes no report whole', () => {
  const n = 200_000;
  for (const piece of ['<a', "block of size free'd ", "Argument '' of function ", ' at 0x1', '<error><']) {
    expect(
      xml(`<valgrindoutput><error><kind>Race</kind><what>${piece.repeat(n / piece.length)}`).complete,
    ).toBe(false);
    lines(
      `==1== Invalid read of size 4\n==1==    at 0x1: f (a.c:1)\n==1==  ${piece.repeat(n / piece.length)}\n`,
    );
    lines(`==1== ${piece.repeat(n / piece.length)}\n`);
  }
});
