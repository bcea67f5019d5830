/** What `init` understands of npm packages: test commands, addons of every kind, and what it says where there is none. */
import { describe, expect, test } from 'vitest';
import { commandByTests, commandOf, type Facts } from '../../src/init/node-command.js';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';

const TS = '{js,mjs,cjs,jsx,ts,mts,cts,tsx}';
const MOCHA = ['node_modules/mocha/bin/_mocha'];
const AVA = ['node_modules/ava/entrypoints/cli.mjs', '--serial'];
const JEST = ['node_modules/jest/bin/jest.js', '--runInBand'];
const EXIT = ['--exit'];

/** `scripts.test`, further scripts, and the settings that it comes to; `env` where it sets some. */
type Row = { test: string; more?: Record<string, string>; with?: object; env?: Record<string, string> };

const COMMANDS: Row[] = [
  {
    test: 'standard && tape test/*.js',
    with: { runner: ['node_modules/tape/bin/tape'], files: ['test/*.js'] },
  },
  {
    test: 'tape -r ts-node/register test/*.ts',
    with: { runner: ['node_modules/tape/bin/tape', '-r', 'ts-node/register'], files: ['test/*.ts'] },
  },
  { test: 'node ./test.js', with: { runner: [], files: ['test.js'] } },
  { test: 'node test/unit', with: { runner: [], files: ['test/unit.js'] } },
  { test: 'node test/a.js && node test/b.js', with: { runner: [], files: ['test/a.js', 'test/b.js'] } },
  { test: 'node --expose-gc test/a.js', with: { runner: [], files: ['test/a.js'], args: ['--expose-gc'] } },
  { test: 'node --test test/a.mjs', with: { files: ['test/a.mjs'] } },
  { test: 'node --test test/', with: { files: ['test/**/*.{js,mjs,cjs}'] } },
  {
    test: 'node --import tsx --test test/*.ts',
    with: { files: ['test/*.ts'], args: ['--import', 'tsx'] },
  },
  { test: 'tsx --test "test/**/*.ts"', with: { files: ['test/**/*.ts'], args: ['--import', 'tsx'] } },
  {
    test: 'ts-node test/a.ts',
    with: { runner: [], files: ['test/a.ts'], args: ['-r', 'ts-node/register'] },
  },
  {
    test: 'cross-env NODE_ENV=test mocha -R spec --exit lib/*.test.js',
    with: { runner: [...MOCHA, ...EXIT], files: ['lib/*.test.js'] },
    env: { NODE_ENV: 'test' },
  },
  {
    test: 'mocha --require ts-node/register --timeout 5000 test/**/*.ts',
    with: { runner: [...MOCHA, '--require', 'ts-node/register', ...EXIT], files: ['test/**/*.ts'] },
  },
  { test: 'nyc mocha', with: { runner: [...MOCHA, ...EXIT], files: ['test/**/*.{js,mjs,cjs}'] } },
  { test: 'xo && ava', with: { runner: AVA } },
  { test: 'ava --verbose test/*.mjs', with: { runner: AVA, files: ['test/*.mjs'] } },
  { test: 'tap test/*.js', with: { runner: [], files: ['test/*.js'] } },
  {
    test: 'uvu -r tsm tests',
    with: { runner: [], files: [`tests/**/*.${TS}`], args: ['-r', 'tsm'] },
  },
  { test: 'jest', with: { runner: JEST, files: [`**/*.{test,spec}.${TS}`, `**/__tests__/**/*.${TS}`] } },
  {
    test: 'vitest run',
    with: {
      runner: ['node_modules/vitest/vitest.mjs', 'run', '--pool=threads', '--no-file-parallelism'],
      files: [`**/*.{test,spec}.${TS}`],
    },
  },
  {
    test: 'run-s build test:*',
    more: { build: 'tsc', 'test:lint': 'eslint .', 'test:unit': 'FOO=1 mocha test/*.js' },
    with: { runner: [...MOCHA, ...EXIT], files: ['test/*.js'] },
    env: { FOO: '1' },
  },
  { test: 'npm run unit -- --x', more: { unit: 'ava' }, with: { runner: AVA } },
  { test: 'make test', with: { command: 'make test' } },
  { test: 'npm run test', more: {} },
  { test: 'make check', with: { command: 'make check' } },
  { test: 'eslint . && tsd' },
  { test: 'sh ./missing.sh' },
  { test: '' },
];

