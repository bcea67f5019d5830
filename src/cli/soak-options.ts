/** The options of `soak`. Nothing is loaded here but names: every command line reads them. */
import type { Argv } from 'yargs';
import { PERTURBATIONS } from '../model/disturbance.js';

export const soakOptions = (y: Argv) =>
  y
    .positional('selector', { type: 'string', array: true, default: [] as string[] })
    .option('matrix', { type: 'string', describe: 'matrix file (default: nearest ffi-gates.yaml)' })
    .option('history', {
      type: 'string',
      default: 'reports/soak',
      describe: 'directory of the history, of logs that are kept, and of the page',
    })
    .option('cache', { type: 'string', describe: 'directory of builds' })
    .option('for', { type: 'string', describe: 'end after this time, such as 5h' })
    .option('repeat', { type: 'number', describe: 'end after so many iterations of each cell' })
    .option('until-fail', { type: 'boolean', default: false, describe: 'end at the first red iteration' })
    .option('until-rate', {
      type: 'number',
      describe: 'end when a hazard of this rate would have been seen with 95 %, such as 0.01',
    })
    .option('seed', { type: 'number', describe: 'base of all seeds (default: drawn, and recorded)' })
    .option('perturb', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: `only these, as a list: ${PERTURBATIONS.join(', ')}`,
    })
    .option('resume', {
      type: 'boolean',
      default: false,
      describe: 'go on with the night that was cut, with its budget and seed',
    })
    .option('provision', {
      type: 'boolean',
      default: false,
      describe: 'first install missing tools (prints each command)',
    })
    .option('page', { type: 'boolean', default: false, describe: 'only write the page again' })
    .option('quarantine', {
      type: 'string',
      describe: 'accept a finding or a failing test of the history for a time, in the baseline',
    })
    .option('reason', { type: 'string', describe: 'with --quarantine: why it is accepted' })
    .option('owner', { type: 'string', describe: 'with --quarantine: who is responsible for it' })
    .option('expires', { type: 'string', describe: 'with --quarantine: its last day (YYYY-MM-DD)' })
    .option('quiet', { type: 'boolean', default: false, describe: 'print no progress' });
