/**
 * Whose file a name is, and whether its lines may be shown. A log may name anything: another user's file, a link to it, a
 * pipe, a device, a terabyte of holes.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { settleSources } from '../../src/build/source-files.js';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { isProjectFrame, under } from '../../src/model/project-code.js';
import { makeCaches } from '../../src/process/caches.js';
import { realPath } from '../../src/process/real-path.js';
import { openRegular, textOf } from '../../src/process/regular-file.js';
import { makeSourceReader } from '../../src/process/source-reader.js';

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-own-')));
const at = (path: string): string => join(dir, path);
const OUTSIDE = 'a line that is none of ours';
const INSIDE = 'int ours(void);';

for (const d of ['repo/src/deep', 'repo/.git', 'out', 'elsewhere', 'reposibling'])
  mkdirSync(at(d), { recursive: true });
for (const f of ['repo/src/x.c', 'repo/src/deep/y.c', 'out/copy.c']) writeFileSync(at(f), `${INSIDE}\n`);
for (const f of ['secret.txt', 'elsewhere/x.c', 'reposibling/x.c', 'repo/.git/config'])
  writeFileSync(at(f), `${OUTSIDE}\n`);
for (const [link, target] of [
  ['repo/src/file.c', at('secret.txt')],
  ['repo/src/chain.c', 'file.c'],
  ['repo/src/relative.c', '../../secret.txt'],
  ['repo/src/aside', at('elsewhere')],
  ['repo/src/up', '../..'],
  ['repo/src/gone.c', at('nowhere.c')],
  ['repo/src/round.c', 'round.c'],
  ['repo/src/zero.c', '/dev/zero'],
  ['repo/src/null.c', '/dev/null'],
  ['repo/src/memory.c', '/proc/self/mem'],
  ['repo/src/status.c', '/proc/self/status'],
  ['repo/src/inside.c', 'x.c'],
  ['repo/src/near', 'deep'],
  ['linked', at('repo')],
] as const)
  symlinkSync(target, at(link));
linkSync(at('repo/src/x.c'), at('repo/src/hard.c'));
const pipe = spawnSync('mkfifo', [at('repo/src/pipe.c')]);
const socket = createServer().listen(at('repo/src/socket.c'));
/** A file of a terabyte that holds nothing. */
const makeHoles = (path: string, size: number): void => {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, size);
  closeSync(fd);
};
makeHoles(at('repo/src/holes.c'), 2 ** 40);
makeHoles(at('repo/src/hole.c'), 4096);
afterAll(() => {
  socket.close();
  rmSync(dir, { recursive: true });
});

const DIRS = [at('repo/src'), at('repo'), at('out')];
const settled = (file: string, dirs: readonly string[] = DIRS): string => {
  const frames = [{ kind: 'source' as const, function: 'f', file, line: 1 }];
  settleSources({ stacks: [{ role: 'fault', frames }] } as unknown as Diagnostic, dirs, [], makeCaches());
  return frames[0]!.file;
};
const isOwn = (file: string, dirs: readonly string[] = DIRS): boolean =>
  isProjectFrame(
    { kind: 'source', function: 'f', file: settled(file, dirs), line: 1 },
    { dirs, shared: [], objects: new Set() },
  );
const lineOf = async (file: string, dirs: readonly string[] = DIRS): Promise<string | undefined> =>
  (await makeSourceReader(makeCaches())(file, dirs))?.[0];

const OURS: readonly [named: string, known: string][] = [
  ['repo/src/x.c', 'repo/src/x.c'],
  ['repo/src/../src/x.c', 'repo/src/x.c'],
  ['repo//src///x.c', 'repo/src/x.c'],
  ['repo/src/./deep/../deep/y.c', 'repo/src/deep/y.c'],
  ['repo/src/inside.c', 'repo/src/inside.c'],
  ['repo/src/hard.c', 'repo/src/hard.c'],
  ['repo/src/near/y.c', 'repo/src/near/y.c'],
  // `..` after a link leads to the parent of its target.
  ['repo/src/near/../x.c', 'repo/src/x.c'],
  ['repo/src/up/repo/src/x.c', 'repo/src/up/repo/src/x.c'],
  ['linked/src/x.c', 'repo/src/x.c'],
  ['out/copy.c', 'out/copy.c'],
];

describe('a file of the project', () => {
  test.each(OURS)('%s', async (named, known) => {
    const path = `${dir}/${named}`;
    expect(settled(path)).toBe(at(known));
    expect(isOwn(path)).toBe(true);
    expect(await lineOf(settled(path))).toBe(INSIDE);
  });
  test('as another process’s view of the disk names it', async () => {
    const path = `/proc/self/root${at('repo/src/x.c')}`;
    expect(settled(path)).toBe(at('repo/src/x.c'));
    expect(await lineOf(path)).toBe(INSIDE);
  });
  test('in a repository that is reached by a link has its path below that link', async () => {
    const dirs = [at('linked/src'), at('linked')];
    for (const named of ['repo/src/x.c', 'linked/src/x.c', 'linked/src/../src//x.c']) {
      expect(settled(`${dir}/${named}`, dirs)).toBe(at('linked/src/x.c'));
      expect(isOwn(`${dir}/${named}`, dirs)).toBe(true);
    }
    expect(await lineOf(at('linked/src/x.c'), dirs)).toBe(INSIDE);
    expect(isOwn(at('linked/src/file.c'), dirs)).toBe(false);
  });
  test('in a directory that the matrix names by a link, wherever that leads', async () => {
    const dirs = [at('repo/src/aside')];
    expect(settled(at('elsewhere/x.c'), dirs)).toBe(at('repo/src/aside/x.c'));
    expect(await lineOf(at('repo/src/aside/x.c'), dirs)).toBe(OUTSIDE);
  });
  test('that is gone is still the project’s', () => expect(isOwn(at('repo/src/removed.c'))).toBe(true));
});

