/**
 * A race that is hidden by the order in which two threads take a lock: under TSan as it is next to never seen, with waits
 * soon, and its command shows it again. Its twin stays silent.
 */
import { spawnSync } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cellOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const runtime = spawnSync('gcc', ['-print-file-name=libtsan.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const missing = !isAbsolute(runtime);
if (missing) console.warn('SKIPPED: perturbed schedules need gcc and its libtsan');

const LIBRARY = `#include <pthread.h>
#include <stdlib.h>
#include "race.h"
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
int entries, shared, guarded;
static void enter(void) { pthread_mutex_lock(&lock); entries++; pthread_mutex_unlock(&lock); }
static void work(void) { for (volatile int i = 0; i < 200000; i++); }
static void *early(void *p) { shared = 1; enter(); return p; }
static void *late(void *p) { work(); enter(); shared = 2; return p; }
static void *early_guarded(void *p) { pthread_mutex_lock(&lock); guarded = 1; pthread_mutex_unlock(&lock); return p; }
static void *late_guarded(void *p) { work(); pthread_mutex_lock(&lock); guarded = 2; pthread_mutex_unlock(&lock); return p; }
static int both(void *(*a)(void *), void *(*b)(void *)) {
  pthread_t s, t;
  if (pthread_create(&s, 0, a, 0) || pthread_create(&t, 0, b, 0)) return 1;
  return pthread_join(s, 0) || pthread_join(t, 0);
}
static int *cell, users;
static void *last_use(void *p) { pthread_mutex_lock(&lock); cell[0] = 1; pthread_mutex_unlock(&lock); return p; }
static void *drop(void *p) { work(); pthread_mutex_lock(&lock); free(cell); pthread_mutex_unlock(&lock); return p; }
static void leave(void) { cell[0] = 1; if (--users == 0) free(cell); }
static void *counted_use(void *p) { pthread_mutex_lock(&lock); leave(); pthread_mutex_unlock(&lock); return p; }
static void *counted_drop(void *p) { work(); pthread_mutex_lock(&lock); leave(); pthread_mutex_unlock(&lock); return p; }
int freed(void) { cell = malloc(sizeof *cell); return both(last_use, drop); }
int counted(void) { cell = malloc(sizeof *cell); users = 2; return both(counted_use, counted_drop); }
int racy(void) { return both(early, late); }
int right(void) { return both(early_guarded, late_guarded); }
int alone(void) { return 0; }
`;
const MAIN = `#include <ffi_gates_suite.h>
#include "race.h"
const suite_test suite_tests[] = {{"racy", racy}, {"right", right}, {"alone", alone}, {0, 0}};
`;
const ID = 's-c_ccgcc-tsan';
/** Under ASan: memory that is freed before its last use, unless the user comes first. Its twin counts users. */
const ASAN_MAIN = MAIN.replace('{"racy", racy}, {"right", right}', '{"freed", freed}, {"counted", counted}');
const ownOf = (ran: Ran) => (ran.report?.findings ?? []).filter((f) => !f.planted);

describe.skipIf(missing)('perturbed schedules', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig();
    rig.write('src/race.c', LIBRARY);
    rig.write(
      'src/race.h',
      'int racy(void);\nint right(void);\nint alone(void);\nint freed(void);\nint counted(void);\n',
    );
    rig.write('tests/main.c', MAIN);
  });
  afterAll(() => rig.remove());

  const run = (gate: string, name = 'tsan'): Promise<Ran> => {
    rig.write(
      'ffi-gates.yaml',
      `version: 1
targets: { race: { builder: cc, dir: src, sources: [race.c], produces: [librace.so] } }
suites:
  - { id: s, binding: c, dir: tests, targets: [race], with: { sources: [main.c], include: [../src], libs: [race] } }
gates: { ${name}: ${gate} }
`,
    );
    return rig.run();
  };

  test('show the race, with its seed and a command that shows it again; the twin is silent', async () => {
    const ran = await run('{ perturb: 0.5, seeds: 60 }');
    expect(ran.code, ran.stdout + ran.stderr).toBe(1);
    const cell = cellOf(ran, ID);
    expect(cell.perturbed?.share).toBe(0.5);
    expect(cell.perturbed?.waits).toBeGreaterThan(0);
    const found = ownOf(ran);
    expect(found.map((f) => [f.hazard, f.witnesses[0]?.test])).toEqual([['threading/data-race', 'racy']]);
    const [race] = found;
    expect(race?.seed).toBeTypeOf('number');
    expect(race?.repro).toContain(`FFI_GATES_PERTURB_SEED=${race?.seed}`);
    // No frame of ours comes between the project's.
    expect(JSON.stringify(race?.stacks)).not.toContain('perturb');
    expect(ran.stdout).toMatch(/perturbed \(0\.5, \d+ seeds?\): \d+ waits?/);
    // Threads also wait for the machine, so the same seed shows it often, not always.
    const again = await rig.start(['repro', race!.fingerprint, '--run', '--out', rig.out]).ended;
    expect([0, 1], again.stdout + again.stderr).toContain(again.code);
  });

  test('show under ASan what is freed before its last use, with its seed and command; the twin is silent', async () => {
    rig.write('tests/main.c', ASAN_MAIN);
    const ran = await run('{ perturb: 0.5, seeds: 30 }', 'asan');
    rig.write('tests/main.c', MAIN);
    expect(ran.code, ran.stdout + ran.stderr).toBe(1);
    expect(cellOf(ran, 's-c_ccgcc-asan').perturbed?.waits).toBeGreaterThan(0);
    const found = ownOf(ran);
    expect(found.map((f) => [f.hazard, f.witnesses[0]?.test])).toEqual([
      ['ownership/use-after-free', 'freed'],
    ]);
    expect(found[0]?.seed).toBeTypeOf('number');
    expect(found[0]?.repro).toContain(`FFI_GATES_PERTURB_SEED=${found[0]?.seed}`);
    expect(ran.stdout).toMatch(/perturbed \(0\.5, \d+ seeds?\): \d+ waits?/);
  });

  test('are left alone without the setting', async () => {
    const ran = await run('');
    expect(cellOf(ran, ID)).not.toHaveProperty('perturbed');
    expect(ownOf(ran).filter((f) => f.witnesses[0]?.test !== 'racy')).toEqual([]);
  });

  test('that could delay nothing are said so', async () => {
    rig.write('tests/main.c', MAIN.replace('{"racy", racy}, {"right", right}, ', ''));
    const ran = await run('{ perturb: 1 }');
    rig.write('tests/main.c', MAIN);
    expect(cellOf(ran, ID)).toMatchObject({ verdict: { kind: 'clean' }, perturbed: { share: 1, waits: 0 } });
    expect(ran.stdout).toContain('no wait');
  });
});
