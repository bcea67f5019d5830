/**
 * The cost of `parse` on many small logs in one call, compared with other readers of such logs in the same run:
 *
 *     node bench/rivals.mjs [logs=DIR] [rounds=5] [cache=DIR] [casr] [codechecker] [clusterfuzz]
 *
 * - `casr`: 642 ASan logs, at most 1.5 times libcasr (Rust);
 * - `codechecker`: 600 logs, at most as long as CodeChecker's report-converter (Python), which finds the sources;
 * - `clusterfuzz`: 1,500 logs of all tools, at most a thirtieth of ClusterFuzz's StackParser (Python).
 *
 * The logs are those under DIR, by default this repository's captured ones; when there are too few, they are taken again.
 * The yardsticks are installed into the cache (default `~/.cache/ffi-gates-bench`) from PyPI and crates.io; one that
 * cannot be installed is SKIPPED. Rounds alternate, and medians are compared. Exit code 1 if a limit is exceeded. `dist` must
 * be built.
 */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, MB, median, run } from './measure.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const ROWS = ['casr', 'codechecker', 'clusterfuzz'];
const options = Object.fromEntries(process.argv.slice(2).map((a) => a.split('=')));
const chosen = ROWS.filter((r) => r in options);
const rounds = Number(options.rounds ?? 5);
const root = resolve(options.logs ?? here('../test/logs'));
const cache = resolve(options.cache ?? join(homedir(), '.cache/ffi-gates-bench'));
const bin = here('../bin/ffi-gates.js');
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-rivals-'));

const all = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((e) => e.isFile() && /\.(?:log|txt|stderr|out)$/.test(e.name))
  .map((e) => join(e.parentPath, e.name))
  .filter((path) => statSync(path).size < MB)
  .sort();
const textOf = (path) => readFileSync(path, 'utf8');
const asan = all.filter((path) => textOf(path).includes('ERROR: AddressSanitizer'));

/** Copies `count` of the logs, over and over if there are fewer. */
const copies = (name, logs, count) => {
  const into = join(dir, name);
  mkdirSync(into);
  return Array.from({ length: count }, (_, i) => {
    const path = join(into, `${i}.log`);
    writeFileSync(path, readFileSync(logs[i % logs.length]));
    return path;
  });
};

const installed = (what, done, commands) => {
  for (const [file, ...args] of existsSync(done) ? [] : commands) {
    const { status, stderr, error } = spawnSync(file, args, { encoding: 'utf8' });
    if (status === 0) continue;
    console.log(`SKIPPED ${what}: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
    return false;
  }
  return true;
};
const python = (name) => {
  const venv = join(cache, name);
  const done = join(venv, 'installed');
  const ok = installed(name, done, [
    ['python3', '-m', 'venv', venv],
    [join(venv, 'bin/pip'), 'install', '-q', name],
  ]);
  if (ok) writeFileSync(done, '');
  return ok ? join(venv, 'bin') : undefined;
};

const compare = async (what, logs, most, theirs) => {
  const ratios = [];
  for (let i = 0; i < rounds; i++) {
    const other = await theirs();
    const ours = await run(process.execPath, [bin, 'parse', '--jsonl', ...logs]);
    ratios.push(ours.wall / other.wall);
    console.log(
      `       ${logs.length} logs: ${what} ${other.wall.toFixed(2)} s (${other.cpu.toFixed(2)} s CPU), parse ${ours.wall.toFixed(2)} s (${ours.cpu.toFixed(2)} s CPU, ${ours.peak.toFixed(0)} MB)`,
    );
  }
  bar(`${logs.length} logs, times ${what}`, median(ratios), most, '');
};

const RIVALS = {
  async casr() {
    const target = join(cache, 'casr');
    const program = join(target, 'release/yardstick-casr');
    const build = [
      'build',
      '--release',
      '--manifest-path',
      here('yardsticks/casr/Cargo.toml'),
      '--target-dir',
      target,
    ];
    if (!installed('casr', program, [['cargo', ...build]])) return;
    const logs = copies('casr', asan, 642);
    await compare('libcasr', logs, 1.5, () => run(program, logs, { codes: [0] }));
  },

  async codechecker() {
    const path = python('codechecker');
    if (path === undefined) return;
    // It passes over frames whose source is not there, and over logs without any other: all places are made ones of this directory.
    const place = /(?<=\s)(?:[^\s:()]{0,300}\/)?([\w.+-]{1,100}\.(?:c|cc|cpp|cxx|h|hpp))(?=:\d)/g;
    const logs = copies('codechecker', asan, 600);
    const sources = new Set();
    for (const log of logs)
      writeFileSync(
        log,
        textOf(log).replace(place, (_, source) => {
          sources.add(source);
          return source;
        }),
      );
    for (const source of sources) writeFileSync(join(dir, source), 'int line;\n'.repeat(1000));
    const into = join(dir, 'converted');
    const args = ['-c', '-t', 'asan', '-o', into, ...logs];
    await compare("CodeChecker's report-converter", logs, 1, async () => {
      rmSync(into, { recursive: true, force: true });
      const took = await run(join(path, 'report-converter'), args, { codes: [0], cwd: dir });
      const { length } = readdirSync(into).filter((name) => name.endsWith('.plist'));
      if (length === 0) throw new Error('report-converter found nothing in these logs');
      return took;
    });
  },

  async clusterfuzz() {
    const path = python('clusterfuzz');
    if (path === undefined) return;
    const logs = copies('clusterfuzz', all, 1500);
    await compare("ClusterFuzz's StackParser", logs, 1 / 30, () =>
      run(join(path, 'python'), [here('yardsticks/stack_parser.py'), ...logs], { codes: [0] }),
    );
  },
};

try {
  for (const name of chosen.length > 0 ? chosen : ROWS) await RIVALS[name]();
} finally {
  rmSync(dir, { recursive: true, force: true });
}
