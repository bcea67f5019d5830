/**
 * Go with cgo. Each package's tests are compiled once to a test binary of their own; a launch runs that binary directly,
 * so that the gate is around the process that loads the native code and `go` never is.
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

/** A package by its directory below the suite: '' for the suite's own. */
type Package = string;

const binaryOf = (place: PreparedSuite, pkg: Package): string =>
  join(place.out, `${pkg === '' ? 'suite' : pkg.replaceAll('/', '__')}.test`);

/** Directories at and below `dir` with test files, without those that the go command ignores too. */
const walk = (dir: string): string[] => {
  const entries = readdirSync(dir, { withFileTypes: true });
  const below = entries
    .filter((e) => e.isDirectory() && !/^[._]|^(testdata|vendor|node_modules)$/.test(e.name))
    .flatMap((e) => walk(join(dir, e.name)));
  return entries.some((e) => e.isFile() && e.name.endsWith('_test.go')) ? [dir, ...below] : below;
};

/** The packages that `with.package` names (default `./...`), as `go test` would take them. */
const packages = (place: PreparedSuite): Package[] => {
  const patterns = list(place, 'package');
  const found = (patterns.length > 0 ? patterns : ['./...']).flatMap((pattern) => {
    const start = join(place.dir, pattern.replace(/\/?\.\.\.$/, ''));
    return pattern.endsWith('...') ? walk(start) : [start];
  });
  return [...new Set(found.map((dir) => relative(place.dir, dir)))].sort();
};

const nonEmpty = (name: string, words: string[]): Record<string, string> =>
  words.length > 0 ? { [name]: flagText(words) } : {};

/** What the go command needs to compile. It fetches modules as `go test` does; what is run later needs none. */
const buildEnv = (place: PreparedSuite, instrument: Instrument): Record<string, string> => {
  const { cc, cxx, cflags, ldflags, go } = instrument;
  return {
    CGO_ENABLED: '1',
    GOFLAGS: '-buildvcs=false',
    CC: cc,
    CXX: cxx,
    ...nonEmpty('CGO_CFLAGS', ['-g', '-O1', ...cflags, ...includeFlags(place)]),
    ...nonEmpty('CGO_CXXFLAGS', ['-g', '-O1', ...cflags, ...includeFlags(place)]),
    ...nonEmpty('CGO_LDFLAGS', [...ldflags, ...libraryFlags(place), ...framesFlags(place, instrument)]),
    ...linkedEnv(place),
    ...go?.env,
  };
};

/** Runs one command in each package: the suite's own directly, others by `in-turn`, which names them in the output. */
const inPackages = (
  place: PreparedSuite,
  pkgs: Package[],
  arm: { prefix: string[]; env: Record<string, string> },
  args: (pkg: Package) => string[],
): Launch => {
  const env = linkedEnv(place);
  const words = (pkg: Package): [string, ...string[]] => {
    const [first = binaryOf(place, pkg), ...rest] = [...arm.prefix, binaryOf(place, pkg), ...args(pkg)];
    return [first, ...rest];
  };
  if (pkgs.every((pkg) => pkg === ''))
    return { argv: words(''), cwd: place.dir, env: { ...env, ...arm.env } };
  const turns: Turn[] = pkgs.map((pkg) => ({
    name: pkg,
    cwd: join(place.dir, pkg),
    argv: ['env', ...envWords(arm.env), ...words(pkg)],
  }));
  const program = fileURLToPath(new URL('../programs/run-sequentially.js', import.meta.url));
  return { argv: [process.execPath, program, JSON.stringify(turns)], cwd: place.dir, env };
};

const split = (id: string): { pkg: Package; name: string } => {
  const at = id.lastIndexOf('/');
  return { pkg: at < 0 ? '' : id.slice(0, at), name: id.slice(at + 1) };
};

const run = (
  place: PreparedSuite,
  _instrument: Instrument,
  _tools: Tools,
  { tests, arm }: RunPlan,
): Launch => {
  const chosen = tests === 'all' ? undefined : tests.map(split);
  const pkgs = chosen ? [...new Set(chosen.map((t) => t.pkg))].sort() : packages(place);
  // Parallel tests are paused and resumed: one at a time keeps a report beside the test that caused it.
  const fixed = ['-test.v', '-test.count=1', '-test.parallel=1', ...arm.hostArgs];
  return inPackages(place, pkgs, arm, (pkg) => {
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
  prepare: (place, instrument, tools) => [
    ...framesSteps(place, instrument),
    ...packages(place).map((pkg): Launch => ({
      argv: [
        tools['go']?.path ?? 'go',
        ...['test', '-c', '-vet=off', ...(instrument.go?.flags ?? [])],
        ...['-o', binaryOf(place, pkg), pkg === '' ? '.' : `./${pkg}`],
      ],
      cwd: place.dir,
      env: buildEnv(place, instrument),
    })),
  ],
  list: (place, _instrument, _tools, arm) =>
    inPackages(place, packages(place), arm, () => ['-test.list', '.']),
  parseList: (stdout) => parseGoList(stdout),
  run,
  events: (_scratch, output) => parseGoEvents(output),
  ownObjects: (place) => packages(place).map((pkg) => binaryOf(place, pkg)),
};
