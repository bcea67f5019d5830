/**
 * Node with an N-API addon: `node:test` files (CommonJS or ES modules). The addon is built in a copy of the
 * suite (`addon.ts`), so that instrumented builds do not share a directory. Each file runs directly as `node
 * file`, which `node:test` supports, so that the armed process is the one that loads the addon. Test ids:
 * `file::name`, with names of suites joined by ` > `. For other test files see `files.ts`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { type Apart, type Binding, isApart, type RunPlan, type PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Launch, Step, Tools } from '../../model/launch.js';
import { isFuzzing } from '../../model/fuzz-plan.js';
import { fuzzLaunch, variant } from '../fuzz-targets.js';
import { linkedEnv, list as setting } from '../link.js';
import { loadOf } from '../loading.js';
import { compileAddon, isBuilt, missingForAddon, nodeOf, toolsFor } from './addon.js';
import { dependencies, listFiles, madeByScripts, runnerOf, sameKind } from './files.js';
import { progressEnv, progressFile, readEvents } from '../progress.js';

/** What node imports, as a URL, since it reads it as one: a percent sign, a # or a ? in a path would end it. */
const plugin = (name: string): string => new URL(`../../../plugins/node/${name}`, import.meta.url).href;
const RUN = fileURLToPath(new URL('../../../plugins/node/run.mjs', import.meta.url));
const LOADING = fileURLToPath(new URL('../../../plugins/node/load.test.mjs', import.meta.url));
/** The file part of the ids of tests that only load something. */
const LOAD = 'load';
/** The id of the one test of a suite with a command. */
const COMMAND = 'command';
const COPY_PROJECT = fileURLToPath(new URL('../programs/copy-project.js', import.meta.url));
const FILES = ['**/*.test.js', '**/*.test.mjs', '**/*.test.cjs'];

/** The copy, in which tests run. */
const project = (suite: PreparedSuite): string => join(suite.out, 'project');

const prepare = (suite: PreparedSuite, instrument: Instrument, tools: Tools): Step[] => [
  { argv: [process.execPath, COPY_PROJECT, suite.dir, project(suite)], cwd: suite.dir, env: {} },
  sameKind(suite),
  ...dependencies(suite, project(suite), toolsFor(suite)),
  ...madeByScripts(suite, project(suite)),
  ...compileAddon(suite, project(suite), instrument, tools),
];

/** The one command that runs all tests (`with.command`), which is one test itself. */
const commandOf = (suite: PreparedSuite): string | undefined => setting(suite, 'command')[0];

const files = (suite: PreparedSuite): string[] => {
  if (commandOf(suite) !== undefined) return [COMMAND];
  if (loadOf(suite)) return [LOAD];
  const patterns = setting(suite, 'files');
  const cwd = existsSync(project(suite)) ? project(suite) : suite.dir;
  const found = globSync(patterns.length > 0 ? patterns : FILES, {
    cwd,
    ignore: ['**/node_modules/**', 'build/**'],
  });
  // Properties, and what stands beside them in a file.
  const isWanted = (file: string): boolean =>
    !isFuzzing(suite) || readFileSync(join(cwd, file), 'utf8').includes('fast-check');
  return found.filter(isWanted).sort();
};

type Turn = { file: string; args: string[]; name: string };

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/**
 * Node 20 matches only a test's own name; later versions also match the names of its suites, joined by a
 * space.
 */
const patterns = (name: string): string[] =>
  [...new Set([name.split(' > ').at(-1) ?? name, name.replaceAll(' > ', ' ')])].map(
    (n) => `--test-name-pattern=/^${escaped(n)}$/`,
  );

/** One turn per file, then one for each test that runs in a process of its own. */
export const turnsOf = (tests: readonly string[], apart: Apart): Turn[] => {
  const byFile = new Map<string, string[]>();
  for (const test of tests.filter((t) => !isApart(apart, t))) {
    const cut = test.indexOf('::');
    const file = cut < 0 ? test : test.slice(0, cut);
    byFile.set(file, [...(byFile.get(file) ?? []), ...(cut < 0 ? [] : patterns(test.slice(cut + 2)))]);
  }
  return [
    ...[...byFile].map(([file, args]) => ({ file, name: file, args })),
    ...tests.filter((t) => isApart(apart, t)).flatMap((test) => turnsOf([test], false)),
  ];
};

const turning = (
  suite: PreparedSuite,
  tools: Tools,
  arm: Arm,
  turns: Turn[],
  words: string[],
  whole = false,
): Launch => {
  const load = loadOf(suite);
  const asked = { names: load?.names, entry: load?.built, addons: load?.built === true && isBuilt(suite) };
  const command = commandOf(suite);
  return {
    argv: [
      process.execPath,
      RUN,
      JSON.stringify({
        turns: load ? turns.map((t) => ({ ...t, file: LOADING })) : turns,
        whole,
        ...(command === undefined ? {} : { shell: command }),
        command: [...arm.prefix, nodeOf(tools), ...arm.hostArgs, ...setting(suite, 'args'), ...words],
        env: arm.env,
        cwd: project(suite),
      }),
    ],
    cwd: project(suite),
    env: { ...linkedEnv(suite), ...(load ? { FFI_GATES_LOAD: JSON.stringify(asked) } : {}) },
  };
};

