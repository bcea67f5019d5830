/**
 * What kept builds save: a run of a fresh checkout without any, and one that unpacks the archive of the first, at the same path, as
 * jobs of CI do. The second may build nothing. `dist` must be built.
 *
 *     node bench/warm.mjs [matrix=matrices/smoke.yaml] [selector…]
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bar, run } from './measure.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [matrix = here('../matrices/smoke.yaml'), ...selectors] = process.argv.slice(2);
const bin = here('../bin/ffi-gates.js');
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-warm-'));
const at = (...names) => join(dir, ...names);
const BUILDS = '.ffi-gates/builds';

/** A checkout as it is on another machine: all files are new. */
const checkout = () => {
  rmSync(at('repo'), { recursive: true, force: true });
  cpSync(here('../native-fixtures'), at('repo/native-fixtures'), {
    recursive: true,
    filter: (path) => !/\/(?:\.ffi-gates|__pycache__|\.pytest_cache)$/.test(path),
  });
  const text = readFileSync(matrix, 'utf8').replace(/^root: .*/m, 'root: native-fixtures');
  writeFileSync(at('repo/ffi-gates.yaml'), text);
};
const gates = async (out) => {
  const args = ['run', ...selectors, '--out', at(out), '--cache', BUILDS, '--quiet'];
  const { wall } = await run(process.execPath, [bin, ...args], { cwd: at('repo'), codes: [0, 1, 4, 6] });
  const { builds, cells } = JSON.parse(readFileSync(at(out, 'report.json'), 'utf8'));
  return { wall, builds, cells: cells.map((c) => `${c.id} ${JSON.stringify(c.verdict)}`) };
};

try {
  checkout();
  const cold = await gates('cold');
  execFileSync('tar', ['-czf', at('builds.tar.gz'), BUILDS], { cwd: at('repo') });
  checkout();
  const begun = performance.now();
  execFileSync('tar', ['-xzf', at('builds.tar.gz')], { cwd: at('repo') });
  const unpacking = (performance.now() - begun) / 1000;
  const warm = await gates('warm');
  const megabytes = statSync(at('builds.tar.gz')).size / 1e6;
  console.log(
    `${cold.cells.length} cells, ${cold.builds.length} builds, ${megabytes.toFixed(0)} MB of archive: cold ${cold.wall.toFixed(1)} s, warm ${warm.wall.toFixed(1)} s and ${unpacking.toFixed(1)} s of unpacking`,
  );
  const made = warm.builds.filter((b) => !b.reused).map((b) => b.id);
  bar('builds of the warm run', made.length, 0, '');
  if (made.length > 0) console.log(made.join('\n'));
  const different = warm.cells.filter((c) => !cold.cells.includes(c));
  bar('cells that end in another way', different.length, 0, '');
  if (different.length > 0) console.log(different.join('\n'));
  if (cold.builds.every((b) => b.reused)) throw new Error('the cold run was warm');
} finally {
  rmSync(dir, { recursive: true, force: true });
}
