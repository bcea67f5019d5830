/**
 * What guards cost, in processor time, beside the same without them, in turn.
 *
 *     node bench/guards.mjs [rounds=5]
 *     node bench/guards.mjs REPOSITORY SUITE GATE... [--rounds=3]
 *
 * 1. `fdguard`: 100,000 files opened and closed in a loop, by hosts in C and in Python, and by the project itself; and the tests of
 *    lmdb (PyPI), which open, map and close databases all the time. It wants gcc, Python, pip and pytest.
 * 2. A repository with a matrix: its suite under each of these gates, beside `plain`. Everything is built before. Both runs
 *    contain what ffi-gates itself does.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, median, processorTime } from './measure.mjs';

const OPENS = 100_000;
/** What the issue of each guard asks for; others are only shown. */
const BARS = { fdguard: 1.1, jniguard: 1.5, napiguard: 1.5, pyguard: 1.2, pyrefs: 6 };
const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'bin/ffi-gates.js');
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-guards-bench-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));

const must = (command, args, options = {}) => {
  const r = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.error ?? ''}${r.stdout}${r.stderr}`);
  return r.stdout;
};

/** The ratio of medians of two kinds of runs, made in turn, and the first one's seconds. */
const beside = (rounds, watched, plain) => {
  const [with_, without] = [[], []];
  for (let i = 0; i < rounds; i++) {
    without.push(plain());
    with_.push(watched());
  }
  return { ratio: median(with_) / median(without), seconds: median(without) };
};
const show = (what, { ratio, seconds }, most) => {
  const text = `${what} (plain ${seconds.toFixed(2)} s)`;
  if (most === undefined) console.log(`       ${text}: ${ratio.toFixed(2)} times`);
  else bar(text, ratio, most, ' times');
};

const LOOP = (name) => `#include <fcntl.h>
#include <unistd.h>
int ${name}(const char *path, long n) {
  for (long i = 0; i < n; i++) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 1;
    close(fd);
  }
  return 0;
}
`;

const fdguard = (rounds) => {
  const guard = join(dir, 'ffi-gates-fdguard');
  const flags = ['-O1', '-g', '-fPIC', '-shared', '-fno-omit-frame-pointer'];
  must('gcc', ['-O2', '-g', '-fPIC', '-shared', '-o', guard, join(root, 'plugins/preload/fdguard.c')]);
  writeFileSync(join(dir, 'own.c'), LOOP('own_loop'));
  must('gcc', [...flags, '-o', join(dir, 'libown.so'), join(dir, 'own.c')]);
  writeFileSync(
    join(dir, 'host.c'),
    `${LOOP('host_loop')}
int own_loop(const char *path, long n);
int main(int count, char **words) { return count > 2 ? own_loop(words[1], ${OPENS}) : host_loop(words[1], ${OPENS}); }
`,
  );
  must('gcc', [
    '-O1',
    '-o',
    join(dir, 'host'),
    join(dir, 'host.c'),
    `-L${dir}`,
    '-lown',
    `-Wl,-rpath,${dir}`,
  ]);
  const file = join(dir, 'file');
  writeFileSync(file, 'text');
  const guarded = (own) => ({
    ...process.env,
    LD_PRELOAD: guard,
    FFI_GATES_OWN: own,
    FFI_GATES_FD_JOURNAL: join(dir, 'journal'),
  });
  const compare = (what, most, command, args, own = join(dir, 'libown.so'), options = {}) => {
    const watched = () => {
      const seconds = processorTime(command, args, { ...options, env: guarded(own) });
      for (const name of readdirSync(dir).filter((n) => n.startsWith('journal.'))) rmSync(join(dir, name));
      return seconds;
    };
    show(
      what,
      beside(rounds, watched, () => processorTime(command, args, options)),
      most,
    );
  };
  const python = must('python3', ['-c', 'import sys; print(sys.executable)']).trim();
  const script = `import os\nfor _ in range(${OPENS}): os.close(os.open(${JSON.stringify(file)}, os.O_RDONLY))`;
  compare('fdguard, a host in C that opens and closes files', BARS.fdguard, join(dir, 'host'), [file]);
  compare('fdguard, a host in Python that does', BARS.fdguard, python, ['-c', script]);
  compare('fdguard, the project itself does nothing else', undefined, join(dir, 'host'), [file, 'own']);

  must('pip', ['download', '-q', '--no-deps', '--no-binary', 'lmdb', '-d', dir, 'lmdb==1.4.1']);
  must('tar', ['xf', 'lmdb-1.4.1.tar.gz'], { cwd: dir });
  const site = join(dir, 'site');
  must(python, ['-m', 'pip', 'install', '-q', '--no-deps', '--target', site, join(dir, 'lmdb-1.4.1')]);
  // One test counts page faults, and fails on newer kernels.
  const suite = ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', '-k', 'not test_preload', 'tests'];
  const options = { cwd: join(dir, 'lmdb-1.4.1'), env: { ...process.env, PYTHONPATH: site } };
  rmSync(join(dir, 'lmdb-1.4.1/lmdb'), { recursive: true });
  const watched = () =>
    processorTime(python, suite, { ...options, env: { ...guarded(site), PYTHONPATH: site } });
  show(
    'fdguard, tests of lmdb',
    beside(rounds, watched, () => processorTime(python, suite, options)),
    BARS.fdguard,
  );
};

const gates = (repository, suite, ids, rounds) => {
  const cwd = resolve(repository);
  // What a cell finds is not what is measured.
  const codes = [0, 1, 6];
  const cell = (gate) => () =>
    processorTime(process.execPath, [bin, 'run', '--quiet', `${suite}*-${gate}`, '--out', join(dir, 'out')], {
      cwd,
      codes,
    });
  for (const gate of ['plain', ...ids]) cell(gate)();
  for (const gate of ids)
    show(`${gate}, ${suite} of ${cwd}`, beside(rounds, cell(gate), cell('plain')), BARS[gate]);
};

const words = process.argv.slice(2).filter((w) => !w.startsWith('--rounds='));
const rounds = process.argv.find((w) => w.startsWith('--rounds='))?.slice('--rounds='.length);
if (words.length < 2) fdguard(Number(words[0] ?? rounds ?? 5));
else gates(words[0], words[1], words.slice(2), Number(rounds ?? 3));
