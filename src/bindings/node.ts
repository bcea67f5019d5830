/**
 * Node with an N-API addon: `node:test` files (CommonJS or ES modules). The addon is built with node-gyp in a copy of the
 * suite, so that instrumented builds never meet in one directory. Each file runs directly as `node file`, which is how
 * `node:test` works without its launcher, so the process that loads the addon is the one that is armed.
 * Test ids: `file::name`, names of suites joined by ` > `. Other test files: see `node-files.ts`.
 */
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import type {
  Arm,
  Binding,
  Instrument,
  Launch,
  Missing,
  RunPlan,
  Step,
  SuitePlace,
  Tools,
} from '../binding.js';
import { flagText, includeFlags, linkedEnv, list as setting } from './link.js';
import { dependencies, listFiles, runnerOf, sameKind } from './node-files.js';
import { progressEnv, progressFile, readEvents, readMapped } from './progress.js';

const plugin = (name: string): string =>
  fileURLToPath(new URL(`../../plugins/node/${name}`, import.meta.url));
const COPY_PROJECT = fileURLToPath(new URL('./copy-project.js', import.meta.url));
const FILES = ['**/*.test.js', '**/*.test.mjs', '**/*.test.cjs'];

const node = (tools: Tools): string => tools['node']?.path ?? process.execPath;

/** Directory that holds `include/node/node_api.h` of this Node, for `--nodedir`. */
const headers = (tools: Tools): string | undefined => {
  const prefix = dirname(dirname(realpathSync(node(tools))));
  return existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? prefix : undefined;
};

/** The project's own node-gyp, else the one inside npm. */
const gyp = (dir: string, tools: Tools): string | undefined => {
  try {
    return createRequire(join(dir, 'package.json')).resolve('node-gyp/bin/node-gyp.js');
  } catch {
    const prefix = dirname(dirname(realpathSync(node(tools))));
    const bundled = join(prefix, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js');
    return existsSync(bundled) ? bundled : undefined;
  }
};

const missing = (tools: Tools): Missing | undefined => {
  const why = 'node-gyp compiles the addon under the gate’s flags';
  if (!headers(tools)) {
    return { what: 'the headers of Node', why, remedy: 'install Node with its include/node beside bin/' };
  }
  if (!gyp(process.cwd(), tools)) return { what: 'node-gyp', why, remedy: 'npm install --save-dev node-gyp' };
  return undefined;
};

/** Where tests run: the copy. `with.addon` names another directory with the binding.gyp, relative to the suite. */
const project = (place: SuitePlace): string => join(place.out, 'project');

const prepare = (place: SuitePlace, { cc, cxx, cflags, ldflags }: Instrument, tools: Tools): Step[] => {
  const copy: Step = {
    argv: [process.execPath, COPY_PROJECT, place.dir, project(place)],
    cwd: place.dir,
    env: {},
  };
  const addon = setting(place, 'addon')[0] ?? '.';
  const fetched = [sameKind(place), ...dependencies(place, project(place))];
  if (!existsSync(join(place.dir, addon, 'binding.gyp'))) return [copy, ...fetched];
  const flags = flagText(['-g', '-O1', '-fno-omit-frame-pointer', ...cflags, ...includeFlags(place)]);
  const libraries = Object.values(place.targets).flatMap((dir) => [`-L${dir}`, `-Wl,-rpath,${dir}`]);
  const build: Step = {
    argv: [node(tools), gyp(place.dir, tools) ?? 'node-gyp', 'rebuild', `--nodedir=${headers(tools) ?? ''}`],
    cwd: join(project(place), addon),
    env: {
      ...linkedEnv(place),
      ...{ CC: cc, CXX: cxx, CFLAGS: flags, CXXFLAGS: flags, LDFLAGS: flagText([...ldflags, ...libraries]) },
    },
  };
  return [copy, ...fetched, build];
};

const files = (place: SuitePlace): string[] => {
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

/** One turn per file, or per test when tests are to be isolated. */
export const turnsOf = (tests: readonly string[], isolate: boolean): Turn[] => {
  const byFile = new Map<string, string[]>();
  for (const test of tests) {
    const cut = test.indexOf('::');
    const file = cut < 0 ? test : test.slice(0, cut);
    byFile.set(file, [...(byFile.get(file) ?? []), ...(cut < 0 ? [] : patterns(test.slice(cut + 2)))]);
  }
  if (!isolate) return [...byFile].map(([file, args]) => ({ file, name: file, args }));
  return tests.flatMap((test) => turnsOf([test], false));
};

const turning = (
  place: SuitePlace,
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
      command: [...arm.prefix, node(tools), ...arm.hostArgs, ...words],
      env: arm.env,
      cwd: project(place),
    }),
  ],
  cwd: project(place),
  env: linkedEnv(place),
});

const run = (place: SuitePlace, _instrument: Instrument, tools: Tools, plan: RunPlan): Launch => {
  const tests = plan.tests === 'all' ? files(place) : plan.tests;
  const own = progressEnv(plan.scratch, plan.logDir);
  const runner = runnerOf(place);
  if (runner) {
    const launch = turning(place, tools, plan.arm, turnsOf(tests, false), runner, true);
    return { ...launch, env: { ...launch.env, ...own } };
  }
  const progress = plugin('progress.mjs');
  const launch = turning(place, tools, plan.arm, turnsOf(tests, plan.isolate && plan.tests !== 'all'), [
    ...['--import', progress, `--test-reporter=${progress}`, '--test-reporter-destination=stderr'],
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
  ]);
  return { ...launch, env: { ...launch.env, ...own } };
};

/** Needs the arm: an instrumented addon does not load without its runtime. */
const list = (place: SuitePlace, _instrument: Instrument, tools: Tools, arm: Arm): Launch =>
  runnerOf(place)
    ? listFiles(files(place), project(place))
    : turning(place, tools, arm, turnsOf(files(place), false), ['--import', plugin('list.mjs')]);

const parseList = (stdout: string): string[] =>
  [...stdout.matchAll(/^FFI_GATES_TEST (".*")$/gm)].map((m) => JSON.parse(m[1] ?? '""') as string);

/**
 * The N-API binding. `with`: `files` (globs, default `**\/*.test.{js,mjs,cjs}`), `runner` (words that run one file),
 * `addon` (directory of binding.gyp in the suite), `include` (header directories). A launch of all tests isolates by file.
 */
export const nodejs: Binding = {
  id: 'node',
  title: 'Node (N-API)',
  attributes: true,
  isolates: true,
  missing,
  prepare,
  list,
  parseList,
  run,
  events: (scratch) => readEvents(progressFile(scratch)),
  mapped: readMapped,
};
