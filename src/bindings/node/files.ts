/**
 * Test files that are not of `node:test`: `with.runner` says how one file is run in one process (`[node_modules/mocha/bin/
 * _mocha, --exit]`, or `[]` for a plain script), and the file is the test. Also what a package's tests need of npm.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Launch, Step } from '../../model/launch.js';
import { linkedEnv, list } from '../link.js';

/** Words between node and the file; undefined when files are of `node:test`. Paths are relative to the suite. */
export const runnerOf = (place: PreparedSuite): string[] | undefined =>
  place.with['runner'] === undefined ? undefined : list(place, 'runner');

/** The files themselves, in the form in which test ids are listed. */
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
 * Whether `.js` is a module is said by the nearest package.json above, and a copy in a cache has others above it than
 * the suite has: it is given what holds for the suite.
 */
export const sameKind = (place: PreparedSuite): Step => ({
  argv: [
    'sh',
    '-c',
    'printf %s "$1" > "$0"',
    join(place.out, 'package.json'),
    JSON.stringify({ type: kindAbove(place.dir) }),
  ],
  cwd: place.dir,
  env: {},
});

const PRUNE = fileURLToPath(new URL('../programs/node-dependencies.js', import.meta.url));

/**
 * The packages that the addon and its tests need: those of the suite where it has them, else npm fetches them, without
 * running what they would compile for themselves, unarmed and unasked.
 */
export const dependencies = (place: PreparedSuite, project: string): Step[] => {
  const theirs = join(place.dir, 'node_modules');
  if (existsSync(theirs))
    return [{ argv: ['ln', '-sfn', theirs, join(project, 'node_modules')], cwd: place.dir, env: {} }];
  const file = join(place.dir, 'package.json');
  if (!existsSync(file)) return [];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const env = linkedEnv(place);
  const npm = (...words: string[]): Step => ({ argv: ['npm', ...words, ...quiet], cwd: project, env });
  // npm resolves even what it is told to omit: a tool that can no longer be had would stop everything.
  const prune: Step = {
    argv: [process.execPath, PRUNE, project, ...list(place, 'runner')],
    cwd: project,
    env: {},
  };
  return existsSync(join(place.dir, 'package-lock.json'))
    ? [npm('ci')]
    : [prune, npm('install', '--legacy-peer-deps')];
};