const THEIRS: readonly [why: string, named: string][] = [
  ['it lies beside the repository', 'reposibling/x.c'],
  ['the path leaves by ..', 'repo/../secret.txt'],
  ['the path leaves by .. later on', 'repo/src/deep/../../../secret.txt'],
  ['the path leaves by .. between slashes', 'repo//..//secret.txt'],
  ['the path leaves through a directory that does not exist', 'repo/ghost/../../secret.txt'],
  ['the path goes out and leads to a file with a name of ours', 'repo/src/../../elsewhere/x.c'],
  ['it is a link', 'repo/src/file.c'],
  ['it is a link to a link', 'repo/src/chain.c'],
  ['it is a relative link', 'repo/src/relative.c'],
  ['a directory is a link', 'repo/src/aside/x.c'],
  ['a directory is a link upwards', 'repo/src/up/secret.txt'],
  ['its link leads nowhere, outside', 'repo/src/gone.c'],
  ['it does not exist below a link', 'repo/src/aside/ghost.c'],
  ['it is a link to a device', 'repo/src/zero.c'],
  ['it is a link to the memory of whoever reads it', 'repo/src/memory.c'],
  ['it is a link to what the kernel makes up', 'repo/src/status.c'],
];

describe('no file of the project, and none of its lines', () => {
  test.each(THEIRS)('%s: %s', async (_why, named) => {
    const path = `${dir}/${named}`;
    expect(isOwn(path)).toBe(false);
    expect(under(DIRS, settled(path))).toBe(false);
    expect(await lineOf(path)).toBeUndefined();
    expect(await lineOf(settled(path))).toBeUndefined();
  });
  test.each(['/etc/passwd', '/dev/zero', '/dev/stdin', '/proc/self/root/etc/passwd', '/', '//etc//passwd'])(
    '%s',
    async (path) => {
      expect(isOwn(path)).toBe(false);
      expect(await lineOf(path)).toBeUndefined();
    },
  );
  test('in other letters, where letters count', async () => {
    const path = at('REPO/src/x.c');
    expect(await lineOf(path)).toBe(isOwn(path) ? INSIDE : undefined);
  });
  test('a relative name is none: it would mean a file where we happen to run', async () => {
    expect(await lineOf('package.json', [process.cwd()])).toBeUndefined();
    expect(await lineOf('./package.json', ['.', process.cwd()])).toBeUndefined();
  });
  test.each([
    '\0',
    `${dir}/repo/src/x.c\0`,
    `/${'a/'.repeat(50_000)}`,
    `${dir}/repo/${'b'.repeat(5000)}`,
    '',
  ])('nor are names that can name nothing (%#)', async (path) => {
    expect(await lineOf(path)).toBeUndefined();
    expect(under(DIRS, settled(path))).toBe(path.startsWith(at('repo')));
  });
});

describe('in the repository, but no source', () => {
  test.each([
    ['a pipe', 'repo/src/pipe.c'],
    ['a socket', 'repo/src/socket.c'],
    ['a directory', 'repo/src/deep'],
    ['a terabyte of holes', 'repo/src/holes.c'],
    ['a hole', 'repo/src/hole.c'],
    ['a link to itself', 'repo/src/round.c'],
    ['a record of the repository’s own', 'repo/.git/config'],
  ])('%s shows no line, takes no memory and keeps nobody waiting: %s', async (what, named) => {
    if (what === 'a pipe') expect(pipe.status).toBe(0);
    const before = process.memoryUsage.rss();
    expect(await lineOf(at(named))).toBeUndefined();
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 << 20);
  });
});

describe('a regular file', () => {
  test.each(['repo/src/pipe.c', 'repo/src/socket.c', 'repo/src/deep', 'repo/src/zero.c', 'repo/src/gone.c'])(
    'is not %s',
    (path) => expect(openRegular(at(path))).toBeUndefined(),
  );
  test('has at most as many bytes as are allowed', () => {
    expect(textOf(at('repo/src/x.c'), INSIDE.length + 1)).toBe(`${INSIDE}\n`);
    expect(textOf(at('repo/src/x.c'), INSIDE.length)).toBeUndefined();
  });
});

test('a real path ends in what does not exist', () => {
  expect(realPath(at('linked/new/file.c'))).toBe(at('repo/new/file.c'));
  expect(realPath(`${dir}/repo/ghost/../../x`)).toBe(at('x'));
  expect(realPath('/')).toBe('/');
});
