/**
 * Where the library that watches descriptors keeps which of them are open (`plugins/preload/fdguard.c`): whatever becomes of that file,
 * what is left open is said.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJournal } from '../../src/gates/programs/left-open.js';

const SOURCE = fileURLToPath(new URL('../../plugins/preload/fdguard.c', import.meta.url));
const missing = spawnSync('gcc', ['--version']).status !== 0;
if (missing) console.warn('SKIPPED: descriptors that are left open need gcc');

/** The project: it opens files by name. */
const PROJECT = `#include <fcntl.h>
int take(const char *name) { return open(name, O_RDONLY); }
int take_here(const char *name) { return open(name, O_RDONLY | O_CLOEXEC); }
`;
/** The host: each argument is a step. */
const HOST = `#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int take(const char *), take_here(const char *);
static void *work(void *name) { close(take(name)); return 0; }
int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) {
    if (!strcmp(argv[i], "take")) take(argv[++i]);
    else if (!strcmp(argv[i], "here")) take_here(argv[++i]);
    else if (!strcmp(argv[i], "close")) close(take(argv[++i]));
    else if (!strcmp(argv[i], "exec")) { argv[i] = argv[0]; execv(argv[0], argv + i); abort(); }
    else if (!strcmp(argv[i], "kill")) kill(getpid(), SIGKILL);
    else if (!strcmp(argv[i], "threads")) {
      const char *name = argv[++i];
      for (int n = 0; n < 300; n++) {
        pthread_attr_t a;
        pthread_t t;
        pthread_attr_init(&a);
        pthread_attr_setstacksize(&a, (size_t)(1 + (300 - n) % 97) << 16);
        if (pthread_create(&t, &a, work, (void *)name) || pthread_join(t, 0)) return 3;
      }
    } else return 2;
  }
  return 0;
}
`;

describe.skipIf(missing)('what is left open is said', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-fdguard-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const [guard, project, host] = ['libguard.so', 'libproject.so', 'host'].map((n) => join(dir, n)) as [
    string,
    string,
    string,
  ];
  beforeAll(() => {
    writeFileSync(join(dir, 'project.c'), PROJECT);
    writeFileSync(join(dir, 'host.c'), HOST);
    for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, name), '');
    execFileSync('gcc', ['-O2', '-g', '-fPIC', '-shared', '-pthread', '-o', guard, SOURCE, '-ldl']);
    execFileSync('gcc', ['-g', '-fPIC', '-shared', '-o', project, join(dir, 'project.c')]);
    execFileSync('gcc', ['-g', '-pthread', '-o', host, join(dir, 'host.c'), project, `-Wl,-rpath,${dir}`]);
  });

  /** Runs the steps; the names of what one process left open, and how it ended. `limit`: blocks of 512 or 1024 bytes a file. */
  const run = (steps: readonly string[], limit?: number) => {
    const at = mkdtempSync(join(dir, 'run-'));
    const command = `${limit === undefined ? '' : `ulimit -f ${limit}; `}LD_PRELOAD="$GUARD" exec "$0" "$@"`;
    const r = spawnSync('sh', ['-c', command, host, ...steps], {
      cwd: dir,
      env: {
        ...process.env,
        GUARD: guard,
        FFI_GATES_FD_JOURNAL: join(at, 'journal'),
        FFI_GATES_OWN: basename(project),
      },
    });
    const journals = readdirSync(at).filter((n) => /\.\d+$/.test(n));
    expect(journals).toHaveLength(1);
    const journal = join(at, journals[0]!);
    const state = `${journal}.open`;
    const kept = existsSync(state);
    const { left } = readJournal(readFileSync(journal, 'latin1'), kept ? readFileSync(state) : undefined);
    return { end: r.signal ?? r.status, kept, left: left.map((o) => basename(o.name)) };
  };

  test.each<[string, string[], string | number, string[]]>([
    ['by a process that ends', ['take', 'a', 'close', 'b'], 0, ['a']],
    ['by one that is killed', ['take', 'a', 'close', 'b', 'kill'], 'SIGKILL', ['a']],
    ['by one that becomes another program', ['take', 'a', 'exec', 'close', 'b', 'take', 'c'], 0, ['a', 'c']],
    ['but not what closes itself there', ['here', 'a', 'exec', 'close', 'b'], 0, []],
    [
      'and threads whose stacks lie where others lay are read no further',
      ['threads', 'a', 'take', 'b'],
      0,
      ['b'],
    ],
  ])('%s', (_, steps, end, left) => {
    expect(run(steps)).toEqual({ end, kept: true, left });
  });

  test('where the file cannot be made, and then there is none', () => {
    expect(run(['take', 'a', 'close', 'b', 'close', 'c'], 16)).toEqual({ end: 0, kept: false, left: ['a'] });
  });
});
