/**
 * Runs jobs concurrently within a budget of cores and memory. Jobs start in the given order; none is retried.
 */
export type Weight = { cores: number; memory: number };
export type Job<T> = { weight: Weight; run: () => Promise<T> };

/**
 * Resolves with the results in the order of the jobs. A job heavier than the budget runs alone. If a job
 * rejects, no further job is started, and the rejection is passed on when the running jobs have ended.
 */
export const pool = async <T>(jobs: readonly Job<T>[], budget: Weight): Promise<T[]> => {
  const results: T[] = [];
  const waiting = jobs.map((job, index) => ({ job, index }));
  const free = { ...budget };
  let running = 0;
  let failed: { error: unknown } | undefined;
  return new Promise((resolve, reject) => {
    const clamp = (w: Weight): Weight => ({
      cores: Math.min(w.cores, budget.cores),
      memory: Math.min(w.memory, budget.memory),
    });
    const next = (): void => {
      if (failed) waiting.length = 0;
      for (let i = 0; i < waiting.length;) {
        const { job, index } = waiting[i]!;
        const w = clamp(job.weight);
        if (w.cores > free.cores || w.memory > free.memory) {
          i++;
          continue;
        }
        waiting.splice(i, 1);
        free.cores -= w.cores;
        free.memory -= w.memory;
        running++;
        job
          .run()
          .then(
            (r) => void (results[index] = r),
            (error: unknown) => void (failed ??= { error }),
          )
          .finally(() => {
            running--;
            free.cores += w.cores;
            free.memory += w.memory;
            next();
          });
      }
      if (running > 0 || waiting.length > 0) return;
      if (failed) reject(failed.error);
      else resolve(results);
    };
    next();
  });
};
