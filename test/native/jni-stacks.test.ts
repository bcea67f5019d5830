/** What is preloaded into JVMs under memcheck, on a program that does as HotSpot's interpreter does. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { PreparedSuite } from '../../src/bindings/binding.js';
import type { Instrument } from '../../src/model/launch.js';
import { compileStacks, withStacks } from '../../src/bindings/jni/stacks.js';
import { parseText } from '../../src/parsers/index.js';

const HEADER = '#include <valgrind/memcheck.h>\n';
const absent = [
  ...(spawnSync('valgrind', ['--version']).status === 0 ? [] : ['valgrind']),
  ...(spawnSync('gcc', ['-E', '-'], { input: HEADER }).status === 0 ? [] : ['gcc and memcheck.h']),
];
if (absent.length) console.warn(`SKIPPED: preloading needs ${absent.join(', ')}`);

/** A thread that writes far below its stack pointer, reads a block that it freed, and ends; a block where its stack was. */
const PROGRAM = `#include <pthread.h>
#include <stdlib.h>
__attribute__((noinline)) static int deep(void) { volatile char room[40960]; room[0] = 1; return room[0]; }
static void *thread(void *arg) {
  deep();
  *((volatile char *)__builtin_frame_address(0) - 20480) = 1;
  volatile char *freed = malloc(64);
  free((void *)freed);
  return freed[3] ? arg : NULL;
}
int main(void) {
  pthread_t t;
  pthread_create(&t, NULL, thread, NULL);
  return pthread_join(t, NULL);
}
`;

describe.skipIf(absent.length > 0)('stacks of threads under memcheck', () => {
  const out = mkdtempSync(join(tmpdir(), 'ffi-gates-stacks-'));
  afterAll(() => rmSync(out, { recursive: true, force: true }));
  const place = {
    out,
    dir: out,
    env: { LD_PRELOAD: 'theirs.so' },
    targets: {},
    with: {},
  } as unknown as PreparedSuite;
  const gcc: Instrument = { compiler: 'gcc', cc: 'gcc', cxx: 'g++', cflags: ['-g'], ldflags: [] };
  const tools = { valgrind: { path: 'valgrind', version: '3' } };
  const arm = { prefix: ['valgrind', '--tool=memcheck'], env: {}, hostArgs: [] };

  const rules = (env: Record<string, string>): string[] => {
    const xml = join(out, 'report.xml');
    const words = ['--tool=memcheck', '--xml=yes', `--xml-file=${xml}`, join(out, 'program')];
    spawnSync('valgrind', words, { env: { ...process.env, ...env } });
    return parseText(readFileSync(xml, 'utf8')).diagnostics.map((s) => s.rule);
  };

  test('writes below the stack pointer are left out, blocks are watched', () => {
    writeFileSync(join(out, 'program.c'), PROGRAM);
    execFileSync('gcc', ['-g', '-O1', '-pthread', '-o', join(out, 'program'), join(out, 'program.c')]);
    for (const { argv, cwd } of compileStacks(place, gcc, tools))
      execFileSync(argv[0], argv.slice(1), { cwd });
    const { LD_PRELOAD: both = '' } = withStacks(place, arm).env;
    const [ours = '', theirs] = both.split(':');
    expect(theirs).toBe('theirs.so');
    expect(rules({})).toEqual(['memcheck/InvalidWrite', 'memcheck/InvalidRead']);
    expect(rules({ LD_PRELOAD: ours })).toEqual(['memcheck/InvalidRead']);
  });

  test('no other gate has it', () => {
    expect(compileStacks(place, { ...gcc, cflags: ['-fsanitize=address'] }, tools)).toEqual([]);
    expect(compileStacks(place, gcc, {})).toEqual([]);
    const helgrind = { ...arm, prefix: ['valgrind', '--tool=helgrind'] };
    expect(withStacks(place, helgrind)).toBe(helgrind);
  });
});
