/** Which cells run in which shard, and which shard a job is. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptOfEnv, parsePart, partOfEnv } from '../../src/plan/which-shard.js';
import { countFor, divide, estimate, MAX_SHARDS, SETUP_MS, type Unit } from '../../src/plan/shards.js';

const unit = (n: number, build: number, ms: number): Unit => ({
  id: `c${n}`,
  lane: `l${build % 7}`,
  build: `b${build}`,
  ms,
  source: 'report',
});
const units = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 900_000 })), { maxLength: 60 })
  .map((rows) => rows.map(([build, ms], n) => unit(n, build, ms)));
const count = fc.integer({ min: 1, max: MAX_SHARDS });

describe('any cells in any number of shards', () => {
  test('each cell is in one shard, and there are as many shards as asked for', () => {
    fc.assert(
      fc.property(units, count, (all, n) => {
        const shards = divide(all, n);
        expect(shards.map((s) => s.index)).toEqual(Array.from({ length: n }, (_, i) => i + 1));
        expect(shards.flatMap((s) => s.cells).sort()).toEqual(all.map((u) => u.id).sort());
      }),
    );
  });
  test('the same cells in another order give the same shards', () => {
    fc.assert(
      fc.property(units, count, (all, n) => {
        expect(divide([...all].reverse(), n)).toEqual(divide(all, n));
      }),
    );
  });
  test('a build is in one shard unless it alone is longer than the share of a shard', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 9 }), (all, n) => {
        const share = all.reduce((sum, u) => sum + u.ms, 0) / n;
        const shards = divide(all, n);
        for (const build of new Set(all.map((u) => u.build))) {
          const same = all.filter((u) => u.build === build);
          const holders = shards.filter((s) => same.some((u) => s.cells.includes(u.id)));
          if (same.reduce((sum, u) => sum + u.ms, 0) <= Math.max(1, share)) expect(holders.length).toBe(1);
        }
      }),
    );
  });
  test('no shard is longer than a share, one cell and one build more', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: 1, max: 9 }), (all, n) => {
        const total = all.reduce((sum, u) => sum + u.ms, 0);
        const longest = Math.max(0, ...all.map((u) => u.ms));
        for (const s of divide(all, n)) expect(s.ms).toBeLessThanOrEqual((2 * total) / n + longest + 2);
      }),
    );
  });
});

describe('a canary runs in each shard that has its lane', () => {
  const lanes = (shards: readonly { cells: string[] }[], all: readonly Unit[]): number =>
    shards.reduce(
      (n, s) => n + new Set(all.filter((u) => s.cells.includes(u.id)).map((u) => u.lane)).size,
      0,
    );

  test('so cells of one lane are in one shard where that costs less than another proof', () => {
    // Twelve suites of three lanes, each with a build of its own.
    const all = Array.from({ length: 12 }, (_, n): Unit => ({
      ...unit(n, n, 10_000),
      lane: `l${n % 3}`,
      proof: 30_000,
    }));
    const shards = divide(all, 3);
    expect(lanes(shards, all)).toBe(3);
    expect(shards.map((s) => s.ms)).toEqual([70_000, 70_000, 70_000]);
  });

  test('but no shard grows without end for it', () => {
    const all = Array.from({ length: 40 }, (_, n): Unit => ({
      ...unit(n, n, 60_000),
      lane: 'l',
      proof: 5_000,
    }));
    for (const s of divide(all, 4)) expect(s.ms).toBe(605_000);
  });

  test('and its time is that of its cells and the proofs of its lanes', () => {
    const withProof = units.map((all) => all.map((u): Unit => ({ ...u, proof: u.lane.length * 7_000 })));
    fc.assert(
      fc.property(withProof, fc.integer({ min: 1, max: 9 }), (all, n) => {
        for (const s of divide(all, n)) {
          const here = all.filter((u) => s.cells.includes(u.id));
          const proofs = new Map(here.map((u) => [u.lane, u.proof ?? 0]));
          const sum = [...proofs.values()].reduce((a, b) => a + b, 0);
          expect(s.ms).toBe(here.reduce((a, u) => a + u.ms, 0) + sum);
        }
      }),
    );
  });
});

test('as many shards as the time needs, and at most 256', () => {
  const all = Array.from({ length: 40 }, (_, n) => unit(n, n, 60_000));
  expect(countFor(all, SETUP_MS + 600_000)).toBe(4);
  expect(countFor(all, SETUP_MS + 60_000)).toBe(40);
  expect(countFor(all, 1)).toBe(40);
  expect(countFor([], 60_000)).toBe(1);
  expect(
    countFor(
      Array.from({ length: 10_000 }, (_, n) => unit(n, n % 50, 60_000)),
      31_000,
    ),
  ).toBe(MAX_SHARDS);
});

test('times come from a report, then as shipped, then of the lane, then the median of what is known', () => {
  const cell = (id: string, lane: string): { id: string; lane: string; build: string } => ({
    id,
    lane,
    build: 'b',
  });
  const cells = [cell('a', 'x'), cell('b', 'x'), cell('c', 'y'), cell('d', 'z')];
  const rows = estimate(
    cells,
    new Map([
      ['a', 5000],
      ['canary-y', 70],
    ]),
    new Map([
      ['a', 1],
      ['b', 900],
    ]),
  );
  expect(rows.map((u) => [u.id, u.ms, u.source])).toEqual([
    ['a', 5000, 'report'],
    ['b', 900, 'shipped'],
    ['c', 70, 'lane'],
    ['d', 900, 'median'],
  ]);
  expect(estimate(cells, new Map(), new Map()).map((u) => u.source)).toEqual(Array(4).fill('default'));
});

describe('which shard a job is', () => {
  test.each([
    ['GitLab', { CI_NODE_INDEX: '1', CI_NODE_TOTAL: '4' }, undefined, { index: 1, count: 4 }],
    [
      'Buildkite',
      { BUILDKITE_PARALLEL_JOB: '0', BUILDKITE_PARALLEL_JOB_COUNT: '4' },
      undefined,
      { index: 1, count: 4 },
    ],
    ['CircleCI', { CIRCLE_NODE_INDEX: '3', CIRCLE_NODE_TOTAL: '4' }, undefined, { index: 4, count: 4 }],
    [
      'Slurm from 0',
      { SLURM_ARRAY_TASK_ID: '0', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_COUNT: '3' },
      undefined,
      { index: 1, count: 3 },
    ],
    [
      'Slurm from 1',
      { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_COUNT: '3' },
      undefined,
      { index: 3, count: 3 },
    ],
    ['Kubernetes', { JOB_COMPLETION_INDEX: '2' }, 5, { index: 3, count: 5 }],
    ['Kubernetes without a plan', { JOB_COMPLETION_INDEX: '2' }, undefined, undefined],
    ['nothing', {}, 4, undefined],
    ['no number', { CI_NODE_INDEX: 'x', CI_NODE_TOTAL: '4' }, 4, undefined],
  ])('%s', (_name, env, planned, part) => expect(partOfEnv(env, planned)).toEqual(part));
  test.each(['0/4', '5/4', '1/257', '1', '1/', 'a/b', '-1/2', '1/2/3', ''])('--shard %s is refused', (word) =>
    expect(() => parsePart(word)).toThrow(),
  );
  test('a job beyond the others is refused', () =>
    expect(() => partOfEnv({ JOB_COMPLETION_INDEX: '5' }, 5)).toThrow('there is no shard 6/5'));
  test.each([
    [{}, 1],
    [{ GITHUB_RUN_ATTEMPT: '3' }, 3],
    [{ BUILDKITE_RETRY_COUNT: '1' }, 2],
    [{ SLURM_RESTART_COUNT: '1' }, 2],
  ])('attempt of %j', (env, n) => expect(attemptOfEnv(env)).toBe(n));
});
