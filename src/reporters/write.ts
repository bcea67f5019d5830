/** Writes the files of all reporters, and removes those of an older report. */
import { constants, open, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { glob } from 'tinyglobby';
import type { Report } from '../model/report.js';
import { inBlocks } from './blocks.js';
import { stageFile, TEMPORARY, type Staged } from '../process/write-file.js';
import { suitesOf } from './cases.js';
import { DEFAULT_REPORTERS, REPORTERS } from './index.js';
import type { Reporter } from './reporter.js';

type Reporters = Readonly<Record<string, Reporter>>;

/** The whole files that the given reporters make from a small report. */
export const filesOf = (
  report: Report,
  ...reporters: readonly Reporter[]
): { path: string; content: string }[] => {
  const suites = suitesOf(report);
  return reporters.flatMap((r) =>
    [...r.files({ report, suites })].map(({ path, content }) => ({
      path,
      content: typeof content === 'string' ? content : [...content].join(''),
    })),
  );
};

/** A format that could not be written, and the error that says why. */
export type Unwritten = { format: string; error: unknown };

/** Writes the files of one reporter under temporary names. If one fails, none is left. */
const stageFormat = async (report: Report, out: string, reporter: Reporter): Promise<Staged[]> => {
  const staged: Staged[] = [];
  try {
    for (const { path, content } of reporter.files({ report, suites: suitesOf(report) }))
      staged.push(
        await stageFile(resolve(out, path), typeof content === 'string' ? content : inBlocks(content)),
      );
    return staged;
  } catch (error) {
    for (const file of staged) file.drop();
    throw error;
  }
};

/**
 * Writes all formats, one after another, under temporary names, and then renames the files, so that a killed run
 * leaves no half-written file (Law 10). A format that cannot be written leaves no file, and costs the others
 * nothing. Returns those.
 */
export const writeReport = async (
  report: Report,
  out: string,
  reporters: Reporters = DEFAULT_REPORTERS,
): Promise<Unwritten[]> => {
  const unwritten: Unwritten[] = [];
  const complete: { format: string; files: Staged[] }[] = [];
  for (const [format, reporter] of Object.entries(reporters)) {
    try {
      complete.push({ format, files: await stageFormat(report, out, reporter) });
    } catch (error) {
      unwritten.push({ format, error });
    }
  }
  for (const { format, files } of complete) {
    try {
      for (const file of files) file.commit();
    } catch (error) {
      for (const file of files) file.drop();
      unwritten.push({ format, error });
    }
  }
  return unwritten;
};

/**
 * Removes the files of an older report and returns its `report.json`, if it had one. During a run, and after one
 * that was killed, no older report can pass for its result (Law 10). Files of reporters that are not asked for this
 * time go too.
 */
export const removeOldReport = async (
  out: string,
  reporters: Reporters = {},
): Promise<Buffer | undefined> => {
  // Opened first and read last, so that removing it waits for nothing. Not blocking, if it is a pipe.
  const last = await open(join(out, 'report.json'), constants.O_RDONLY | constants.O_NONBLOCK).catch(
    () => undefined,
  );
  try {
    const owned = [...Object.values(REPORTERS), ...Object.values(reporters)].flatMap((r) => r.owns);
    const names = owned.flatMap((name) => [name, `${name}${TEMPORARY}`, `${name}.*${TEMPORARY}`]);
    const old = await glob(names, { cwd: out, absolute: true, dot: true, expandDirectories: false });
    await Promise.all(old.map((f) => rm(f, { force: true })));
    return await last?.readFile().catch(() => undefined);
  } finally {
    await last?.close();
  }
};
