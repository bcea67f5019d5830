/**
 * What ffi-gates costs on a small real package (crc32c of PyPI): `init` and one ASan cell with nothing built, against a script
 * that does the same by hand; and the cell again with nothing changed, against pytest alone under ASan. Prints figures;
 * asserts nothing. `dist` must be built; it wants gcc, Python, pip and git.
 *
 *     node bench/small-package.mjs [rounds=5]
 *
 * Both sides run alternately. The canary of the lane is counted apart: it is proven once and kept.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const [rounds = 5] = process.argv.slice(2).map(Number);
const bin = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-small-'));
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const must = (command, args, options = {}) => {
  const r = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (r.status !== 0) throw new Error(`${command} ${args.join(' ')}: ${r.error ?? ''}${r.stdout}${r.stderr}`);
  return r.stdout;
};
const timed = (work) => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};

must('pip', ['download', '-q', '--no-deps', '--no-binary', 'crc32c', '-d', dir, 'crc32c==2.7.1']);
const archive = readdirSync(dir).find((f) => f.endsWith('.tar.gz'));
must('tar', ['xf', archive], { cwd: dir });
const pristine = join(dir, archive.replace('.tar.gz', ''));
// Not a shim on the PATH, which would be a shell under ASan.
const python = must('python3', ['-c', 'import sys, pytest; print(sys.executable)']).trim();
const libasan = must('gcc', ['-print-file-name=libasan.so']).trim();

/**
 * What a maintainer would write who wants what the cell gives: an environment of its own with the package's test requirements,
 * the extension under ASan, pytest with the runtime preloaded.
 */
const script = join(dir, 'by-hand.sh');
writeFileSync(
  script,
  `set -e
cd "$1"
if [ ! -d "$2/site" ]; then
  cp -r . "$2/src"
  ${python} -m venv "$2/site"
  (cd "$2/src" && CC=gcc CFLAGS='-fsanitize=address -g -O1 -fno-omit-frame-pointer' LDFLAGS=-fsanitize=address \\
    "$2/site/bin/python" -m pip install -q pytest .)
fi
cd test
LD_PRELOAD=${libasan} ASAN_OPTIONS=detect_leaks=1:log_path=$2/asan PYTHONMALLOC=malloc \\
  LSAN_OPTIONS=suppressions=$3 "$2/site/bin/python" -m pytest -q -p no:cacheprovider . > "$2/pytest.log" 2>&1
`,
);
const supp = join(dir, 'python.supp');
// Without these lines the interpreter's own blocks make the yardstick fail.
writeFileSync(supp, ['PyObject', '_Py', 'Py', 'python', 'libpython'].map((w) => `leak:${w}\n`).join(''));

let n = 0;
const fresh = () => {
  const at = join(dir, String(++n));
  cpSync(pristine, at, { recursive: true });
  return at;
};
const run = (repo, ...more) =>
  must(process.execPath, [bin, 'run', '*-asan', '--quiet', ...more], { cwd: repo });
const reportOf = (repo) => JSON.parse(readFileSync(join(repo, 'reports/latest/report.json'), 'utf8'));
const msOf = (repo, role) =>
  reportOf(repo)
    .cells.filter((c) => c.role === role)
    .reduce((sum, c) => sum + c.ms, 0);

const cold = { ours: [], canary: [], hand: [] };
const warm = { ours: [], hand: [] };
for (let i = 0; i < rounds; i++) {
  const repo = fresh();
  const builds = join(dir, `hand-${n}`);
  mkdirSync(builds);
  cold.hand.push(timed(() => must('sh', [script, repo, builds, supp])));
  cold.ours.push(
    timed(() => {
      must(process.execPath, [bin, 'init'], { cwd: repo });
      run(repo);
    }),
  );
  cold.canary.push(msOf(repo, 'canary'));
  warm.hand.push(timed(() => must('sh', [script, repo, builds, supp])));
  warm.ours.push(timed(() => run(repo)));
  if (reportOf(repo).lanes.some((l) => l.provenAt === undefined)) throw new Error('the proof was not kept');
  rmSync(repo, { recursive: true, force: true });
  rmSync(builds, { recursive: true, force: true });
}
const seconds = (all) => `${(median(all) / 1000).toFixed(2)} s`;
const ratio = (a, b) => median(a.map((x, i) => x / b[i])).toFixed(2);
const apart = cold.ours.map((x, i) => x - cold.canary[i]);
process.stdout.write(
  [
    `cold: by hand ${seconds(cold.hand)}, init and run ${seconds(cold.ours)}, of which the canary ${seconds(cold.canary)}`,
    `cold, without the canary: ${ratio(apart, cold.hand)} times the script (bar 1.15); with it ${ratio(cold.ours, cold.hand)}`,
    `nothing changed: pytest under ASan ${seconds(warm.hand)}, run ${seconds(warm.ours)}: ${ratio(warm.ours, warm.hand)} times (bar 1.3)`,
    '',
  ].join('\n'),
);
rmSync(dir, { recursive: true, force: true });
