/**
 * What earlier runs of a build have tried. A call that failed there without a finding need not fail again soon; one that had a
 * finding fails in every run, so that no finding vanishes because its call was tried before, or because a run was cut.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWholeFile } from '../process/write-file.js';

/** The file of a build. */
const MEMORY = '.ffi-gates-failed.json';

/** Calls that have failed: those without a finding, and those with one when they last did. */
export type FailedBefore = { readonly silent: ReadonlySet<string>; readonly found: ReadonlySet<string> };

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];

/** What is known of a build. Nothing, if its file is not there or was cut off by a kill. */
export const failedBefore = (dir: string): FailedBefore => {
  const file = join(dir, MEMORY);
  try {
    const kept: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    const { silent, found } = (kept ?? {}) as { silent?: unknown; found?: unknown };
    return { silent: new Set(texts(silent)), found: new Set(texts(found)) };
  } catch {
    return { silent: new Set(), found: new Set() };
  }
};

/** Keeps it after each launch: the next may be the one that is killed. */
export const keepFailed = (dir: string, { silent, found }: FailedBefore): Promise<void> =>
  writeWholeFile(join(dir, MEMORY), JSON.stringify({ silent: [...silent], found: [...found] }));

/**
 * The calls that fail in this run: those that never did come first, then those that had a finding, which the limit does not
 * count, then the others. A run that `resumes` leaves the others out.
 */
export const dueCalls = <T>(
  calls: readonly T[],
  idOf: (call: T) => string,
  before: FailedBefore,
  { limit, resumes }: { limit: number; resumes: boolean },
): T[] => {
  const known = calls.filter((c) => before.found.has(idOf(c)));
  const silent = calls.filter((c) => before.silent.has(idOf(c)) && !before.found.has(idOf(c)));
  const fresh = calls.filter((c) => !known.includes(c) && !silent.includes(c)).slice(0, limit);
  return [...fresh, ...known, ...(resumes ? [] : silent.slice(0, limit - fresh.length))];
};
