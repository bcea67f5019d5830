/** `report.json`: the report, from which all commands that read reports and all other tools start. */
import { jsonRows } from './json-rows.js';
import type { Reporter } from './reporter.js';
import { shareFrames } from './shared-frames.js';

export const json: Reporter = {
  main: 'report.json',
  owns: ['report.json'],
  files: ({ report }) => [{ path: 'report.json', content: jsonRows(shareFrames(report)) }],
};
