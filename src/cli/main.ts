/** The command line: parses options and returns the exit code. */
import { EXIT, type ExitCode } from '../model/exit-codes.js';
import yargs from 'yargs';
import { complete } from './complete.js';
import { COMMANDS, reporter, since } from './commands.js';
import { explain } from './fault.js';
import type { Interruption } from './interruption.js';
import { Failure } from '../model/failure.js';
import { guardOutput, tell } from './say.js';

const positive =
  (name: string) =>
  (v: string | number | boolean | undefined): number | undefined => {
    if (v === undefined) return undefined;
    const n = Number(v);
    if (!Number.isInteger(n) || n < 1)
      throw new Failure(EXIT.USAGE, `--${name} must be a positive integer, not '${String(v)}'`);
    return n;
  };

/** Stands for a lone `-`, which yargs drops silently. No path can contain it. */
const STANDARD_INPUT = '\0-';

/**
 * Runs the command line and returns the exit code. Prints one message for an expected failure. Anything else is
 * our bug and is thrown.
 */
export const main = async (argv: readonly string[], interruption: Interruption): Promise<ExitCode> => {
  guardOutput();
  let code: ExitCode = EXIT.OK;
  const completing = argv.includes('--get-yargs-completions');
  const parser = yargs(argv[0] === 'parse' ? argv.map((a) => (a === '-' ? STANDARD_INPUT : a)) : [...argv])
    .scriptName('ffi-gates')
    // If an option is given twice, the last one counts, so that a wrapper script can put its own first. yargs
    // makes a list of both, and its own switch for this breaks selectors.
    .middleware((given) => {
      for (const name of [
        'out',
        'matrix',
        'cache',
        'jobs',
        'junit',
        'reason',
        'owner',
        'expires',
        'language',
        'shard',
        'shards',
        'since',
        'plan',
        'attempt',
        'target',
        'format',
        'history',
        'for',
        'repeat',
        'seed',
        'until-rate',
        'quarantine',
      ])
        if (Array.isArray(given[name])) given[name] = given[name].at(-1);
    }, true)
    .usage('$0 <command>\n\nSanitizer gates for code that crosses a language boundary.')
    .command(
      ['run [selector..]', '$0'],
      'build, run and judge cells, and write the report',
      (y) =>
        y
          .positional('selector', {
            type: 'string',
            array: true,
            default: [] as string[],
            describe: 'cells to run: globs over cell ids',
          })
          .option('matrix', {
            type: 'string',
            describe: 'matrix file (default: nearest ffi-gates.yaml)',
          })
          .option('out', {
            type: 'string',
            default: 'reports/latest',
            describe: 'directory for the report and logs',
          })
          .option('cache', {
            type: 'string',
            describe: 'directory for builds (default: .ffi-gates/builds in the root of the matrix)',
          })
          .option('jobs', {
            coerce: positive('jobs'),
            describe: 'cells to run at once, by weight (default: number of cores + 1)',
          })
          .option('json', { type: 'boolean', default: false, describe: 'print report.json to stdout' })
          .option('strict', {
            type: 'boolean',
            default: false,
            describe: 'fail if a lane cannot run here',
          })
          .option('provision', {
            type: 'boolean',
            default: false,
            describe: 'first install missing tools (prints each command)',
          })
          .option('last-failed', {
            type: 'boolean',
            default: false,
            describe: 'run only cells that failed in the last run (in --out)',
          })
          .option('prove', {
            type: 'boolean',
            default: false,
            describe: 'believe no earlier run: run every canary, and ask every tool of this machine',
          })
          .option('resume', {
            type: 'boolean',
            default: false,
            describe: 'gates failing and errors: go on with calls that no run of this build made to fail',
          })
          .option('reporter', reporter)
          .option('since', since)
          .option('shard', {
            type: 'string',
            describe: 'run only this part, as I/N or auto, and leave a blob for `merge`',
          })
          .option('plan', { type: 'string', describe: 'the plan of all shards, of `plan --json`' })
          .option('attempt', {
            coerce: positive('attempt'),
            describe: 'how often this shard was started (default: by the CI system, else 1)',
          })
          .option('quiet', { type: 'boolean', default: false, describe: 'print no progress' }),
      async (a) => {
        const { runCommand } = await import('./run.js');
        code = await runCommand(a, interruption);
      },
    )
    .command(
      'parse [files..]',
      'print the findings in logs of any checker: text, Valgrind XML, gzip',
      (y) =>
        y
          .positional('files', {
            type: 'string',
            array: true,
            default: [] as string[],
            describe: 'log files (default, or -: standard input)',
          })
          .option('jsonl', { type: 'boolean', default: false, describe: 'print one JSON object per line' })
          .option('junit', { type: 'string', describe: 'also write JUnit XML to this file' })
          .option('matrix', {
            type: 'string',
            describe: 'matrix that defines your code; gives the same fingerprints as `run`',
          })
          .option('symbolize', {
            type: 'boolean',
            default: true,
            describe: 'resolve frames for which the log has only module and offset',
          }),
      async (a) => {
        interruption.ready();
        const { parseCommand } = await import('./parse/parse.js');
        const files = a.files.map((f) => (f === STANDARD_INPUT ? '-' : f));
        code = await parseCommand({ ...a, files }, interruption);
      },
    )
    .strict()
    .recommendCommands()
    // After a completion yargs would continue with the default command unless it may exit the process.
    .exitProcess(argv[0] === 'completion' || completing)
    .help()
    .version(false)
    .completion('completion', 'print a completion script for bash or zsh (by $SHELL)', complete)
    .fail((message, error) => {
      // An incomplete line is no error. yargs validates it while the completions are still being computed.
      if (completing) return;
      // yargs wraps errors that an option's own check throws.
      if (error && error.name !== 'YError') throw error;
      throw new Failure(EXIT.USAGE, message ?? error.message);
    });
  for (const c of COMMANDS) c.register(parser, interruption, (ended) => void (code = ended));
  try {
    await parser.parseAsync();
    return code;
  } catch (e) {
    if (!(e instanceof Failure)) throw e;
    const { message, code: failed } = explain(e);
    tell(`ffi-gates: ${message}`);
    return failed;
  }
};
