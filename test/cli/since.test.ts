/** `--since REF` in a real repository: only what changed runs, and what was left out is said. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { endOf, makeRig, type Ran, type Rig } from '../helpers/rig.js';

const MATRIX = `version: 1
suites:
  - { id: one, binding: c, dir: one, gates: [plain], with: { sources: [good.c] } }
  - { id: two, binding: c, dir: two, gates: [plain], with: { sources: [good.c] } }
gates: { plain: }
`;
const GOOD = `#include "ffi_gates_suite.h"
static int ok(void) { return 0; }
const suite_test suite_tests[] = {{"ok", ok}, {NULL, NULL}};
`;

let rig: Rig;
const git = (...args: string[]): string =>
  execFileSync('git', ['-C', rig.repo, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
    encoding: 'utf8',
  });
const ends = (ran: Ran): Record<string, string> =>
  Object.fromEntries(ran.report!.cells.filter((c) => c.role !== 'canary').map((c) => [c.suite, endOf(c)]));

beforeAll(() => {
  rig = makeRig('ffi-gates-since-');
  rig.write('ffi-gates.yaml', MATRIX);
  for (const suite of ['one', 'two']) rig.write(`${suite}/good.c`, GOOD);
  git('init', '-q', '-b', 'main');
  git('add', '-A');
  git('commit', '-q', '-m', 'base');
});
afterAll(() => rig.remove());

test('nothing changed: nothing runs, which is said, and is no failure', async () => {
  const ran = await rig.run(['--since', 'main']);
  expect(ends(ran)).toEqual({ one: 'skipped', two: 'skipped' });
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('none of its inputs changed since main');
});

test('a new file, not yet committed: its suite runs, the other is left out', async () => {
  rig.write('one/new.h', '');
  const ran = await rig.run(['--since', 'main']);
  expect(ends(ran)).toEqual({ one: 'clean', two: 'skipped' });
  expect(ran.code).toBe(0);
  expect(ran.report!.cells.some((c) => c.role === 'canary')).toBe(true);
});

test('only what this branch changed counts, not what the other one did since', async () => {
  git('add', '-A');
  git('checkout', '-q', '-b', 'feature');
  git('commit', '-q', '-m', 'one');
  git('checkout', '-q', 'main');
  rig.write('two/other.h', '');
  git('add', '-A');
  git('commit', '-q', '-m', 'two');
  git('checkout', '-q', 'feature');
  const plan = await rig.start(['plan', '--since', 'main']).ended;
  expect(plan.stdout).toMatch(/^run +one-c_/m);
  expect(plan.stdout).toMatch(/^skip +two-c_\S+ +none of its inputs changed since main$/m);
});

test('what ffi-gates itself keeps in the repository is no change', async () => {
  rig.write('.ffi-gates/builds/answers.json', '{}');
  const plan = await rig.start(['plan', '--since', 'main']).ended;
  expect(plan.stderr).toBe('');
  expect(plan.stdout).toMatch(/^skip +two-c_\S+ +none of its inputs changed since main$/m);
});

test('a file that is no suite’s input: everything runs, and it is named', async () => {
  rig.write('config.h', '');
  const plan = await rig.start(['plan', '--since', 'main']).ended;
  expect(plan.stderr).toBe('ffi-gates: every suite runs: config.h changed, and it is an input of no suite\n');
  expect(plan.stdout).not.toMatch(/^skip/m);
});

test.each([
  ['a commit that is not there', ['--since', 'nowhere'], 'git cannot say what changed'],
  ['an option', ['--since=--output=x'], '--since takes a commit'],
  ['shards without a plan', ['--shard', '1/2', '--since', 'main'], 'give --since to `plan`'],
])('%s ends with 2', async (_name, args, why) => {
  const ran = await rig.run(args);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain(why);
});

test.each(['GITHUB_EVENT_NAME', 'CI_PIPELINE_SOURCE', 'BUILDKITE_SOURCE'])(
  'a nightly job, as %s says, ends with 2: it has to run everything',
  async (name) => {
    const ran = await rig.run(['--since', 'main'], { [name]: 'schedule' });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('a nightly run has to run everything');
    expect((await rig.run(['--since', 'main', 'one-*'], { [name]: 'push' })).code).not.toBe(2);
  },
);
