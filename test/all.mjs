/**
 * What `npm test` runs: every test file below test/. Prints each failure and, as its last line, the count:
 * `N passed, N failed[, N skipped]`. Exit code 1 when anything failed, or when nothing ran at all.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');

/** Vitest's JSON report (`--reporter=json`), or undefined when it died before it wrote one; and its exit status. */
const runVitest = async (filters) => {
  const dir = await mkdtemp(join(tmpdir(), 'ffi-gates-test-'));
  const file = join(dir, 'results.json');
  // The default reporter shows each file as it ends, and failures in full; one line for each follows below.
  const args = [
    vitest,
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...filters,
  ];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', (status) => resolve(status ?? 1));
  });
  const text = await readFile(file, 'utf8').catch(() => undefined);
  await rm(dir, { recursive: true, force: true });
  return { code, results: text === undefined ? undefined : JSON.parse(text) };
};

const { code, results } = await runVitest(process.argv.slice(2));
const files = results?.testResults ?? [];
const tests = files.flatMap((f) => f.assertionResults.map((t) => ({ ...t, file: relative(root, f.name) })));
const count = (...states) => tests.filter((t) => states.includes(t.status)).length;
// A file that cannot be loaded has no tests to fail: it counts as one failure itself.
const broken = files.filter(
  (f) => f.status === 'failed' && !f.assertionResults.some((t) => t.status === 'failed'),
);

for (const test of tests.filter((t) => t.status === 'failed'))
  console.log(`FAILED ${test.file}: ${test.fullName}\n  ${(test.failureMessages[0] ?? '').split('\n')[0]}`);
for (const f of broken)
  console.log(`FAILED ${relative(root, f.name)}\n  ${(f.message ?? '').split('\n')[0]}`);
if (results === undefined) console.log(`vitest ended with status ${code} and wrote no results`);

const passed = count('passed');
const lost = results === undefined || (code !== 0 && count('failed') + broken.length === 0) ? 1 : 0;
const failed = count('failed') + broken.length + lost;
const skipped = count('skipped', 'pending', 'todo', 'disabled');
if (passed + failed === 0) console.log('no test ran');
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
