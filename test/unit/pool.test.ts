import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pool, type Job, type Weight } from '../../src/process/pool.js';

const later = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms));

test('never more than the budget at once, each job once, results in the order of the jobs', async () => {
  const weight = fc.record({ cores: fc.integer({ min: 1, max: 4 }), memory: fc.integer({ min: 1, max: 4 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(weight, { maxLength: 12 }), weight, async (weights, budget) => {
      const used: Weight = { cores: 0, memory: 0 };
      const runs = weights.map(() => 0);
      const jobs = weights.map((w, i): Job<number> => ({
        weight: w,
        run: async () => {
          // A job heavier than the budget is let in alone, as if it filled the budget.
          const cores = Math.min(w.cores, budget.cores);
          const memory = Math.min(w.memory, budget.memory);
          used.cores += cores;
          used.memory += memory;
          runs[i]!++;
          expect(used.cores).toBeLessThanOrEqual(budget.cores);
          expect(used.memory).toBeLessThanOrEqual(budget.memory);
          await later(0);
          used.cores -= cores;
          used.memory -= memory;
          return i;
        },
      }));
      expect(await pool(jobs, budget)).toEqual(weights.map((_, i) => i));
      expect(runs.every((n) => n === 1)).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('no jobs: no results', async () => {
  expect(await pool([], { cores: 1, memory: 1 })).toEqual([]);
});

test('jobs that fit start in the order given', async () => {
  const started: number[] = [];
  const job = (i: number): Job<void> => ({
    weight: { cores: 1, memory: 1 },
    run: async () => {
      started.push(i);
      await later(1);
    },
  });
  await pool([0, 1, 2, 3].map(job), { cores: 1, memory: 1 });
  expect(started).toEqual([0, 1, 2, 3]);
});

test('a rejection waits for what runs, starts nothing more, and is passed on', async () => {
  const log: string[] = [];
  const weight = { cores: 1, memory: 1 };
  const jobs: Job<void>[] = [
    { weight, run: () => Promise.reject(new Error('broken')) },
    { weight, run: async () => later(5).then(() => void log.push('second ended')) },
    { weight, run: async () => void log.push('third started') },
  ];
  await expect(pool(jobs, { cores: 2, memory: 2 })).rejects.toThrow('broken');
  expect(log).toEqual(['second ended']);
});
