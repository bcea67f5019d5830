/** Writes the files of all reporters, and removes those of an older report. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { glob } from 'tinyglobby';
import type { Report } from '../model/report.js';
import { inBlocks } from './blocks.js';
import { suitesOf } from './cases.js';
import { REPORTERS } from './index.js';
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

/** Writes the files of one reporter under temporary names. `begun` is told each before it exists. */
const writeFormat = async (
  report: Report,
  out: string,
  reporter: Reporter,
  begun: (file: string) => void,
): Promise<void> => {
  for (const { path, content } of reporter.files({ report, suites: suitesOf(report) })) {
    const file = join(out, path);
    begun(file);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.tmp`, typeof content === 'string' ? content : inBlocks(content));
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
  reporters: Reporters = REPORTERS,
): Promise<Unwritten[]> => {
  const unwritten: Unwritten[] = [];
  const steps: (() => Promise<void>)[] = [];
  const attempt = async (format: string, files: readonly string[], step: Promise<void>): Promise<boolean> => {
    try {
      await step;
      return true;
    } catch (error) {
      unwritten.push({ format, error });
      await Promise.all(files.map((file) => rm(`${file}.tmp`, { force: true }))).catch(() => undefined);
      return false;
    }
  };
  for (const [format, reporter] of Object.entries(reporters)) {
    const files: string[] = [];
    const written = await attempt(
      format,
      files,
      writeFormat(report, out, reporter, (file) => files.push(file)),
    );
    if (written) steps.push(async () => void (await attempt(format, files, renameAll(files))));
  }
  for (const step of steps) await step();
  return unwritten;
};

const renameAll = async (files: readonly string[]): Promise<void> => {
  for (const file of files) await rename(`${file}.tmp`, file);
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
