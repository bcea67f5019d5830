/**
 * Go with cgo. The tests of each package are compiled to a test binary of their own. A launch runs that
 * binary directly, so that the gate is around the process that loads the native code and never around `go`.
 * Test ids: `TestX` in the suite's own directory, `sub/TestX` in a package below it.
 */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { Instrument, Launch, Tools } from '../../model/launch.js';
import { framesFlags, framesSteps } from './frames.js';
import { parseGoEvents, parseGoList } from './output.js';
import type { Turn } from '../programs/run-sequentially.js';
import { envWords, flagText, includeFlags, libraryFlags, linkedEnv, list } from '../link.js';

/** A package by its directory below the suite; '' for the suite's own. */
type Package = string;

const binaryOf = (suite: PreparedSuite, pkg: Package): string =>
  join(suite.out, `${pkg === '' ? 'suite' : pkg.replaceAll('/', '__')}.test`);

/** Directories at and below `dir` that contain test files, except those that the go command ignores. */
const walk = (dir: string): string[] => {
  const entries = readdirSync(dir, { withFileTypes: true });
  const below = entries
    .filter((e) => e.isDirectory() && !/^[._]|^(testdata|vendor|node_modules)$/.test(e.name))
    .flatMap((e) => walk(join(dir, e.name)));
  return entries.some((e) => e.isFile() && e.name.endsWith('_test.go')) ? [dir, ...below] : below;
};

/** The packages that match `with.package` (default `./...`), as in `go test`. */
const packages = (suite: PreparedSuite): Package[] => {
  const patterns = list(suite, 'package');
  const found = (patterns.length > 0 ? patterns : ['./...']).flatMap((pattern) => {
    const start = join(suite.dir, pattern.replace(/\/?\.\.\.$/, ''));
    return pattern.endsWith('...') ? walk(start) : [start];
  });
  return [...new Set(found.map((dir) => relative(suite.dir, dir)))].sort();
};

const nonEmpty = (name: string, words: string[]): Record<string, string> =>
  words.length > 0 ? { [name]: flagText(words) } : {};

/** Environment for compiling. The go command fetches modules as `go test` does; later runs need none. */
const buildEnv = (suite: PreparedSuite, instrument: Instrument): Record<string, string> => {
  const { cc, cxx, cflags, ldflags, go } = instrument;
  return {
    CGO_ENABLED: '1',
    GOFLAGS: '-buildvcs=false',
    CC: cc,
    CXX: cxx,
    ...nonEmpty('CGO_CFLAGS', ['-g', '-O1', ...cflags, ...includeFlags(suite)]),
    ...nonEmpty('CGO_CXXFLAGS', ['-g', '-O1', ...cflags, ...includeFlags(suite)]),
    ...nonEmpty('CGO_LDFLAGS', [...ldflags, ...libraryFlags(suite), ...framesFlags(suite, instrument)]),
    ...linkedEnv(suite),
    ...go?.env,
  };
};

/**
 * Runs one command in each package: the suite's own directly, others by `run-sequentially`, which prints
 * their names.
 */
const inPackages = (
  suite: PreparedSuite,
  pkgs: Package[],
  arm: { prefix: string[]; env: Record<string, string> },
  args: (pkg: Package) => string[],
): Launch => {
  const env = linkedEnv(suite);
  const words = (pkg: Package): [string, ...string[]] => {
    const [first = binaryOf(suite, pkg), ...rest] = [...arm.prefix, binaryOf(suite, pkg), ...args(pkg)];
    return [first, ...rest];
  };
  if (pkgs.every((pkg) => pkg === ''))
    return { argv: words(''), cwd: suite.dir, env: { ...env, ...arm.env } };
  const turns: Turn[] = pkgs.map((pkg) => ({
    name: pkg,
    cwd: join(suite.dir, pkg),
    argv: ['env', ...envWords(arm.env), ...words(pkg)],
  }));
  const program = fileURLToPath(new URL('../programs/run-sequentially.js', import.meta.url));
  return { argv: [process.execPath, program, JSON.stringify(turns)], cwd: suite.dir, env };
};

const split = (id: string): { pkg: Package; name: string } => {
  const at = id.lastIndexOf('/');
  return { pkg: at < 0 ? '' : id.slice(0, at), name: id.slice(at + 1) };
};

const run = (
  suite: PreparedSuite,
  _instrument: Instrument,
  _tools: Tools,
  { tests, arm }: RunPlan,
): Launch => {
  const chosen = tests === 'all' ? undefined : tests.map(split);
  const pkgs = chosen ? [...new Set(chosen.map((t) => t.pkg))].sort() : packages(suite);
  // Parallel tests are paused and resumed. Running one at a time keeps a report next to the test that caused
  // it.
  const fixed = ['-test.v', '-test.count=1', '-test.parallel=1', ...arm.hostArgs];
  return inPackages(suite, pkgs, arm, (pkg) => {
    const names = chosen?.filter((t) => t.pkg === pkg).map((t) => t.name);
    return names ? [...fixed, '-test.run', `^(${names.join('|')})$`] : fixed;
  });
};

/** The Go binding. `with`: `package` (patterns, default `./...`), `include`, `libs`. */
export const go: Binding = {
  id: 'go',
  title: 'Go (cgo)',
  attributes: false,
  missing: (tools) =>
    tools['go']
      ? undefined
      : {
          what: 'go',
          why: 'it compiles and lists the tests',
          remedy: 'install Go from https://go.dev/dl and put it on PATH',
        },
  prepare: (suite, instrument, tools) => [
    ...framesSteps(suite, instrument),
    ...packages(suite).map((pkg): Launch => ({
      argv: [
        tools['go']?.path ?? 'go',
        ...['test', '-c', '-vet=off', ...(instrument.go?.flags ?? [])],
        ...['-o', binaryOf(suite, pkg), pkg === '' ? '.' : `./${pkg}`],
      ],
      cwd: suite.dir,
      env: buildEnv(suite, instrument),
    })),
  ],
  list: (suite, _instrument, _tools, arm) =>
    inPackages(suite, packages(suite), arm, () => ['-test.list', '.']),
  parseList: (stdout) => parseGoList(stdout),
  run,
  events: (_scratch, output) => parseGoEvents(output),
  ownObjects: (suite) => packages(suite).map((pkg) => binaryOf(suite, pkg)),
  declarations: (suite, instrument, tools) => ({
    language: 'go',
    go: {
      dir: suite.dir,
      go: tools['go']?.path ?? 'go',
      packages: packages(suite).map((pkg) => (pkg === '' ? '.' : `./${pkg}`)),
      env: buildEnv(suite, instrument),
      programs: packages(suite).map((pkg) => binaryOf(suite, pkg)),
    },
  }),
};
