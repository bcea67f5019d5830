/** `--reporter NAME[=FILE]`: which files a run writes and where, what it tells GitHub, and from which commit it was made. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeRig, type Ran, type Rig } from '../helpers/rig.js';

let rig: Rig;
beforeAll(() => {
  rig = makeRig('ffi-gates-reporters-');
  const git = (...args: string[]): unknown =>
    execFileSync('git', ['-C', rig.repo, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args]);
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'one');
  git('remote', 'add', 'origin', 'https://bob:Remote-1-pw@git.example/ledger.git');
});
afterAll(() => rig.remove());

const reports = (): string[] =>
  readdirSync(rig.out)
    .filter((f) => !['logs', 'suppressions'].includes(f) && !f.startsWith('.'))
    .sort();

describe('a run with chosen reporters', () => {
  let ran: Ran;
  const summary = (): string => join(rig.dir, 'summary.md');
  const named = (): string => join(rig.dir, 'ci', 'results.xml');
  beforeAll(async () => {
    mkdirSync(rig.out, { recursive: true });
    for (const old of ['index.html', 'ctrf.json', 'mine.txt']) writeFileSync(join(rig.out, old), 'old');
    mkdirSync(join(rig.dir, 'ci'));
    for (const old of ['results-3.xml', 'results-mine.xml']) writeFileSync(join(rig.dir, 'ci', old), 'old');
    writeFileSync(summary(), 'before\n');
    ran = await rig.run(
      ['--reporter', 'sarif', '--reporter', `junit=${named()}`, '--reporter', 'github', 'overflow-c_*'],
      { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: summary() },
    );
  }, 240_000);

  test('writes these and report.json; others of ours are gone, foreign files stay', () => {
    expect(ran.code).toBe(1);
    expect(reports()).toEqual([
      'ffi-gates.sarif',
      'github-summary-annotations.txt',
      'github-summary.md',
      'mine.txt',
      'report.json',
    ]);
    expect(readdirSync(join(rig.dir, 'ci')).sort()).toEqual(['results-mine.xml', 'results.xml']);
    expect(readFileSync(named(), 'utf8')).toContain('<testsuite ');
  });
  test('prints annotations for GitHub, and appends to the summary of the job', () => {
    const told = ran.stdout.split('\n').filter((l) => l.startsWith('::'));
    expect(told).toEqual(
      readFileSync(join(rig.out, 'github-summary-annotations.txt'), 'utf8').trim().split('\n'),
    );
    expect(told[0]).toMatch(/^::error file=native\/puppet\.c,line=\d+,title=/);
    const text = readFileSync(summary(), 'utf8');
    expect(text).toMatch(/^before\n## ffi-gates: failed\n/);
    expect(text).toContain('native/puppet.c:');
  });
  test('the report says from which commit and by which version it was made', () => {
    const head = execFileSync('git', ['-C', rig.repo, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(ran.report).toMatchObject({
      commit: head,
      dirty: false,
      repository: 'https://git.example/ledger',
      tool: { name: 'ffi-gates', version },
    });
    const { runs } = JSON.parse(readFileSync(join(rig.out, 'ffi-gates.sarif'), 'utf8')) as {
      runs: [{ versionControlProvenance: unknown; results: unknown[] }];
    };
    expect(runs[0].versionControlProvenance).toMatchObject([{ revisionId: head }]);
    expect(runs[0].results.length).toBeGreaterThan(0);
  });
});

test('outside of GitHub nothing is printed as a command; changed files make the report dirty', async () => {
  rig.write('native/puppet.h', `${readFileSync(join(rig.repo, 'native/puppet.h'), 'utf8')}\n`);
  const ran = await rig.run(['--reporter', 'github', 'overflow-c_*'], { GITHUB_ACTIONS: '' });
  expect(ran.stdout).not.toMatch(/^::/m);
  expect(ran.report).toMatchObject({ dirty: true });
}, 240_000);

test.each([
  [['--reporter', 'xml'], "there is no reporter 'xml'"],
  [['--reporter', 'sarif='], 'needs the name of a file'],
  [['--reporter', 'sarif=x.out', '--reporter', 'ctrf=x.out'], 'write the same file'],
  [['--reporter', 'constructor'], "there is no reporter 'constructor'"],
])('%j is refused before anything runs, and the old report stays', async (args, why) => {
  mkdirSync(rig.out, { recursive: true });
  writeFileSync(join(rig.out, 'report.json'), '{}');
  const ran = await rig.run([...args, 'overflow-c_*']);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(why);
  expect(existsSync(join(rig.out, 'report.json'))).toBe(true);
});
