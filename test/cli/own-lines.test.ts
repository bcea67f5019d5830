/**
 * Reports show lines of the project's own files, whatever file a checker's report names. The real command, on a suite
 * that prints reports which name files outside the repository, links to them, pipes, devices and a terabyte of holes.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { glob } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, makeRig, whyAbsent, type Ran, type Rig } from '../helpers/rig.js';

const OUTSIDE = 'root:x:a line of another file';
const INSIDE = 'int ours(void); /* a line of the project */';

/** The name of a test, and the file that the report printed in it names. `$R`: the repository. `$D`: its parent. */
const NAMED: readonly [test: string, file: string, own: boolean][] = [
  ['ours', '$R/src/ours.c', true],
  ['dotted', '$R/src/../src/./ours.c', true],
  ['slashes', '$R//src///ours.c', true],
  ['linkedinside', '$R/src/inside.c', true],
  ['procroot', '/proc/self/root$R/src/ours.c', true],
  ['above', '$R/../outside.txt', false],
  ['farabove', '$R/src/../../../../../../../../../../../../..$D/outside.txt', false],
  ['filelink', '$R/src/link.c', false],
  ['dirlink', '$R/src/aside/outside.txt', false],
  ['dirlinkup', '$R/src/aside/../outside.txt', false],
  ['absolute', '$D/outside.txt', false],
  ['procoutside', '/proc/self/root$D/outside.txt', false],
  ['pipe', '$R/src/pipe.c', false],
  ['pipelink', '$R/src/pipelink.c', false],
  ['zero', '/dev/zero', false],
  ['zerolink', '$R/src/zero.c', false],
  ['terminal', '/dev/tty', false],
  ['holes', '$R/src/holes.c', false],
  ['directory', '$R/src', false],
  ['records', '$R/.git/config', false],
];
const SCRIPT = `#!/bin/sh
if [ "$1" = --list ]; then cut -d'|' -f1 "$(dirname "$0")/named"; exit; fi
for t; do
  file=$(sed -n "s#^$t|##p" "$(dirname "$0")/named")
  echo "# start $t pid=$$"
  echo "=================================================================
==$$==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55 bp 0x7f sp 0x7e
READ of size 1 at 0x602000000010 thread T0
    #0 0x55 in in_$t $file:1:3

SUMMARY: AddressSanitizer: heap-use-after-free $file:1:3 in in_$t
==$$==ABORTING"
  echo "ok $t ms=1"
done
`;
const MATRIX = `version: 1
canaries: false
suites: [{ id: names, binding: c, dir: src, with: { program: names.sh } }]
gates: { plain: }
`;

let rig: Rig;
let ran: Ran;

beforeAll(async () => {
  rig = makeRig();
  const [src, outside] = [join(rig.repo, 'src'), join(rig.dir, 'outside.txt')];
  rig.write('ffi-gates.yaml', MATRIX);
  rig.write('src/ours.c', `${INSIDE}\n`);
  rig.write('.git/config', `${OUTSIDE}\n`);
  writeFileSync(outside, `${OUTSIDE}\n`);
  mkdirSync(join(rig.dir, 'aside'));
  writeFileSync(join(rig.dir, 'aside/outside.txt'), `${OUTSIDE}\n`);
  for (const [link, target] of [
    ['inside.c', 'ours.c'],
    ['link.c', outside],
    ['aside', join(rig.dir, 'aside')],
    ['zero.c', '/dev/zero'],
    ['pipelink.c', 'pipe.c'],
  ] as const)
    symlinkSync(target, join(src, link));
  execFileSync('mkfifo', [join(src, 'pipe.c')]);
  const holes = openSync(join(src, 'holes.c'), 'w');
  ftruncateSync(holes, 2 ** 40);
  closeSync(holes);
  const fileOf = (file: string): string => file.replace('$R', rig.repo).replace('$D', rig.dir);
  rig.write('src/named', NAMED.map(([name, file]) => `${name}|${fileOf(file)}\n`).join(''));
  rig.write('src/names.sh', SCRIPT);
  execFileSync('chmod', ['+x', join(src, 'names.sh')]);
  ran = await rig.run();
});
afterAll(() => rig.remove());

const stackOf = (name: string) =>
  ran.report?.findings
    .flatMap((f) => f.stacks)
    .find((k) => k.frames.some((f) => f.kind === 'source' && f.function === `in_${name}`));

describe('a report that names', () => {
  test.each(
    NAMED.map(([name, file, own]) => [file, own ? 'shows its lines' : 'shows none', name, own] as const),
  )('%s %s', (_file, _shows, name, own) => {
    const stack = stackOf(name);
    expect(stack, ran.stdout + ran.stderr).toBeDefined();
    expect(stack?.source?.lines.map((l) => l.text)).toEqual(own ? [INSIDE, ''] : undefined);
  });
});

