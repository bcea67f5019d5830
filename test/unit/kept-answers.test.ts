/** Answers of programs that an earlier run asked: when they are believed, and when the program is asked again. */
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ANSWER_AGE, openAnswers, type Depends } from '../../src/host/kept-answers.js';

let dir: string;
let now: number;
const at = (name: string): string => join(dir, name);
/** A real program of that name. */
const program = (name: string): string => {
  const path = at(name);
  copyFileSync(realpathSync('/bin/ls'), path);
  return path;
};
const script = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  chmodSync(at(name), 0o755);
  return at(name);
};
const TOUCHED = 'RUSTUP_HOME';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ffi-gates-answers-'));
  now = 1_800_000_000_000;
  mkdirSync(at('home'));
  process.env[TOUCHED] = at('home');
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
  delete process.env[TOUCHED];
  delete process.env['FFI_UNIT_ANSWERS'];
});

let said = 0;
/** Whether a run has to ask the program. */
const asks = async (path: string, depends?: Depends, use = true): Promise<boolean> => {
  const answers = await openAnswers(at('cache'), { use, now: () => now });
  const before = said;
  const answer = await answers.answer(
    [path, '--version'],
    () => Promise.resolve(`answer ${++said}`),
    depends,
  );
  await answers.save();
  expect(answer).toBe(`answer ${said}`);
  return said > before;
};

test('is believed while nothing changes', async () => {
  const path = program('tool');
  expect(await asks(path)).toBe(true);
  expect(await asks(path)).toBe(false);
  expect(await asks(path)).toBe(false);
});

const PYENV = (root: string): string => `#!/usr/bin/env bash
set -e
program="\${0##*/}"
export PYENV_ROOT="${root}"
exec "${root}/libexec/pyenv" exec "$program" "$@"
`;

const CHANGES: [what: string, make: () => string, change: (path: string) => void, depends?: () => Depends][] =
  [
    ['the program is another', () => program('tool'), (path) => copyFileSync(realpathSync('/bin/cat'), path)],
    [
      'the program is another of the same size and date',
      () => program('tool'),
      (path) => {
        const { atime, mtime, size } = statSync(path);
        writeFileSync(path, Buffer.alloc(size, 'x'));
        utimesSync(path, atime, mtime);
      },
    ],
    ['the program is gone and came back', () => program('tool'), (path) => (rmSync(path), program('tool'))],
    [
      'the link leads to another program',
      () => (program('tool-1'), program('tool-2'), symlinkSync('tool-1', at('tool')), at('tool')),
      (path) => (rmSync(path), symlinkSync('tool-2', path)),
    ],
    [
      'a file that the answer names is another',
      () => (writeFileSync(at('libasan.so'), '1'), program('gcc')),
      () => writeFileSync(at('libasan.so'), '22'),
      () => ({ files: () => [at('libasan.so')] }),
    ],
    [
      'a package was installed',
      () => (mkdirSync(at('site-packages')), program('python3.11')),
      () => mkdirSync(at('site-packages/pytest-9.dist-info')),
      () => ({ files: () => [at('site-packages')] }),
    ],
    [
      'a file that was absent is there',
      () => program('python3.11'),
      () => writeFileSync(at('pytest.ini'), ''),
      () => ({ files: () => [at('pytest.ini')] }),
    ],
    [
      'a variable of the environment differs',
      () => program('tool'),
      () => (process.env['FFI_UNIT_ANSWERS'] = '1'),
    ],
    ['it is a day old', () => program('tool'), () => (now += ANSWER_AGE)],
    ['it is of the future', () => program('tool'), () => (now -= 1)],
    ['the file is damaged', () => program('tool'), () => writeFileSync(at('cache/answers.json'), '{"key":')],
    [
      'the file is of another form',
      () => program('tool'),
      () => writeFileSync(at('cache/answers.json'), '[]'),
    ],
    [
      'pyenv has another version',
      () => (mkdirSync(at('versions')), script('python3', PYENV(dir))),
      () => writeFileSync(at('version'), '3.13\n'),
    ],
    [
      'pyenv has one more version',
      () => (mkdirSync(at('versions')), script('python3', PYENV(dir))),
      () => mkdirSync(at('versions/3.13')),
    ],
    [
      'rustup has another default',
      () => (program('rustup'), symlinkSync('rustup', at('cargo')), at('cargo')),
      () => writeFileSync(at('home/settings.toml'), 'default_toolchain = "beta"'),
    ],
    [
      'rustup has updated a toolchain',
      () => {
        program('rustup');
        symlinkSync('rustup', at('rustc'));
        mkdirSync(at('home/update-hashes'));
        writeFileSync(at('home/update-hashes/nightly'), '1');
        return at('rustc');
      },
      () => writeFileSync(at('home/update-hashes/nightly'), '22'),
    ],
  ];

test.each(CHANGES)('is asked again if %s', async (_what, make, change, depends) => {
  const path = make();
  expect(await asks(path, depends?.())).toBe(true);
  expect(await asks(path, depends?.())).toBe(false);
  change(path);
  expect(await asks(path, depends?.())).toBe(true);
  expect(await asks(path, depends?.())).toBe(false);
});

test.each<[what: string, make: () => string, depends?: Depends]>([
  ['a script may decide by anything', () => script('meson', '#!/usr/bin/env python3\n')],
  [
    'a shim of an unknown manager may too',
    () => script('go', '#!/usr/bin/env bash\nexec asdf exec go "$@"\n'),
  ],
  [
    'so may a link to a program of another name',
    () => (program('mise'), symlinkSync('mise', at('python3')), at('python3')),
  ],
  ['an answer is none', () => program('gcc'), { keeps: (text) => text.startsWith('/') }],
])('is always asked again: %s', async (_what, make, depends) => {
  const path = make();
  expect(await asks(path, depends)).toBe(true);
  expect(await asks(path, depends)).toBe(true);
});

test('with --prove everything is asked, and kept for later runs', async () => {
  const path = program('tool');
  await asks(path);
  expect(await asks(path, undefined, false)).toBe(true);
  expect(await asks(path)).toBe(false);
});

test('no answer is not kept', async () => {
  const path = program('tool');
  const answers = await openAnswers(at('cache'), { use: true, now: () => now });
  expect(await answers.answer([path, '--version'], () => Promise.resolve(undefined))).toBeUndefined();
  await answers.save();
  expect(await asks(path)).toBe(true);
});

test('another program that is found first on the PATH is asked', async () => {
  mkdirSync(at('a'));
  mkdirSync(at('b'));
  const path = process.env['PATH'];
  try {
    process.env['PATH'] = `${at('a')}:${at('b')}`;
    program('b/tool');
    expect(await asks('tool')).toBe(true);
    expect(await asks('tool')).toBe(false);
    program('a/tool');
    expect(await asks('tool')).toBe(true);
  } finally {
    process.env['PATH'] = path;
  }
});
