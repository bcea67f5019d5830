/** What the builds of Python packages run: compilers of our own, and tests placed inside the installed package. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { pyx } from '../../src/bindings/python/pyx.js';
import { installed, testPlace } from '../../src/bindings/python/package.js';
import { rustBuild } from '../../src/bindings/python/rust.js';
import type { Tools } from '../../src/model/launch.js';

const made = mkdtempSync(join(tmpdir(), 'ffi-gates-pyx-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));

const program = (name: string, ...args: string[]): string =>
  execFileSync(
    process.execPath,
    [fileURLToPath(new URL(`../../dist/bindings/programs/${name}.js`, import.meta.url)), ...args],
    { encoding: 'utf8' },
  );
const file = (path: string, text: string): void => {
  mkdirSync(dirname(join(made, path)), { recursive: true });
  writeFileSync(join(made, path), text);
};

test('a compiler of ours keeps debug information, and its flags come last', () => {
  file("it's/cc", '#!/bin/sh\nfor w do printf "[%s]" "$w"; done\n');
  execFileSync('chmod', ['+x', join(made, "it's/cc")]);
  const flags = ['-g', '-O1', '-ffile-prefix-map=/a b=/c'];
  program(
    'write-compilers',
    join(made, 'bin'),
    JSON.stringify([join(made, "it's/cc")]),
    JSON.stringify(flags),
  );
  const requested = ['-g0', '-O3', '-s', '-DX="a b"', '-Wl,--strip-all', '-o', '', 'x.c'];
  const got = execFileSync(join(made, 'bin/cc'), requested, { encoding: 'utf8' });
  expect(got).toBe('[-O3][-DX="a b"][-o][][x.c][-g][-O1][-ffile-prefix-map=/a b=/c]');
});

test('tests inside their package are run from the installed one, tests beside it from where they are', () => {
  file('project/src/pkg/__init__.py', 'source');
  file('project/src/pkg/tests/__init__.py', '');
  file('project/src/pkg/tests/test_a.py', 'test');
  file('project/conftest.py', 'above');
  file('project/tests/__init__.py', '');
  file('out/lib/pkg/__init__.py', 'installed');
  const place = (dir: string): Parameters<typeof testPlace>[0] => ({
    dir: join(made, 'project', dir),
    out: join(made, 'out'),
    targets: {},
    env: {},
    with: { package: '../../..' },
  });
  for (const dir of ['src/pkg/tests', 'tests'])
    program('place-tests', join(made, 'project', dir), join(made, 'project'), installed(place(dir)));
  expect(testPlace(place('src/pkg/tests')).dir).toBe(join(made, 'out/lib/pkg/tests'));
  expect(testPlace(place('tests')).dir).toBe(join(made, 'project/tests'));
  // A line of theirs is shown where it was written.
  expect(pyx.copied!(place('src/pkg/tests'))).toEqual({
    from: join(made, 'project/src'),
    to: join(made, 'out/lib'),
  });
  const lib = (path: string): string => readFileSync(join(made, 'out/lib', path), 'utf8');
  expect([lib('pkg/tests/test_a.py'), lib('pkg/__init__.py'), lib('conftest.py')]).toEqual([
    'test',
    'installed',
    'above',
  ]);
  expect(existsSync(join(made, 'out/lib/tests'))).toBe(false);
});

test('tests find files relative to their project, and import nothing from it', () => {
  file('read/data.txt', 'here');
  file('read/ext.py', 'raise ImportError("the sources")');
  file('read/tests/test_r.py', 'import ext\ndef test_r(): assert open("data.txt").read() == ext.word\n');
  file('read/tests/test_s.py', 'raise ImportError("ignored")');
  file('read-out/lib/ext.py', 'word = "here"');
  file('read-out/.venv/bin/python', '#!/bin/sh\nexec python3 "$@"\n');
  execFileSync('chmod', ['+x', join(made, 'read-out/.venv/bin/python')]);
  const [dir, out] = [join(made, 'read/tests'), join(made, 'read-out')];
  const place = { dir, out, targets: {}, env: {}, with: { package: '..', args: ['--ignore=test_s.py'] } };
  const arm = { prefix: [], env: {}, hostArgs: [] };
  const plan = { arm, tests: 'all' as const, isolate: false, scratch: out, logDir: out };
  const { argv, cwd, env } = pyx.run(
    place,
    { compiler: 'gcc', cc: 'cc', cxx: 'c++', cflags: [], ldflags: [] },
    {},
    plan,
  );
  const { stdout } = spawnSync(argv[0], argv.slice(1), {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
  });
  expect(
    pyx.events(out, [], place).map((e) => [e.test, e.outcome]),
    stdout,
  ).toEqual([
    ['tests/test_r.py::test_r', 'started'],
    ['tests/test_r.py::test_r', 'passed'],
  ]);
});

test('rustc gets the flags of the gate where it compiles for the target, and keeps those of the project', () => {
  file('rusty/pyproject.toml', '[build-system]\nrequires = ["maturin>=1"]\nbuild-backend = "maturin"\n');
  const [project, out] = [join(made, 'rusty'), join(made, 'rusty-out')];
  mkdirSync(out);
  const nightly = { nightly: { path: 'rustc', version: '1.97' } };
  const build = (cflags: string[], tools: Tools) =>
    rustBuild(project, { out, source: join(out, 'src') }, { cflags }, tools);
  const { steps, env } = build(['-g', '-fsanitize=address'], nightly);
  if (steps.length === 0) return; // an architecture without a name here
  for (const { argv, cwd } of steps) execFileSync(argv[0], argv.slice(1), { cwd });
  file('rusty-out/rustc', '#!/bin/sh\nfor w do printf "[%s]" "$w"; done\n');
  execFileSync('chmod', ['+x', join(out, 'rustc')]);
  const call = (...words: string[]): string =>
    execFileSync(env['RUSTC_WRAPPER']!, [join(out, 'rustc'), ...words], { encoding: 'utf8' });
  expect(call('--cfg', 'theirs', '-Cstrip=symbols', '--target', 'x')).toBe(
    `[--cfg][theirs][-Cstrip=symbols][--target][x][-Zsanitizer=address][-Cforce-frame-pointers=yes][-Cdebuginfo=1][-Cstrip=none][--remap-path-prefix=${out}/src=${project}]`,
  );
  expect(call('build.rs', '-Cstrip=symbols')).toBe('[build.rs][-Cstrip=symbols]');
  expect(env).toMatchObject({
    RUSTUP_TOOLCHAIN: 'nightly',
    CARGO_BUILD_TARGET: expect.any(String) as string,
  });
  // Nothing that only nightly takes where there is none, or where the gate asks for nothing.
  expect(build(['-fsanitize=address'], {}).env).not.toHaveProperty('RUSTUP_TOOLCHAIN');
  expect(build(['-g'], nightly).env).not.toHaveProperty('RUSTUP_TOOLCHAIN');
  file('plain/pyproject.toml', '[build-system]\nrequires = ["setuptools"]\n');
  expect(rustBuild(join(made, 'plain'), { out, source: out }, { cflags: [] }, nightly)).toEqual({
    steps: [],
    env: {},
  });
});
