/**
 * A Python project that pip builds (PEP 517: setuptools, scikit-build-core, meson-python, cffi, …), for one
 * compiler and one set of flags: a wheel from a copy of the sources, and a virtual environment with its
 * dependencies. The wheel is installed separately, so that its objects can be distinguished from those of its
 * dependencies, which were not rebuilt.
 */
import { packageRoot } from '../programs/package-root.js';
import { existsSync } from 'node:fs';
import { basename, delimiter, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite, RunPlan } from '../binding.js';
import type { Arm, Instrument, Launch, Step, Tools } from '../../model/launch.js';
import { LEAKS_IGNORED, running } from '../../builders/builder.js';
import { flagText, list } from '../link.js';
import { loadOf } from '../loading.js';
import { pytest } from './pytest.js';
import { rustBuild } from './rust.js';

const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url));

/** The directory of the project, if pip builds one for the suite. */
export const packageOf = (suite: PreparedSuite): string | undefined => {
  const [named] = list(suite, 'package');
  return named === undefined ? undefined : resolve(suite.dir, named);
};

/** Makes a virtual environment in a third of venv's time. */
const ENVIRONMENT = fileURLToPath(new URL('../../../plugins/python/environment.py', import.meta.url));

/** In a hidden directory, because its contents are not the project's own. */
const venv = (suite: PreparedSuite): string => join(suite.out, '.venv');
/** The directory of the wheel's content. */
export const installed = (suite: PreparedSuite): string => join(suite.out, 'lib');

/** The tools, with the virtual environment's interpreter instead of the system's. */
const withVenv = (suite: PreparedSuite, tools: Tools): Tools => ({
  ...tools,
  python: { path: join(venv(suite), 'bin', 'python'), version: tools['python']?.version ?? '' },
});

/** What of the package is installed as it is written, such as its Python, is shown where it was written. */
export const copyOfPackage = (suite: PreparedSuite): { from: string; to: string } | undefined => {
  const project = packageOf(suite);
  if (project === undefined) return undefined;
  const sources = join(project, 'src');
  return { from: existsSync(sources) ? sources : project, to: installed(suite) };
};

/**
 * The suite as it runs. Tests inside the package that they test would import its sources, which contain no
 * compiled code, instead of the installed package. They run from their copy in the installed one.
 */
export const testPlace = (suite: PreparedSuite): PreparedSuite => {
  const inside = relative(packageRoot(suite.dir), suite.dir);
  const [top] = inside.split('/');
  return inside && existsSync(join(installed(suite), top!))
    ? { ...suite, dir: join(installed(suite), inside) }
    : suite;
};

/**
 * The installed package must take precedence over the sources beside the tests. Options that the project adds
 * for its own runs (coverage, parallelism) are dropped, since they name plugins and directories that are not
 * here. The project's conftest.py, which may be above the tests, is read.
 */
const packageOptions = (suite: PreparedSuite): string[] => [
  ...['--import-mode=append', '-o', 'addopts=', '-o', 'testpaths='],
  `--confcutdir=${testPlace(suite) === suite ? packageOf(suite) : installed(suite)}`,
];

/** The outermost package that each directory of tests belongs to. */
const testPackages = (suite: PreparedSuite): string[] => {
  const named = list(suite, 'args').map((word) => resolve(suite.dir, word.replace(/::.*$/s, '')));
  const dirs = [suite.dir, ...named].filter((d) => existsSync(join(d, '__init__.py')));
  return [
    ...new Set(
      dirs.map((d) => {
        const root = packageRoot(d);
        return join(root, relative(root, d).split('/')[0]!);
      }),
    ),
  ];
};

/**
 * Tests name files relative to the project, so our plugin changes to its directory before it collects them. Packages of
 * tests that are not installed are found before anything else of their name.
 */
const packageEnv = (suite: PreparedSuite, project: string): Record<string, string> => {
  const own = testPackages(suite).filter((d) => !existsSync(join(installed(suite), basename(d))));
  return {
    PYTHONSAFEPATH: '1',
    FFI_GATES_TESTS_IN: project,
    ...(own.length ? { FFI_GATES_TEST_PACKAGES: own.join(delimiter) } : {}),
  };
};

