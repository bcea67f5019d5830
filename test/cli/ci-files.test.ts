/**
 * What `init --ci` writes, what `plan --format` prints, and our own workflows, each judged by the validators of those who read
 * it. `scripts/validators.sh` installs them; a test whose validator is not there is skipped and says so.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CI_NAMES } from '../../src/cli/choices.js';
import { makeRig, type Rig } from '../helpers/rig.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const INSTALLED = join(ROOT, 'node_modules/.cache/validators/bin');

let rig: Rig;
/** A copy of our own workflows and action, for validators that look for a repository. */
let ours: string;

beforeAll(async () => {
  rig = makeRig('ffi-gates-ci-');
  const wrote = await rig.start(['init', ...CI_NAMES.flatMap((n) => ['--ci', n])]).ended;
  expect(wrote.stderr).toBe('');
  expect(wrote.code).toBe(0);
  ours = join(rig.dir, 'ours');
  cpSync(join(ROOT, '.github'), join(ours, '.github'), { recursive: true });
  cpSync(join(ROOT, 'action.yml'), join(ours, 'action.yml'));
  for (const dir of [rig.repo, ours]) spawnSync('git', ['init', '-q'], { cwd: dir });
  const plan = await rig.start(['plan', 'good-*', '--json', '--shards', '3']).ended;
  writeFileSync(join(rig.dir, 'plan.json'), plan.stdout);
  mkdirSync(join(rig.dir, 'formats'));
  for (const format of ['gitlab', 'k8s-job', 'buildkite', 'slurm']) {
    const printed = await rig.start(['plan', '--plan', join(rig.dir, 'plan.json'), '--format', format]).ended;
    expect(printed.stderr).toBe('');
    writeFileSync(join(rig.dir, 'formats', format), printed.stdout);
  }
});
afterAll(() => rig.remove());

type Skips = { skip: (why: string) => never };

/** The result of a validator. Skips the test, loudly, if it is not installed. */
const validate = (
  t: Skips,
  cwd: string,
  tool: string,
  ...args: string[]
): { code: number | null; text: string } => {
  const path = [INSTALLED, ...(process.env['PATH'] ?? '').split(':')].map((d) => join(d, tool));
  const file = path.find((f) => existsSync(f));
  if (file === undefined) {
    console.warn(`SKIPPED: ${tool} is not installed: scripts/validators.sh`);
    return t.skip(`${tool} is not installed`);
  }
  const ran = spawnSync(file, args, { cwd, encoding: 'utf8' });
  return { code: ran.status, text: `${ran.stdout}${ran.stderr}` };
};

const workflowsOf = (dir: string): string[] =>
  readdirSync(join(dir, '.github/workflows')).map((name) => join('.github/workflows', name));

describe.each<[string, () => string, string]>([
  ['what init writes', () => rig.repo, '.github/actions/ffi-gates/action.yml'],
  ['our own', () => ours, 'action.yml'],
])('GitHub workflows: %s', (_, dir, action) => {
  test('actionlint', (t) => {
    expect(validate(t, dir(), 'actionlint', '-no-color', ...workflowsOf(dir()))).toEqual({
      code: 0,
      text: '',
    });
  });

  test('zizmor finds nothing of medium or high severity', (t) => {
    const args = ['--offline', '--no-progress', '--min-severity', 'medium', '--format', 'json-v1'];
    const { code, text } = validate(t, dir(), 'zizmor', ...args, '.');
    expect(text).toMatch(/^\[\]/);
    expect(code).toBe(0);
  });

  test('the schemas of workflows and actions', (t) => {
    const workflows = ['--builtin-schema', 'vendor.github-workflows', ...workflowsOf(dir())];
    expect(validate(t, dir(), 'check-jsonschema', ...workflows)).toMatchObject({ code: 0 });
    const actions = ['--builtin-schema', 'vendor.github-actions', action];
    expect(validate(t, dir(), 'check-jsonschema', ...actions)).toMatchObject({ code: 0 });
  });

  // `pull_request_target` and secrets are what makes runs of forks dangerous, or red.
  test('runs of forks work: no secret and no event with the rights of the repository', () => {
    for (const file of workflowsOf(dir())) {
      const text = readFileSync(join(dir(), file), 'utf8');
      if (!/^\s+pull_request:/m.test(text) && !text.includes('workflow_call:')) continue;
      expect(text).not.toMatch(/\bsecrets\b|pull_request_target|workflow_run/);
    }
  });
});

test.for<[string, string, string[]]>([
  ['GitLab', 'vendor.gitlab-ci', ['.gitlab-ci.yml', '.gitlab/ffi-gates.yml', '.gitlab/ffi-gates-jobs.yml']],
  ['GitLab: the child pipeline', 'vendor.gitlab-ci', ['../formats/gitlab']],
  ['Buildkite', 'vendor.buildkite', ['.buildkite/ffi-gates.yml']],
  ['Buildkite: the uploaded steps', 'vendor.buildkite', ['../formats/buildkite']],
  ['CircleCI', 'vendor.circle-ci', ['.circleci/config.yml']],
])('%s: check-jsonschema', ([, schema, files], t) => {
  const args = ['--builtin-schema', schema, '--default-filetype', 'yaml', ...files];
  expect(validate(t, rig.repo, 'check-jsonschema', ...args)).toMatchObject({ code: 0 });
});

test.for<string>([
  'kubernetes/ffi-gates-shards.yaml',
  'kubernetes/ffi-gates-merge.yaml',
  '../formats/k8s-job',
])('Kubernetes takes %s strictly', (file, t) => {
  const ran = validate(t, rig.repo, 'kubernetes-validate', '--strict', file);
  expect(ran.text).toContain('passed for resource job/');
  expect(ran.code).toBe(0);
});

test.each(['ffi-gates-slurm.sh', '../formats/slurm'])('bash reads %s', (file) => {
  const ran = spawnSync('bash', ['-n', file], { cwd: rig.repo, encoding: 'utf8' });
  expect({ code: ran.status, text: ran.stderr }).toEqual({ code: 0, text: '' });
});

test('the number of shards is that of the plan in every format', async () => {
  const read = (name: string): string => readFileSync(join(rig.dir, 'formats', name), 'utf8');
  expect(parse(read('gitlab'))).toMatchObject({ 'ffi-gates-shard': { parallel: 3 } });
  expect(parse(read('k8s-job'))).toMatchObject({ spec: { completionMode: 'Indexed', completions: 3 } });
  expect(parse(read('buildkite'))).toMatchObject({ steps: [{ parallelism: 3 }, { wait: null }, {}] });
  expect(read('slurm')).toContain('--array=1-3 ');
  const circle = await rig.start(['plan', '--plan', join(rig.dir, 'plan.json'), '--format', 'circleci'])
    .ended;
  expect(JSON.parse(circle.stdout)).toEqual({ 'ffi-gates-shards': 3 });
  const { parameters } = parse(readFileSync(join(rig.repo, '.circleci/config.yml'), 'utf8')) as {
    parameters: object;
  };
  expect(Object.keys(parameters)).toEqual(['ffi-gates-shards']);
});
