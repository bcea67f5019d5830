/** The command line: parses options and returns the exit code. Only this file handles signals of a run. */
import { EXIT, type ExitCode, worst } from '../model/exit-codes.js';
import { join, resolve } from 'node:path';
import yargs from 'yargs';
import { complete } from './complete.js';
import { COMMANDS } from './commands.js';
import { outgoing } from './outgoing.js';
import { sayPainted, sayRows, tell } from './say.js';
import { sayUnwritten } from './unwritten.js';
import { openMatrix } from './where.js';
import type { Console } from '../reporters/terminal/console.js';
import { Failure } from '../model/failure.js';
import type { ParseArgs } from './parse/parse.js';

type RunArgs = {
  selector: string[];
  matrix?: string | undefined;
  out: string;
  cache?: string | undefined;
  jobs?: number | undefined;
  json: boolean;
  strict: boolean;
  provision: boolean;
  lastFailed: boolean;
  quiet: boolean;
};

const positive =
  (name: string) =>
  (v: string | number | boolean | undefined): number | undefined => {
    if (v === undefined) return undefined;
    const n = Number(v);
    if (!Number.isInteger(n) || n < 1)
      throw new Failure(EXIT.USAGE, `--${name} must be a positive integer, not '${String(v)}'`);
    return n;
  };

const runCommand = async (a: RunArgs): Promise<ExitCode> => {
  const matrix = await openMatrix(a);
  const { loadBaseline } = await import('../config/baseline.js');
  const baseline = await loadBaseline(matrix.file);
  const { loadSuppressions } = await import('../config/suppressions.js');
  const suppressions = await loadSuppressions(matrix.file);
  const { checkRequest, run } = await import('../run.js');
  const { writeReport } = await import('../reporters/write.js');
  const { shareFrames } = await import('../reporters/shared-frames.js');
  const out = resolve(a.out);
  const cache = a.cache ? resolve(a.cache) : join(matrix.root, '.ffi-gates', 'builds');
  // Probing a machine takes seconds, so errors in the request are reported first.
  const { lastFailed } = await import('./last-failed.js');
  const selectors = a.lastFailed ? lastFailed(out, a.selector) : a.selector;
  await checkRequest({ matrix, selectors, out, cache });
  const { probeHost } = await import('../host/probe.js');
  let host = await probeHost(out);
  const { sweepAll } = await import('../process/launch.js');
  const { makeConsole } = await import('../reporters/terminal/console.js');
  const { renderSummary } = await import('../reporters/terminal/summary.js');
  const abort = new AbortController();
  let interrupted = 0;
  const onSignal = (): void => {
    interrupted++;
    abort.abort();
    // A second signal ends everything at once.
    if (interrupted > 1) {
      sweepAll();
      process.exit(EXIT.INTERRUPTED);
    }
  };
  for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(s, onSignal);
  let screen: Console | undefined;
  try {
    if (a.provision) {
      const { prepare, provision } = await import('../setup/provision.js');
      const room = {
        say: tell,
        cache,
        signal: abort.signal,
      };
      await provision(room, host, matrix);
      host = await probeHost(out);
      await prepare(room, host, matrix);
    }
    const { emit, stop } = (screen = makeConsole({
      tty: Boolean(process.stderr.isTTY),
      ci: Boolean(process.env['CI']),
      quiet: a.quiet,
    }));
    const report = await run({
      matrix,
      host,
      out,
      selectors,
      cache,
      strict: a.strict,
      baseline,
      suppressions,
      signal: abort.signal,
      redactor: outgoing(),
      emit,
      ...(a.jobs === undefined ? {} : { jobs: a.jobs }),
    });
    await stop();
    const unwritten = await writeReport(report, out);
    if (a.json) await sayRows(shareFrames(report));
    else
      for (const line of renderSummary(report, {
        // Output to a file has no columns, and its readers may not wrap lines.
        width: process.stdout.columns ?? 240,
        color: Boolean(process.stdout.isTTY) && !process.env['NO_COLOR'],
      }))
        sayPainted(line);
    return worst([report.exitCode, sayUnwritten(unwritten, out)]);
  } catch (e) {
    await screen?.stop();
    if (abort.signal.aborted) {
      sweepAll();
      tell('ffi-gates: interrupted; no report was written');
      return EXIT.INTERRUPTED;
    }
    throw e;
  } finally {
    sweepAll();
    for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(s, onSignal);
  }
};

/** Stands for a lone `-`, which yargs drops silently. No path can contain it. */
const STANDARD_INPUT = '\0-';

// A reader of our output may stop early (`| head`). That does not fail the run.
process.stdout.on('error', (e: NodeJS.ErrnoException) => {
  if (e.code !== 'EPIPE') throw e;
});

/**
 * Runs the command line and returns the exit code. An expected failure prints one message; anything else is
 * our bug and is thrown.
 */
export const main = async (argv: readonly string[]): Promise<ExitCode> => {
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
          .option('quiet', { type: 'boolean', default: false, describe: 'print no progress' }),
      async (a) => void (code = await runCommand(a as unknown as RunArgs)),
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
        const { parseCommand } = await import('./parse/parse.js');
        const files = a.files.map((f) => (f === STANDARD_INPUT ? '-' : f));
        code = await parseCommand({ ...(a as unknown as ParseArgs), files });
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
  for (const c of COMMANDS) c.register(parser, (ended) => void (code = ended));
  try {
    await parser.parseAsync();
    return code;
  } catch (e) {
    if (e instanceof Failure) {
      tell(`ffi-gates: ${e.at ? `${e.at}: ` : ''}${e.message}`);
      return e.exitCode;
    }
    const err = e as NodeJS.ErrnoException;
    if (err.code === 'ENOSPC' || err.code === 'EACCES' || err.code === 'EROFS') {
      tell(
        `ffi-gates: ${err.code === 'ENOSPC' ? 'no space left on the device' : 'cannot write'}: ${err.path ?? err.message}`,
      );
      return EXIT.USAGE;
    }
    throw e;
  }
};
