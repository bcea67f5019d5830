/**
 * Calls of a library that fail one at a time, under AddressSanitizer: the faults of error paths that no test takes, and error
 * paths that are right. Each row is a function of one library, and the test that calls it; none fails by itself.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROWS, type Row } from '../helpers/failing-rows.js';
import { cellOf, endOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const missing = !isAbsolute(runtime);
if (missing) console.warn('SKIPPED: failing calls need gcc and its libasan');

const source = (rows: readonly Row[]): string => `#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
__attribute__((noinline, noipa, no_instrument_function)) static void keep(void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }
static void *works(void *p) { void *q = malloc(4); keep(q); free(q); return p; }
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;
int unlocks_shared(void) { return pthread_mutex_unlock(&shared); }
void *unused[] = {(void *)works, (void *)keep};
${rows.map((r) => `int ${r.name}(void) { ${r.c} }`).join('\n')}
`;

const suite = (rows: readonly Row[], spared: string): string => `#define _GNU_SOURCE
#define SPARED ${JSON.stringify(spared)}
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <ffi_gates_suite.h>
int unlocks_shared(void);
${rows.map((r) => `int ${r.name}(void);`).join('\n')}
${rows.map((r) => `static int test_${r.name}(void) { ${r.check ?? `return ${r.name}();`} }`).join('\n')}
const suite_test suite_tests[] = {${rows.map((r) => `{"${r.name}", test_${r.name}}, `).join('')}{0, 0}};
`;

const ID = 's-c_ccgcc-failing';
const ownOf = (ran: Ran) => (ran.report?.findings ?? []).filter((f) => !f.planted);

describe.skipIf(missing)('calls that fail', () => {
  let rig: Rig;
  beforeAll(() => {
    rig = makeRig('ffi-gates-failing-');
  });
  afterAll(() => rig.remove());

  const run = (rows: readonly Row[], gate = ''): Promise<Ran> => {
    rig.write('src/paths.c', source(rows));
    rig.write('tests/main.c', suite(rows, join(rig.dir, 'spared')));
    rig.write(
      'ffi-gates.yaml',
      `version: 1
targets: { paths: { builder: cc, dir: src, sources: [paths.c], produces: [libpaths.so] } }
suites:
  - { id: s, binding: c, dir: tests, targets: [paths], with: { sources: [main.c], libs: [paths] } }
gates: { failing: ${gate} }
`,
    );
    const formats = ['json', 'junit', 'html', 'markdown', 'sarif', 'ctrf'];
    return rig.run(formats.flatMap((f) => ['--reporter', f]));
  };

  test('show the faults of error paths, each with the call that failed, and nothing of right ones', async () => {
    // Two copies of a library have each global twice.
    const ran = await run(ROWS, '{ env: { ASAN_OPTIONS: detect_odr_violation=0 } }');
    const found = Object.fromEntries(
      ownOf(ran).map((f) => [f.witnesses[0]?.test ?? f.fingerprint, [f.hazard, f.message] as const]),
    );
    const wanted = ROWS.filter((r) => r.finds !== undefined);
    expect(
      Object.fromEntries(Object.entries(found).map(([t, [hazard]]) => [t, hazard])),
      ran.stdout + ran.stderr,
    ).toEqual(Object.fromEntries(wanted.map((r) => [r.name, r.finds])));
    for (const r of wanted)
      expect(found[r.name]?.[1]).toMatch(
        new RegExp(`, after ${r.after} failed in ${r.name} \\(paths\\.c:\\d+\\)`),
      );
    // Nothing failed in the suite itself.
    expect(cellOf(ran, ID)).toMatchObject({ tests: { passed: ROWS.length, failed: 0 }, failedTests: [] });
    // Nothing that a launch with a failed call printed was left unread.
    expect(cellOf(ran, ID).verdict).not.toHaveProperty('why');
    const calls = cellOf(ran, ID).failing;
    expect(calls?.found).toBeGreaterThan(ROWS.length);
    // Before the first of them.
    expect(ran.stderr).toMatch(
      new RegExp(`${ID}: ${calls?.found} calls could fail; ${calls?.found} are made to, in \\d+ launches`),
    );
    expect(readFileSync(join(rig.dir, 'spared'), 'utf8')).toBe('kept');
    expect(calls).toMatchObject({ driven: calls?.found, lost: 0 });
    expect(ran.stdout).toContain(`${calls?.found} of ${calls?.found} calls failed, each once`);
    const [leak] = ownOf(ran).filter((f) => f.witnesses[0]?.test === 'loses_first');
    const again = await rig.start(['repro', leak!.fingerprint, '--run', '--out', rig.out]).ended;
    expect(again.stdout + again.stderr).toContain(`seen again: ${leak!.fingerprint}`);
    expect(again.code).toBe(1);
  });

  test('are so many as the matrix allows, others in the next run, and those with a finding in every run', async () => {
    const rows = ROWS.filter((r) => r.name === 'loses_first' || r.name === 'never_looks');
    let seen: (string | undefined)[] = [];
    for (let n = 1; n <= 3; n++) {
      const ran = await run(rows, '{ calls: 1 }');
      expect(cellOf(ran, ID).failing).toEqual({ found: 3, driven: n, lost: 0 });
      if (n < 3) {
        const left = `${3 - n} are left for later runs`;
        expect(ran.stdout).toContain(left);
        for (const file of ['junit.xml', 'report.md', 'ffi-gates.sarif', 'ctrf.json', 'index.html'])
          expect(readFileSync(join(rig.out, file), 'utf8'), file).toContain(left);
      }
      const now = ownOf(ran).map((f) => f.fingerprint);
      expect(now).toEqual(expect.arrayContaining(seen));
      seen = now;
    }
    // The two calls of `loses_first` lose the same way.
    expect(seen).toHaveLength(2);
  });

  test('go on after a run that was killed: those without a finding fail no second time, and no finding is lost', async () => {
    const names = ['loses_first', 'frees_both', 'keeps_old', 'gives_back_lock'];
    const rows = ROWS.filter((r) => names.includes(r.name));
    const whole = await run(rows);
    const all = cellOf(whole, ID).failing;
    expect(all).toMatchObject({ found: 7, driven: 7 });
    rmSync(join(rig.dir, 'cache'), { recursive: true });
    const { child, ended } = rig.start([
      'run',
      '--out',
      rig.out,
      '--cache',
      join(rig.dir, 'cache'),
      '--quiet',
    ]);
    // The first two calls have a finding each.
    const tried = (): number =>
      globSync('cache/**/.ffi-gates-failed.json', { cwd: rig.dir, dot: true, absolute: true })
        .map((f) => (JSON.parse(readFileSync(f, 'utf8')) as { silent: string[] }).silent.length)
        .reduce((a, b) => a + b, 0);
    while (tried() < 3 && child.exitCode === null) await setTimeout(50);
    child.kill('SIGKILL');
    await ended;
    const resumed = await rig.run(['--resume']);
    const { found = 0, driven = 0, lost, before = 0 } = cellOf(resumed, ID).failing ?? {};
    expect({ found, lost }, resumed.stdout + resumed.stderr).toEqual({ found: 7, lost: 0 });
    expect(before).toBeGreaterThan(0);
    expect(driven + before).toBe(7);
    expect(resumed.stdout).toContain(`${before} failed in earlier runs without a finding`);
    const fingerprints = (ran: Ran): string[] =>
      ownOf(ran)
        .map((f) => f.fingerprint)
        .sort();
    expect(fingerprints(resumed)).toEqual(fingerprints(whole));
    // Once more: only what had a finding is left.
    const last = await rig.run(['--resume']);
    expect(fingerprints(last)).toEqual(fingerprints(whole));
    expect(cellOf(last, ID).failing).toEqual({ found: 7, driven: 2, lost: 0, before: 5 });
  });

  test('that a suite does not have are none: the cell proves nothing', async () => {
    const ran = await run([{ name: 'adds', c: 'return 1 - 1;' }]);
    expect(endOf(cellOf(ran, ID))).toBe('inconclusive/gate-not-armed');
  });
});
