/**
 * The .NET binding with the SDK: `dotnet test` with the console logger. The tests run in a test host, a
 * grandchild of `dotnet`. Only the host gets the environment of the arm (`dotnet test --environment`), so
 * MSBuild and the command line tool stay unarmed. A prefix can only be put before `dotnet`, and reaches the
 * host by inheritance (`setarch`) or by following children (Valgrind). The logger prints only ends of tests:
 * a report from a launch of several tests has no test, and a test that killed the host is found by running
 * the unfinished tests alone. The project is built in a copy, because MSBuild writes `obj` beside it.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunPlan, PreparedSuite } from '../binding.js';
import type { TestEvent } from '../../model/test-event.js';
import type { Instrument, Launch, Step, Tools } from '../../model/launch.js';
import { linkedEnv } from '../link.js';

const COPY_PROJECT = fileURLToPath(new URL('../programs/copy-project.js', import.meta.url));
const QUIET = { DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };

const project = (suite: PreparedSuite): string => join(suite.out, 'project');

const dotnet = (suite: PreparedSuite, tools: Tools, args: string[]): Launch => ({
  argv: [tools['dotnet']?.path ?? 'dotnet', ...args],
  cwd: project(suite),
  env: { ...linkedEnv(suite), ...QUIET },
});

const output = (suite: PreparedSuite): string => join(suite.out, 'dotnet');

/** Builds the project into the scratch directory. */
export const dotnetPrepare = (suite: PreparedSuite, _instrument: Instrument, tools: Tools): Step[] => [
  { argv: [process.execPath, COPY_PROJECT, suite.dir, project(suite)], cwd: suite.dir, env: {} },
  dotnet(suite, tools, ['build', '--nologo', '-c', 'Debug', '-o', output(suite)]),
];

const TEST = ['test', '--no-build', '--nologo', '-c', 'Debug'];

/** NUnit's adapter prints bare method names by default. Other adapters ignore the option. */
const FULL_NAMES = ['--', 'NUnit.DisplayName=FullName'];

/** The launch that lists the tests of the built project. */
export const dotnetList = (suite: PreparedSuite, tools: Tools): Launch =>
  dotnet(suite, tools, [...TEST, '-o', output(suite), '--list-tests', ...FULL_NAMES]);

/** The indented names after `The following Tests are available:`. */
export const parseDotnetList = (stdout: string): string[] => {
  const [, after = ''] = stdout.split('The following Tests are available:');
  return [...after.matchAll(/^ {4}(\S.*)$/gm)].map((m) => m[1] ?? '');
};

/** `-e NAME=VALUE` for each variable: set in the test host, not in `dotnet` itself. */
const hostEnv = (env: Record<string, string>): string[] =>
  Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);

/** A name for vstest's filter, with its operators escaped. */
const filtered = (test: string): string => `FullyQualifiedName=${test.replace(/[\\()&|=!~]/g, '\\$&')}`;

/** The launch that runs tests of the built project, with the arm for the test host. */
export const dotnetRun = (suite: PreparedSuite, tools: Tools, { arm, tests }: RunPlan): Launch => {
  const filter = tests === 'all' ? [] : ['--filter', tests.map(filtered).join('|')];
  const logger = ['--logger', 'console;verbosity=normal'];
  const words = [...TEST, '-o', output(suite), ...logger, ...hostEnv(arm.env), ...filter, ...FULL_NAMES];
  const launch = dotnet(suite, tools, words);
  return { ...launch, argv: [...arm.prefix, ...launch.argv] as Launch['argv'] };
};

const RESULT = /^ {2}(Passed|Failed|Skipped) (\S.*)$/s;
const TOOK = / \[(?:< )?(\d+) (ms|s)\]$/;

/** Parses `  Passed Name [12 ms]` lines of the console logger, which prints only ends of entire tests. */
export const dotnetEvents = (lines: Iterable<string>): TestEvent[] => {
  const events: TestEvent[] = [];
  for (const text of lines) {
    const [, word, said = ''] = RESULT.exec(text) ?? [];
    if (word === undefined) continue;
    const outcome = word.toLowerCase() as 'passed' | 'failed' | 'skipped';
    const line = said.trimEnd();
    const took = TOOK.exec(line);
    const test = took ? line.slice(0, took.index) : line;
    const ms = took && Number(took[1]) * (took[2] === 's' ? 1000 : 1);
    events.push({ test, outcome, ...(ms === null ? {} : { ms }) });
  }
  return events;
};
