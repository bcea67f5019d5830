/**
 * Python over ctypes, cffi or an installed extension: pytest in the real interpreter, armed directly. A plugin writes
 * progress as NDJSON while the tests run, because a gate may end the process at any test and pytest's own reports are
 * written at the end only. Output is not captured (`-s`): a captured report dies with the process.
 *
 * `with:` `args` (further pytest words; those that name files or directories choose what is listed), `path` (directories for PYTHONPATH, relative to the suite).
 */
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { Arm, Tools } from '../../model/launch.js';
import { progressEnv, progressFile, readEvents } from '../progress.js';

const PLUGIN = fileURLToPath(new URL('../../../plugins/pytest', import.meta.url));

const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** The interpreter itself; `missing` was asked before. */
export const interpreter = (tools: Tools): string => tools['python']?.path ?? 'python3';

/** True when a checker that handles faults itself sits in the process: faulthandler would take the fault from it. */
const checked = (arm: Arm): boolean => arm.prefix.some((w) => /valgrind/.test(w)) || 'LD_PRELOAD' in arm.env;

/** The user's words without files and directories, which would bring all their tests back into a run of chosen ones. */
const choosing = (dir: string, args: readonly string[]): string[] =>
  args.filter((word, i) => {
    const value = args[i - 1]?.startsWith('-') === true;
    return word.startsWith('-') || value || !existsSync(resolve(dir, word.replace(/::.*$/s, '')));
  });

/** Words and environment of one pytest process: `extra` directories come first on PYTHONPATH. */
export const pytest = (
  place: PreparedSuite,
  tools: Tools,
  arm: Arm,
  extra: readonly string[],
  args: readonly string[],
): { argv: [string, ...string[]]; cwd: string; env: Record<string, string> } => {
  // Below a symbolic link pytest names its tests without their files.
  const dir = realpathSync(place.dir);
  const chosen = args.some((a) => a.includes('::'));
  const own = words(place.with['path']).map((d) => resolve(dir, d));
  const path = [...extra, PLUGIN, ...own, ...(place.env['PYTHONPATH'] ? [place.env['PYTHONPATH']] : [])];
  const options = [
    // Settings of plugins that are off here are unknown to pytest, which some projects make an error of.
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
      ...(chosen ? choosing(dir, words(place.with['args'])) : words(place.with['args'])),
      ...args,
    ] as [string, ...string[]],
    cwd: dir,
    env: { ...place.env, ...arm.env, PYTHONPATH: path.join(delimiter), PYTHONDONTWRITEBYTECODE: '1' },
  };
};

/** What the plugin is told: where to write progress, and whether each test is to have a process of its own. */
export const progressOf = ({ scratch, logDir, isolate, tests }: RunPlan): Record<string, string> => ({
  ...progressEnv(scratch, logDir),
  // A single test has it anyway.
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
  list: (place, _instrument, tools, arm) => pytest(place, tools, arm, [], ['--collect-only', '-q']),
  parseList: (stdout) => nodeIds(stdout),
  run: (place, _instrument, tools, plan) => {
    const launch = pytest(place, tools, plan.arm, [], plan.tests === 'all' ? [] : plan.tests);
    return { ...launch, env: { ...launch.env, ...progressOf(plan) } };
  },
  events: (scratch) => readEvents(progressFile(scratch)),
  attributes: true,
  isolates: 'fork',
};
