/**
 * The host's own stack behind a sanitizer's report (`plugins/preload/hoststack.c`). The host is a puppet that answers as mono does,
 * crashes, hangs or has errors of its own while it is asked: that may cost the lines of the host, never the report.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isNoHostThread, type Diagnostic } from '../../src/model/diagnostic.js';
import { parseText } from '../../src/parsers/index.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PRELOAD = fileURLToPath(new URL('../../plugins/preload', import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-host-stack-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const gcc = (...args: string[]): boolean => spawnSync('gcc', args, { cwd: dir }).status === 0;
const runtimeOf = (name: string): string =>
  spawnSync('gcc', [`-print-file-name=lib${name}.so`], { encoding: 'utf8' }).stdout.trim();
const missing = !runtimeOf('asan').startsWith('/') || !runtimeOf('ubsan').startsWith('/');
if (missing) console.warn("SKIPPED: the host's stack needs gcc and its sanitizers");

const PUPPET = `
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static const char *mode;
static int is(const char *m) { return strcmp(mode, m) == 0; }
struct place { const char *file; unsigned row, column, il; };
static struct place at = {"/p/Host.cs", 12, 1, 0};
void *mono_domain_get(void) { return is("detached") ? NULL : &at; }
char *mono_method_full_name(void *method, int signature) { (void)signature; return method; }
struct place *mono_debug_lookup_source_location(void *m, unsigned n, void *d) { (void)m, (void)n, (void)d; return is("no-lines") ? NULL : &at; }
static int over(int n) { volatile int most = 2147483647; return most + n; }
static void fault(void) {
  char *p = malloc(8);
  over(1);
  p[8 + is("never")] = 1;
  free(p);
}
void mono_stack_walk(int (*each)(void *, int, int, int, void *), void *data) {
  if (is("crash")) *(volatile int *)0 = 1;
  if (is("hang")) for (;;) pause();
  if (is("recurse")) fault();
  if (is("allocate")) free(malloc(1000));
  for (int i = 0; i < (is("deep") ? 1000 : 2); i++)
    if (each(i == 0 ? "Host:Call" : "Host:Main", 0, 0, 1, data)) return;
}
static void *thread(void *unused) { (void)unused; fault(); return NULL; }
static void handler(int signal) { (void)signal; fault(); }
/* Its own code, which is that of the program here. */
void *mono_jit_info_table_find(void *domain, void *at) {
  if (is("lookup")) *(volatile int *)0 = 1;
  return is("gone") ? NULL : at ? domain : NULL;
}
static void dies(int signal, siginfo_t *info, void *context) {
  (void)signal, (void)info, (void)context;
  fputs("=====\\n\\tNative Crash Reporting\\n=====\\nGot a SIGSEGV while executing native code. This usually indicates\\n"
        "a fatal error in the mono runtime or one of the native libraries\\nused by your application.\\n=====\\n"
        "\\tManaged Stacktrace:\\n=====\\n\\t  at Host:Call <0x0009f>\\n=====\\n", stderr);
  abort();
}
static void handles_faults(void) {
  struct sigaction act, before;
  memset(&act, 0, sizeof act);
  act.sa_sigaction = dies;
  act.sa_flags = SA_SIGINFO;
  sigaction(SIGSEGV, &act, NULL);
  /* It sees its own handler, as it set it. */
  if (sigaction(SIGSEGV, &act, &before) != 0 || before.sa_sigaction != dies) exit(3);
}
int main(int argc, char **argv) {
  mode = argv[1];
  if (argc == 3) {
    handles_faults();
    if (strcmp(argv[2], "compiled") == 0) return *(volatile int *)16;
    return (int)strlen((const char *)(size_t)(argc * 8));
  }
  if (is("thread")) { pthread_t t; pthread_create(&t, NULL, thread, NULL); pthread_join(t, NULL); return 0; }
  if (is("signal")) { signal(SIGUSR1, handler); raise(SIGUSR1); return 0; }
  if (is("fork")) { if (fork() == 0) { fault(); _exit(0); } wait(NULL); return 0; }
  fault();
  return argc > 5;
}
`;

beforeAll(() => {
  if (missing) return;
  writeFileSync(join(dir, 'puppet.c'), PUPPET);
  const own = gcc('-O2', '-fPIC', '-shared', '-o', 'hoststack', join(PRELOAD, 'hoststack.c'));
  const common = ['-g', '-rdynamic', '-pthread', 'puppet.c', '-o'];
  const built =
    gcc('-fsanitize=address', ...common, 'asan') && gcc('-fsanitize=undefined', ...common, 'ubsan');
  if (!own || !built) throw new Error('the puppet does not compile');
}, 120_000);

const run = async (sanitizer: 'asan' | 'ubsan', mode: string): Promise<Diagnostic[]> => {
  const logs = mkdtempSync(join(dir, `${sanitizer}-${mode}-`));
  spawnSync(join(dir, sanitizer), [mode], {
    env: {
      LD_PRELOAD: `${join(dir, 'hoststack')}:${runtimeOf(sanitizer)}`,
      FFI_GATES_HOST_STACK: 'mono',
      ASAN_OPTIONS: `log_path=${logs}/log:verify_asan_link_order=0:detect_leaks=0`,
      UBSAN_OPTIONS: `log_path=${logs}/log:print_stacktrace=1:print_summary=1`,
    },
  });
  const all = await Promise.all(readdirSync(logs).map((name) => readLog(join(logs, name))));
  expect(all.flatMap((p) => [...p.unread, ...p.missing])).toEqual([]);
  return all.flatMap((p) => p.diagnostics);
};

const ROWS: readonly { mode: string; frames: number; calls?: string; more?: true }[] = [
  { mode: 'well', frames: 2, calls: 'Host:Call' },
  { mode: 'no-lines', frames: 2, calls: 'Host:Call' },
  { mode: 'deep', frames: 32, calls: 'Host:Call' },
  { mode: 'allocate', frames: 2, calls: 'Host:Call' },
  { mode: 'thread', frames: 2, calls: 'Host:Call' },
  { mode: 'signal', frames: 2, calls: 'Host:Call' },
  { mode: 'fork', frames: 2, calls: 'Host:Call' },
  { mode: 'detached', frames: 0 },
  { mode: 'hang', frames: 0 },
  { mode: 'crash', frames: 0, more: true },
  { mode: 'recurse', frames: 0, more: true },
];

describe.skipIf(missing)('a report of', () => {
  test.each(ROWS)(
    'ASan, where the host is asked: $mode',
    async ({ mode, frames, calls, more }) => {
      const found = await run('asan', mode);
      const [d] = found.filter((x) => x.rule === 'asan/heap-buffer-overflow');
      expect(d).toMatchObject({ hazard: 'bounds/heap-overflow', complete: true });
      const stack = d!.stacks.find((k) => k.host !== undefined);
      expect(stack?.frames.length ?? 0).toBe(frames);
      if (mode === 'detached') expect(isNoHostThread(stack!)).toBe(true);
      if (mode === 'hang') expect(stack).toMatchObject({ title: 'the host did not answer' });
      if (calls !== undefined) expect(stack?.frames[0]).toMatchObject({ function: calls });
      if (more !== true) expect(found).toHaveLength(1);
    },
    60_000,
  );

  test.each(ROWS.filter((r) => r.more !== true))(
    'UBSan, where the host is asked: $mode',
    async ({ mode, frames }) => {
      const [d, ...others] = await run('ubsan', mode);
      expect(others).toEqual([]);
      expect(d).toMatchObject({ hazard: 'ub/integer-overflow', complete: true });
      expect(d!.stacks.find((k) => k.host !== undefined)?.frames.length ?? 0).toBe(frames);
    },
    60_000,
  );
});

/** Mono takes a fault for itself; its stack has no lines. */
const crashed = (mode: string, where: string): Diagnostic[] => {
  const { stderr } = spawnSync(join(dir, 'asan'), [mode, where], {
    encoding: 'utf8',
    env: {
      LD_PRELOAD: `${join(dir, 'hoststack')}:${runtimeOf('asan')}`,
      FFI_GATES_HOST_STACK: 'mono',
      ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0',
    },
  });
  const parsed = parseText(stderr);
  expect([...parsed.unread, ...parsed.missing]).toEqual([]);
  return parsed.diagnostics.filter((d) => d.tool === 'mono');
};

describe.skipIf(missing)('a fault that mono takes for itself', () => {
  test.each([
    { mode: 'well', calls: 'Host:Call' },
    { mode: 'deep', calls: 'Host:Call' },
    { mode: 'detached' },
    { mode: 'hang' },
    { mode: 'crash' },
  ])(
    'is mono’s report, whatever comes of asking: $mode',
    ({ mode, calls }) => {
      const [d, ...others] = crashed(mode, 'library');
      expect(others).toEqual([]);
      expect(d).toMatchObject({ rule: 'mono/SIGSEGV', complete: true });
      const frame = d!.stacks.find((k) => k.host === 'mono')?.frames[0];
      if (calls === undefined) expect(frame).toBeUndefined();
      else expect(frame).toMatchObject({ function: calls, file: '/p/Host.cs', line: 12 });
    },
    60_000,
  );

  test.each([
    { mode: 'well', what: 'is not asked about where mono makes an exception of it', asked: false },
    { mode: 'gone', what: 'is asked about in code that mono no longer knows', asked: true },
    {
      mode: 'lookup',
      what: 'is mono’s report, if mono crashes when it is asked whose code it is',
      asked: false,
    },
  ])('$what', ({ mode, asked }) => {
    const [d, ...others] = crashed(mode, 'compiled');
    expect(others).toEqual([]);
    expect(d).toMatchObject({ rule: 'mono/SIGSEGV' });
    expect(d!.stacks.some((k) => k.host === 'mono')).toBe(asked);
  });
});
