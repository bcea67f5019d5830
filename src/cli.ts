/** Command line: options in, exit code out. The only place that sets an exit code or listens to signals. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { Failure } from './failure.js';
import type { ParseArgs } from './parse.js';

type RunArgs = {
  selector: string[];
  matrix?: string;
  out: string;
  cache?: string;
  jobs?: number;
  json: boolean;
  strict: boolean;
  provision: boolean;
  quiet: boolean;
};

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));

/** The matrix to use: the one named, else the nearest `ffi-gates.yaml` upwards, else our own fixtures. */
export const findMatrix = (named: string | undefined, from: string): string => {
  if (named) return resolve(from, named);
  for (let dir = resolve(from); ; dir = dirname(dir)) {
    for (const name of ['ffi-gates.yaml', 'ffi-gates.yml'])
      if (existsSync(join(dir, name))) return join(dir, name);
    if (dir === dirname(dir)) return join(PACKAGE, 'matrices/fixtures.yaml');
  }
};

const positive =
  (name: string) =>
  (v: unknown): number | undefined => {
    if (v === undefined) return undefined;
    const n = Number(v);
    if (!Number.isInteger(n) || n < 1)
      throw new Failure(2, `--${name} takes a whole number from 1, not '${String(v)}'`);
    return n;
  };

const open = async (a: { matrix?: string }) => {
  const { loadMatrix } = await import('./matrix.js');
  const file = findMatrix(a.matrix, process.cwd());
  if (a.matrix === undefined && file.startsWith(PACKAGE) && !process.cwd().startsWith(resolve(PACKAGE)))
    process.stderr.write(
      'ffi-gates: no ffi-gates.yaml here or above, so our own fixtures are taken (`ffi-gates init` writes one)\n',
    );
  const matrix = await loadMatrix(file);
  for (const s of matrix.suites) {
    const dir = resolve(matrix.root, s.dir);
    if (!existsSync(dir))
      throw new Failure(
        2,
        `suite '${s.id}' (${s.binding}) names a directory that does not exist: ${dir}`,
        matrix.file,
      );
  }
  for (const [id, t] of Object.entries(matrix.targets)) {
    const dir = resolve(matrix.root, t.dir);
    if (!existsSync(dir))
      throw new Failure(2, `target '${id}' names a directory that does not exist: ${dir}`, matrix.file);
  }
  return matrix;
};

