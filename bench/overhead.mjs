/**
 * The cost of the harness: N launches of a program that burns CPU for a while, alternately by `xargs -P` and by ffi-gates,
 * and start-up compared with an empty node. Prints figures; asserts nothing. `dist` must be built.
 *
 *     node bench/overhead.mjs [launches=60] [milliseconds=100] [rounds=3]
 *
 * Launches of a real suite take a second or more. At 100 ms per launch the harness's share is largest.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '../dist/process/launch.js';
import { pool } from '../dist/process/pool.js';

const [launches = 60, ms = 100, rounds = 3] = process.argv.slice(2).map(Number);
const cores = 2;
const bin = fileURLToPath(new URL('../bin/ffi-gates.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-bench-'));
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
const timed = async (work) => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};
const must = (command, args) => {
  const r = spawnSync(command, args, { encoding: 'utf8' });
  if (r.status !== 0) throw new Error(`${command}: ${r.stderr}`);
};

const source = join(dir, 'burn.c');
const burn = join(dir, 'burn');
writeFileSync(
  source,
  `#include <stdlib.h>
#include <time.h>
int main(int argc, char **argv) {
  (void)argc;
  const clock_t end = clock() + (clock_t)(atof(argv[1]) * CLOCKS_PER_SEC / 1e3);
  while (clock() < end) {}
}
`,
);
must('cc', ['-O1', '-o', burn, source]);
const loop = join(dir, 'loop.sh');
writeFileSync(loop, `seq ${launches} | xargs -P ${cores} -I{} sh -c '${burn} ${ms} > ${dir}/{}.log 2>&1'\n`);
chmodSync(loop, 0o755);

const byShell = () => timed(() => must('sh', [loop]));
const never = new AbortController().signal;
const byUs = () =>
  timed(() =>
    pool(
      Array.from({ length: launches }, (_, i) => ({
        weight: { cores: 1, memory: 0 },
        run: () =>
          launch(
            { argv: [burn, String(ms)], cwd: dir, env: {} },
            // Mappings are collected as in a run, since that is part of the cost.
            { output: join(dir, `us-${i}.log`), timeoutMs: 60_000, signal: never, watch: new Set(['burn']) },
          ),
      })),
      { cores, memory: 1 },
    ),
  );

const shell = [];
const us = [];
const version = [];
const empty = [];
for (let i = 0; i < rounds; i++) {
  shell.push(await byShell());
  us.push(await byUs());
}
for (let i = 0; i < rounds * 5; i++) {
  version.push(await timed(() => must(process.execPath, [bin, '--version'])));
  empty.push(await timed(() => must(process.execPath, ['-e', '0'])));
}
const line = (what, ours, theirs, target) =>
  console.log(
    `${what}: ${median(ours).toFixed(0)} ms against ${median(theirs).toFixed(0)} ms, ratio ${(median(ours) / median(theirs)).toFixed(3)} (target ≤ ${target})`,
  );
line(`${launches} launches of ${ms} ms CPU on ${cores} cores, ffi-gates against xargs`, us, shell, '1.10');
line('--version against node -e 0', version, empty, '3');
rmSync(dir, { recursive: true, force: true });
process.exit(0);
