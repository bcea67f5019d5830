/**
 * Wrong matrices: each is refused with exit code 2, with the place of every mistake and a sentence. To add a row,
 * see `malformed/row.ts`. What looks odd but is right stands below them.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadUsableMatrix } from '../../src/config/matrix.js';
import { Failure } from '../../src/model/failure.js';
import { DIRECTORIES } from './malformed/directories.js';
import { NAMES } from './malformed/names.js';
import { ending, GOOD, swap, unmarked, type Row } from './malformed/row.js';
import { SYNTAX } from './malformed/syntax.js';
import { VALUES } from './malformed/values.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ffi-gates-malformed-'));
  for (const d of ['native', 'tests']) mkdirSync(join(dir, d));
  for (const f of ['native/a.c', 'file']) writeFileSync(join(dir, f), '');
  symlinkSync('loop', join(dir, 'loop'));
  symlinkSync('/proc', join(dir, 'proc'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Every problem of a file as `line:column: message`, or nothing if there is none. */
const problemsOf = async (content: string | Uint8Array): Promise<string[]> => {
  const file = join(dir, 'ffi-gates.yaml');
  writeFileSync(file, content);
  try {
    await loadUsableMatrix(file);
    return [];
  } catch (e) {
    if (!(e instanceof Failure)) throw e;
    expect(e.exitCode).toBe(2);
    return `${e.at}: ${e.message}`.replaceAll(`${file}:`, '').split('\n');
  }
};

const ROWS: Record<string, readonly Row[]> = { SYNTAX, VALUES, NAMES, DIRECTORIES };

describe.each(Object.entries(ROWS))('%s', (_, rows) => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', async (_what, [, file, ...words]) => {
    const { content, places } =
      typeof file === 'string'
        ? { content: unmarked(file).text, places: unmarked(file).places }
        : { content: file.bytes, places: [file] };
    const said = await problemsOf(content);
    expect(said.map((s) => s.split(': ')[0])).toEqual(places.map((p) => `${p.line}:${p.column}`));
    said.forEach((s, i) => expect(s).toContain(words[i]));
    expect(words).toHaveLength(said.length);
  });
});

test('there are enough of them, and each is of its own', () => {
  const all = Object.values(ROWS).flat();
  expect(all.length).toBeGreaterThanOrEqual(130);
  expect(new Set(all.map(([, text]) => text)).size).toBe(all.length);
});

const RIGHT: [what: string, text: string][] = [
  ['the matrix that all others are made of', GOOD],
  ['a byte order mark', `\ufeff${GOOD}`],
  ['lines that end in CR LF', GOOD.replaceAll('\n', '\r\n')],
  ['a document mark, a directive of YAML 1.2, and an end', `%YAML 1.2\n---\n${GOOD}...\n`],
  ['no line break at the end', GOOD.trimEnd()],
  ['an anchor that nothing uses', swap('name: demo', 'name: &n demo')],
  ['a merge key', swap('compilers: [gcc]', '<<: { compilers: [gcc] }')],
  ['tabs between words', swap('name: demo', 'name:\tdemo')],
  ['a date as text', swap("{ FLAGS: '{cflags}' }", '{ DAY: 2026-01-31 }')],
  ['no, on and yes as text', swap("{ FLAGS: '{cflags}' }", '{ A: no, B: on, yes: y }')],
  ['a number as the name of a variable', swap("{ FLAGS: '{cflags}' }", "{ 7: '7' }")],
  ['other scripts', swap('name: demo', 'name: デモ 😀')],
  [
    'a target called constructor',
    GOOD.replaceAll('lib:', 'constructor:')
      .replaceAll('[lib]', '[constructor]')
      .replaceAll('.lib}', '.constructor}')
      .replaceAll('{lib}', '{constructor}'),
  ],
  [
    'a target called tostring',
    GOOD.replaceAll('lib:', 'tostring:')
      .replaceAll('[lib]', '[tostring]')
      .replaceAll('.lib}', '.tostring}')
      .replaceAll('{lib}', '{tostring}'),
  ],
  ['a suite called constructor', swap('- id: ledger', '- id: constructor')],
  [
    'variables called constructor and toString',
    swap("{ FLAGS: '{cflags}' }", '{ constructor: x, toString: y }'),
  ],
  [
    'braces of awk and of the shell in a command',
    swap("'cp {lib}/liba.so {out}/app'", "'awk {print} ${HOME} {a,b}'"),
  ],
  ['a setting of another binding', swap('args: [-x]', 'files: [a.js]')],
  ['a text for a list of settings, and a number in it', swap('args: [-x]', 'path: lib, args: [-n, 2]')],
  ['the longest time', ending('timeout: 536870')],
  ['a hexadecimal number', ending('timeout: 0x3c')],
  ['a number that begins with 0', ending('timeout: 0.5')],
  ['/dev/shm', swap('inputs: [native]', 'inputs: [/dev/shm]')],
];

test.each(RIGHT)('%s is no mistake', async (_, text) => {
  expect(await problemsOf(text)).toEqual([]);
});

test('of fifty thousand mistakes twenty are told and the rest is counted', async () => {
  const said = await problemsOf(ending(Array.from({ length: 50_000 }, (_, i) => `key${i}: 1`).join('\n')));
  expect(said).toHaveLength(21);
  expect(said[20]).toBe('and 49,980 more');
});

test('a chain of ten thousand targets is read, and its circle is told in one line', async () => {
  const chain = (last: string): string =>
    swap(
      '  app:\n',
      `${Array.from({ length: 10_000 }, (_, i) => `  t${i}: { builder: make, dir: native, produces: [x], needs: [${i === 9_999 ? last : `t${i + 1}`}] }\n`).join('')}  app:\n`,
    );
  expect(await problemsOf(chain('lib'))).toEqual([]);
  const said = await problemsOf(chain('t0'));
  expect(said).toHaveLength(1);
  expect(said[0]).toMatch(/circle \(t0 → t1 → .* → … → t0\)/);
});
