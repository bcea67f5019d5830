/** Writes the files of all reporters, and removes those of an older report. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glob } from 'tinyglobby';
import type { Report } from '../model/report.js';
import { suitesOf } from './cases.js';
import { REPORTERS } from './index.js';
import type { Reporter, ReportFile } from './reporter.js';

type Reporters = Readonly<Record<string, Reporter>>;

/** The files that the given reporters make from a report. */
export const filesOf = (report: Report, ...reporters: readonly Reporter[]): ReportFile[] => {
  const suites = suitesOf(report);
  return reporters.flatMap((r) => r.files({ report, suites }));
};

/**
 * Writes all files under temporary names and then renames them, so that a killed run leaves no half-written
 * file (Law 10).
 */
export const writeReport = async (
  report: Report,
  out: string,
  reporters: Reporters = REPORTERS,
): Promise<void> => {
  const files = filesOf(report, ...Object.values(reporters));
  for (const f of files) {
    await mkdir(dirname(join(out, f.path)), { recursive: true });
    await writeFile(join(out, `${f.path}.tmp`), f.content);
  }
  for (const f of files) await rename(join(out, `${f.path}.tmp`), join(out, f.path));
};

/**
 * Removes the files of an older report. During a run, and after one that was killed, no older report can pass
 * for its result (Law 10).
 */
export const removeOldReport = async (out: string, reporters: Reporters = REPORTERS): Promise<void> => {
  const owned = Object.values(reporters).flatMap((r) => r.owns);
  const old = await glob([...owned, ...owned.map((name) => `${name}.tmp`)], { cwd: out, absolute: true });
  await Promise.all(old.map((f) => rm(f, { force: true })));
};
