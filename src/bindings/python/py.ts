/**
 * Python over ctypes or cffi: libraries that are loaded at run time. Nothing is compiled with the tests.
 * `with:` `args` (further pytest arguments; those that name files or directories select what is listed),
 * `path` (directories for PYTHONPATH), `root` (where the project starts pytest), all relative to the suite;
 * `load` (modules to import instead of running tests). With `package` pip installs that project, with its dependencies, its
 * `extras` and `requires`, into an environment of its own, once for all gates.
 */
import type { Binding, PreparedSuite, RunPlan } from '../binding.js';
import type { Arm, Instrument, Launch, Tools } from '../../model/launch.js';
import { progressFile, readEvents } from '../progress.js';
import { copyOfPackage, packageOf, packageSteps, packageTesting, wrapped } from './package.js';
import { isFuzzing } from '../../model/fuzz-plan.js';
import { variant } from '../fuzz-targets.js';
import { interpreter, nodeIds, progressOf, pytest, rootOf, uncollected } from './pytest.js';

/** The suite with the directory in which its package was installed. */
const inBase = (suite: PreparedSuite): PreparedSuite => ({ ...suite, out: suite.base ?? suite.out });

const testing = (suite: PreparedSuite, tools: Tools, arm: Arm, chosen?: RunPlan): Launch =>
  packageOf(suite) === undefined
    ? pytest(suite, tools, arm, { extra: [], options: [], root: rootOf(suite) }, chosen)
    : packageTesting(inBase(suite), tools, arm, chosen);

/** What a package compiles all the same is no code under test, and the same for all gates. */
const uninstrumented = ({ compiler, cc, cxx }: Instrument): Instrument => ({
  compiler,
  cc,
  cxx,
  cflags: ['-g'],
  ldflags: [],
});

export const py: Binding = {
  id: 'py',
  title: 'Python ctypes',
  // An extension may be a crate.
  toolchains: ['rust'],
  missing: (tools, settings = {}) => {
    if (!tools['python'])
      return {
        what: 'python3',
        why: 'the suite is Python',
        remedy: 'install Python 3 (apt-get install python3)',
      };
    const pip = `${interpreter(tools)} -m pip install`;
    if (!tools['pytest'])
      return { what: 'pytest', why: 'the suite is run by pytest', remedy: `${pip} pytest` };
    // The canary of such a suite is a property, too.
    return isFuzzing({ with: settings }) && !tools['hypothesis']
      ? {
          what: 'hypothesis',
          why: 'the fuzz targets are properties of Hypothesis',
          remedy: `${pip} hypothesis`,
        }
      : undefined;
  },
  base: (suite, instrument, tools) => {
    const project = packageOf(suite);
    if (project === undefined) return undefined;
    const plain = uninstrumented(instrument);
    const steps = packageSteps(suite, project, wrapped(suite, plain), plain, tools, {});
    return { name: 'package', sources: true, facts: [suite.with, suite.env], steps };
  },
  prepare: () => [],
  list: (suite, _instrument, tools, arm) => testing(suite, tools, arm),
  variant,
  parseList: (stdout) => nodeIds(stdout),
  uncollected,
  run: (suite, _instrument, tools, plan) => {
    const launch = testing(suite, tools, plan.arm, plan);
    return { ...launch, env: { ...launch.env, ...progressOf(plan) } };
  },
  events: (scratch) => readEvents(progressFile(scratch)),
  copied: (suite) => (suite.base === undefined ? undefined : copyOfPackage(inBase(suite))),
  declarations: () => ({ language: 'ctypes' }),
  attributes: true,
  selectsAny: true,
  isolates: 'fork',
};
