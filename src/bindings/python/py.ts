/**
 * Python over ctypes, cffi or an installed extension: pytest in the real interpreter, armed directly. A
 * plugin writes progress as NDJSON while the tests run, because a gate may end the process at any test and
 * pytest writes its reports only at the end. Output is not captured (`-s`), since captured output is lost
 * with the process.
 * `with:` `args` (further pytest arguments; those that name files or directories select what is listed),
 * `path` (directories for PYTHONPATH, relative to the suite).
 */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { Arm, Tools } from '../../model/launch.js';
import { list } from '../link.js';
import { progressEnv, progressFile, readEvents } from '../progress.js';

const PLUGIN = fileURLToPath(new URL('../../../plugins/pytest', import.meta.url));

/** The interpreter itself. `missing` has been checked before. */
export const interpreter = (tools: Tools): string => tools['python']?.path ?? 'python3';

/** True if the process contains a checker that handles faults itself. faulthandler would intercept them. */
const checked = (arm: Arm): boolean => arm.prefix.some((w) => /valgrind/.test(w)) || 'LD_PRELOAD' in arm.env;

/**
 * The arguments from the matrix without files and directories, which would add all their tests to a run of
 * selected ones.
 */
const choosing = (dir: string, args: readonly string[]): string[] =>
  args.filter((word, i) => {
    const value = args[i - 1]?.startsWith('-') === true;
    return word.startsWith('-') || value || !existsSync(resolve(dir, word.replace(/::.*$/s, '')));
  });

/** Command and environment of one pytest process. `extra` directories come first on PYTHONPATH. */
export const pytest = (
  suite: PreparedSuite,
  tools: Tools,
  arm: Arm,
  extra: readonly string[],
  args: readonly string[],
): { argv: [string, ...string[]]; cwd: string; env: Record<string, string> } => {
  // Below a symbolic link pytest omits the files from test names.
  const dir = realpathSync(suite.dir);
  const chosen = args.some((a) => a.includes('::'));
  const own = list(suite, 'path').map((d) => resolve(dir, d));
  const path = [...extra, PLUGIN, ...own, ...(suite.env['PYTHONPATH'] ? [suite.env['PYTHONPATH']] : [])];
  const options = [
    // Settings of disabled plugins are unknown to pytest, and some projects turn that warning into an error.
    '-W',
    'ignore::pytest.PytestConfigWarning',
    '-p',
    'ffi_gates_plugin',
    '-s',
    '-p',
    'no:cacheprovider',
    '-p',
    'no:xdist',
    `--rootdir=${dir}`,
  ];
  return {
    argv: [
      ...arm.prefix,
      interpreter(tools),
      ...arm.hostArgs,
      '-m',
      'pytest',
      ...options,
      ...(checked(arm) ? ['-p', 'no:faulthandler'] : []),
      ...(chosen ? choosing(dir, list(suite, 'args')) : list(suite, 'args')),
      ...args,
    ] as [string, ...string[]],
    cwd: dir,
    env: { ...suite.env, ...arm.env, PYTHONPATH: path.join(delimiter), PYTHONDONTWRITEBYTECODE: '1' },
  };
};

/** Variables for the plugin: where to write progress, and which tests run in processes of their own. */
export const progressOf = ({ scratch, logDir, isolate, tests }: RunPlan): Record<string, string> => ({
  ...progressEnv(scratch, logDir),
  // A single test has a process of its own anyway.
  ...(isolate !== false && (tests === 'all' || tests.length > 1)
    ? { FFI_GATES_ISOLATE: isolate === true ? 'all' : JSON.stringify(isolate) }
    : {}),
});

/** Node ids of `pytest --collect-only -q`: lines with `::`, until the summary. */
export const nodeIds = (stdout: string): string[] =>
  stdout.split(/\r?\n/).filter((line) => /^\S[^\n]*\.py::\S/.test(line) && !line.startsWith('ERROR'));

export const py: Binding = {
  id: 'py',
  title: 'Python ctypes',
  missing: (tools) => {
    if (!tools['python'])
      return {
        what: 'python3',
        why: 'the suite is Python',
        remedy: 'install Python 3 (apt-get install python3)',
      };
    if (tools['pytest']) return undefined;
    const remedy = `${interpreter(tools)} -m pip install pytest`;
    return { what: 'pytest', why: 'the suite is run by pytest', remedy };
  },
  prepare: () => [],
  list: (suite, _instrument, tools, arm) => pytest(suite, tools, arm, [], ['--collect-only', '-q']),
  parseList: (stdout) => nodeIds(stdout),
  run: (suite, _instrument, tools, plan) => {
    const launch = pytest(suite, tools, plan.arm, [], plan.tests === 'all' ? [] : plan.tests);
    return { ...launch, env: { ...launch.env, ...progressOf(plan) } };
  },
  events: (scratch) => readEvents(progressFile(scratch)),
  declarations: () => ({ language: 'ctypes' }),
  attributes: true,
  isolates: 'fork',
};
