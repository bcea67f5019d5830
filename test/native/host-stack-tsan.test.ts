/**
 * The host's own lines in ThreadSanitizer's stacks (`plugins/preload/hosttsan.c`). The host is a puppet that answers as mono does,
 * crashes, hangs, or calls back while it is asked: that may cost the lines of the host, never the report.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic, Stack } from '../../src/model/diagnostic.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PRELOAD = fileURLToPath(new URL('../../plugins/preload', import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-host-tsan-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const gcc = (...args: string[]): boolean => spawnSync('gcc', args, { cwd: dir }).status === 0;
const runtime = spawnSync('gcc', ['-print-file-name=libtsan.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
const missing = !runtime.startsWith('/');
if (missing) console.warn("SKIPPED: the host's lines under TSan need gcc and its runtime");
/** Its shadow memory has fixed addresses, which may be taken. */
const fixed = spawnSync('setarch', ['-R', 'true']).status === 0 ? ['setarch', '-R'] : [];

/** The project: instrumented. */
const LIBRARY = `
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
static int shared;
static __thread volatile int sink;
static jmp_buf back;
void touch(void) { shared++; }
void idle(void) { sink++; }
void call(void (*f)(void)) { f(); shared++; }
static void deeper(int n) { if (n == 0) longjmp(back, 1); deeper(n - 1); sink++; }
void escape(void) { if (setjmp(back) == 0) deeper(3); shared++; }
static int compare(const void *a, const void *b) { shared++; return *(const int *)a - *(const int *)b; }
void sort(void) { int n[] = {3, 1, 2}; qsort(n, 3, sizeof *n, compare); }
static void *alone(void *unused) { (void)unused; shared++; return NULL; }
void start(void) { pthread_t t; pthread_create(&t, NULL, alone, NULL); shared++; pthread_join(t, NULL); }
`;

/** The host: not instrumented. Each thread says in which of its lines it is. */
const PUPPET = `
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
void touch(void), idle(void), call(void (*f)(void)), escape(void), sort(void), start(void);
static const char *mode;
static int is(const char *m) { return strcmp(mode, m) == 0; }
struct place { const char *file; unsigned row, column, il; };
static __thread unsigned line;
static __thread struct place at;
static __thread int attached;
static int asked;
void *mono_domain_get(void) { return attached ? &at : NULL; }
char *mono_method_full_name(void *method, int signature) { (void)signature; return method; }
struct place *mono_debug_lookup_source_location(void *m, unsigned n, void *d) {
  (void)m, (void)d;
  at = (struct place){"/p/Host File.cs", n, 1, 0};
  return is("no-lines") ? NULL : &at;
}
void mono_stack_walk(int (*each)(void *, int, int, int, void *), void *data) {
  asked++;
  if (is("crash")) *(volatile int *)0 = 1;
  if (is("hang")) for (;;) pause();
  if (is("spin")) for (;;) ;
  if (is("recurse")) idle();
  if (each("Host:Call", (int)line, 0, 1, data)) return;
  for (int i = 0; i < (is("deep") ? 1000 : 1); i++)
    if (each("Host:Main", 100 + i, 0, 1, data)) return;
}
static pthread_barrier_t both;
static void inner(void) { line = 55; touch(); }
static void work(void) {
  if (is("call")) call(inner);
  else if (is("escape")) escape();
  else if (is("sort")) sort();
  else if (is("start")) start();
  else touch();
}
static void *thread(void *number) {
  attached = !is("detached");
  line = 10 * (unsigned)(size_t)number;
  for (int i = 0; is("chatty") && i < 300; i++) idle();
  pthread_barrier_wait(&both);
  if ((size_t)number == 2) { line++; usleep(20000); work(); }
  else work();
  return NULL;
}
static void race(void) {
  pthread_t a, b;
  pthread_barrier_init(&both, NULL, 2);
  pthread_create(&a, NULL, thread, (void *)1);
  pthread_create(&b, NULL, thread, (void *)2);
  pthread_join(a, NULL);
  pthread_join(b, NULL);
}
static void handler(int signal) { (void)signal; }
int main(int argc, char **argv) {
  mode = argv[1];
  if (is("signal")) { signal(SIGSEGV, handler); }
  if (is("fork")) { if (fork() == 0) { race(); exit(0); } wait(NULL); return 0; }
  race();
  return argc > 5 ? asked : 0;
}
`;