const runCommand = async (a: RunArgs): Promise<number> => {
  const matrix = await open(a);
  const { checkRequest, run, writeReport } = await import('./run.js');
  const out = resolve(a.out);
  const cache = a.cache ? resolve(a.cache) : join(matrix.root, '.ffi-gates', 'builds');
  // Probing a machine takes seconds: what is wrong with the request itself is said at once.
  await checkRequest({ matrix, selectors: a.selector, out, cache });
  const { probeHost } = await import('./host.js');
  let host = await probeHost(out);
  if (a.provision) {
    const { provision } = await import('./provision.js');
    await provision(host, matrix, (line) => process.stderr.write(`${line}\n`));
    host = await probeHost(out);
  }
  const { sweepAll } = await import('./launch.js');
  const { makeConsole } = await import('./console.js');
  const { renderSummary } = await import('./reporters/summary.js');
  const abort = new AbortController();
  let interrupted = 0;
  const onSignal = (): void => {
    interrupted++;
    abort.abort();
    // A second signal, or a first one that is not heeded soon, ends everything at once.
    if (interrupted > 1) {
      sweepAll();
      process.exit(130);
    }
  };
  for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(s, onSignal);
  const screen = makeConsole({
    tty: Boolean(process.stderr.isTTY),
    ci: Boolean(process.env['CI']),
    quiet: a.quiet,
  });
  try {
    const report = await run({
      matrix,
      host,
      out,
      selectors: a.selector,
      cache,
      strict: a.strict,
      signal: abort.signal,
      emit: (e) => screen.emit(e),
      ...(a.jobs === undefined ? {} : { jobs: a.jobs }),
    });
    await screen.stop();
    await writeReport(report, out);
    if (a.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else
      for (const line of renderSummary(report, {
        width: process.stdout.columns ?? 100,
        color: Boolean(process.stdout.isTTY) && !process.env['NO_COLOR'],
      }))
        process.stdout.write(`${line}\n`);
    return report.exitCode;
  } catch (e) {
    await screen.stop();
    if (abort.signal.aborted) {
      sweepAll();
      process.stderr.write('ffi-gates: interrupted; nothing was reported\n');
      return 130;
    }
    throw e;
  } finally {
    sweepAll();
    for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(s, onSignal);
  }
};

const planCommand = async (a: { selector: string[]; matrix?: string; json: boolean }): Promise<number> => {
  const matrix = await open(a);
  const { checkSelectors, planEverything } = await import('./run.js');
  checkSelectors(matrix, a.selector);
  const host = await (await import('./host.js')).probeHost();
  const { plan, cells } = await planEverything(matrix, host, a.selector);
  if (a.json) {
    const rows = cells.map((c) => ({
      id: c.id,
      suite: c.suite.id,
      binding: c.suite.binding,
      builder: c.builder,
      gate: c.gate.id,
      role: c.suite.role,
    }));
    process.stdout.write(
      `${JSON.stringify({ cells: rows, skipped: plan.skipped, deadSelectors: plan.deadSelectors }, null, 2)}\n`,
    );
  } else {
    for (const c of cells) process.stdout.write(`run   ${c.id}  (${c.suite.role})\n`);
    for (const s of plan.skipped)
      process.stdout.write(`skip  ${s.id}  ${s.why}${s.remedy ? `  [${s.remedy}]` : ''}\n`);
    for (const d of plan.deadSelectors) process.stdout.write(`dead  ${d}  matches no cell\n`);
    process.stdout.write(`${cells.length} cells to run, ${plan.skipped.length} skipped\n`);
  }
  return 0;
};

const doctorCommand = async (a: { json: boolean }): Promise<number> => {
  const { probeHost } = await import('./host.js');
  const { diagnose, renderDoctor } = await import('./doctor.js');
  const found = diagnose(await probeHost());
  if (a.json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  else for (const line of renderDoctor(found)) process.stdout.write(`${line}\n`);
  return 0;
};

/** yargs drops a lone `-` without a word; no path can hold this. */
const STANDARD_INPUT = '\0-';

// Whoever reads our output may have seen enough (`| head`): that is no failure of the run.
process.stdout.on('error', (e: NodeJS.ErrnoException) => {
  if (e.code !== 'EPIPE') throw e;
});

/** Runs the command line and returns the exit code. Expected failures are one clear message; anything else is our bug. */
export const main = async (argv: readonly string[]): Promise<number> => {
  let code = 0;
  const parser = yargs(argv[0] === 'parse' ? argv.map((a) => (a === '-' ? STANDARD_INPUT : a)) : [...argv])
    .scriptName('ffi-gates')
    .usage('$0 <command>\n\nSanitizer gates for code that crosses a language boundary.')
    .command(
      ['run [selector..]', '$0'],
      'build, arm, run, judge and report',
      (y) =>
        y
          .positional('selector', {
            type: 'string',
            array: true,
            default: [] as string[],
            describe: 'cells to run, as globs over their ids',
          })
          .option('matrix', {
            type: 'string',
            describe: 'matrix file (default: nearest ffi-gates.yaml, else our fixtures)',
          })
          .option('out', {
            type: 'string',
            default: 'reports/latest',
            describe: 'directory of the report and logs',
          })
          .option('cache', {
            type: 'string',
            describe: 'directory of the builds (default: .ffi-gates/builds beside the sources)',
          })
          .option('jobs', { coerce: positive('jobs'), describe: 'cores to use' })
          .option('json', { type: 'boolean', default: false, describe: 'print report.json on stdout' })
          .option('strict', {
            type: 'boolean',
            default: false,
            describe: 'a lane that cannot run here is a failure',
          })
          .option('provision', {
            type: 'boolean',
            default: false,
            describe: 'install what is missing first (prints each command)',
          })
          .option('quiet', { type: 'boolean', default: false, describe: 'no progress' }),
      async (a) => void (code = await runCommand(a as unknown as RunArgs)),
    )
    .command(
      'plan [selector..]',
      'print what would run, and why anything would not',
      (y) =>
        y
          .positional('selector', { type: 'string', array: true, default: [] as string[] })
          .option('matrix', { type: 'string' })
          .option('json', { type: 'boolean', default: false }),
      async (a) => void (code = await planCommand(a as unknown as RunArgs)),
    )
    .command(
      'init [dir]',
      'find native code, bindings and their tests; write ffi-gates.yaml and a workflow',
      (y) =>
        y
          .positional('dir', { type: 'string', default: '.', describe: 'the repository' })
          .option('force', { type: 'boolean', default: false, describe: 'overwrite what is there' })
          .option('dry-run', { type: 'boolean', default: false, describe: 'print, write nothing' }),
      async (a) => {
        const { init } = await import('./init/init.js');
        await init(a, (line) => process.stdout.write(`${line}\n`));
      },
    )
    .command(
      'doctor',
      'what works on this machine, and how to get the rest',
      (y) => y.option('json', { type: 'boolean', default: false }),
      async (a) => void (code = await doctorCommand(a)),
    )
    .command(
      'parse [files..]',
      'findings in any log of any checker: text, Valgrind XML, gzip',
      (y) =>
        y
          .positional('files', {
            type: 'string',
            array: true,
            default: [] as string[],
            describe: 'logs; - or nothing: standard input',
          })
          .option('jsonl', { type: 'boolean', default: false, describe: 'one JSON object a line' })
          .option('junit', { type: 'string', describe: 'write JUnit XML to this file as well' })
          .option('symbolize', {
            type: 'boolean',
            default: true,
            describe: 'name frames of which the log knows only module and offset',
          }),
      async (a) => {
        const { parseCommand } = await import('./parse.js');
        const files = a.files.map((f) => (f === STANDARD_INPUT ? '-' : f));
        code = await parseCommand({ ...(a as unknown as ParseArgs), files });
      },
    )
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .help()
    .version(false)
    .fail((message, error) => {
      // What an option's own check throws arrives wrapped by yargs.
      if (error && error.name !== 'YError') throw error;
      throw new Failure(2, message ?? error.message);
    });
  try {
    await parser.parseAsync();
    return code;
  } catch (e) {
    if (e instanceof Failure) {
      process.stderr.write(`ffi-gates: ${e.at ? `${e.at}: ` : ''}${e.message}\n`);
      return e.exitCode;
    }
    const err = e as NodeJS.ErrnoException;
    if (err.code === 'ENOSPC' || err.code === 'EACCES' || err.code === 'EROFS') {
      process.stderr.write(
        `ffi-gates: ${err.code === 'ENOSPC' ? 'no space left on the device' : 'cannot write'}: ${err.path ?? err.message}\n`,
      );
      return 2;
    }
    throw e;
  }
};
