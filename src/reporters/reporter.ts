/**
 * The interface of a reporter: a pure function from the report to files, without clock, environment or disk.
 */
import type { Report } from '../model/report.js';
import type { Suite } from './cases.js';

/**
 * One file to write. `path` is relative to the report directory, with forward slashes. Long content comes in
 * pieces, which are made while they are written.
 */
export type ReportFile = { path: string; content: string | Iterable<string> };

/** The input of every reporter: the report, and the same as test cases. */
export type Reported = { report: Report; suites: readonly Suite[] };

export type Reporter = {
  /** Its main file, or its only one. The names of further ones begin as this one does, and go on with `-`. */
  main: string;
  /**
   * Globs of all files that it may write, relative to the report directory. Old ones are removed when a run
   * begins.
   */
  owns: readonly string[];
  files: (reported: Reported) => Iterable<ReportFile>;
};
