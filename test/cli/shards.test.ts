/** `plan` → `run --shard` → blobs → `merge`, with real runs: one report as of one run, and red for everything that is missing. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanDocument } from '../../src/plan/plan-document.js';
import { eventually, makeRig, processesWith, type Ran, type Rig } from '../helpers/rig.js';

const MATRIX = `version: 1
targets:
  puppet: { builder: cc, dir: native, sources: [puppet.c], produces: [libpuppet.so] }
suites:
  - &c { id: good, binding: c, dir: c, targets: [puppet], gates: [plain, ubsan], with: { sources: [good.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: overflow, gates: [ubsan], with: { sources: [overflow.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: failing, gates: [plain, asan], with: { sources: [failing.c], include: [../native], libs: [puppet] } }
  - { <<: *c, id: leak, gates: [asan], with: { sources: [leak.c], include: [../native], libs: [puppet] } }
gates: { plain: , asan: , ubsan: }
`;
const SHARDS = 3;

let rig: Rig;
let whole: Ran;
const at = (name: string): string => join(rig.dir, name);
const command = (...args: string[]): Promise<Ran> => rig.start(args).ended;
const shard = (part: string, out: string, ...more: string[]): Promise<Ran> =>
  command('run', '--shard', part, '--out', at(out), '--cache', at('cache'), '--quiet', ...more);
const merge = (dir: string, ...more: string[]): Promise<Ran> =>
  command('merge', at(dir), '--out', rig.out, '--cache', at('cache'), ...more);
const planned = (): PlanDocument => JSON.parse(readFileSync(at('plan.json'), 'utf8')) as PlanDocument;

beforeAll(async () => {
  rig = makeRig('ffi-gates-shards-');
  rig.write('ffi-gates.yaml', MATRIX);
  // The first run builds and lists; what is compared is warm.
  await rig.run();
  // Shards on other machines find no kept proofs.
  whole = await rig.run(['--prove']);
  const plan = await command('plan', '--json', '--shards', String(SHARDS), '--estimates', rig.out);
  writeFileSync(at('plan.json'), plan.stdout);
  mkdirSync(at('blobs'));
  for (let i = 1; i <= SHARDS; i += 1) {
    await shard(`${i}/${SHARDS}`, `s${i}`, '--plan', at('plan.json'), '--prove');
    cpSync(
      join(at(`s${i}`), `shard-${i}-of-${SHARDS}.blob`),
      join(at('blobs'), String(i), `shard-${i}-of-${SHARDS}.blob`),
    );
  }
});
afterAll(() => rig.remove());

/** A copy of the blobs, changed. */
const changed = (name: string, change: (file: (i: number) => string) => void): string => {
  cpSync(at('blobs'), at(name), { recursive: true });
  change((i) => join(at(name), String(i), `shard-${i}-of-${SHARDS}.blob`));
  return name;
};

/** A report without times, process ids, the load of the machine, and objects, which are sampled while a process runs. */
const timeless = (text: string): string =>
  text
    .replace(/"(?:ms|started|load)":(?:\{[^}]*\}|"[^"]*"|[\d.]+)/g, '""')
    .replace(/"objects":\{[^}]*\},/g, '')
    .replace(/"reused":(?:true|false)/g, '""')
    .replace(/(ubsan|asan|lsan)\.\d+/g, '$1.PID')
    .replace(/time="[\d.]+"/g, '');

test('the merge of the shards is the run, but for times', async () => {
  const report = readFileSync(join(rig.out, 'report.json'), 'utf8');
  const junit = readFileSync(join(rig.out, 'junit.xml'), 'utf8');
  expect(whole.report!.findings.filter((f) => !f.planted).length).toBeGreaterThan(1);
  const merged = await merge('blobs', '--plan', at('plan.json'));
  expect(merged.stderr).toBe('');
  expect(merged.code).toBe(whole.code);
  expect(timeless(readFileSync(join(rig.out, 'report.json'), 'utf8')).split('\n')).toEqual(
    timeless(report).split('\n'),
  );
  expect(timeless(readFileSync(join(rig.out, 'junit.xml'), 'utf8'))).toBe(timeless(junit));
  // The logs that it names are there.
  for (const log of merged.report!.cells.flatMap((c) => c.logs))
    expect(existsSync(join(rig.out, log)), log).toBe(true);
});

