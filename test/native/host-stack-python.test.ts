/**
 * Where Python allocated and freed a block that ASan reports (`plugins/preload/hostblocks.h`), read from the frames of the
 * interpreter that runs the tests.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isOfBlock, type Diagnostic } from '../../src/model/diagnostic.js';
import { readLog } from '../../src/parsers/read-logs.js';

const PRELOAD = fileURLToPath(new URL('../../plugins/preload', import.meta.url));
const dir = realpathSync(mkdtempSync(join(tmpdir(), 'ffi-gates-host-python-')));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const answer = (tool: string, ...args: string[]): string =>
  spawnSync(tool, args, { encoding: 'utf8' }).stdout?.trim() ?? '';
const gcc = (...args: string[]): boolean => spawnSync('gcc', args, { cwd: dir }).status === 0;
const runtime = answer('gcc', '-print-file-name=libasan.so');
const include = answer('python3', '-c', 'import sysconfig; print(sysconfig.get_path("include"))');
const SHARED = ['-O2', '-fPIC', '-shared', '-DHOST_STACK_PYTHON', `-I${include}`];
const missing =
  !runtime.startsWith('/') ||
  include === '' ||
  !gcc(...SHARED, '-o', 'hoststack', join(PRELOAD, 'hoststack.c'), join(PRELOAD, 'hoststack-python.c'));
if (missing)
  console.warn('SKIPPED: lines of Python need gcc, its ASan, and the headers of Python up to 3.13');

const LIBRARY = `
#include <stdlib.h>
int *make(void) { return malloc(16); }
void drop(int *p) { free(p); }
int use(int *p) { return *p; }
int after(int *p) { return p[4]; }
int *call(int *(*f)(void)) { return f(); }
int table[4];
int slot(int at) { return table[at]; }
int room(int at) { int here[4] = {0}; volatile int *p = here; return p[at]; }
int wild(void) { return *(volatile int *)16; }
`;

/** Each line that matters has a number of its own in its comment. */
const SCRIPT = `
import ctypes, faulthandler, os, sys, threading
faulthandler.register(61, file=int(os.environ["FFI_GATES_HOST_STACK_FD"]), all_threads=False, chain=False)
l = ctypes.CDLL(sys.argv[2])
MAKE = ctypes.CFUNCTYPE(ctypes.c_void_p)
l.make.restype = l.call.restype = ctypes.c_void_p
l.call.argtypes = [MAKE]
for f in (l.drop, l.use, l.after): f.argtypes = [ctypes.c_void_p]
def born(): return l.make()
def wrapped(): return born()
def drop(p): l.drop(p)
def uaf():
    p = born()
    drop(p)
    l.use(p)
def twice():
    p = wrapped()
    drop(p)
    l.drop(p)
def overflow():
    l.after(born())
def nested():
    p = l.call(MAKE(lambda: born()))
    drop(p)
    l.use(p)
def thread():
    made = []
    t = threading.Thread(target=lambda: made.append(born()))
    t.start(); t.join()
    drop(made[0])
    l.use(made[0])
def ünïcode():
    p = born(); drop(p); l.use(p)
def hosts_own():
    room = ctypes.create_string_buffer(600)
    l.after(ctypes.addressof(room) + 600)
def global_(): drop(born()); l.slot(4)
def stack(): drop(born()); l.room(4)
def wild(): drop(born()); l.wild()
def fork():
    if os.fork() == 0: uaf()
    os.wait()
globals()[sys.argv[1]]()
`;

beforeAll(() => {
  if (missing) return;
  writeFileSync(join(dir, 'library.c'), LIBRARY);
  writeFileSync(join(dir, 'script.py'), SCRIPT);
  if (!gcc('-g', '-fsanitize=address', '-fPIC', '-shared', '-o', 'library', 'library.c'))
    throw new Error('the library does not compile');
}, 120_000);

