/**
 * The .NET binding through the SDK: `dotnet test` with the console logger. The tests run in a test host, a child of a
 * child of `dotnet`. The environment of the arm is given to that host alone (`dotnet test --environment`), so MSBuild and
 * the command line tool stay unwatched; a prefix can only stand before `dotnet` and reaches the host by being inherited
 * (`setarch`) or by following children (Valgrind). The logger tells of ends only: a report of a launch of several tests
 * carries no test, and a test that killed the host is found by running what has no end alone.
 */
import { join } from 'node:path';
import type { Instrument, Launch, RunPlan, Step, SuitePlace, TestEvent, Tools } from '../binding.js';
import { linkedEnv } from './link.js';

const QUIET = { DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' };

const dotnet = (place: SuitePlace, tools: Tools, args: string[]): Launch => ({
  argv: [tools['dotnet']?.path ?? 'dotnet', ...args],
  cwd: place.dir,
  env: { ...linkedEnv(place), ...QUIET },
});

const output = (place: SuitePlace): string => join(place.out, 'dotnet');

/** Builds the project into the scratch directory. */
export const dotnetPrepare = (place: SuitePlace, _instrument: Instrument, tools: Tools): Step[] => [
  dotnet(place, tools, ['build', '--nologo', '-c', 'Debug', '-o', output(place)]),
];

const TEST = ['test', '--no-build', '--nologo', '-c', 'Debug'];

export const dotnetList = (place: SuitePlace, tools: Tools): Launch =>
  dotnet(place, tools, [...TEST, '-o', output(place), '--list-tests']);

/** The indented names after `The following Tests are available:`. */
export const parseDotnetList = (stdout: string): string[] => {
  const [, after = ''] = stdout.split('The following Tests are available:');
  return [...after.matchAll(/^ {4}(\S.*)$/gm)].map((m) => m[1] ?? '');
};

/** `-e NAME=VALUE` for each: variables of the test host, not of `dotnet` itself. */
const hostEnv = (env: Record<string, string>): string[] =>
  Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);

export const dotnetRun = (place: SuitePlace, tools: Tools, { arm, tests }: RunPlan): Launch => {
  const filter =
    tests === 'all' ? [] : ['--filter', tests.map((test) => `FullyQualifiedName=${test}`).join('|')];
  const logger = ['--logger', 'console;verbosity=normal'];
  const words = [...TEST, '-o', output(place), ...logger, ...hostEnv(arm.env), ...filter];
  const launch = dotnet(place, tools, words);
  return { ...launch, argv: [...arm.prefix, ...launch.argv] as Launch['argv'] };
};

const RESULT = /^[ \t]*(Passed|Failed|Skipped) (\S+)(?: \[(?:< )?(\d+) (ms|s)\])?[ \t\r]*$/gm;

/** `  Passed Name [12 ms]` lines of the console logger: it tells of ends only, in whole tests. */
export const dotnetEvents = (_scratch: string, text: string): TestEvent[] =>
  [...text.matchAll(RESULT)].map(([, word = '', test = '', amount, unit]): TestEvent => {
    const outcome = word.toLowerCase() as 'passed' | 'failed' | 'skipped';
    return amount === undefined
      ? { test, outcome }
      : { test, outcome, ms: Number(amount) * (unit === 's' ? 1000 : 1) };
  });