const HAS = new Set(['Makefile', 'test.js', 'test/unit.js', 'test/a.js', 'test/b.js', 'test/a.ts']);
const facts: Facts & { has: (file: string) => boolean } = {
  has: (file) => HAS.has(file),
  isDir: (path) => ['test', 'test/', 'tests', 'lib'].includes(path),
  fileOf: (word) => [word.replace(/^\.\//, ''), `${word}.js`].find((f) => HAS.has(f)),
};

describe('test commands of package.json', () => {
  test.each(COMMANDS)('$test', (row) => {
    const command = commandOf({ ...row.more, test: row.test }, facts);
    if (row.with === undefined) expect(command).toBeUndefined();
    else expect(command).toMatchObject({ with: row.with, env: row.env ?? {} });
  });

  test('where there is none, what tests import says how they are run', () => {
    const by = (text: string, path = 'test/test-a.js'): object | undefined =>
      commandByTests([{ path, text }])?.with;
    expect(by("import test from 'ava'\n")).toMatchObject({ runner: AVA });
    expect(by("const test = require('node:test')\n")).toEqual({ files: ['test/test-a.js'] });
    expect(by("require('..')\n")).toEqual({ runner: [], files: ['test/test-a.js'] });
    expect(by("describe('x', () => {})\n")).toBeUndefined();
    expect(by("require('..')\n", 'test/helper.js')).toBeUndefined();
  });
});

const NAPI = '[package]\nname = "fast"\n[lib]\ncrate-type = ["cdylib"]\n[dependencies]\nnapi = "2"\n';
const TEST = "const test = require('node:test')\n";
const LOAD = { load: true };

/** Files of a package, its first suite, and what is said besides. */
type Made = {
  files: Record<string, string>;
  suite: object;
  unclear?: RegExp;
  gates?: Record<string, boolean>;
};

const PACKAGES: Record<string, Made> = {
  'binding.gyp in a directory of its own': {
    files: { 'package.json': '{"name":"a"}', 'src/binding.gyp': '{}', 'a.test.js': TEST },
    suite: { id: 'a', with: { addon: 'src' } },
  },
  'sources, and no tests': {
    files: { 'package.json': '{"name":"a","scripts":{"test":"jest"}}', 'binding.gyp': '{}', 'index.js': '' },
    suite: { with: LOAD, gates: ['plain', 'asan', 'ubsan', 'memcheck'] },
    unclear: /binding.gyp: .*no test files are here/,
  },
  'tests in TypeScript, sources that the package compiles itself': {
    files: {
      'package.json':
        '{"name":"a","main":"lib/index.js","scripts":{"build":"tsc -p .","test":"mocha -r tsx test/*.ts"}}',
      'binding.gyp': '{}',
      'src/index.ts': '',
      'test/a.ts': '',
    },
    suite: { with: { runner: [...MOCHA, '-r', 'tsx', ...EXIT], files: ['test/*.ts'], scripts: ['build'] } },
  },
  'napi-rs': {
    files: {
      'package.json': '{"name":"@x/fast","scripts":{"build":"napi build --platform","test":"ava"}}',
      'Cargo.toml': NAPI,
      'src/lib.rs': '#[test] fn a() {}',
      '__test__/index.spec.ts': "import test from 'ava'",
    },
    suite: { id: 'fast', binding: 'node', dir: '.', with: { runner: AVA } },
    gates: { asan: true, memcheck: true, tsan: false, napiguard: true },
  },
  'neon, the crate in a directory of its own': {
    files: {
      'package.json': '{"name":"n","main":"index.node","scripts":{"test":"mocha"}}',
      'native/Cargo.toml': NAPI.replace('napi', 'neon'),
      'native/src/lib.rs': '',
      'test/a.js': '',
    },
    suite: { id: 'n', with: { addon: 'native' } },
    gates: { napiguard: true },
  },
  'cmake-ts': {
    files: {
      'package.json': '{"name":"z","devDependencies":{"cmake-ts":"1"},"scripts":{"test":"node --test"}}',
      'CMakeLists.txt': 'project(z)\nadd_library(addon SHARED a.cc)\n',
      'z.test.js': TEST,
    },
    suite: { id: 'z', binding: 'node', dir: '.', targets: [] },
  },
  'an addon that comes compiled, in a directory called build': {
    files: { 'package.json': '{"name":"f"}', 'index.js': '', 'build/f-linux-x64.node': '' },
    suite: { id: 'f', with: LOAD, gates: ['plain', 'memcheck'] },
    unclear: /an addon, and no test files/,
    gates: { asan: false, memcheck: true },
  },
  'an addon that is an optional dependency for each platform': {
    files: {
      'package.json': '{"name":"s","optionalDependencies":{"@s/s-linux-x64-gnu":"1"}}',
      'index.js': '',
    },
    suite: { id: 's', with: LOAD },
    unclear: /an addon, and no test files/,
  },
  'a library that is called through koffi': {
    files: { 'package.json': '{"name":"k","dependencies":{"koffi":"2"}}', 'k.test.js': TEST },
    suite: { id: 'k', binding: 'node', with: { foreign: 'koffi' } },
    gates: { declared: true },
  },
  'a library that is called through a package whose declarations are not read': {
    files: { 'package.json': '{"name":"k","dependencies":{"ffi-rs":"1"}}', 'k.test.js': TEST },
    suite: { id: 'k', binding: 'node' },
  },
};

describe('packages', () => {
  test.each(Object.entries(PACKAGES))('%s', async (_, made) => {
    const { suites, targets, gates, unclear } = await propose(treeOf(made.files));
    expect(targets).toEqual([]);
    expect(suites).toHaveLength(1);
    expect(suites[0]).toMatchObject(made.suite);
    if (made.unclear) expect(unclear.join('\n')).toMatch(made.unclear);
    else expect(unclear).toEqual([]);
    for (const [id, on] of Object.entries(made.gates ?? {}))
      expect(gates.find((g) => g.id === id)?.on, id).toBe(on);
  });

  test.each([
    ['gypfile', '{"gypfile":true}', /gypfile is true, so there is an addon, but no binding.gyp/],
    ['binary', '{"binary":{"module_name":"a"}}', /it has a table `binary`/],
    ['a finder', '{"dependencies":{"node-gyp-build":"4"}}', /it depends on node-gyp-build/],
    ['nothing', '{"name":"plain"}', /no addon was found.*add a suite with binding node/],
  ])('a refusal says what was looked at: %s', async (_, json, said) => {
    const { suites, unclear, unfound } = await propose(treeOf({ 'package.json': json, 'index.js': '' }));
    expect(suites).toEqual([]);
    expect([...unclear, ...(unfound ?? [])].join('\n')).toMatch(said);
  });

  test('a package beside other tests is not mentioned', async () => {
    const files = { 'package.json': '{}', 'go.mod': 'module a\n', 'a.go': 'import "C"\n', 'a_test.go': '' };
    expect((await propose(treeOf(files))).unclear).toEqual([]);
  });
});
