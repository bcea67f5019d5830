/** Wrong baselines, suppressions, annotations and selectors: refused with exit code 2 and every place. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAnnotations, readAnnotations } from '../../src/config/annotations.js';
import { parseBaseline } from '../../src/config/baseline.js';
import { loadMatrix } from '../../src/config/matrix.js';
import { decode, readText } from '../../src/config/read-text.js';
import { checkSyntax } from '../../src/config/selector.js';
import { parseSuppressions } from '../../src/config/suppressions.js';
import { Failure } from '../../src/model/failure.js';
import { ANNOTATIONS, BASELINE, SUPPRESSIONS } from './malformed/other-files.js';
import { unmarked, type Row } from './malformed/row.js';

const failureOf = async (act: () => unknown): Promise<Failure> => {
  try {
    await act();
  } catch (e) {
    if (e instanceof Failure) return e;
    throw e;
  }
  throw new Error('no failure');
};

const KINDS: [string, readonly Row[], (text: string, file: string) => unknown][] = [
  ['a baseline', BASELINE, parseBaseline],
  ['suppressions', SUPPRESSIONS, parseSuppressions],
  ['annotations', ANNOTATIONS, parseAnnotations],
];

describe.each(KINDS)('%s', (_, rows, parse) => {
  test.each(rows.map((row) => [row[0], row] as const))('%s', async (_what, [, file, ...words]) => {
    const { text, places } = typeof file === 'string' ? unmarked(file) : { text: file.bytes, places: [file] };
    const e = await failureOf(() => parse(typeof text === 'string' ? text : decode(text, 'f'), 'f'));
    expect(e.exitCode).toBe(2);
    const said = `${e.at}: ${e.message}`.split('\n');
    expect(said.map((s) => s.split(': ')[0])).toEqual(places.map((p) => `f:${p.line}:${p.column}`));
    said.forEach((s, i) => expect(s).toContain(words[i]));
    expect(words).toHaveLength(said.length);
  });
});

test.each([
  ['ordinary comments', '// ~100 ms: fast = good/enough?\n//~\n// a: asan = bounds/heap-overflow'],
  ['annotations of the compiler’s own tests', '//~ ERROR: mismatched types\n//~^ NOTE: expected'],
  ['a path in a shell', 'cd ~/src # ~/x: y'],
])('%s are no annotations', (_, text) => {
  expect(parseAnnotations(text, 'f')).toEqual([]);
});

describe('files', () => {
  let dir = '';
  let server: Server;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'ffi-gates-files-'));
    mkdirSync(join(dir, 'directory'));
    writeFileSync(join(dir, 'file'), '');
    writeFileSync(join(dir, 'large'), Buffer.alloc((8 << 20) + 1, 0x20));
    symlinkSync('loop', join(dir, 'loop'));
    execFileSync('mkfifo', [join(dir, 'pipe')]);
    server = createServer();
    await new Promise<void>((listening) => server.listen(join(dir, 'socket'), listening));
    for (const name of ['one', 'two'])
      writeFileSync(join(dir, `${name}.c`), `//~ a: ${name} = bounds/heap-overflow\n//~ b: asan\n`);
  });
  afterAll(async () => {
    await new Promise((closed) => server.close(closed));
    rmSync(dir, { recursive: true, force: true });
  });

  test.each([
    ['absent', 'no such file'],
    ['directory', 'it is a directory, not a regular file'],
    ['pipe', 'it is a named pipe, not a regular file'],
    ['socket', 'it is a socket'],
    ['loop', 'its symbolic links lead in a circle'],
    ['file/x', 'no such file: a part of its path is a file'],
    ['large', 'it has more than 8 MiB'],
    ['x'.repeat(300), 'its path is too long'],
  ])('%s cannot be a matrix', async (name, says) => {
    const e = await failureOf(() => loadMatrix(join(dir, name)));
    expect(e).toMatchObject({ exitCode: 2, at: join(dir, name) });
    expect(e.message).toContain(`cannot read the matrix: ${says}`);
  });

  test.each(['/dev/zero', '/dev/null'])('%s cannot be a matrix', async (file) => {
    expect((await failureOf(() => loadMatrix(file))).message).toContain('it is a device, not a regular file');
  });

  test('a file that may be absent is absent only if it is not there', async () => {
    expect(await readText(join(dir, 'absent'), 'the baseline', true)).toBeUndefined();
    expect((await failureOf(() => readText(join(dir, 'directory'), 'the baseline', true))).message).toContain(
      'a directory',
    );
  });

  test('the annotations of all files are told at once', async () => {
    const e = await failureOf(() => readAnnotations(dir, ['*.c'], {}));
    expect(
      `${e.at}: ${e.message}`
        .replaceAll(`${dir}/`, '')
        .split('\n')
        .map((s) => s.split(': ')[0]),
    ).toEqual(['one.c:1:1', 'one.c:2:1', 'two.c:1:1', 'two.c:2:1']);
  });
});

test.each([
  [[''], 'a selector is empty'],
  [['*', ''], 'a selector is empty'],
  [['ledger-{py,go_*'], "the selector 'ledger-{py,go_*' has a '{' without its '}'; close it"],
  [['{a}-{b'], "has a '{' without its '}'"],
])('the selectors %j are refused', async (selectors, says) => {
  const e = await failureOf(() => checkSyntax(selectors));
  expect(e.exitCode).toBe(2);
  expect(e.message).toContain(says);
});

test.each([[['a']], [['{a,b}_*']], [['a}']], [['constructor', '__proto__']]])(
  'the selectors %j are read',
  (selectors) => {
    expect(() => checkSyntax(selectors)).not.toThrow();
  },
);