const run = async (mode: string): Promise<Diagnostic[]> => {
  const logs = mkdtempSync(join(dir, 'logs-'));
  spawnSync('python3', [join(dir, 'script.py'), mode, join(dir, 'library')], {
    env: {
      ...process.env,
      PYTHONMALLOC: 'malloc_debug',
      LD_PRELOAD: `${join(dir, 'hoststack')}:${runtime}`,
      FFI_GATES_HOST_STACK: 'python',
      ASAN_OPTIONS: `log_path=${logs}/log:verify_asan_link_order=0:detect_leaks=0`,
    },
  });
  const all = await Promise.all(readdirSync(logs).map((name) => readLog(join(logs, name))));
  expect(all.flatMap((p) => [...p.unread, ...p.missing])).toEqual([]);
  return all.flatMap((p) => p.diagnostics);
};

/** Functions of Python, innermost first, by whom the stack is of. */
const linesOf = (d: Diagnostic): Record<string, string[]> =>
  Object.fromEntries(
    d.stacks
      .filter((k) => k.host !== undefined)
      .map((k) => [
        isOfBlock(k) ? k.title!.split(' ').at(-1)! : 'called',
        k.frames.flatMap((f) => (f.kind === 'source' ? [f.function.split('.').at(-1)!] : [])),
      ]),
  );

const M = '<module>';
const ROWS: readonly { mode: string; rule: string; lines: Record<string, string[]> }[] = [
  {
    mode: 'uaf',
    rule: 'asan/heap-use-after-free',
    lines: { called: ['uaf', M], allocated: ['born', 'uaf', M], freed: ['drop', 'uaf', M] },
  },
  {
    mode: 'twice',
    rule: 'asan/double-free',
    lines: { called: ['twice', M], allocated: ['born', 'wrapped', 'twice', M], freed: ['drop', 'twice', M] },
  },
  {
    mode: 'overflow',
    rule: 'asan/heap-buffer-overflow',
    lines: { called: ['overflow', M], allocated: ['born', 'overflow', M] },
  },
  {
    mode: 'nested',
    rule: 'asan/heap-use-after-free',
    lines: {
      called: ['nested', M],
      allocated: ['born', '<lambda>', 'nested', M],
      freed: ['drop', 'nested', M],
    },
  },
  {
    mode: 'ünïcode',
    rule: 'asan/heap-use-after-free',
    lines: { allocated: ['born', 'ünïcode', M], freed: ['drop', 'ünïcode', M] },
  },
  // Only blocks of the heap may be asked for while the runtime reports.
  {
    mode: 'global_',
    rule: 'asan/global-buffer-overflow',
    lines: { called: ['global_', M] },
  },
  { mode: 'stack', rule: 'asan/stack-buffer-overflow', lines: { called: ['stack', M] } },
  { mode: 'wild', rule: 'asan/SEGV', lines: { called: ['wild', M] } },
  { mode: 'hosts_own', rule: 'asan/heap-buffer-overflow', lines: { called: ['hosts_own', M] } },
  {
    mode: 'fork',
    rule: 'asan/heap-use-after-free',
    lines: {
      called: ['uaf', 'fork', M],
      allocated: ['born', 'uaf', 'fork', M],
      freed: ['drop', 'uaf', 'fork', M],
    },
  },
];

describe.skipIf(missing)('a report about a block shows the lines of Python', () => {
  test.each(ROWS)(
    '$mode',
    async ({ mode, rule, lines }) => {
      const [d, ...others] = await run(mode);
      expect(others).toEqual([]);
      expect(d).toMatchObject({ rule, complete: true });
      expect(linesOf(d!)).toMatchObject(lines);
      for (const [of, functions] of Object.entries(linesOf(d!)))
        if (lines[of]) expect(functions).toEqual(lines[of]);
    },
    60_000,
  );

  test('of the thread that allocated it', async () => {
    const [d] = await run('thread');
    const { allocated, freed } = linesOf(d!);
    expect(allocated?.slice(0, 2)).toEqual(['born', '<lambda>']);
    expect(freed).toEqual(['drop', 'thread', M]);
  });
});
