/** The seam of a reporter: a pure function from the report to files. It reads no clock, no environment and no disk. */
import type { Report } from '../model/report.js';
import type { Suite } from './cases.js';

/** One file to write; `path` is relative to the report directory, with forward slashes. */
export type ReportFile = { path: string; content: string };

/** What every reporter is given: the report, and the same as test cases, made once for all. */
export type Reported = { report: Report; suites: readonly Suite[] };

export type Reporter = {
  /** Globs of all files that it ever writes, relative to the report directory: old ones go when a run begins. */
  owns: readonly string[];
  files: (reported: Reported) => ReportFile[];
};
