/** What became of each test, over all launches. Pure. */
import type { Attempt } from './evidence.js';

/** Last outcome of each test. A later pass never removes a failure (Law 9). */
export const outcomes = (
  attempts: readonly Attempt[],
): Map<string, { outcome: 'passed' | 'failed' | 'skipped'; message?: string }> => {
  const all = new Map<string, { outcome: 'passed' | 'failed' | 'skipped'; message?: string }>();
  for (const e of attempts.flatMap((s) => s.events)) {
    if (e.outcome === 'started' || all.get(e.test)?.outcome === 'failed') continue;
    all.set(e.test, { outcome: e.outcome, ...(e.message === undefined ? {} : { message: e.message }) });
  }
  return all;
};

/** Tests that failed in one launch and passed in a later one. */
export const flakyOf = (attempts: readonly Attempt[]): Set<string> => {
  const failed = new Set<string>();
  const flaky = new Set<string>();
  for (const e of attempts.flatMap((s) => s.events)) {
    if (e.outcome === 'failed') failed.add(e.test);
    if (e.outcome === 'passed' && failed.has(e.test)) flaky.add(e.test);
  }
  return flaky;
};
