/**
 * Test files that do not use `node:test`. `with.runner` says how to run one file in one process
 * (`[node_modules/mocha/bin/_mocha, --exit]`, or `[]` for a plain script), and each file is one test. Also
 * the npm packages that tests need.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Launch, Step } from '../../model/launch.js';
import { linkedEnv, list } from '../link.js';
import { loadOf } from '../loading.js';

/** Runners give a test seconds, and slow gates need more. By their programs, unless the matrix says another time. */
const PATIENCE: [RegExp, string[]][] = [
  [/mocha\/bin\/_?mocha(?:\.js)?$/, ['--timeout=0']],
  [/jest\/bin\/jest\.js$/, ['--testTimeout=600000']],
  [/ava\/(?:entrypoints\/cli\.mjs|cli\.js)$/, ['--timeout=30m']],
  [/vitest\/vitest\.mjs$/, ['--testTimeout=600000', '--hookTimeout=600000']],
];

const patient = (words: string[]): string[] => {
  const isSaid = words.some((w) => /^(?:-t|--\w{0,4}[Tt]imeout\b.*)$/.test(w));
  const more = PATIENCE.find(([program]) => words.some((w) => program.test(w)))?.[1] ?? [];
  return isSaid ? words : [...words, ...more];
};

/**
 * Arguments between node and the file. Undefined if files use `node:test`. Paths are relative to the suite.
 */
export const runnerOf = (suite: PreparedSuite): string[] | undefined =>
  suite.with['runner'] === undefined ? undefined : patient(list(suite, 'runner'));

/** Prints the files in the format of listed test ids. */
export const listFiles = (files: readonly string[], cwd: string): Launch => ({
  argv: ['printf', 'FFI_GATES_TEST "%s"\\n', ...files],
  cwd,
  env: {},
});

type Kind = { type?: string };

const kindAbove = (dir: string): string => {
  const file = join(dir, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as Kind).type ?? 'commonjs';
  return dir === dirname(dir) ? 'commonjs' : kindAbove(dirname(dir));
};

/**
 * The nearest package.json above decides whether `.js` is a module. A copy in a cache has other directories
 * above it, so it gets a package.json with the suite's setting.
 */
export const sameKind = (suite: PreparedSuite): Step => ({
  argv: [
    'sh',
    '-c',
    'printf %s "$1" > "$0"',
    join(suite.out, 'package.json'),
    JSON.stringify({ type: kindAbove(suite.dir) }),
  ],
  cwd: suite.dir,
  env: {},
});

/** Words of the matrix that may name a package. */
const wordsOf = (suite: PreparedSuite): string[] => [
  ...(loadOf(suite) ? ['--only'] : []),
  ...list(suite, 'runner'),
  ...list(suite, 'args'),
  ...list(suite, 'command').flatMap((command) => command.split(/\s+/)),
];

const PRUNE = fileURLToPath(new URL('../programs/node-dependencies.js', import.meta.url));

/**
 * Installs the packages that the addon and its tests need: links those of the suite if it has them, else npm
 * fetches them, those of `tools` too. Install scripts do not run, since they would compile without the gate's flags.
 */
export const dependencies = (suite: PreparedSuite, project: string, tools: readonly string[]): Step[] => {
  const theirs = join(suite.dir, 'node_modules');
  if (existsSync(theirs))
    return [{ argv: ['ln', '-sfn', theirs, join(project, 'node_modules')], cwd: suite.dir, env: {} }];
  const file = join(suite.dir, 'package.json');
  if (!existsSync(file)) return [];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = linkedEnv(suite);
  const npm = (...words: string[]): Step => ({ argv: ['npm', ...words, ...quiet], cwd: project, env });
  // npm resolves even packages that it is told to omit. A tool that is no longer available would make
  // everything fail.
  const prune: Step = {
    argv: [process.execPath, PRUNE, project, ...wordsOf(suite), ...tools],
    cwd: project,
    env: {},
  };
  if (existsSync(join(suite.dir, 'package-lock.json'))) return [npm('ci')];
  // A script may call any tool.
  const pruned = list(suite, 'scripts').length ? [] : [prune];
  return [...pruned, npm('install', '--legacy-peer-deps')];
};

/** Runs the scripts that make the JavaScript under test (`with.scripts`), as `npm run` does. */
export const madeByScripts = (suite: PreparedSuite, project: string): Step[] =>
  list(suite, 'scripts').map((name) => ({
    argv: ['npm', 'run', '--silent', name],
    cwd: project,
    env: linkedEnv(suite),
  }));
