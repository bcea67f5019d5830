/** The names that the command line offers are those of the tables, and what each format prints of small and large plans. */
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { CI_NAMES, PLAN_FORMAT_NAMES } from '../../src/cli/choices.js';
import { CI } from '../../src/init/ci/index.js';
import { PLAN_FORMATS, type PlanFormat } from '../../src/plan/formats.js';
import type { PlanDocument } from '../../src/plan/plan-document.js';

/** A plan of shards with so many cells, each cell of half a minute. */
const planOf = (...cells: number[]): PlanDocument => ({
  version: 1,
  id: 'ab'.repeat(32),
  tool: { name: 'ffi-gates', version: '1.2.3' },
  matrix: { file: 'ffi-gates.yaml', sha256: '0' },
  selectors: [],
  cells: [],
  skipped: [],
  deadSelectors: [],
  shards: cells.map((n, i) => ({
    index: i + 1,
    ms: n * 30_000,
    cells: Array.from({ length: n }, (_, c) => `cell-${i}-${c}`),
  })),
});

test('the command line offers what there is', () => {
  expect([...PLAN_FORMAT_NAMES]).toEqual(Object.keys(PLAN_FORMATS));
  expect([...CI_NAMES]).toEqual(Object.keys(CI));
});

const print = (format: PlanFormat, plan: PlanDocument): unknown =>
  parse(PLAN_FORMATS[format](plan)) as unknown;

test('a job of GitHub for each shard that has cells', () => {
  expect(print('github-matrix', planOf(3, 0, 1))).toEqual({
    include: [
      { shard: '1/3', name: '1-of-3', cells: 3, minutes: 2 },
      { shard: '3/3', name: '3-of-3', cells: 1, minutes: 1 },
    ],
  });
});

describe('a shard may take three times its estimate and half an hour', () => {
  test.each<[PlanFormat, (printed: string) => unknown, unknown]>([
    ['slurm', (t) => /--time=(\d+)/.exec(t)?.[1], '60'],
    ['k8s-job', (t) => (parse(t) as { spec: object }).spec, { activeDeadlineSeconds: 3600 }],
    ['buildkite', (t) => (parse(t) as { steps: object[] }).steps[0], { timeout_in_minutes: 60 }],
  ])('%s', (format, read, limit) => {
    const found = read(PLAN_FORMATS[format](planOf(20, 4)));
    if (typeof limit === 'string') expect(found).toBe(limit);
    else expect(found).toMatchObject(limit as object);
  });
});

test('GitLab takes 200 jobs', () => {
  expect(print('gitlab', planOf(...Array<number>(200).fill(1)))).toMatchObject({
    'ffi-gates-shard': { parallel: 200 },
  });
  expect(() => PLAN_FORMATS.gitlab(planOf(...Array<number>(201).fill(1)))).toThrow(
    expect.objectContaining({ exitCode: 2, message: expect.stringContaining('at most 200') as string }),
  );
});

test('every version that is started is that of the plan', () => {
  for (const format of ['slurm', 'k8s-job', 'buildkite'] as const) {
    const versions = PLAN_FORMATS[format](planOf(1)).match(/ffi-gates@[\w.]+/g);
    expect(new Set(versions)).toEqual(new Set(['ffi-gates@1.2.3']));
  }
});
