/** The smaller commands. Each loads its code when it is called. */
import type { ExitCode } from '../model/exit-codes.js';
import type { ArgumentsCamelCase, Argv } from 'yargs';
import { CI_NAMES, PLAN_FORMAT_NAMES } from './choices.js';
import type { Interruption } from './interruption.js';
import { soakOptions } from './soak-options.js';

export type Command = {
  /** Adds the command to the parser. `done` receives its exit code. */
  register: (parser: Argv, interruption: Interruption, done: (code: ExitCode) => void) => Argv;
};

type Definition<T> = {
  words: string;
  says: string;
  options: (y: Argv) => Argv<T>;
  run: (given: ArgumentsCamelCase<T>, interruption: Interruption) => Promise<ExitCode>;
};

/** A command whose code receives exactly the options that it declares. */
const command = <T>({ words, says, options, run }: Definition<T>): Command => ({
  register: (parser, interruption, done) =>
    parser.command(words, says, options, async (a) => {
      interruption.ready();
      done(await run(a, interruption));
    }),
});

const json = { type: 'boolean', default: false, describe: 'print JSON' } as const;

/** Which cells a change concerns. */
export const since = {
  type: 'string',
  describe: 'only suites of which an input changed since this commit; the others are skipped',
} as const;

/** How the formats of a report are chosen. */
export const reporter = {
  type: 'string',
  array: true,
  nargs: 1,
  default: [] as string[],
  describe: 'format of the report, as NAME or NAME=FILE; may be repeated (default: json, junit, html)',
} as const;
const out = { type: 'string', default: 'reports/latest', describe: 'directory of the report' } as const;
const matrix = { type: 'string', describe: 'matrix file (default: nearest ffi-gates.yaml)' } as const;

