/**
 * Python C extensions: like `py`, with the extension built under the instrument first. Either by pip, from the project
 * that `with: {package: dir}` names, into a virtual environment (`extras` of it and `requires`:
 * what the tests need beside it, `pip`: further words for `pip wheel`); or by setuptools alone, with the interpreter as it is: the suite's directory holds the
 * `setup.py`, or `with: {setup: path}` says where it is. Paths are relative to the suite.
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { Binding, PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Launch, Tools } from '../../model/launch.js';
import { flagText } from '../link.js';
import { progressFile, readEvents } from '../progress.js';
import { interpreter, nodeIds, progressOf, py, pytest } from './py.js';
import {
  installed,
  packageEnv,
  packageOf,
  packageOptions,
  packageSteps,
  testPlace,
  withVenv,
  wrapped,
} from './package.js';

/** pytest with the built extension in front of everything else. */
const testing = (place: PreparedSuite, tools: Tools, arm: Arm, words: readonly string[]): Launch => {
  const project = packageOf(place);
  if (project === undefined) return pytest(place, tools, arm, [installed(place)], words);
  const options = [...packageOptions(place), ...words];
  const l = pytest(testPlace(place), withVenv(place, tools), arm, [installed(place)], options);
  return { ...l, env: { ...l.env, ...packageEnv(project) } };
};

const setup = (place: PreparedSuite): string => {
  const named = place.with['setup'];
  return resolve(place.dir, typeof named === 'string' ? named : 'setup.py');
};

/** setuptools adds CFLAGS after the interpreter's own, so that ours win, and links with LDSHARED as it is. */
const compileEnv = (place: PreparedSuite, i: Instrument): Record<string, string> => {
  const dirs = Object.values(place.targets).flatMap((d) => [`-L${d}`, `-Wl,-rpath,${d}`]);
  const ldflags = flagText([...i.ldflags, ...dirs]);
  return {
    CC: i.cc,
    CXX: i.cxx,
    CFLAGS: flagText(i.cflags),
    CXXFLAGS: flagText(i.cflags),
    LDFLAGS: ldflags,
    LDSHARED: `${i.cc} -shared`,
    LDCXXSHARED: `${i.cxx} -shared`,
  };
};

export const pyx: Binding = {
  id: 'pyx',
  title: 'Python C extension',
  missing: (tools) => {
    const missing = py.missing(tools);
    if (missing || tools['setuptools']) return missing;
    const remedy = `${interpreter(tools)} -m pip install setuptools`;
    return { what: 'setuptools', why: 'the extension is built by setuptools', remedy };
  },
  prepare(place, instrument, tools) {
    const project = packageOf(place);
    if (project !== undefined) {
      const ours = wrapped(place, instrument);
      return packageSteps(place, project, ours, instrument, tools, compileEnv(place, ours));
    }
    const file = setup(place);
    const build = [
      'build_ext',
      '--force',
      '--build-lib',
      installed(place),
      '--build-temp',
      join(place.out, 'temp'),
    ];
    const argv: [string, ...string[]] = [interpreter(tools), basename(file), '-q', ...build];
    return [{ argv, cwd: dirname(file), env: { ...place.env, ...compileEnv(place, instrument) } }];
  },
  list: (place, _instrument, tools, arm) => testing(place, tools, arm, ['--collect-only', '-q']),
  parseList: (stdout) => nodeIds(stdout),
  run: (place, _instrument, tools, plan) => {
    const launch = testing(place, tools, plan.arm, plan.tests === 'all' ? [] : plan.tests);
    return { ...launch, env: { ...launch.env, ...progressOf(plan) } };
  },
  events: (scratch) => readEvents(progressFile(scratch)),
  attributes: true,
  isolates: 'fork',
};
