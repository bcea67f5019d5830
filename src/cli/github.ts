/** What `run` tells GitHub Actions itself: annotations go to the log, the summary into the file that GitHub names. */
import { appendFile } from 'node:fs/promises';
import type { Report } from '../model/report.js';
import { suitesOf } from '../reporters/cases.js';
import { annotations, summary } from '../reporters/github.js';
import { reasonOf } from '../model/system-errors.js';
import { sayCommands, tell } from './say.js';

/** Does nothing outside of GitHub Actions, where the same is in files. */
export const sayToGithub = async (report: Report, env: NodeJS.ProcessEnv): Promise<void> => {
  if (env['GITHUB_ACTIONS'] !== 'true') return;
  const suites = suitesOf(report);
  sayCommands(annotations(suites));
  const file = env['GITHUB_STEP_SUMMARY'];
  if (!file) return;
  await appendFile(file, summary(report, suites)).catch((error: Error) => {
    tell(`ffi-gates: the job's summary was not written: ${reasonOf(error) ?? error.message}`);
  });
};