test('every cell of the plan is in one shard, with a time from the report', () => {
  const plan = planned();
  const subjects = plan.cells.filter((c) => c.role !== 'canary');
  expect(plan.shards.flatMap((s) => s.cells).sort()).toEqual(subjects.map((c) => c.id).sort());
  expect(new Set(plan.cells.map((c) => c.source))).toEqual(new Set(['report']));
});

test('a shard runs its cells and the canaries of their lanes, and no others', () => {
  const plan = planned();
  for (const { index, cells } of plan.shards) {
    const file = join(at(`s${index}`), 'report.json');
    const report = JSON.parse(readFileSync(file, 'utf8')) as NonNullable<Ran['report']>;
    const lanes = new Set(plan.cells.filter((c) => cells.includes(c.id)).map((c) => c.lane));
    expect(report.cells.map((c) => c.id)).toEqual([...cells, ...[...lanes].map((l) => `canary-${l}`)].sort());
  }
});

test('without a plan each shard makes the same plan, and so does the merge', async () => {
  for (const i of [1, 2]) await shard(`${i}/2`, 'own');
  const merged = await merge('own');
  expect(merged.stderr).toBe('');
  expect(merged.code).toBe(whole.code);
  expect(merged.report!.cells.map((c) => c.id)).toEqual(whole.report!.cells.map((c) => c.id));
});

describe('a merge that lacks something is red, writes its reports, and names it', () => {
  const cut = (file: string, bytes: (n: number) => number): void => {
    const content = readFileSync(file);
    writeFileSync(file, content.subarray(0, bytes(content.length)));
  };
  test.each<[string, (file: (i: number) => string) => void, RegExp]>([
    [
      'cut in its last line',
      (file) => cut(file(1), (n) => n - 20),
      /shard 1\/3 is incomplete: line \d+ is damaged/,
    ],
    [
      'cut after a line',
      (file) => {
        const lines = readFileSync(file(1), 'utf8').trimEnd().split('\n');
        writeFileSync(file(1), `${lines.slice(0, -1).join('\n')}\n`);
      },
      /shard 1\/3 is incomplete: it has no end/,
    ],
    ['empty', (file) => cut(file(1), () => 0), /shard-1-of-3\.blob: it is empty/],
    [
      'cut in its first line',
      (file) => cut(file(1), () => 50),
      /shard-1-of-3\.blob: its first line is damaged/,
    ],
    ['something else', (file) => writeFileSync(file(1), '{"hello":1}\n'), /it is no blob of ffi-gates/],
    [
      'of another plan',
      (file) => {
        const text = readFileSync(file(1), 'utf8').replace(planned().id, 'f'.repeat(64));
        writeFileSync(file(1), text);
      },
      /does not count: it is of another plan/,
    ],
  ])('a blob that is %s', async (name, change, why) => {
    const merged = await merge(changed(`blobs ${name}`, change), '--plan', at('plan.json'));
    expect(merged.code).toBe(6);
    expect(merged.stderr).toMatch(why);
    expect(merged.report?.exitCode).toBe(6);
  });
  test('a shard that is absent: its cells are inconclusive, in every format; --partial shows them as skipped', async () => {
    const [gone] = planned().shards;
    const dir = changed('one absent', (file) => writeFileSync(file(1), ''));
    const merged = await merge(dir, '--plan', at('plan.json'));
    for (const id of gone!.cells) {
      expect(merged.report!.cells.find((c) => c.id === id)?.verdict).toMatchObject({
        doubt: 'not-delivered',
      });
      expect(merged.stderr).toContain(`no result of ${id}: shard 1/3 delivered nothing`);
      expect(readFileSync(join(rig.out, 'junit.xml'), 'utf8')).toContain(`${id} verdict`);
    }
    const partial = await merge(dir, '--plan', at('plan.json'), '--partial');
    expect(partial.code).toBe(6);
    for (const id of gone!.cells)
      expect(partial.report!.cells.find((c) => c.id === id)?.verdict.kind).toBe('skipped');
  });
});

