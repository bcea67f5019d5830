/** What a user can get wrong: one clear message, an exit code of its own, no stack trace. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeRig, type Ran, type Rig } from '../helpers/rig.js';

const matrix = (more: Record<string, string> = {}): string => `version: 1
canaries: false
targets:
  puppet: { builder: cc, dir: ${more['native'] ?? 'native'}, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - id: good
    binding: ${more['binding'] ?? 'c'}
    dir: ${more['dir'] ?? 'c'}
    ${more['key'] ?? 'targets'}: [${more['target'] ?? 'puppet'}]
    with: { sources: [${more['source'] ?? 'good.c'}], include: [../native], libs: [puppet] }
gates: { ${more['gate'] ?? 'plain'}: }
`;

let rig: Rig;
beforeEach(() => void (rig = makeRig()));
afterEach(() => rig.remove());

/** One message of one sentence or a few lines, from us, without the traces of a crash. */
const complains = (ran: Ran, code: number, text: RegExp): void => {
  expect(ran.stderr).toMatch(text);
  expect(ran.code, ran.stderr).toBe(code);
  expect(ran.stderr).toMatch(/^ffi-gates: /);
  expect(ran.stderr).not.toMatch(/^ {4}at /m);
  expect(ran.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(3);
  expect(ran.report).toBeUndefined();
};

describe('a wrong matrix', () => {
  const WRONG: [what: string, text: string, message: RegExp][] = [
    [
      'an unknown key',
      matrix({ key: 'target' }),
      /ffi-gates\.yaml:9:5: unknown key 'target'\. Did you mean 'targets'\?/,
    ],
    [
      'an unknown target',
      matrix({ target: 'pupet' }),
      /ffi-gates\.yaml:9:15: .*'pupet'.*Did you mean 'puppet'\?/,
    ],
    ['an unknown binding', matrix({ binding: 'g' }), /ffi-gates\.yaml:7:14: 'g' is not one of c, py/],
    [
      'an unknown gate',
      matrix({ gate: 'asam' }),
      /ffi-gates\.yaml:11:10: unknown key 'asam'\. Did you mean 'asan'\?/,
    ],
    ['bad YAML', 'version: 1\nsuites: [\n  - a: {\n', /ffi-gates\.yaml:\d+:\d+: not valid YAML/],
    ['an empty file', '', /ffi-gates\.yaml:1:1: /],
    ['a version of tomorrow', matrix().replace('version: 1', 'version: 2'), /ffi-gates\.yaml:1:10: /],
    [
      'a suite directory that does not exist',
      matrix({ dir: 'absent' }),
      /ffi-gates\.yaml:8:10: suite 'good'.*does not exist: \S*absent/,
    ],
    [
      'a target directory that does not exist',
      matrix({ native: 'absent' }),
      /ffi-gates\.yaml:4:31: target 'puppet'.*does not exist: \S*absent/,
    ],
    [
      'a target that needs itself',
      matrix().replace('sources: [puppet.c]', 'sources: [puppet.c], needs: [puppet]'),
      /ffi-gates\.yaml:4:68: target 'puppet' needs itself/,
    ],
    [
      'a time that overflows a timer',
      `${matrix()}timeout: 999999\n`,
      /ffi-gates\.yaml:12:10: 'timeout' must be at most 536870/,
    ],
    [
      'an alias inside of itself',
      `${matrix()}own: &a [*a]\n`,
      /ffi-gates\.yaml:12:10: the alias \*a is inside/,
    ],
    [
      'two mistakes',
      `${matrix({ gate: 'asam' })}canaries: no\n`,
      /ffi-gates\.yaml:11:10: unknown key 'asam'[^]*ffi-gates\.yaml:12:1: the key 'canaries' is already there/,
    ],
  ];
  test.each(WRONG)(
    '%s',
    async (_what, text, message) => {
      rig.write('ffi-gates.yaml', text);
      complains(await rig.run(), 2, message);
      expect(existsSync(rig.out)).toBe(false);
      expect(existsSync(join(rig.dir, 'cache'))).toBe(false);
    },
    60_000,
  );

  test('a matrix file that does not exist', async () => {
    complains(
      await rig.run(['--matrix', 'nowhere.yaml']),
      2,
      /nowhere\.yaml: cannot read the matrix: no such file/,
    );
  }, 60_000);

  test('an unknown option', async () => {
    complains(await rig.run(['--matrx', 'x.yaml']), 2, /matrx/);
  }, 60_000);

  test('no number of jobs', async () => {
    complains(await rig.run(['--jobs', 'many']), 2, /--jobs must be a positive integer/);
  }, 60_000);
});

describe('a selector', () => {
  test('that matches nothing ends with 3', async () => {
    rig.write('ffi-gates.yaml', matrix());
    complains(await rig.run(['nothing-*']), 3, /no cell matches nothing-\*/);
    complains(await rig.run(['*', 'nothing-*']), 3, /no cell matches nothing-\* /);
    complains(await rig.run(['good-c_ccgcc-plane']), 3, /Did you mean 'good-c_ccgcc-plain'\?/);
    complains(await rig.run(['constructor']), 3, /no cell matches constructor /);
  }, 60_000);

  test('that is not closed ends with 2', async () => {
    rig.write('ffi-gates.yaml', matrix());
    complains(await rig.run(['good-{c,py_*']), 2, /'good-\{c,py_\*' has a '\{' without its '\}'/);
  }, 60_000);
});

describe('code that does not compile', () => {
  test('ends with 5 and shows the compiler’s line', async () => {
    rig.write('ffi-gates.yaml', matrix({ source: 'broken.c' }));
    rig.write('c/broken.c', '#include "ffi_gates_suite.h"\nint main(void) { return undeclared; }\n');
    const ran = await rig.run();
    expect(ran.code).toBe(5);
    expect(ran.stdout + ran.stderr).toMatch(/broken\.c:2:\d+: error: .*undeclared/);
    expect(ran.report?.cells.map((c) => c.verdict.kind)).toEqual(['build-failed']);
    expect(ran.stdout + ran.stderr).not.toMatch(/^ {4}at /m);
  }, 60_000);
});

describe('an output directory', () => {
  let mounted = '';
  afterEach(() => {
    if (mounted) execFileSync('umount', [mounted]);
    mounted = '';
  });
  const runInto = (out: string, extra: readonly string[] = []): Promise<Ran> => {
    rig.write('ffi-gates.yaml', matrix());
    return rig.start(['run', ...extra, '--out', out, '--cache', join(rig.dir, 'cache'), '--quiet']).ended;
  };

  test('below /proc cannot be written', async () => {
    complains(await runInto('/proc/ffi-gates'), 2, /output directory cannot be written: \/proc\/ffi-gates/);
  }, 60_000);

  test('that is a file cannot be written', async () => {
    const file = join(rig.dir, 'file');
    writeFileSync(file, '');
    complains(await runInto(file), 2, /output directory cannot be written: \S*file/);
  }, 60_000);

  test('with a colon is refused, because sanitizer options cannot carry it', async () => {
    complains(await runInto(join(rig.dir, 'a:b')), 2, /must not contain ':'/);
    expect(existsSync(join(rig.dir, 'a:b'))).toBe(false);
  }, 60_000);

  /** A file system of `size`, or the reason why there is none. */
  const mount = (dir: string, size: string): string | undefined => {
    mkdirSync(dir, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', dir], { stdio: 'pipe' });
      mounted = dir;
      return undefined;
    } catch (e) {
      return `a tmpfs cannot be mounted here: ${(e as Error).message.split('\n')[0]}`;
    }
  };

  test('on a full disk', async (t) => {
    const dir = join(rig.dir, 'full');
    const why = mount(dir, '64k');
    if (why) return t.skip(why);
    writeFileSync(join(dir, 'filler'), Buffer.alloc(60 << 10));
    complains(await runInto(join(dir, 'out')), 2, /no space left|free for the output directory/);
  }, 60_000);

  test('beside a cache on a full disk', async (t) => {
    const dir = join(rig.dir, 'fullcache');
    const why = mount(dir, '64k');
    if (why) return t.skip(why);
    rig.write('ffi-gates.yaml', matrix());
    writeFileSync(join(dir, 'filler'), Buffer.alloc(60 << 10));
    const { ended } = rig.start(['run', '--out', rig.out, '--cache', join(dir, 'cache'), '--quiet']);
    complains(await ended, 2, /(?:no space left|64 MiB are free) for the build cache/);
  }, 60_000);
});
