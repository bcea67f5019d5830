/**
 * Python C extensions: like `py`, with the extension built by setuptools under the instrument first. The suite's
 * directory holds the `setup.py`, or `with: {setup: path}` says where it is (relative to the suite).
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { Binding, Instrument, SuitePlace } from '../binding.js';
import { interpreter, nodeIds, progress, progressEnv, py, pytest } from './py.js';

const built = (place: SuitePlace): string => join(place.out, 'lib');

const setup = (place: SuitePlace): string => {
  const named = place.with['setup'];
  return resolve(place.dir, typeof named === 'string' ? named : 'setup.py');
};

/** setuptools adds CFLAGS after the interpreter's own, so that ours win, and links with LDSHARED as it is. */
const compileEnv = (place: SuitePlace, i: Instrument): Record<string, string> => {
  const dirs = Object.values(place.targets).flatMap((d) => [`-L${d}`, `-Wl,-rpath,${d}`]);
  const ldflags = [...i.ldflags, ...dirs].join(' ');
  return {
    CC: i.cc,
    CXX: i.cxx,
    CFLAGS: i.cflags.join(' '),
    CXXFLAGS: i.cflags.join(' '),
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
    const file = setup(place);
    const build = [
      'build_ext',
      '--force',
      '--build-lib',
      built(place),
      '--build-temp',
      join(place.out, 'temp'),
    ];
    const argv: [string, ...string[]] = [interpreter(tools), basename(file), '-q', ...build];
    return [{ argv, cwd: dirname(file), env: { ...place.env, ...compileEnv(place, instrument) } }];
  },
  list: (place, _instrument, tools, arm) =>
    pytest(place, tools, arm, [built(place)], ['--collect-only', '-q']),
  parseList: (stdout) => nodeIds(stdout),
  run: (place, _instrument, tools, plan) => {
    const launch = pytest(place, tools, plan.arm, [built(place)], plan.tests === 'all' ? [] : plan.tests);
    return { ...launch, env: { ...launch.env, ...progressEnv(plan.scratch, plan.logDir) } };
  },
  events: (scratch) => progress(scratch),
  attributes: true,
};