test.each<[string, () => Promise<Ran>, RegExp]>([
  [
    'a blob of another version',
    () => {
      const dir = changed('of version 2', (file) =>
        writeFileSync(file(1), readFileSync(file(1), 'utf8').replace('"version":1', '"version":2')),
      );
      return merge(dir, '--plan', at('plan.json'));
    },
    /a blob of version 2, and this ffi-gates reads version 1/,
  ],
  [
    'a plan that was changed',
    () => {
      const plan = planned();
      writeFileSync(at('other.json'), JSON.stringify({ ...plan, shards: plan.shards.slice(1) }));
      return merge('blobs', '--plan', at('other.json'));
    },
    /the plan was changed after it was made/,
  ],
  ['a plan that is none', () => merge('blobs', '--plan', join(rig.repo, 'ffi-gates.yaml')), /not a plan/],
  ['a directory without blobs and plan', () => merge('cache'), /there is no blob/],
  [
    'a shard that the plan does not have',
    () => shard('1/4', 's9', '--plan', at('plan.json')),
    /which has 3 shards/,
  ],
  ['a shard beyond the last', () => shard('4/3', 's9'), /there is no shard 4\/3/],
  [
    'selectors beside a plan',
    () => shard('1/3', 's9', '--plan', at('plan.json'), 'good-*'),
    /the plan says which/,
  ],
  ['no number of shards', () => command('plan', '--shards', '0'), /--shards/],
  ['a time that is none', () => command('plan', '--target', 'soon'), /--target takes a time/],
])('%s ends with 2', async (_name, run, why) => {
  const ran = await run();
  expect(ran.stderr).toMatch(why);
  expect(ran.code).toBe(2);
});

test('a shard without cells is green and leaves a blob; the CI system’s variables say which it is', async () => {
  const plan = await command('plan', '--json', '--shards', '2', 'good-c_ccgcc-plain');
  writeFileSync(at('small.json'), plan.stdout);
  const small = JSON.parse(plan.stdout) as PlanDocument;
  const empty = small.shards.find((s) => s.cells.length === 0)!;
  const args = ['run', '--plan', at('small.json'), '--out', at('empty'), '--cache', at('cache'), '--quiet'];
  const ran = await rig.start(args, { JOB_COMPLETION_INDEX: String(empty.index - 1) }).ended;
  expect(ran.code).toBe(0);
  expect(readdirSync(at('empty'))).toContain(`shard-${empty.index}-of-2.blob`);
});

test('the cells that a killed shard had finished count; the others are named', async () => {
  rig.write(
    'killed.yaml',
    `${MATRIX.replace('suites:\n', 'suites:\n  - { id: stays, binding: c, dir: c, targets: [puppet], gates: [plain], timeout: 600, with: { sources: [hang.c], include: [../native], libs: [puppet] } }\n')}`,
  );
  const only = ['good-c_ccgcc-plain', 'stays-c_ccgcc-plain'];
  const plan = await command('plan', '--matrix', 'killed.yaml', '--json', ...only);
  writeFileSync(at('killed.json'), plan.stdout);
  const run = [
    'run',
    '--matrix',
    'killed.yaml',
    '--plan',
    at('killed.json'),
    '--out',
    at('killed'),
    '--cache',
    at('cache'),
    '--quiet',
  ];
  const { child, ended } = rig.start(run, { FFI_GATES_TEST: at('killed') });
  const part = join(at('killed'), 'shard-1-of-1.blob.part');
  const done = await eventually(
    () => (existsSync(part) && readFileSync(part, 'utf8').includes(`"id":"${only[0]}"`) ? true : undefined),
    200_000,
  );
  expect(done).toBe(true);
  child.kill('SIGTERM');
  expect((await ended).code).toBe(130);
  const left = (): true | undefined => (processesWith(at('killed')).length === 0 ? true : undefined);
  expect(await eventually(left, 30_000)).toBe(true);
  const merged = await merge('killed', '--matrix', 'killed.yaml', '--plan', at('killed.json'));
  expect(merged.code).toBe(6);
  expect(merged.report!.cells.find((c) => c.id === only[0])?.verdict.kind).toBe('clean');
  expect(merged.stderr).toContain(`no result of ${only[1]}: shard 1/1 is incomplete`);
});
