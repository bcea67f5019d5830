/**
 * A Python project that pip builds (PEP 517: setuptools, scikit-build-core, meson-python, cffi, …), for one compiler and
 * one set of flags: a wheel from a copy of the sources, and a virtual environment with what it depends on. The wheel is
 * installed apart, so that its objects are known from those of its dependencies, which nobody rebuilt.
 */
import { packageRoot } from '../programs/package-root.js';
import { existsSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PreparedSuite } from '../binding.js';
import type { Instrument, Step, Tools } from '../../model/launch.js';
import { LEAKS_IGNORED, running } from '../../builders/builder.js';
import { flagText, list } from '../link.js';

const program = (name: string): string => fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url));

/** The directory of the project, when the suite has pip build one. */
export const packageOf = (place: PreparedSuite): string | undefined => {
  const [named] = list(place, 'package');
  return named === undefined ? undefined : resolve(place.dir, named);
};

/** Hidden: what is in it is not the user's own. */
const venv = (place: PreparedSuite): string => join(place.out, '.venv');
/** Where the wheel's content is. */
export const installed = (place: PreparedSuite): string => join(place.out, 'lib');

/** The tools with the virtual environment's interpreter in the place of the system's. */
export const withVenv = (place: PreparedSuite, tools: Tools): Tools => ({
  ...tools,
  python: { path: join(venv(place), 'bin', 'python'), version: tools['python']?.version ?? '' },
});

/**
 * Where the tests are run. Tests inside the package that they test would bring its sources, which hold no compiled code,
 * in the place of the installed package: they are run from their copy in the installed one.
 */
export const testPlace = (place: PreparedSuite): PreparedSuite => {
  const inside = relative(packageRoot(place.dir), place.dir);
  const [top] = inside.split('/');
  return inside && existsSync(join(installed(place), top!))
    ? { ...place, dir: join(installed(place), inside) }
    : place;
};

/**
 * The installed package must win over the sources beside the tests; options that the project adds for its own runs
 * (coverage, parallelism) name plugins that are not here, and directories that are not below the suite's. The project's
 * own conftest.py, which may stand above the tests, is read.
 */
export const packageOptions = (place: PreparedSuite): string[] => [
  ...['--import-mode=append', '-o', 'addopts=', '-o', 'testpaths='],
  `--confcutdir=${testPlace(place) === place ? packageOf(place) : installed(place)}`,
];
/** Tests name files relative to the project: our plugin goes there before it collects them. */
export const packageEnv = (project: string): Record<string, string> => ({
  PYTHONSAFEPATH: '1',
  FFI_GATES_TESTS_IN: project,
});

/** The instrument with compilers of our own, through which every call of the build goes. */
export const wrapped = (place: PreparedSuite, i: Instrument): Instrument => ({
  ...i,
  cc: join(place.out, 'bin', basename(i.cc)),
  cxx: join(place.out, 'bin', basename(i.cxx)),
});

/** What backends know beyond CC and CFLAGS: no stripping, and no version from a repository that was not copied. */
const BACKENDS: Record<string, string> = {
  STRIP: 'true',
  SKBUILD_INSTALL_STRIP: 'false',
  SETUPTOOLS_SCM_PRETEND_VERSION: '0.0.0',
  ...LEAKS_IGNORED,
};

/**
 * Steps that end with a virtual environment and the package in `installed`. `instrument` is the `wrapped` one, `real` the
 * compilers that it calls, `flags` the compiler's environment.
 */
export const packageSteps = (
  place: PreparedSuite,
  from: string,
  instrument: Instrument,
  real: Pick<Instrument, 'cc' | 'cxx'>,
  tools: Tools,
  flags: Record<string, string>,
): Step[] => {
  const source = join(place.out, 'src');
  const wheels = join(place.out, 'wheel');
  const python = tools['python']?.path ?? 'python3';
  const own = join(venv(place), 'bin', 'python');
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  // Frames name the user's files, not those of the copy.
  const words = [...instrument.cflags, `-ffile-prefix-map=${source}=${from}`];
  const cflags = flagText(words);
  const ours = (name: string, ...args: string[]): Step => ({
    argv: [process.execPath, program(name), ...args],
    cwd: place.out,
    env: {},
  });
  // A wheel's name is known only when it is there.
  const install = (extras: readonly string[], ...args: string[]): Step => ({
    argv: ['sh', '-c', 'f=$(echo wheel/*.whl); exec "$0" -m pip install -q "$@" "$f$EXTRAS"', own, ...args],
    cwd: place.out,
    env: { ...quiet, EXTRAS: extras.length ? `[${extras.join(',')}]` : '' },
  });
  return [
    ours('copy-project', from, source),
    ours(
      'write-compilers',
      join(place.out, 'bin'),
      JSON.stringify([real.cc, real.cxx]),
      JSON.stringify(words),
    ),
    { argv: [python, '-m', 'venv', venv(place)], cwd: place.out, env: {} },
    {
      argv: running(instrument, [
        ...[own, '-m', 'pip', 'wheel', '-q', '--no-deps', '--wheel-dir', wheels],
        ...[...list(place, 'pip'), source],
      ] as [string, ...string[]]),
      cwd: place.out,
      env: {
        ...quiet,
        ...BACKENDS,
        ...flags,
        CFLAGS: cflags,
        CXXFLAGS: cflags,
        // What is compiled here, build requirements included, must not be found by anybody else.
        PIP_CACHE_DIR: join(place.out, '.pip'),
        ...place.env,
      },
    },
    install(list(place, 'extras'), 'pytest', ...list(place, 'requires')),
    install([], '--no-deps', '--target', installed(place)),
    ours('place-tests', place.dir, from, installed(place)),
  ];
};
