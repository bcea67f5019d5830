/**
 * Python C extensions: like `py`, but the extension is first built with the instrument. Either pip builds the
 * project that `with: {package: dir}` names, into a virtual environment (`extras` of the project, `requires`:
 * further packages for the tests, `pip`: further arguments for `pip wheel`). Or setuptools builds it with the
 * given interpreter: `setup.py` is in the suite's directory, or `with: {setup: path}` names it. Paths are
 * relative to the suite.
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { Binding, PreparedSuite, RunPlan } from '../binding.js';
import type { Arm, Instrument, Launch, Tools } from '../../model/launch.js';
import { flagText } from '../link.js';
import { progressFile, readEvents } from '../progress.js';
import { py } from './py.js';
import { variant } from '../fuzz-targets.js';
import { interpreter, nodeIds, progressOf, pytest, rootOf, uncollected } from './pytest.js';
import { copyOfPackage, installed, packageOf, packageSteps, packageTesting, wrapped } from './package.js';

/** pytest with the built extension first on PYTHONPATH. */
const testing = (suite: PreparedSuite, tools: Tools, arm: Arm, chosen?: RunPlan): Launch =>
  packageOf(suite) === undefined
    ? pytest(suite, tools, arm, { extra: [installed(suite)], options: [], root: rootOf(suite) }, chosen)
    : packageTesting(suite, tools, arm, chosen);

const setup = (suite: PreparedSuite): string => {
  const named = suite.with['setup'];
  return resolve(suite.dir, typeof named === 'string' ? named : 'setup.py');
};

/**
 * setuptools adds CFLAGS after the interpreter's own, so that ours win, and links with LDSHARED unchanged.
 */
const compileEnv = (suite: PreparedSuite, i: Instrument): Record<string, string> => {
  const dirs = Object.values(suite.targets).flatMap((d) => [`-L${d}`, `-Wl,-rpath,${d}`]);
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
  // An extension may be a crate.
  toolchains: ['rust'],
  missing: (tools, settings) => {
    const missing = py.missing(tools, settings);
    if (missing || tools['setuptools']) return missing;
    const remedy = `${interpreter(tools)} -m pip install setuptools`;
    return { what: 'setuptools', why: 'the extension is built by setuptools', remedy };
  },
  prepare(suite, instrument, tools) {
    const project = packageOf(suite);
    if (project !== undefined) {
      const ours = wrapped(suite, instrument);
      return packageSteps(suite, project, ours, instrument, tools, compileEnv(suite, ours));
    }
    const file = setup(suite);
    const build = [
      'build_ext',
      '--force',
      '--build-lib',
      installed(suite),
      '--build-temp',
      join(suite.out, 'temp'),
    ];
    const argv: [string, ...string[]] = [interpreter(tools), basename(file), '-q', ...build];
    return [{ argv, cwd: dirname(file), env: { ...suite.env, ...compileEnv(suite, instrument) } }];
  },
  list: (suite, _instrument, tools, arm) => testing(suite, tools, arm),
  variant,
  parseList: (stdout) => nodeIds(stdout),
  uncollected,
  run: (suite, _instrument, tools, plan) => {
    const launch = testing(suite, tools, plan.arm, plan);
    return { ...launch, env: { ...launch.env, ...progressOf(plan) } };
  },
  copied: copyOfPackage,
  events: (scratch) => readEvents(progressFile(scratch)),
  attributes: true,
  selectsAny: true,
  isolates: 'fork',
};
