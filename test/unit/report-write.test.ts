/** Reporters declare the files that they own: old ones go when a run begins, whoever wrote them. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { sayUnwritten } from '../../src/cli/unwritten.js';
import { EXIT } from '../../src/model/exit-codes.js';
import { DEFAULT_REPORTERS, REPORTERS } from '../../src/reporters/index.js';
import type { Reporter } from '../../src/reporters/reporter.js';
import { filesOf, removeOldReport, writeReport } from '../../src/reporters/write.js';
import { sampleReport } from '../helpers/sample-report.js';

const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-write-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A reporter that somebody adds: one value. */
const count: Reporter = {
  main: 'count-1.txt',
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

function* half(): Generator<string> {
  yield 'half of it';
  throw new RangeError('Invalid string length');
}

describe('a format that fails costs only itself', () => {
  const failing = (files: Reporter['files']): Reporter => ({
    main: 'late.txt',
    owns: ['late.txt'],
    files,
  });
  const nested = (path: string): Reporter => failing(() => [{ path, content: 'x' }]);
  const rows: [string, Reporter, RegExp][] = [
    [
      'before it begins',
      failing(() => {
        throw new RangeError('Invalid string length');
      }),
      /Invalid string length/,
    ],
    [
      'in the middle of a file',
      failing(() => [
        { path: 'early.txt', content: 'x' },
        { path: 'late.txt', content: half() },
      ]),
      /Invalid string length/,
    ],
    ['because a directory has its name', nested('taken'), /EISDIR|EEXIST|ENOTEMPTY/],
    ['because a file has the name of its directory', nested('file/late.txt'), /ENOTDIR|EEXIST/],
  ];
  test.each(rows)('%s', async (_name, reporter, why) => {
    const out = mkdtempSync(join(dir, 'failing-'));
    mkdirSync(join(out, 'taken'));
    writeFileSync(join(out, 'file'), '');
    const unwritten = await writeReport(sampleReport(), out, { reporter, ...DEFAULT_REPORTERS });
    expect(unwritten.map((u) => u.format)).toEqual(['reporter']);
    expect(String(unwritten[0]?.error)).toMatch(why);
    expect(readdirSync(out).sort()).toEqual(['file', 'index.html', 'junit.xml', 'report.json', 'taken']);
  });
});

describe('what is said of formats that were not written', () => {
  const disk = (code: string) => Object.assign(new Error(code), { code, path: '/out/index.html.tmp' });
  const said = (error: unknown): { code: number | undefined; text: string } => {
    let text = '';
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((t) => Boolean((text += String(t))));
    try {
      return { code: sayUnwritten([{ format: 'html', error }], '/out'), text };
    } finally {
      spy.mockRestore();
    }
  };
  test.each([
    ['ENOSPC', 'no space left on the device: /out/index.html'],
    ['EISDIR', 'it is a directory: /out/index.html'],
    ['EROFS', 'the file system is read-only: /out/index.html'],
  ])('%s is the user’s to mend, and exit code 2', (code, why) => {
    expect(said(disk(code))).toEqual({
      code: EXIT.USAGE,
      text: `ffi-gates: the html report was not written: ${why}\n`,
    });
  });
  test('anything else is our bug, and thrown', () => {
    expect(() => said(new RangeError('Invalid string length'))).toThrow('Invalid string length');
  });
  test('nothing, if all were written', () => expect(sayUnwritten([], '/out')).toBe(EXIT.OK));
});

describe('a process that is killed while it writes', () => {
  /** Writes two formats. The process dies in the midst of the second one's content, or between two renames. */
  const PROGRAM = `
const { writeReport } = await import(process.argv[2]);
const die = () => process.kill(process.pid, 'SIGKILL');
const of = (name, content) => ({ owns: [name], files: () => [{ path: name, content }] });
function* dying() {
  for (let i = 0; i < 100; i++) yield 'x'.repeat(100_000);
  die();
  yield 'never';
}
await writeReport({ cells: [], findings: [], runtimeBucket: [] }, process.argv[3], {
  first: of('first.txt', 'whole'),
  second: of('second.txt', dying()),
});
`;
  const BUILT = new URL('../../dist/reporters/write.js', import.meta.url).href;

  test('leaves what was there, no file that is half written, and nothing that the next run does not clear', async () => {
    const out = join(dir, 'killed');
    mkdirSync(out);
    writeFileSync(join(out, 'first.txt'), 'old');
    const program = join(dir, 'program.mjs');
    writeFileSync(program, PROGRAM);
    const ended = spawnSync(process.execPath, [program, BUILT, out], { encoding: 'utf8' });
    expect(ended.signal, ended.stderr).toBe('SIGKILL');
    const left = readdirSync(out);
    expect(left).not.toContain('second.txt');
    expect(readFileSync(join(out, 'first.txt'), 'utf8')).toBe('old');
    // It had begun to write both.
    expect(left.filter((name) => name.endsWith('.tmp'))).toHaveLength(2);
    const owns = (name: string): Reporter => ({ owns: [name], main: name, files: () => [] });
    await removeOldReport(out, { first: owns('first.txt'), second: owns('second.txt') });
    expect(readdirSync(out)).toEqual([]);
  });
});
