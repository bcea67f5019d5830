/**
 * pytest in the real interpreter, armed directly: its command, what it lists, and the variables of our plugin. The plugin writes
 * progress as NDJSON while the tests run, because a gate may end the process at any test and pytest writes its reports only
 * at the end. Output is not captured (`-s`), since captured output is lost with the process.
 */
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isFuzzing } from '../../model/fuzz-plan.js';
import type { RunPlan, PreparedSuite, Uncollected } from '../binding.js';
import type { Arm, Tools } from '../../model/launch.js';
import { list } from '../link.js';
import { loadOf } from '../loading.js';
import { progressEnv } from '../progress.js';

const PLUGIN = fileURLToPath(new URL('../../../plugins/pytest', import.meta.url));

/** Where the tests of suites are that have none: they import what `with: {load: …}` names. */
const LOADING = join(PLUGIN, 'loading');

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

/** Bytes of node ids that are passed as arguments. Linux takes 2 MiB with the environment; readers of a log less. */
const MAX_ARGUMENTS = 64 << 10;

const fits = (ids: readonly string[]): boolean => ids.join(' ').length <= MAX_ARGUMENTS;

/** Arguments and variables that select tests: their ids, or their files and a list that our plugin reads. */
const selection = (
  { root, dir }: { root: string; dir: string },
  { tests, scratch }: Pick<RunPlan, 'tests' | 'scratch'>,
): { words: string[]; env: Record<string, string> } => {
  if (tests === 'all') return { words: [], env: {} };
  const at = root === dir ? '' : `${root}/`;
  if (fits(tests)) return { words: tests.map((t) => `${at}${t}`), env: {} };
  const file = join(scratch, 'tests.json');
  writeFileSync(file, JSON.stringify(tests));
  const files = new Set(tests.map((t) => `${at}${t.split('::', 1)[0]}`));
  return { words: [...files], env: { FFI_GATES_TESTS: file } };
};

/** Where the project starts pytest, and what node ids are relative to. */
export const rootOf = (suite: PreparedSuite): string => {
  const [named] = list(suite, 'root');
  return named === undefined ? suite.dir : resolve(suite.dir, named);
};

/**
 * Command and environment of one pytest process. `extra` directories come first on PYTHONPATH. `chosen` are the tests of a
 * run; without them it is one that lists. `root` is what node ids are relative to.
 */
export const pytest = (
  suite: PreparedSuite,
  tools: Tools,
  arm: Arm,
  {
    extra,
    options: more,
    root: from,
  }: { extra: readonly string[]; options: readonly string[]; root: string },
  chosen: Pick<RunPlan, 'tests' | 'scratch' | 'fuzz'> | undefined,
): { argv: [string, ...string[]]; cwd: string; env: Record<string, string> } => {
  const load = loadOf(suite);
  // Below a symbolic link pytest omits the files from test names.
  const dir = realpathSync(load ? LOADING : suite.dir);
  const root = load ? dir : realpathSync(from);
  const selected = chosen
    ? selection({ root, dir }, chosen)
    : { words: ['--collect-only', '-q'], env: LISTING };
  const own = list(suite, 'path').map((d) => resolve(realpathSync(suite.dir), d));
  // Modules that nothing installed or built are those of the suite, and the tests that load them lie elsewhere.
  const here = load && extra.length + own.length === 0 ? [realpathSync(suite.dir)] : [];
  const path = [
    ...extra,
    PLUGIN,
    ...own,
    ...here,
    ...(suite.env['PYTHONPATH'] ? [suite.env['PYTHONPATH']] : []),
  ];
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
    `--rootdir=${root}`,
    ...(isFuzzing(suite) ? ['-p', 'ffi_gates_fuzz'] : []),
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
      ...more,
      // Neither the settings nor the conftest.py of a project below which we are installed.
      ...(load ? ['-c', join(dir, 'pytest.ini'), `--confcutdir=${dir}`] : []),
      ...(chosen && chosen.tests !== 'all' ? choosing(dir, list(suite, 'args')) : list(suite, 'args')),
      ...selected.words,
    ] as [string, ...string[]],
    cwd: dir,
    env: {
      ...suite.env,
      ...arm.env,
      ...selected.env,
      ...(isFuzzing(suite) ? { FFI_GATES_FUZZ: JSON.stringify(chosen?.fuzz ?? {}) } : {}),
      // Tests name files relative to where they are started; our plugin changes there before it collects them.
      ...(root === dir ? {} : { FFI_GATES_TESTS_IN: root }),
      ...(load
        ? { FFI_GATES_LOAD: JSON.stringify({ names: load.names, built: load.built ? extra : [] }) }
        : {}),
      PYTHONPATH: path.join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
    },
  };
};

const isolated = (apart: true | readonly string[], scratch: string): string => {
  if (apart === true) return 'all';
  if (fits(apart)) return JSON.stringify(apart);
  const file = join(scratch, 'isolated.json');
  writeFileSync(file, JSON.stringify(apart));
  return file;
};

/** Variables for the plugin: where to write progress, and which tests run in processes of their own. */
export const progressOf = ({ scratch, logDir, isolate, tests }: RunPlan): Record<string, string> => ({
  ...progressEnv(scratch, logDir),
  // A single test has a process of its own anyway.
  ...(isolate !== false && (tests === 'all' || tests.length > 1)
    ? { FFI_GATES_ISOLATE: isolated(isolate, scratch) }
    : {}),
});

/** Node ids of `pytest --collect-only -q`: lines with `::`, until the summary. */
export const nodeIds = (stdout: string): string[] =>
  stdout.split(/\r?\n/).filter((line) => /^\S[^\n]*\.py::\S/.test(line) && !line.startsWith('ERROR'));

/** What our plugin prints of each file that pytest could not collect. */
const UNCOLLECTED = 'ffi-gates: not collected: ';

/** Files that were not collected, from the output of a listing. */
export const uncollected = (stdout: string): Uncollected[] =>
  stdout.split(/\r?\n/).flatMap((line) => {
    if (!line.startsWith(UNCOLLECTED)) return [];
    try {
      const { file, why } = JSON.parse(line.slice(UNCOLLECTED.length)) as Uncollected;
      return typeof file === 'string' && typeof why === 'string' ? [{ file, why }] : [];
    } catch {
      return [];
    }
  });

/** Tells our plugin that tests are listed. */
const LISTING: Record<string, string> = { FFI_GATES_LISTING: '1' };
