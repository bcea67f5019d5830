/**
 * Node with an N-API addon: `node:test` files (CommonJS or ES modules). The addon is built in a copy of the suite
 * (`node-addon.ts`), so that instrumented builds never meet in one directory. Each file runs directly as `node file`, which is how
 * `node:test` works without its launcher, so the process that loads the addon is the one that is armed.
 * Test ids: `file::name`, names of suites joined by ` > `. Other test files: see `node-files.ts`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { type Apart, type Binding, isApart, type RunPlan, type PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Launch, Step, Tools } from '../../model/launch.js';
import { linkedEnv, list as setting } from '../link.js';
import { compileAddon, missingForAddon, nodeOf } from './addon.js';
import { dependencies, listFiles, runnerOf, sameKind } from './files.js';
import { progressEnv, progressFile, readEvents } from '../progress.js';

const plugin = (name: string): string =>
  fileURLToPath(new URL(`../../../plugins/node/${name}`, import.meta.url));
const COPY_PROJECT = fileURLToPath(new URL('../programs/copy-project.js', import.meta.url));
const FILES = ['**/*.test.js', '**/*.test.mjs', '**/*.test.cjs'];

/** Where tests run: the copy. */
const project = (place: PreparedSuite): string => join(place.out, 'project');

const prepare = (place: PreparedSuite, instrument: Instrument, tools: Tools): Step[] => [
  { argv: [process.execPath, COPY_PROJECT, place.dir, project(place)], cwd: place.dir, env: {} },
  sameKind(place),
  ...dependencies(place, project(place)),
  ...compileAddon(place, project(place), instrument, tools),
];

const files = (place: PreparedSuite): string[] => {
  const patterns = setting(place, 'files');
  const cwd = existsSync(project(place)) ? project(place) : place.dir;
  const found = globSync(patterns.length > 0 ? patterns : FILES, {
    cwd,
    ignore: ['**/node_modules/**', 'build/**'],
  });
  return found.sort();
};

type Turn = { file: string; args: string[]; name: string };

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Node 20 matches a test's own name, later versions the names of its suites too, joined by a space. */
const patterns = (name: string): string[] =>
  [...new Set([name.split(' > ').at(-1) ?? name, name.replaceAll(' > ', ' ')])].map(
    (n) => `--test-name-pattern=/^${escaped(n)}$/`,
  );

/** One turn per file, and then one for each test that is to have a process of its own. */
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
  place: PreparedSuite,
  tools: Tools,
  arm: Arm,
  turns: Turn[],
  words: string[],
  whole = false,
): Launch => ({
  argv: [
    process.execPath,
    plugin('run.mjs'),
    JSON.stringify({
      turns,
      whole,
      command: [...arm.prefix, nodeOf(tools), ...arm.hostArgs, ...setting(place, 'args'), ...words],
      env: arm.env,
      cwd: project(place),
    }),
  ],
  cwd: project(place),
  env: linkedEnv(place),
});

const run = (place: PreparedSuite, _instrument: Instrument, tools: Tools, plan: RunPlan): Launch => {
  const tests = plan.tests === 'all' ? files(place) : plan.tests;
  const own = progressEnv(plan.scratch, plan.logDir);
  const objects = ['--import', plugin('objects.mjs')];
  const runner = runnerOf(place);
  if (runner) {
    const words = [...objects, '--import', plugin('status.mjs'), ...runner];
    const launch = turning(place, tools, plan.arm, turnsOf(tests, false), words, true);
    return { ...launch, env: { ...launch.env, ...own } };
  }
  const progress = plugin('progress.mjs');
  const launch = turning(
    place,
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
const list = (place: PreparedSuite, _instrument: Instrument, tools: Tools, arm: Arm): Launch =>
  runnerOf(place)
    ? listFiles(files(place), project(place))
    : turning(place, tools, arm, turnsOf(files(place), false), ['--import', plugin('list.mjs')]);

const parseList = (stdout: string): string[] =>
  [...stdout.matchAll(/^FFI_GATES_TEST (".*")$/gm)].map((m) => JSON.parse(m[1] ?? '""') as string);

/**
 * The N-API binding. `with`: `files` (globs, default `**\/*.test.{js,mjs,cjs}`), `runner` (words that run one file),
 * `args` (switches of node: `--expose-gc`), `addon` (directory of binding.gyp or CMakeLists.txt in the suite), `cmake` (words
 * for CMake), `include` (header directories). A launch of all tests isolates by file.
 */
export const nodejs: Binding = {
  id: 'node',
  title: 'Node (N-API)',
  attributes: true,
  isolates: 'start',
  copied: (place) => ({ from: place.dir, to: project(place) }),
  missing: missingForAddon,
  prepare,
  list,
  parseList,
  run,
  events: (scratch) => readEvents(progressFile(scratch)),
};
