/**
 * .NET P/Invoke. With Mono: C# sources compiled by mcs, NUnit 2.6's console runner in the armed `mono`
 * process itself. With the .NET SDK (`with.runner: dotnet`): `dotnet test` of the project. Test ids: NUnit's
 * full names.
 */
import { lookUp } from '../../model/look-up.js';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { TestEvent } from '../../model/test-event.js';
import type { Instrument, Launch, Missing, Step, Tools } from '../../model/launch.js';
import { textOf } from '../../process/regular-file.js';
import { linkedEnv, list as setting } from '../link.js';
import { findNUnit } from './nunit.js';
import { dotnetEvents, dotnetList, dotnetPrepare, dotnetRun, parseDotnetList } from './dotnet.js';
import { progressEnv, progressFile, readEvents } from '../progress.js';

const plugin = (name: string): string =>
  fileURLToPath(new URL(`../../../plugins/net/${name}`, import.meta.url));

const assembly = (suite: PreparedSuite): string => join(suite.out, 'Tests.dll');
const reader = (suite: PreparedSuite): string => join(suite.out, 'Declared.exe');
const lister = (suite: PreparedSuite): string => join(suite.out, 'List.exe');

/** Sources of the program that reads the declarations of an assembly. */
const READER = ['Declared.cs', 'LastError.cs'];

/** The SDK is used only if the suite selects it, since a Mono suite has no project file for it. */
const asksForSdk = (settings: PreparedSuite['with']): boolean => settings['runner'] === 'dotnet';
const usesDotnet = (suite: PreparedSuite): boolean => asksForSdk(suite.with);

const missing = (tools: Tools, settings: PreparedSuite['with'] = {}): Missing | undefined => {
  if (asksForSdk(settings)) {
    const remedy = 'install the .NET SDK from https://dot.net/download and put it on PATH';
    const why = 'the .NET SDK is not installed, and the suite is run by dotnet test';
    return tools['dotnet'] ? undefined : { what: 'the .NET SDK', why, remedy };
  }
  if (!tools['mono'] || !tools['mcs']) {
    const remedy = 'apt-get install -y mono-runtime mono-mcs';
    return { what: 'mono with mcs', why: 'it compiles and runs the tests', remedy };
  }
  if (!findNUnit(tools)) {
    const remedy = 'apt-get install -y nunit-console libnunit-cil-dev';
    return { what: 'NUnit 2.6', why: 'it runs the tests under Mono', remedy };
  }
  return undefined;
};

/** `MONO_DEBUG`: the crash reporter would start a debugger, which hangs in a process under a sanitizer. */
const monoEnv = (suite: PreparedSuite): Record<string, string> => ({
  ...linkedEnv(suite),
  MONO_DEBUG: 'no-gdb-backtrace',
});

const prepare = (suite: PreparedSuite, instrument: Instrument, tools: Tools): Step[] => {
  if (usesDotnet(suite)) return dotnetPrepare(suite, instrument, tools);
  const references = (findNUnit(tools)?.assemblies ?? []).map((file) => `-r:${file}`);
  const compile = (...args: string[]): Step => ({
    argv: [tools['mcs']?.path ?? 'mcs', '-debug', '-nologo', ...references, ...args],
    cwd: suite.dir,
    env: suite.env,
  });
  const sources = setting(suite, 'sources');
  const own = sources.length > 0 ? sources : ['-recurse:*.cs'];
  return [
    compile('-target:library', '-unsafe', `-out:${assembly(suite)}`, plugin('Progress.cs'), ...own),
    compile('-target:exe', `-out:${lister(suite)}`, plugin('List.cs')),
    compile('-target:exe', `-out:${reader(suite)}`, ...READER.map((f) => plugin(`../declared/net/${f}`))),
  ];
};

/** Loads the tests without running any, so no native code is loaded and no arm is needed. */
const list = (suite: PreparedSuite, _instrument: Instrument, tools: Tools): Launch =>
  usesDotnet(suite)
    ? dotnetList(suite, tools)
    : {
        argv: [tools['mono']?.path ?? 'mono', lister(suite), assembly(suite)],
        cwd: suite.out,
        env: monoEnv(suite),
      };

const parseList = (stdout: string, suite: PreparedSuite): string[] =>
  usesDotnet(suite)
    ? parseDotnetList(stdout)
    : [...stdout.matchAll(/^FFI_GATES_TEST (.+)$/gm)].map((m) => m[1] ?? '');

