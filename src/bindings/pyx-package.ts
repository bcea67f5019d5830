/**
 * A Python project that pip builds (PEP 517: setuptools, scikit-build-core, meson-python, cffi, …), for one compiler and
 * one set of flags: a wheel from a copy of the sources, and a virtual environment with what it depends on. The wheel is
 * installed apart, so that its objects are known from those of its dependencies, which nobody rebuilt.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Instrument, Step, SuitePlace, Tools } from '../binding.js';
import { running } from '../builders/builder.js';
import { flagText, list } from './link.js';

const COPY_PROJECT = fileURLToPath(new URL('./copy-project.js', import.meta.url));

/** The directory of the project, when the suite has pip build one. */
export const packageOf = (place: SuitePlace): string | undefined => {
  const [named] = list(place, 'package');
  return named === undefined ? undefined : resolve(place.dir, named);
};

/** Hidden: what is in it is not the user's own. */
const venv = (place: SuitePlace): string => join(place.out, '.venv');
/** Where the wheel's content is. */
export const installed = (place: SuitePlace): string => join(place.out, 'lib');

/** The tools with the virtual environment's interpreter in the place of the system's. */
export const withVenv = (place: SuitePlace, tools: Tools): Tools => ({
  ...tools,
  python: { path: join(venv(place), 'bin', 'python'), version: tools['python']?.version ?? '' },
});

/**
 * The installed package must win over the sources beside the tests, which hold no compiled code; and options that the
 * project adds for its own runs (coverage, parallelism) name plugins that are not here.
 */
export const PACKAGE_OPTIONS = ['--import-mode=append', '-o', 'addopts='];
export const PACKAGE_ENV = { PYTHONSAFEPATH: '1' };

/** What backends know beyond CC and CFLAGS: no stripping, and no version from a repository that was not copied. */
const BACKENDS: Record<string, string> = {
  SKBUILD_INSTALL_STRIP: 'false',
  SETUPTOOLS_SCM_PRETEND_VERSION: '0.0.0',
  ASAN_OPTIONS: 'detect_leaks=0',
};

/** Steps that end with a virtual environment and the package in `installed`. `flags`: the compiler's environment. */
export const packageSteps = (
  place: SuitePlace,
  from: string,
  instrument: Instrument,
  tools: Tools,
  flags: Record<string, string>,
): Step[] => {
  const source = join(place.out, 'src');
  const wheels = join(place.out, 'wheel');
  const python = tools['python']?.path ?? 'python3';
  const own = join(venv(place), 'bin', 'python');
  const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_NO_INPUT: '1' };
  // Frames name the user's files, not those of the copy.
  const cflags = flagText([...instrument.cflags, `-ffile-prefix-map=${source}=${from}`]);
  // A wheel's name is known only when it is there.
  const install = (...words: string[]): Step => ({
    argv: ['sh', '-c', 'exec "$0" -m pip install -q "$@" wheel/*.whl', own, ...words],
    cwd: place.out,
    env: quiet,
  });
  return [
    { argv: [process.execPath, COPY_PROJECT, from, source], cwd: place.out, env: {} },
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
    install('pytest', ...list(place, 'requires')),
    install('--no-deps', '--target', installed(place)),
  ];
};