export const COMMANDS: readonly Command[] = [
  command({
    words: 'plan [selector..]',
    says: 'print which cells would run, and why others would not',
    options: (y) =>
      y
        .positional('selector', { type: 'string', array: true, default: [] as string[] })
        .option('matrix', matrix)
        .option('json', { ...json, describe: 'print the plan for `run --plan` and `merge --plan`' })
        .option('shards', { type: 'number', describe: 'number of shards, at most 256 (default: 1)' })
        .option('target', { type: 'string', describe: 'as many shards as end within this time, such as 15m' })
        .option('since', since)
        .option('estimates', {
          type: 'string',
          array: true,
          nargs: 1,
          default: [] as string[],
          describe: 'report.json of an earlier run, from which times are taken; may be repeated',
        })
        .option('format', {
          choices: PLAN_FORMAT_NAMES,
          describe: 'print only the shards: for people, or as jobs of a CI system, of Slurm or Kubernetes',
        })
        .option('provision', {
          type: 'boolean',
          default: false,
          describe: 'first install missing tools, without which their cells would be no part of the plan',
        })
        .option('plan', { type: 'string', describe: 'with --format: print this plan, and make none' }),
    run: async (a, interruption) => (await import('./plan.js')).plan(a, interruption),
  }),
  command({
    words: 'merge <dir>',
    says: 'make one report from the blobs of shards',
    options: (y) =>
      y
        .positional('dir', { type: 'string', demandOption: true, describe: 'directory with the blobs' })
        .option('plan', { type: 'string', describe: 'the plan of all shards (default: made again)' })
        .option('matrix', matrix)
        .option('out', out)
        .option('cache', { type: 'string', describe: 'directory of builds, for commands in the report' })
        .option('reporter', reporter)
        .option('partial', {
          type: 'boolean',
          default: false,
          describe: 'a preview: show what is absent as skipped. The exit code is 6 all the same',
        })
        .option('strict', { type: 'boolean', default: false, describe: 'fail if a lane could not run' })
        .option('json', json),
    run: async (a) => (await import('./merge.js')).merge(a),
  }),
  command({
    words: 'init [dir]',
    says: 'find native code, bindings and their tests; write ffi-gates.yaml and a workflow',
    options: (y) =>
      y
        .positional('dir', { type: 'string', default: '.', describe: 'the repository' })
        .option('force', { type: 'boolean', default: false, describe: 'overwrite existing files' })
        .option('ci', {
          choices: CI_NAMES,
          array: true,
          nargs: 1,
          describe:
            'where it will run (default: github); may be repeated. Files are added to a matrix that is there',
        })
        .option('dry-run', {
          type: 'boolean',
          default: false,
          describe: 'print the files instead of writing them',
        }),
    run: async (a) => (await import('./init.js')).initialise(a),
  }),
  command({
    words: 'doctor',
    says: 'show what works on this machine, and how to get the rest',
    options: (y) => y.option('json', json),
    run: async (a) => (await import('./doctor.js')).doctor(a),
  }),
  command({
    words: 'list [what]',
    says: 'list suites, cells, gates, bindings or hazards',
    options: (y) =>
      y
        .positional('what', { type: 'string', default: 'suites' })
        .option('matrix', matrix)
        .option('json', json),
    run: async (a) => (await import('./list.js')).list(a),
  }),
  command({
    words: 'explain <hazard>',
    says: 'explain a hazard, with wrong and right code and the gates that detect it',
    options: (y) =>
      y
        .positional('hazard', {
          type: 'string',
          demandOption: true,
          describe: 'hazard id or family',
        })
        .option('language', { type: 'string', describe: 'only examples in this language' })
        .option('json', json),
    run: async (a) => (await import('./explain.js')).explain(a),
  }),
  command({
    words: 'repro <finding>',
    says: 'print the command that reproduces a finding of the last run',
    options: (y) =>
      y
        .positional('finding', {
          type: 'string',
          demandOption: true,
          describe: 'fingerprint, or its beginning',
        })
        .option('out', out)
        .option('run', {
          type: 'boolean',
          default: false,
          describe: 'run the command; exit code 1 if the finding is seen again',
        })
        .option('timeout', { type: 'number', default: 600, describe: 'with --run: time limit in seconds' })
        .option('matrix', {
          type: 'string',
          describe: 'with --run: matrix that holds secrets of the command',
        }),
    run: async (a, interruption) => (await import('./repro.js')).repro(a, interruption),
  }),
  command({
    words: 'declared [selector..]',
    says: 'compare what the host declares with the library, function by function, without a run of the matrix',
    options: (y) =>
      y
        .positional('selector', { type: 'string', array: true, default: [] as string[] })
        .option('matrix', matrix)
        .option('json', json)
        .option('fix', {
          type: 'boolean',
          default: false,
          describe: 'print corrected declarations as a patch (patch -p1, git apply)',
        })
        .option('write', {
          type: 'boolean',
          default: false,
          describe: 'with --fix: change the files, too',
        })
        .option('cache', { type: 'string', describe: 'directory of builds' }),
    run: async (a, interruption) => (await import('./declared.js')).declared(a, interruption),
  }),
  command({
    words: 'values',
    says: 'list the boundary vectors of the functions that suites name, or write adapters for their wrappers',
    options: (y) =>
      y
        .option('matrix', matrix)
        .option('scaffold', {
          type: 'boolean',
          default: false,
          describe: 'write one adapter per binding; files that exist are left as they are',
        })
        .option('json', json),
    run: async (a) => (await import('./values.js')).values(a),
  }),
  command({
    words: 'soak [selector..]',
    says: 'repeat cells, disturbed in named ways, and keep the history of what they show',
    options: soakOptions,
    run: async (a, interruption) => (await import('./soak.js')).soak(a, interruption),
  }),
  command({
    words: 'show',
    says: 'open the report of the last run',
    options: (y) => y.option('out', out),
    run: async (a) => (await import('./show.js')).show(a),
  }),
  command({
    words: 'diff <old> <new>',
    says: 'compare two reports: findings that are fresh, gone or still there',
    options: (y) =>
      y
        .positional('old', {
          type: 'string',
          demandOption: true,
          describe: 'report.json or the directory of a run',
        })
        .positional('new', { type: 'string', demandOption: true })
        .option('json', json),
    run: async (a) => (await import('./diff.js')).diff(a),
  }),
  command({
    words: 'baseline',
    says: 'show, accept or prune known findings, by the last run',
    options: (y) =>
      y
        .option('update', {
          type: 'boolean',
          default: false,
          describe: 'accept the fresh findings of the last run',
        })
        .option('prune', {
          type: 'boolean',
          default: false,
          describe: 'remove entries that are gone or expired',
        })
        .option('reason', { type: 'string', describe: 'with --update: why they are accepted' })
        .option('owner', { type: 'string', describe: 'with --update: who is responsible for them' })
        .option('expires', {
          type: 'string',
          describe: 'with --update: last day of the acceptance (YYYY-MM-DD)',
        })
        .option('matrix', matrix)
        .option('out', out),
    run: async (a) => (await import('./baseline.js')).baseline(a),
  }),
  command({
    words: 'suppress <finding>',
    says: 'make the checkers drop a finding of the last run that is no bug',
    options: (y) =>
      y
        .positional('finding', {
          type: 'string',
          demandOption: true,
          describe: 'fingerprint, or its beginning',
        })
        .option('reason', { type: 'string', demandOption: true, describe: 'why it is no bug' })
        .option('owner', { type: 'string', describe: 'who is responsible for it' })
        .option('expires', { type: 'string', describe: 'last day of the suppression (YYYY-MM-DD)' })
        .option('matrix', matrix)
        .option('out', out),
    run: async (a) => (await import('./suppress.js')).suppress(a),
  }),
];
