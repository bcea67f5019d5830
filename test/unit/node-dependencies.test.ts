/** Which developers' dependencies of an npm package are installed to run its tests. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../dist/bindings/programs/node-dependencies.js', import.meta.url));

/** Names that stay of those in package.json. */
const kept = (json: object, files: Record<string, string>, words: readonly string[]): string[] => {
  const dir = mkdtempSync(join(tmpdir(), 'dependencies-'));
  try {
    for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(json), ...files })) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
    execFileSync(process.execPath, [PROGRAM, dir, ...words]);
    const after = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as { devDependencies: object };
    return Object.keys(after.devDependencies);
  } finally {
    rmSync(dir, { recursive: true });
  }
};

const dev = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((n) => [n, '1']));

test.each<[string, object, Record<string, string>, string[], string[]]>([
  [
    'what a test loads',
    { devDependencies: dev('tape', 'standard') },
    { 't.js': "require('tape')" },
    [],
    ['tape'],
  ],
  ['the runner', { devDependencies: dev('jest', 'eslint') }, {}, ['node_modules/.bin/jest'], ['jest']],
  [
    "settings of the runner, and of what those name, but no linter's",
    {
      devDependencies: dev('jest', 'ts-jest', 'hallmark', 'level-community'),
      jest: { preset: 'ts-jest' },
      hallmark: { community: 'level-community' },
    },
    {},
    ['node_modules/jest/bin/jest.js'],
    ['jest', 'ts-jest'],
  ],
  [
    'settings that belong to no package of this name',
    { devDependencies: dev('jest', '@babel/preset-env'), babel: { presets: ['@babel/preset-env'] } },
    {},
    ['jest'],
    ['jest', '@babel/preset-env'],
  ],
  [
    'only the given words where nothing is tested',
    { devDependencies: dev('tape', 'cmake-js') },
    { 't.js': "require('tape')" },
    ['--only', 'cmake-js'],
    ['cmake-js'],
  ],
])('%s', (_, json, files, words, expected) => {
  // `--only` comes first, behind the directory.
  expect(kept(json, files, words)).toEqual(expected);
});
