/**
 * The .NET binding through the SDK: `dotnet test` with the console logger. The tests run in a test host, a child of a
 * child of `dotnet`. The environment of the arm is given to that host alone (`dotnet test --environment`), so MSBuild and
 * the command line tool stay unwatched; a prefix can only stand before `dotnet` and reaches the host by being inherited
 * (`setarch`) or by following children (Valgrind). The logger tells of ends only: a report of a launch of several tests
 * carries no test, and a test that killed the host is found by running what has no end alone. The project is built in a
 * copy, because MSBuild writes `obj` beside it.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunPlan, PreparedSuite } from '../binding.js';
import type { TestEvent } from '../../model/test-event.js';
import type { Instrument, Launch, Step, Tools } from '../../model/launch.js';
import { linkedEnv } from '../link.js';

const COPY_PROJECT = fileURLToPath(new URL('../programs/copy-project.js', import.meta.url));
const QUIET = { DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };

const project = (place: PreparedSuite): string => join(place.out, 'project');

const dotnet = (place: PreparedSuite, tools: Tools, args: string[]): Launch => ({
  argv: [tools['dotnet']?.path ?? 'dotnet', ...args],
  cwd: project(place),
  env: { ...linkedEnv(place), ...QUIET },
});

const output = (place: PreparedSuite): string => join(place.out, 'dotnet');

/** Builds the project into the scratch directory. */
export const dotnetPrepare = (place: PreparedSuite, _instrument: Instrument, tools: Tools): Step[] => [
  { argv: [process.execPath, COPY_PROJECT, place.dir, project(place)], cwd: place.dir, env: {} },
  dotnet(place, tools, ['build', '--nologo', '-c', 'Debug', '-o', output(place)]),
];

const TEST = ['test', '--no-build', '--nologo', '-c', 'Debug'];

/** NUnit's adapter shows bare method names unless told otherwise; other adapters do not know the word and take no notice. */
const FULL_NAMES = ['--', 'NUnit.DisplayName=FullName'];

export const dotnetList = (place: PreparedSuite, tools: Tools): Launch =>
  dotnet(place, tools, [...TEST, '-o', output(place), '--list-tests', ...FULL_NAMES]);

/** The indented names after `The following Tests are available:`. */
export const parseDotnetList = (stdout: string): string[] => {
  const [, after = ''] = stdout.split('The following Tests are available:');
  return [...after.matchAll(/^ {4}(\S.*)$/gm)].map((m) => m[1] ?? '');
};

/** `-e NAME=VALUE` for each: variables of the test host, not of `dotnet` itself. */
const hostEnv = (env: Record<string, string>): string[] =>
  Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);

/** A name as vstest's filter takes it: its operators are escaped. */
const filtered = (test: string): string => `FullyQualifiedName=${test.replace(/[\\()&|=!~]/g, '\\$&')}`;

export const dotnetRun = (place: PreparedSuite, tools: Tools, { arm, tests }: RunPlan): Launch => {
  const filter = tests === 'all' ? [] : ['--filter', tests.map(filtered).join('|')];
  const logger = ['--logger', 'console;verbosity=normal'];
  const words = [...TEST, '-o', output(place), ...logger, ...hostEnv(arm.env), ...filter, ...FULL_NAMES];
  const launch = dotnet(place, tools, words);
  return { ...launch, argv: [...arm.prefix, ...launch.argv] as Launch['argv'] };
};

const RESULT = /^ {2}(Passed|Failed|Skipped) (\S.*)$/s;
const TOOK = / \[(?:< )?(\d+) (ms|s)\]$/;

/** `  Passed Name [12 ms]` lines of the console logger: it tells of ends only, in whole tests. */
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