test('what is the project’s is named from its root; what is not is not called own', () => {
  expect(stackOf('slashes')?.frames[0]).toMatchObject({ file: 'src/ours.c', own: true });
  for (const name of ['above', 'filelink', 'dirlink', 'procoutside'])
    expect(stackOf(name)?.frames[0], name).not.toHaveProperty('own');
});

test('no file that the run wrote, and nothing that it printed, holds a line of another file', async () => {
  const files = await glob('**', { cwd: rig.out, absolute: true, dot: true });
  expect(files.length).toBeGreaterThan(3);
  const page = readFileSync(join(rig.out, 'index.html'), 'utf8');
  const packed = /"gzip"[^>]*>([A-Za-z0-9+/=]+)</.exec(page)?.[1];
  const texts = [
    ran.stdout,
    ran.stderr,
    packed === undefined ? '' : gunzipSync(Buffer.from(packed, 'base64')).toString(),
    ...files.map((f) => readFileSync(f, 'utf8')),
  ];
  for (const text of texts) expect(text).not.toContain(OUTSIDE);
  expect(texts.join('')).toContain(INSIDE);
});

/** The paths of the files that a process has open. */
const openFiles = (pid: number): string[] => {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).flatMap((fd) => {
    try {
      return readlinkSync(join(dir, fd));
    } catch {
      return []; // closed since
    }
  });
};

test('`#line` in a source of the project names any file: the finding is the project’s, the lines are not', async () => {
  const own = makeRig();
  try {
    const outside = join(own.dir, 'outside.txt');
    writeFileSync(outside, `${OUTSIDE}\n`);
    own.write(
      'src/suite.c',
      `#include "ffi_gates_suite.h"
#line 1 "${outside}"
static int shift(void) { volatile int n = 40; return (1 << n) & 0; }
const suite_test suite_tests[] = {{"shift", shift}, {NULL, NULL}};
`,
    );
    own.write(
      'ffi-gates.yaml',
      'version: 1\ncanaries: false\nsuites: [{ id: s, binding: c, dir: src }]\ngates: { ubsan: }\n',
    );
    const seen = await own.run();
    const absent = whyAbsent(seen, seen.report?.cells.map((c) => c.id) ?? []);
    if (absent !== undefined) return console.warn(`SKIPPED: ${absent}`);
    const [finding] = seen.report?.findings ?? [];
    expect(finding, seen.stdout + seen.stderr).toMatchObject({ hazard: 'ub/shift', origin: 'own' });
    expect(finding?.stacks[0]?.frames[0]).toMatchObject({ function: 'shift', file: outside, line: 1 });
    expect(
      JSON.stringify(seen.report) + seen.stdout + readFileSync(join(own.out, 'index.html'), 'utf8'),
    ).not.toContain(OUTSIDE);
  } finally {
    own.remove();
  }
});

describe('parse of', () => {
  const REPORT = (
    file: string,
  ): string => `==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010
READ of size 1 at 0x602000000010 thread T0
    #0 0x55 in f ${file}:1:3
    #1 0x56 (${file}+0x10)
SUMMARY: AddressSanitizer: heap-use-after-free ${file}:1:3 in f
`;
  test.each([[], ['--jsonl'], ['--matrix', 'ffi-gates.yaml']])(
    'a log that names all these prints no line of them: %s %s',
    async (...args) => {
      const log = join(rig.dir, 'all.log');
      const reports = NAMED.map(([, file]) => REPORT(file.replace('$R', rig.repo).replace('$D', rig.dir)));
      writeFileSync(log, reports.join(''));
      const parsed = await rig.start(['parse', log, ...args]).ended;
      expect(parsed.code, parsed.stderr).toBe(1);
      expect(parsed.stdout).toContain('holes.c');
      expect(parsed.stdout).not.toContain(OUTSIDE);
    },
  );

  test('a pipe reads what comes through it', async () => {
    const pipe = join(rig.dir, 'pipe');
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    const { ended } = rig.start(['parse', pipe]);
    const writer = spawn('sh', ['-c', 'cat > "$0"', pipe], { stdio: ['pipe', 'ignore', 'ignore'] });
    writer.stdin.write(REPORT('/a.c').slice(0, 100));
    writer.stdin.end(REPORT('/a.c').slice(100));
    expect(await ended).toMatchObject({ code: 1, signal: null });
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'a pipe into which nobody writes ends by %s',
    async (signal) => {
      const pipe = join(rig.dir, `pipe-${signal}`);
      expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
      const { child, ended } = rig.start(['parse', pipe]);
      // Its handlers are set before it opens a file.
      await eventually(() => openFiles(child.pid!).includes(pipe) || undefined, 60_000);
      child.kill(signal);
      expect(await ended).toMatchObject({ code: 130, signal: null });
    },
  );
});
