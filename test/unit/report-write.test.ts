/** Reporters declare the files that they own: old ones go when a run begins, whoever wrote them. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { REPORTERS } from '../../src/reporters/index.js';
import type { Reporter } from '../../src/reporters/reporter.js';
import { filesOf, removeOldReport, writeReport } from '../../src/reporters/write.js';
import { sampleReport } from '../helpers/sample-report.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-write-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A reporter that somebody adds: one value. */
const count: Reporter = {
  owns: ['count-*.txt'],
  files: ({ suites }) => [{ path: 'count-1.txt', content: String(suites.flatMap((s) => s.cases).length) }],
};

test('a new reporter is one value: its files are written from the cases, and its old ones are cleared', async () => {
  const reporters = { ...REPORTERS, count };
  await writeReport(sampleReport(), dir, reporters);
  const written = Object.values(reporters).flatMap((r) => filesOf(sampleReport(), r).map((f) => f.path));
  expect(written).toContain('count-1.txt');
  expect(readdirSync(dir)).toEqual([...written].sort());
  // Left by a run that was killed, and by one that made more of them.
  for (const name of ['count-7.txt', 'count-1.txt.tmp', 'junit-3.xml', 'mine.txt'])
    writeFileSync(join(dir, name), '');
  await removeOldReport(dir, reporters);
  expect(readdirSync(dir)).toEqual(['mine.txt']);
});

test('every reporter owns every file that it writes', () => {
  const cells = sampleReport().cells;
  // More cases than one file may hold.
  const many = {
    ...sampleReport(),
    cells: Array.from({ length: 6000 }, (_, i) => ({ ...cells[0]!, id: `c${i}` })),
  };
  for (const reporter of Object.values(REPORTERS)) {
    const owned = reporter.owns.map((g) => new RegExp(`^${g.replaceAll('.', '\\.').replaceAll('*', '.*')}$`));
    const files = [...filesOf(sampleReport(), reporter), ...filesOf(many, reporter)].map((f) => f.path);
    expect(files.length).toBeGreaterThan(1);
    expect(files.filter((path) => !owned.some((g) => g.test(path)))).toEqual([]);
  }
});
