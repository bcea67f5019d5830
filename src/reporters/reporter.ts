/** The seam of a reporter: a pure function from the report to files. It reads no clock, no environment and no disk. */
import type { Report } from '../model/report.js';

/** One file to write; `path` is relative to the report directory, with forward slashes. */
export type ReportFile = { path: string; content: string };

export type Reporter = (report: Report) => ReportFile[];
