/**
 * Go with cgo. The tests of each package are compiled to a test binary of their own. A launch runs that
 * binary directly, so that the gate is around the process that loads the native code and never around `go`.
 * Test ids: `TestX` in the suite's own directory, `sub/TestX` in a package below it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binding, RunPlan, PreparedSuite, Uncollected } from '../binding.js';
import type { Instrument, Launch, Step, Tools } from '../../model/launch.js';
import { framesFlags, framesSteps } from './frames.js';
import { parseGoEvents, parseGoList } from './output.js';
import type { GoBuild } from '../programs/build-go-tests.js';
import type { Turn } from '../programs/run-sequentially.js';
import { fuzzLaunch, variant } from '../fuzz-targets.js';
import { isFuzzing } from '../../model/fuzz-plan.js';
import { progressFile, readEvents } from '../progress.js';
import { builtPackages, PACKAGES, testBinary, unbuilt } from '../go-packages.js';
import { envWords, flagText, includeFlags, libraryFlags, linkedEnv, list } from '../link.js';

/** A package by its directory below the suite; '' for the suite's own. */
type Package = string;

const binaryOf = (suite: PreparedSuite, pkg: Package): string => join(suite.out, testBinary(pkg));

const BUILD = fileURLToPath(new URL('../programs/build-go-tests.js', import.meta.url));

/** The packages that match `with.package` (default `./...`) and whose tests could be built. */
const packages = (suite: PreparedSuite): Package[] => builtPackages(suite.out).built;

const nonEmpty = (name: string, words: string[]): Record<string, string> =>
  words.length > 0 ? { [name]: flagText(words) } : {};

/** GOFLAGS of the suite, else of this shell: the project's own flags stay. */
const exportedFlags = (suite: PreparedSuite): string | undefined =>
  suite.env['GOFLAGS'] ?? process.env['GOFLAGS'];

const withoutFlags = (env: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'GOFLAGS'));

/** Environment for compiling. The go command fetches modules as `go test` does; later runs need none. */
const buildEnv = (suite: PreparedSuite, instrument: Instrument): Record<string, string> => {
  const { cc, cxx, cflags, ldflags, go } = instrument;
  return {
    CGO_ENABLED: '1',
    GOFLAGS: ['-buildvcs=false', exportedFlags(suite)].filter(Boolean).join(' '),
    CC: cc,
    CXX: cxx,
    ...nonEmpty('CGO_CFLAGS', ['-g', '-O1', ...cflags, ...includeFlags(suite)]),
    ...nonEmpty('CGO_CXXFLAGS', ['-g', '-O1', ...cflags, ...includeFlags(suite)]),
    ...nonEmpty('CGO_LDFLAGS', [...ldflags, ...libraryFlags(suite), ...framesFlags(suite, instrument)]),
    ...withoutFlags(linkedEnv(suite)),
    ...go?.env,
  };
};

/** A directory of the suite may be named without the dot by which the go command knows one. */
const asPattern = (suite: PreparedSuite, pattern: string): string => {
  const dir = pattern.replace(/\/?\.{3}$/, '');
  const isLocal = !/^(?:\.|\/)/.test(pattern) && dir !== '' && existsSync(join(suite.dir, dir));
  return isLocal ? `./${pattern}` : pattern;
};

const build = (suite: PreparedSuite, instrument: Instrument, tools: Tools): Step => {
  const patterns = list(suite, 'package');
  const plan: GoBuild = {
    go: tools['go']?.path ?? 'go',
    // Inputs are changed by what code they reach.
    flags: ['-vet=off', ...(isFuzzing(suite) ? ['-fuzz=.'] : []), ...(instrument.go?.flags ?? [])],
    patterns: patterns.length > 0 ? patterns.map((p) => asPattern(suite, p)) : ['./...'],
    tags: list(suite, 'tags'),
    out: suite.out,
  };
  return {
    argv: [process.execPath, BUILD, JSON.stringify(plan)],
    cwd: suite.dir,
    env: buildEnv(suite, instrument),
  };
};

/** Prints what could not be built, if anything could not. */
const sayFailed = (suite: PreparedSuite): Turn[] =>
  builtPackages(suite.out).failed.length === 0
    ? []
    : [{ name: '', cwd: suite.out, argv: ['cat', join(suite.out, PACKAGES)] }];

/**
 * Runs one command in each package: the suite's own directly, others by `run-sequentially`, which prints
 * their names.
 */
const inPackages = (
  suite: PreparedSuite,
  pkgs: Package[],
  arm: { prefix: string[]; env: Record<string, string> },
  args: (pkg: Package) => string[],
  before: readonly Turn[] = [],
): Launch => {
  const env = linkedEnv(suite);
  const words = (pkg: Package): [string, ...string[]] => {
    const [first = binaryOf(suite, pkg), ...rest] = [...arm.prefix, binaryOf(suite, pkg), ...args(pkg)];
    return [first, ...rest];
  };
  if (before.length === 0 && pkgs.every((pkg) => pkg === ''))
    return { argv: words(''), cwd: suite.dir, env: { ...env, ...arm.env } };
  const each = pkgs.map((pkg): Turn => ({
    name: pkg,
    cwd: join(suite.dir, pkg),
    argv: ['env', ...envWords(arm.env), ...words(pkg)],
  }));
  const turns = [...before, ...each];
  const program = fileURLToPath(new URL('../programs/run-sequentially.js', import.meta.url));
  return { argv: [process.execPath, program, JSON.stringify(turns)], cwd: suite.dir, env };
};

const split = (id: string): { pkg: Package; name: string } => {
  const at = id.lastIndexOf('/');
  return { pkg: at < 0 ? '' : id.slice(0, at), name: id.slice(at + 1) };
};

const run = (suite: PreparedSuite, _instrument: Instrument, _tools: Tools, plan: RunPlan): Launch => {
  const { tests, arm } = plan;
  if (isFuzzing(suite))
    return fuzzLaunch(plan, {
      engine: 'go',
      cwd: suite.dir,
      seeds: [],
      command: [binaryOf(suite, split(String(tests[0] ?? '')).pkg), ...arm.hostArgs],
      env: linkedEnv(suite),
    });
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

/** The Go binding. `with`: `package` (patterns, default `./...`), `tags`, `include`, `libs`, `fuzz` (the targets `FuzzX` alone). */
export const go: Binding = {
  id: 'go',
  title: 'Go (cgo)',
  toolchains: ['go'],
  attributes: false,
  missing: (tools) =>
    tools['go']
      ? undefined
      : {
          what: 'go',
          why: 'it compiles and lists the tests',
          remedy: 'install Go from https://go.dev/dl and put it on PATH',
        },
  prepare: (suite, instrument, tools) => [...framesSteps(suite, instrument), build(suite, instrument, tools)],
  list: (suite, _instrument, _tools, arm) =>
    inPackages(suite, packages(suite), arm, () => ['-test.list', '.'], sayFailed(suite)),
  uncollected: (stdout): Uncollected[] => unbuilt(stdout),
  parseList: (stdout, suite) =>
    parseGoList(stdout).filter((t) => !isFuzzing(suite) || split(t).name.startsWith('Fuzz')),
  variant,
  run,
  events: (scratch, output, suite) =>
    isFuzzing(suite) ? readEvents(progressFile(scratch)) : parseGoEvents(output),
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