/** pytest in the environment of the installed package, which comes first on PYTHONPATH. */
export const packageTesting = (suite: PreparedSuite, tools: Tools, arm: Arm, chosen?: RunPlan): Launch => {
  const project = packageOf(suite)!;
  const place = testPlace(suite);
  const how = {
    extra: [installed(suite)],
    options: packageOptions(suite),
    root: place === suite ? project : installed(suite),
  };
  const l = pytest(place, withVenv(suite, tools), arm, how, chosen);
  const env = loadOf(suite) ? { PYTHONSAFEPATH: '1' } : packageEnv(suite, project);
  return { ...l, env: { ...l.env, ...env } };
};

/** The instrument with our own compilers, which every call of the build uses. */
export const wrapped = (suite: PreparedSuite, i: Instrument): Instrument => ({
  ...i,
  cc: join(suite.out, 'bin', basename(i.cc)),
  cxx: join(suite.out, 'bin', basename(i.cxx)),
});

/**
 * Settings of build backends beyond CC and CFLAGS: no stripping, and no version from a repository that was
 * not copied.
 */
const BACKENDS: Record<string, string> = {
  STRIP: 'true',
  SKBUILD_INSTALL_STRIP: 'false',
  SETUPTOOLS_SCM_PRETEND_VERSION: '0.0.0',
  ...LEAKS_IGNORED,
};

/**
 * Steps that make a virtual environment and put the package into `installed`. `instrument` is the `wrapped`
 * one, `real` are the compilers that it calls, `flags` is the compiler's environment.
 */
export const packageSteps = (
  suite: PreparedSuite,
  from: string,
  instrument: Instrument,
  real: Pick<Instrument, 'cc' | 'cxx'>,
  tools: Tools,
  flags: Record<string, string>,
): Step[] => {
  const source = join(suite.out, 'src');
  const wheels = join(suite.out, 'wheel');
  const python = tools['python']?.path ?? 'python3';
  const own = join(venv(suite), 'bin', 'python');
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  // Frames show the original files, not those of the copy.
  const words = [...instrument.cflags, `-ffile-prefix-map=${source}=${from}`];
  const cflags = flagText(words);
  const ours = (name: string, ...args: string[]): Step => ({
    argv: [process.execPath, program(name), ...args],
    cwd: suite.out,
    env: {},
  });
  // The wheel's name is known only after it was built.
  const install = (extras: readonly string[], ...args: string[]): Step => ({
    argv: ['sh', '-c', 'f=$(echo wheel/*.whl); exec "$0" -m pip install -q "$@" "$f$EXTRAS"', own, ...args],
    cwd: suite.out,
    env: { ...quiet, EXTRAS: extras.length ? `[${extras.join(',')}]` : '' },
  });
  const rust = rustBuild(from, { out: suite.out, source }, instrument, tools);
  return [
    ours('copy-project', from, source),
    ours(
      'write-compilers',
      join(suite.out, 'bin'),
      JSON.stringify([real.cc, real.cxx]),
      JSON.stringify(words),
    ),
    ...rust.steps,
    { argv: [python, ENVIRONMENT, venv(suite)], cwd: suite.out, env: {} },
    {
      argv: running(instrument, [
        ...[own, '-m', 'pip', 'wheel', '-q', '--no-deps', '--wheel-dir', wheels],
        ...[...list(suite, 'pip'), source],
      ] as [string, ...string[]]),
      cwd: suite.out,
      env: {
        ...quiet,
        ...BACKENDS,
        ...flags,
        CFLAGS: cflags,
        CXXFLAGS: cflags,
        ...rust.env,
        // Nothing that is compiled here, including build requirements, may reach another build through the
        // cache.
        PIP_CACHE_DIR: join(suite.out, '.pip'),
        ...suite.env,
      },
    },
    install(list(suite, 'extras'), 'pytest', ...list(suite, 'requires')),
    install([], '--no-deps', '--target', installed(suite)),
    ours('place-tests', suite.dir, from, installed(suite)),
  ];
};
