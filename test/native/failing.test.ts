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
import type { HazardId } from '../../src/model/hazard.js';
import { cellOf, endOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const missing = !isAbsolute(runtime);
if (missing) console.warn('SKIPPED: failing calls need gcc and its libasan');

/**
 * `c`: the body of the library's function `int NAME(void)`. `check`: that of the test, which passes if it returns 0; else the
 * test passes if the function returns 0. `after`: the call that failed before the report.
 */
type Row = { name: string; c: string; check?: string; finds?: HazardId; after?: string };

const ROWS: readonly Row[] = [
  {
    name: 'loses_first',
    c: 'char *a = malloc(8), *b = malloc(9); keep(a); keep(b); if (!a || !b) return 1; free(a); free(b); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'malloc',
  },
  {
    name: 'frees_both',
    c: 'char *a = malloc(8), *b = malloc(9); keep(a); keep(b); const int r = !a || !b; free(a); free(b); return r;',
  },
  {
    name: 'never_looks',
    c: 'int *p = calloc(4, sizeof *p); p[1] = 2; keep(p); const int r = p[1] != 2; free(p); return r;',
    finds: 'null/dereference',
    after: 'calloc',
  },
  {
    name: 'copies_unseen',
    c: 'char *p = strdup("text"); keep(p); const int r = p[0] != 116; free(p); return r;',
    finds: 'null/dereference',
    after: 'strdup',
  },
  {
    name: 'frees_twice',
    c: 'char *a = malloc(8); keep(a); if (!a) return 1; char *b = malloc(9); keep(b); if (!b) free(a); free(a); free(b); return 0;',
    finds: 'ownership/double-free',
    after: 'malloc',
  },
  {
    name: 'loses_old',
    c: 'char *p = malloc(8); keep(p); if (!p) return 1; p = realloc(p, 64); keep(p); if (!p) return 1; free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'realloc',
  },
  {
    name: 'keeps_old',
    c: 'char *p = malloc(8); keep(p); if (!p) return 1; char *q = realloc(p, 64); keep(q); free(q ? q : p); return !q;',
  },
  {
    name: 'loses_at_open',
    c: 'char *p = malloc(8); keep(p); int fd = open("/dev/null", O_RDONLY); if (!p || fd < 0) { if (fd >= 0) close(fd), free(p); return 1; } close(fd); free(p); return 0;',
    finds: 'ownership/leak-on-error-path',
    after: 'open',
  },
  {
    name: 'reads_no_stream',
    c: 'FILE *f = fopen("/dev/null", "r"); keep(f); const int r = fgetc(f) != EOF; fclose(f); return r;',
    finds: 'null/dereference',
    after: 'fopen',
  },
  {
    name: 'thread_that_starts',
    c: 'pthread_t t; int *p = malloc(4); keep(p); if (!p) return 1; if (pthread_create(&t, 0, works, 0)) { free(p); return 1; } pthread_join(t, 0); free(p); return 0;',
  },
  { name: 'ends_itself', c: 'char *p = malloc(8); keep(p); if (!p) abort(); free(p); return 0;' },
  {
    name: 'host_uses_nothing',
    c: 'char **out = malloc(8); keep(out); if (!out) return 1; free(out); return 0;',
    check: 'static int zero; int *volatile p = host_uses_nothing() ? (int *)0 : &zero; return *p;',
  },
  {
    // As packages of Java do: the library has another name in every process.
    name: 'loses_in_a_copy',
    c: 'char *a = malloc(8), *b = malloc(9); keep(a); keep(b); if (!a || !b) return 1; free(a); free(b); return 0;',
    check:
      'Dl_info i; char to[512]; if (!dladdr(dlsym(RTLD_DEFAULT, "loses_in_a_copy"), &i)) return 2; snprintf(to, sizeof to, "%s-%d.so", i.dli_fname, (int)getpid()); FILE *in = fopen(i.dli_fname, "rb"), *out = fopen(to, "wb"); for (int c; (c = fgetc(in)) != EOF;) fputc(c, out); fclose(in); fclose(out); void *copy = dlopen(to, RTLD_NOW | RTLD_LOCAL); return copy ? ((int (*)(void))dlsym(copy, "loses_in_a_copy"))() : 3;',
    finds: 'ownership/leak-on-error-path',
    after: 'malloc',
  },
  {
    name: 'keeps_lock',
    c: 'static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; pthread_mutex_lock(&m); char *p = malloc(8); keep(p); if (!p) return 1; free(p); pthread_mutex_unlock(&m); return 0;',
    finds: 'threading/lock-misuse',
    after: 'malloc',
  },
  {
    name: 'gives_back_lock',
    c: 'static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER; pthread_mutex_lock(&m); char *p = malloc(8); keep(p); free(p); pthread_mutex_unlock(&m); return !p;',
  },
  {
    name: 'keeps_lock_for_writing',
    c: 'static pthread_rwlock_t m = PTHREAD_RWLOCK_INITIALIZER; pthread_rwlock_wrlock(&m); int fd = open("/dev/null", O_RDONLY); if (fd < 0) return 1; close(fd); pthread_rwlock_unlock(&m); return 0;',
    finds: 'threading/lock-misuse',
    after: 'open',
  },
  {
    name: 'keeps_one_of_two_readings',
    c: 'static pthread_rwlock_t m = PTHREAD_RWLOCK_INITIALIZER; pthread_rwlock_rdlock(&m); pthread_rwlock_rdlock(&m); char *p = malloc(8); keep(p); pthread_rwlock_unlock(&m); if (!p) return 1; free(p); pthread_rwlock_unlock(&m); return 0;',
    finds: 'threading/lock-misuse',
    after: 'malloc',
  },
  {
    // As a library's own `lock` does, in which a call may fail that does not matter.
    name: 'locks_for_its_caller',
    c: 'char *p = malloc(8); keep(p); free(p); pthread_mutex_lock(&shared); return 0;',
    check: 'const int r = locks_for_its_caller(); return r || unlocks_shared();',
  },
  {
    name: 'frees_what_is_locked',
    c: 'pthread_mutex_t *m = calloc(1, sizeof *m); keep(m); if (!m) return 1; pthread_mutex_lock(m); char *p = malloc(8); keep(p); if (!p) { free(m); return 1; } free(p); pthread_mutex_unlock(m); free(m); return 0;',
  },
];

const source = (rows: readonly Row[]): string => `#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
__attribute__((noinline, noipa, no_instrument_function)) static void keep(void *p) { __asm__ volatile("" : : "r"(p) : "memory"); }
static void *works(void *p) { void *q = malloc(4); keep(q); free(q); return p; }
static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;
int unlocks_shared(void) { return pthread_mutex_unlock(&shared); }
void *unused[] = {(void *)works, (void *)keep};
${rows.map((r) => `int ${r.name}(void) { ${r.c} }`).join('\n')}
`;

const suite = (rows: readonly Row[]): string => `#define _GNU_SOURCE
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
    rig.write('tests/main.c', suite(rows));
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
