/** The C lanes from end to end: the real command line builds, runs and judges our own fixtures under ASan and UBSan. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const CELLS = '*-c_*-{asan,ubsan}';

const answers = (tool: string, ...args: string[]): string | undefined => {
  const { status, stdout } = spawnSync(tool, args, { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
};

/** gcc answers with the bare name when it does not have the library. */
const absent = (): string[] => [
  ...(answers('gcc', '--version') ? [] : ['gcc']),
  ...['libasan.so', 'libubsan.so'].filter((f) => !isAbsolute(answers('gcc', `-print-file-name=${f}`) ?? '')),
  ...(answers('cmake', '--version') ? [] : ['cmake']),
];

const missing = absent();
if (missing.length) console.warn(`SKIPPED: the C lanes need ${missing.join(', ')}`);

describe.skipIf(missing.length > 0)('the C lanes', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-c-lane-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const run = (out: string): { code: number | null; report: Report; said: string } => {
    const matrix = join(root, 'matrices/fixtures.yaml');
    const places = ['--out', join(dir, out), '--cache', join(dir, 'cache')];
    const args = [join(root, 'bin/ffi-gates.js'), 'run', CELLS, '--matrix', matrix, ...places, '--quiet'];
    const child = spawnSync(process.execPath, args, { encoding: 'utf8' });
    const report = JSON.parse(readFileSync(join(dir, out, 'report.json'), 'utf8')) as Report;
    return { code: child.status, report, said: child.stdout + child.stderr };
  };

  test('every planted hazard is caught, every twin is silent, every lane is proven', () => {
    const { code, report, said } = run('first');
    expect(report.fixtures?.missed, said).toEqual([]);
    expect(report.fixtures?.noisyTwins, said).toEqual([]);
    expect(report.lanes.length).toBeGreaterThanOrEqual(2);
    expect(report.lanes.filter((l) => !l.proven)).toEqual([]);
    expect(
      report.cells.filter(
        (c) => c.role === 'twin' && c.verdict.kind !== 'clean' && c.verdict.kind !== 'skipped',
      ),
    ).toEqual([]);
    expect(report.fixtures?.caught).toBe(report.fixtures?.declared);
    expect(report.fixtures?.caught).toBeGreaterThan(0);
    expect(report.fixtures?.twins).toBeGreaterThan(0);
    expect(report.builds.some((b) => !b.reused)).toBe(true);
    expect(code, said).toBe(0);
  });

  test('a rerun reuses every build and says the same', () => {
    const before = JSON.parse(readFileSync(join(dir, 'first', 'report.json'), 'utf8')) as Report;
    const { code, report } = run('second');
    expect(code).toBe(0);
    expect(report.builds.length).toBeGreaterThan(0);
    expect(report.builds.filter((b) => !b.reused)).toEqual([]);
    expect(report.findings.map((f) => f.fingerprint).sort()).toEqual(
      before.findings.map((f) => f.fingerprint).sort(),
    );
  });
});
