/**
 * Where the lines of a host that is no Python allocated and freed a block (`plugins/preload/hostblocks.h`). The host is a puppet that
 * answers as mono does. It is asked only where the project itself calls the allocator: in the midst of a call of its own it would not
 * survive that, and this one ends the process then.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PRELOAD = fileURLToPath(new URL('../../plugins/preload', import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-host-blocks-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const gcc = (...args: string[]): boolean => spawnSync('gcc', args, { cwd: dir }).status === 0;
const runtime = spawnSync('gcc', ['-print-file-name=libasan.so'], { encoding: 'utf8' }).stdout.trim();
const missing = !runtime.startsWith('/');
if (missing) console.warn('SKIPPED: blocks of hosts need gcc and its ASan');

const HOST = `
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int host_line, host_works, host_attached = 1;
const char *host_mode = "";
struct place { const char *file; unsigned row, column, il; };
static struct place at = {"/p/Host.cs", 0, 1, 0};
void *mono_domain_get(void) { return host_attached ? &at : NULL; }
char *mono_method_full_name(void *m, int signature) { (void)signature; return m; }
struct place *mono_debug_lookup_source_location(void *m, unsigned n, void *d) { (void)m, (void)n, (void)d; at.row = host_line; return &at; }
void mono_stack_walk(int (*each)(void *, int, int, int, void *), void *data) {
  if (host_works) _exit(7);
  if (strcmp(host_mode, "hang") == 0) for (;;) pause();
  if (strcmp(host_mode, "allocate") == 0) free(malloc(1000));
  each("Host:Call", host_line, 0, 1, data);
}
void *host_makes(size_t n) { host_works = 1; void *p = malloc(n); host_works = 0; return p; }
void host_frees(void *p) { host_works = 1; free(p); host_works = 0; }
`;

const OWN = `
#include <stdlib.h>
#include <string.h>
void *host_makes(size_t), host_frees(void *);
static char *kept;
void own_make(int by_host) { kept = by_host ? host_makes(40) : malloc(40); kept[0] = 1; }
void own_free(int by_host) { if (by_host) host_frees(kept); else free(kept); }
int own_use(void) { return kept[0]; }
void own_lose(int n) { memset(malloc(n), 1, n); kept = 0; }
`;

const PROGRAM = `
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
extern int host_line, host_attached;
extern const char *host_mode;
void own_make(int), own_free(int), own_lose(int);
int own_use(void);
static int is(const char *m) { return strcmp(host_mode, m) == 0; }
static void tell(long n, const char *name) {
  struct { long number; char name[504]; } note = {n, ""};
  strcpy(note.name, name);
  if (pwrite(atoi(getenv("FFI_GATES_HOST_STACK_TEST_FD")), &note, sizeof note, 0) != sizeof note) _exit(8);
}
static void *fault(void *unused) {
  (void)unused;
  host_line = 10; own_make(is("host makes"));
  host_line = 11; own_free(is("host frees"));
  host_line = 12;
  if (is("twice")) own_free(0);
  else own_use();
  return NULL;
}
static void *at_end_of_stack(void *unused) { (void)unused; for (int i = 0; i < 20; i++) free(malloc(50)); return fault(NULL); }
static void lose(int n, int line) { host_line = line; own_lose(n); }
int main(int argc, char **argv) {
  (void)argc;
  host_mode = argv[1];
  host_attached = !is("detached");
  if (is("leak")) {
    tell(1, "t::one"); lose(300, 20); lose(300, 21);
    tell(2, "t::two"); lose(300, 21);
    tell(0, ""); lose(301, 22);
    return 0;
  }
  if (is("end of stack")) {
    /* Behind it lies what is mapped, but may not be read. */
    const size_t size = 1 << 17;
    char *room = mmap(NULL, size + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t a;
    pthread_t t;
    mprotect(room, size, PROT_READ | PROT_WRITE);
    pthread_attr_init(&a);
    pthread_attr_setstack(&a, room, size);
    pthread_create(&t, &a, at_end_of_stack, NULL);
    pthread_join(t, NULL);
    return 0;
  }
  fault(NULL);
  return 0;
}
`;

beforeAll(() => {
  if (missing) return;
  mkdirSync(join(dir, 'own'));
  writeFileSync(join(dir, 'host.c'), HOST);
  writeFileSync(join(dir, 'own', 'own.c'), OWN);
  writeFileSync(join(dir, 'program.c'), PROGRAM);
  const shared = ['-g', '-fPIC', '-shared'];
  const sanitized = ['-fsanitize=address', '-fno-omit-frame-pointer'];
  const built =
    gcc('-O2', ...shared, '-o', 'hoststack', join(PRELOAD, 'hoststack.c')) &&
    gcc(...shared, '-o', 'libhost.so', 'host.c') &&
    gcc(...shared, ...sanitized, '-o', 'own/libown.so', 'own/own.c', './libhost.so') &&
    gcc('-g', '-pthread', '-o', 'program', 'program.c', './own/libown.so', './libhost.so');
  if (!built) throw new Error('the puppet does not compile');
}, 120_000);

const run = async (mode: string, notes = true): Promise<Diagnostic[]> => {
  const logs = mkdtempSync(join(dir, 'logs-'));
  const { status } = spawnSync(join(dir, 'program'), [mode], {
    cwd: dir,
    env: {
      LD_PRELOAD: `${join(dir, 'hoststack')}:${runtime}`,
      FFI_GATES_HOST_STACK: 'mono',
      ...(notes ? { FFI_GATES_HOST_BLOCKS: '1' } : {}),
      FFI_GATES_OWN: join(dir, 'own'),
      ASAN_OPTIONS: `log_path=${logs}/log:verify_asan_link_order=0:detect_leaks=${mode === 'leak' ? 1 : 0}:exitcode=99`,
      LSAN_OPTIONS: 'report_objects=1',
    },
  });
  expect(status).toBe(99);
  const all = await Promise.all(readdirSync(logs).map((name) => readLog(join(logs, name))));
  expect(all.flatMap((p) => [...p.unread, ...p.missing])).toEqual([]);
  return all.flatMap((p) => p.diagnostics);
};

/** The lines of the host by what they did. */
const linesOf = (d: Diagnostic | undefined): Record<string, number> =>
  Object.fromEntries(
    (d?.stacks ?? []).flatMap((k) => {
      const [frame] = k.frames;
      if (k.host === undefined || frame?.kind !== 'source') return [];
      return [[k.title?.replace('where the block was ', '') ?? 'used', frame.line]];
    }),
  );

const ALL = { used: 12, allocated: 10, freed: 11 };

describe.skipIf(missing)('a block of the project', () => {
  test.each<{ mode: string; lines: Record<string, number>; rule?: string }>([
    { mode: 'well', lines: ALL },
    { mode: 'twice', lines: ALL, rule: 'asan/double-free' },
    { mode: 'allocate', lines: ALL },
    { mode: 'end of stack', lines: ALL },
    { mode: 'host makes', lines: { used: 12, freed: 11 } },
    { mode: 'host frees', lines: { used: 12, allocated: 10 } },
    { mode: 'detached', lines: {} },
    { mode: 'hang', lines: {} },
  ])(
    'is reported with the lines of the host that are known: $mode',
    async ({ mode, lines, rule }) => {
      const [d, ...others] = await run(mode);
      expect(others).toEqual([]);
      expect(d).toMatchObject({ rule: rule ?? 'asan/heap-use-after-free', complete: true });
      expect(linesOf(d)).toEqual(lines);
    },
    60_000,
  );

  test('has the line of the report alone, if the launch was not to note others', async () => {
    expect(linesOf((await run('well', false))[0])).toEqual({ used: 12 });
  });

  test('that leaks is told apart by the line of the host and by the test', async () => {
    const found = await run('leak');
    const rows = found.map((d) => {
      const frame = d.stacks.find((k) => k.host === 'mono')?.frames[0];
      return [frame?.kind === 'source' ? frame.line : undefined, d.test, d.leak?.bytes, d.leak?.foreign];
    });
    expect(rows.sort()).toEqual([
      [20, 't::one', 300, undefined],
      [21, 't::one', 300, undefined],
      [21, 't::two', 300, undefined],
      [22, undefined, 301, undefined],
    ]);
  });
});