/** Runners start workers and children without the switches that they got themselves. */
const inChildren = (suite: PreparedSuite, arm: Arm, switches: readonly string[]): Arm => {
  const options = arm.env['NODE_OPTIONS'] ?? suite.env['NODE_OPTIONS'] ?? process.env['NODE_OPTIONS'];
  const all = [...(options ? [options] : []), ...switches].join(' ');
  return { ...arm, env: { ...arm.env, NODE_OPTIONS: all, FFI_GATES_KEEP_ADDONS: '1' } };
};

/** What watches every process of the tests, whatever runs them. */
const watching = (arm: Arm): string[] => [
  ...['--import', plugin('objects.mjs')],
  ...('FFI_GATES_DECLARED' in arm.env ? ['--import', plugin('declared.mjs')] : []),
];

/** One property, until its time is over. */
const fuzzing = (suite: PreparedSuite, tools: Tools, plan: RunPlan): Launch => {
  const [turn] = turnsOf(plan.tests === 'all' ? [] : plan.tests, false);
  const words = [...plan.arm.hostArgs, ...setting(suite, 'args'), ...watching(plan.arm)];
  return fuzzLaunch(plan, {
    engine: 'fast-check',
    cwd: project(suite),
    seeds: [],
    command: [
      nodeOf(tools),
      ...words,
      ...['--import', plugin('fuzz.mjs'), ...(turn?.args ?? []), turn?.file ?? ''],
    ],
    env: { ...linkedEnv(suite), FFI_GATES_OBJECTS: join(plan.scratch, 'objects') },
  });
};

const run = (suite: PreparedSuite, _instrument: Instrument, tools: Tools, plan: RunPlan): Launch => {
  if (isFuzzing(suite)) return fuzzing(suite, tools, plan);
  const tests = plan.tests === 'all' ? files(suite) : plan.tests;
  const own = progressEnv(plan.scratch, plan.logDir);
  const objects = watching(plan.arm);
  const runner = runnerOf(suite);
  if (runner || commandOf(suite) !== undefined) {
    const words = ['--import', plugin('status.mjs'), ...(runner ?? [])];
    const arm = inChildren(suite, plan.arm, objects);
    const launch = turning(suite, tools, arm, turnsOf(tests, false), words, true);
    return { ...launch, env: { ...launch.env, ...own } };
  }
  const progress = plugin('progress.mjs');
  const launch = turning(
    suite,
    tools,
    plan.arm,
    turnsOf(tests, plan.tests === 'all' ? false : plan.isolate),
    [
      ...objects,
      ...['--import', progress, `--test-reporter=${progress}`, '--test-reporter-destination=stderr'],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ],
  );
  return { ...launch, env: { ...launch.env, ...own } };
};

/** Needs the arm: an instrumented addon does not load without its runtime. */
const list = (suite: PreparedSuite, _instrument: Instrument, tools: Tools, arm: Arm): Launch =>
  runnerOf(suite) || commandOf(suite) !== undefined
    ? listFiles(files(suite), project(suite))
    : turning(suite, tools, arm, turnsOf(files(suite), false), ['--import', plugin('list.mjs')]);

const parseList = (stdout: string): string[] =>
  [...stdout.matchAll(/^FFI_GATES_TEST (".*")$/gm)].map((m) => JSON.parse(m[1] ?? '""') as string);

/**
 * The N-API binding. `with`: `files` (globs, default `**\/*.test.{js,mjs,cjs}`), `runner` (arguments that run
 * one file), `command` (a shell command that runs all), `load` (modules to load instead of running tests), `args`
 * (switches of node: `--expose-gc`), `fuzz` (properties of fast-check), `scripts` (of package.json, run before), `addon` (directory of binding.gyp,
 * CMakeLists.txt or Cargo.toml in the suite), `foreign` (`koffi`, through which JavaScript calls the library), `cmake` (arguments for CMake), `include` (header directories). A launch
 * of all tests isolates by file.
 */
export const nodejs: Binding = {
  id: 'node',
  title: 'Node (N-API)',
  // An extension may be a crate.
  toolchains: ['npm', 'rust'],
  attributes: true,
  isolates: 'start',
  copied: (suite) => ({ from: suite.dir, to: project(suite) }),
  missing: missingForAddon,
  variant,
  prepare,
  list,
  parseList,
  run,
  events: (scratch) => readEvents(progressFile(scratch)),
  declarations: () => ({ language: 'koffi' }),
};