beforeAll(() => {
  if (missing) return;
  writeFileSync(join(dir, 'library.c'), LIBRARY);
  writeFileSync(join(dir, 'puppet.c'), PUPPET);
  const flags = ['-g', '-O1', '-fno-omit-frame-pointer', '-fPIC', '-pthread'];
  const built =
    gcc('-O2', '-fPIC', '-shared', '-o', 'hosttsan', join(PRELOAD, 'hosttsan.c')) &&
    gcc(...flags, '-fsanitize=thread', '-shared', '-o', 'libown.so', 'library.c') &&
    gcc(...flags, '-rdynamic', '-o', 'puppet', 'puppet.c', '-L.', '-lown', `-Wl,-rpath,${dir}`, runtime);
  if (!built) throw new Error('the puppet does not compile');
}, 120_000);

const run = async (mode: string): Promise<{ found: Diagnostic[]; status: number | null }> => {
  const logs = mkdtempSync(join(dir, `${mode}-`));
  const [program, ...args] = [...fixed, join(dir, 'puppet'), mode];
  const { status } = spawnSync(program, args, {
    env: {
      LD_PRELOAD: `${join(dir, 'hosttsan')}:${runtime}`,
      FFI_GATES_HOST_STACK: 'mono',
      TSAN_OPTIONS: `log_path=${logs}/log:exitcode=66:atexit_sleep_ms=0`,
    },
  });
  const all = await Promise.all(readdirSync(logs).map((name) => readLog(join(logs, name))));
  expect(all.flatMap((p) => [...p.unread, ...p.missing])).toEqual([]);
  return { found: all.flatMap((p) => p.diagnostics), status };
};

/** The host's lines of a stack, innermost first. */
const linesOf = (k: Stack): number[] => k.frames.flatMap((f) => (f.kind === 'source' ? [f.line] : []));
const sidesOf = (d: Diagnostic): number[][] =>
  d.stacks
    .filter((k) => k.host !== undefined)
    .map(linesOf)
    .sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0));

const BOTH = [
  [10, 100],
  [21, 100],
];
const ROWS: readonly { mode: string; sides: number[][] }[] = [
  { mode: 'well', sides: BOTH },
  { mode: 'chatty', sides: BOTH },
  { mode: 'escape', sides: BOTH },
  { mode: 'sort', sides: BOTH },
  { mode: 'fork', sides: BOTH },
  { mode: 'signal', sides: BOTH },
  { mode: 'recurse', sides: BOTH },
  { mode: 'deep', sides: [10, 21].map((first) => [first, ...[0, 1, 2, 3, 4, 5, 6].map((n) => 100 + n)]) },
  { mode: 'no-lines', sides: [[], []] },
  { mode: 'detached', sides: [] },
  { mode: 'crash', sides: [] },
  { mode: 'hang', sides: [] },
  { mode: 'spin', sides: [] },
];

describe.skipIf(missing)('a race, where the host is asked at its calls', () => {
  test.each(ROWS)(
    '$mode',
    async ({ mode, sides }) => {
      const { found, status } = await run(mode);
      const races = found.filter((d) => d.rule === 'tsan/data-race');
      expect(races.length).toBeGreaterThan(0);
      expect(found).toEqual(races);
      for (const d of races) {
        expect(d).toMatchObject({ hazard: 'threading/data-race', complete: true });
        expect(sidesOf(d)).toEqual(sides);
        expect(d.stacks.filter((k) => k.host === undefined && k.role !== 'related').length).toBeGreaterThan(
          1,
        );
      }
      // The report ends the run, not the host that was asked.
      expect(status).toBe(mode === 'fork' ? 0 : 66);
    },
    60_000,
  );

  test('a callback of the host shows its own line, and the caller the line from which it called', async () => {
    const { found } = await run('call');
    const firsts = found.flatMap(sidesOf).map(([first]) => first);
    expect(new Set(firsts)).toEqual(new Set([55, 10, 21].filter((n) => firsts.includes(n))));
    expect(firsts).toContain(55);
  });

  test('a thread of native code shows the line that started it', async () => {
    const { found } = await run('start');
    const made = found.flatMap((d) => d.stacks).filter((k) => k.host && /created by/.test(k.title ?? ''));
    expect(made.length).toBeGreaterThan(0);
    for (const k of made) expect([10, 21]).toContain(linesOf(k)[0]);
  });
});