const run = (suite: PreparedSuite, _instrument: Instrument, tools: Tools, plan: RunPlan): Launch => {
  if (usesDotnet(suite)) return dotnetRun(suite, tools, plan);
  const { prefix, env, hostArgs } = plan.arm;
  const mono = tools['mono']?.path ?? 'mono';
  mkdirSync(plan.scratch, { recursive: true });
  // `-nothread`, one domain, one process: tests run on the main thread of the armed process.
  const console = findNUnit(tools)?.console ?? 'nunit-console.exe';
  const runner = [console, assembly(suite), '-nologo', '-noshadow', '-nothread', '-domain=None'];
  const chosen = plan.tests === 'all' ? [] : [`-run=${plan.tests.join(',')}`];
  const words = [
    ...[...prefix, mono, '--debug', ...hostArgs, ...runner, '-process=Single', '-labels'],
    ...[`-xml=${join(plan.scratch, 'result.xml')}`, ...chosen],
  ];
  const own = progressEnv(plan.scratch, plan.logDir);
  return {
    argv: words as [string, ...string[]],
    cwd: plan.scratch,
    env: { ...monoEnv(suite), ...own, ...env },
  };
};

/** The text between two marks, or to the end if the second one is absent. */
const between = (text: string, from: string, to: string): string | undefined => {
  const start = text.indexOf(from);
  if (start < 0) return undefined;
  const end = text.indexOf(to, start + from.length);
  return text.slice(start + from.length, end < 0 ? undefined : end);
};
const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const plain = (xml: string): string =>
  xml.replace(/&(\w+);/g, (all, name: string) => lookUp(ENTITIES, name) ?? all);

type Result = { name: string; result: string; message?: string };

/** The test cases of NUnit 2.6's result file, which exists only if the runner finished. */
export const readResults = (xml: string): Result[] =>
  xml
    .split('<test-case ')
    .slice(1)
    .flatMap((text) => {
      const tag = text.slice(0, text.indexOf('>'));
      const name = between(tag, 'name="', '"');
      const result = between(tag, ' result="', '"');
      if (name === undefined || result === undefined) return [];
      const end = text.indexOf('</test-case>');
      // The result of an incomplete case cannot be trusted.
      if (end < 0 && !tag.endsWith('/')) return [];
      const body = tag.endsWith('/') ? '' : text.slice(tag.length, end);
      const message = between(body, '<message><![CDATA[', ']]>')?.trim();
      return [{ name: plain(name), result, ...(message ? { message } : {}) }];
    });

/** Limit in bytes of NUnit's results. */
const MAX_RESULTS = 256 << 20;
const read = (file: string): string => textOf(file, MAX_RESULTS) ?? '';

/** NUnit 2.6's results. All others (`Failure`, `Error`, `NotRunnable`, `Cancelled`) count as failed. */
const OUTCOMES: Record<string, TestEvent['outcome']> = {
  Success: 'passed',
  Ignored: 'skipped',
  Skipped: 'skipped',
  Inconclusive: 'skipped',
};

/** The progress record, with messages and tests that NUnit never began from the result file. */
const events = (scratch: string, output: Iterable<string>, suite: PreparedSuite): TestEvent[] => {
  if (usesDotnet(suite)) return dotnetEvents(output);
  const seen = readEvents(progressFile(scratch));
  const results = readResults(read(join(scratch, 'result.xml')));
  const messages = new Map(results.flatMap((r) => (r.message ? [[r.name, r.message]] : [])));
  const reported = seen.map((e): TestEvent => {
    const message = e.outcome === 'failed' ? messages.get(e.test) : undefined;
    return message ? { ...e, message } : e;
  });
  const begun = new Set(seen.map((e) => e.test));
  const rest = results.filter((r) => !begun.has(r.name));
  return [
    ...reported,
    ...rest.map(({ name, result, message }): TestEvent => {
      const outcome = lookUp(OUTCOMES, result) ?? 'failed';
      return { test: name, outcome, ...(message ? { message } : {}) };
    }),
  ];
};

/**
 * The .NET binding. `with`: `sources` (default every *.cs), `runner: dotnet`. Reports are assigned to tests
 * by `Progress.cs`, which is compiled into Mono's suites only. With the SDK, a report from a launch of
 * several tests has no test.
 */
export const net: Binding = {
  id: 'net',
  title: '.NET (P/Invoke)',
  toolchains: ['mono'],
  attributes: true,
  missing,
  variant: (settings) => (asksForSdk(settings) ? { name: 'dotnet', with: { runner: 'dotnet' } } : undefined),
  prepare,
  list,
  parseList,
  run,
  events,
  declarations: (suite, _instrument, tools) =>
    usesDotnet(suite)
      ? { language: 'csharp', unread: 'declarations of suites that dotnet test runs are not read' }
      : {
          language: 'csharp',
          net: {
            mono: tools['mono']?.path ?? 'mono',
            reader: reader(suite),
            assembly: assembly(suite),
            dir: suite.dir,
            sources: setting(suite, 'sources'),
            env: monoEnv(suite),
          },
        },
};
