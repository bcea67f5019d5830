/**
 * C and C++ programs that call a native library directly. A suite is a program with the protocol of
 * `plugins/c/ffi_gates_suite.h`: `--list`, test names as arguments, a record of each test's begin and end. If
 * a program keeps no record, its output is read instead: `# start NAME pid=…` before and `ok NAME` after each
 * test.
 * `with:` `sources` (relative to the suite; default every `*.c`, `*.cc`, `*.cpp` in it), `include`
 * (directories relative to the suite), `libs` (linked from the targets' directories), `program` (an existing
 * program, by its name in a target's directory or by its absolute path; nothing is compiled then), `fuzz` (sources are targets
 * of libFuzzer: `c-fuzz.ts`).
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Binding, PreparedSuite } from './binding.js';
import { fuzzLaunch, variant } from './fuzz-targets.js';
import { isFuzzing } from '../model/fuzz-plan.js';
import { compileTargets, seedsOf, targetNames, targetProgram } from './c-fuzz.js';
import { linkedEnv, list } from './link.js';
import type { TestEvent } from '../model/test-event.js';
import { progressEnv, progressFile, readEvents } from './progress.js';

const HEADERS = fileURLToPath(new URL('../../plugins/c', import.meta.url));
const CXX = /\.(?:cc|cpp|cxx)$/;

const sources = (suite: PreparedSuite): string[] => {
  const named = list(suite, 'sources');
  const names =
    named.length > 0 ? named : readdirSync(suite.dir).filter((n) => n.endsWith('.c') || CXX.test(n));
  return names.sort().map((n) => resolve(suite.dir, n));
};

const ready = (suite: PreparedSuite): string | undefined =>
  typeof suite.with['program'] === 'string' ? suite.with['program'] : undefined;

const program = (suite: PreparedSuite): string => {
  const name = ready(suite);
  if (name === undefined) return join(suite.out, 'suite');
  const built = Object.values(suite.targets).map((dir) => resolve(dir, name));
  return built.find((path) => existsSync(path)) ?? built[0] ?? resolve(suite.dir, name);
};

const include = (suite: PreparedSuite): string[] =>
  [HEADERS, ...list(suite, 'include').map((d) => resolve(suite.dir, d))].map((d) => `-I${d}`);

/** `asan.1:20,vg.1.xml:7` → sizes by file name. A name may contain a colon; the last one separates. */
const sizes = (text: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split(',')
      .map((part) => /^(.+):(\d+)$/.exec(part))
      .flatMap((m) => (m ? [[m[1]!, Number(m[2])]] : [])),
  );

// `# start NAME pid=123 logs=asan.123:0`. Output of the library without a newline may precede it.
const START = /# start (\S+) pid=(\d+)(?: logs(?:=(\S+))?)?$/;
// `ok NAME ms=4` / `not ok NAME ms=4 returned 1`
const END = /(not )?\bok (\S+) ms=(\d+)(?: (.*))?$/s;

const eventOf = (line: string): TestEvent | undefined => {
  const start = START.exec(line);
  if (start)
    return {
      test: start[1]!,
      outcome: 'started',
      pid: Number(start[2]),
      logs: start[3] ? sizes(start[3]) : {},
    };
  const end = END.exec(line);
  if (!end) return undefined;
  const outcome = end[1] ? 'failed' : 'passed';
  return { test: end[2]!, outcome, ms: Number(end[3]), ...(end[4] ? { message: end[4] } : {}) };
};

/** `prefix… program rest…`, or just the program first if there is no prefix. */
const inFront = (prefix: readonly string[], path: string, rest: readonly string[]): [string, ...string[]] => {
  const [head, ...tail] = prefix;
  return head === undefined ? [path, ...rest] : [head, ...tail, path, ...rest];
};

export const c: Binding = {
  id: 'c',
  title: 'C and C++',
  missing: (tools) =>
    tools['gcc'] || tools['clang']
      ? undefined
      : {
          what: 'C compiler',
          why: 'the suite is a C program',
          remedy: 'install gcc or clang (apt-get install gcc g++)',
        },

  prepare(suite, instrument) {
    if (ready(suite) !== undefined) return [];
    if (isFuzzing(suite)) return compileTargets(suite, instrument, include(suite));
    const files = sources(suite);
    const compiler = files.some((f) => CXX.test(f)) ? instrument.cxx : instrument.cc;
    const dirs = Object.values(suite.targets).flatMap((d) => [`-L${d}`, `-Wl,-rpath,${d}`]);
    const libs = list(suite, 'libs').map((l) => `-l${l}`);
    // Tests are callers, as a host is: what they call themselves is not the library's.
    const callers = instrument.cflags.includes('-finstrument-functions')
      ? [`-finstrument-functions-exclude-file-list=${suite.dir},ffi_gates_suite.h`]
      : [];
    const flags = [...instrument.cflags, ...callers, ...include(suite)];
    const argv: [string, ...string[]] = [
      compiler,
      ...flags,
      '-o',
      program(suite),
      ...files,
      ...instrument.ldflags,
      ...dirs,
      ...libs,
      '-pthread',
    ];
    return [{ argv, cwd: suite.out, env: suite.env }];
  },

  list: (suite, _instrument, _tools, arm) =>
    isFuzzing(suite)
      ? { argv: ['printf', '%s\\n', ...targetNames(suite)], cwd: suite.dir, env: {} }
      : {
          argv: inFront(arm.prefix, program(suite), ['--list']),
          cwd: suite.dir,
          env: { ...suite.env, ...arm.env },
        },
  parseList: (stdout) => {
    const listed = [...stdout.matchAll(/^FFI_GATES_TEST (".*")$/gm)].map((m) => JSON.parse(m[1]!) as string);
    // A program without our header lists bare names. Lines that a library prints when it is loaded contain
    // blanks.
    return listed.length > 0 ? listed : stdout.split('\n').filter((line) => /^[\w.:/-]+$/.test(line));
  },

  variant,
  run: (suite, _instrument, _tools, plan) =>
    isFuzzing(suite)
      ? fuzzLaunch(plan, {
          engine: 'libfuzzer',
          cwd: suite.dir,
          seeds: seedsOf(suite, String(plan.tests[0] ?? '')),
          command: [targetProgram(suite, String(plan.tests[0] ?? '')), ...plan.arm.hostArgs],
          env: linkedEnv(suite),
        })
      : {
          argv: inFront(plan.arm.prefix, program(suite), [
            ...plan.arm.hostArgs,
            ...(plan.tests === 'all' ? [] : plan.tests),
          ]),
          cwd: suite.dir,
          env: { ...suite.env, ...plan.arm.env, ...progressEnv(plan.scratch, plan.logDir) },
        },
  events: (scratch, output) => {
    const listed = readEvents(progressFile(scratch));
    if (listed.length > 0) return listed;
    const shown: TestEvent[] = [];
    for (const line of output) {
      const event = eventOf(line);
      if (event) shown.push(event);
    }
    return shown;
  },
  attributes: true,
  ownObjects: (suite) =>
    isFuzzing(suite) ? targetNames(suite).map((t) => targetProgram(suite, t)) : [program(suite)],
  declarations: (suite, instrument) => ({
    language: 'c',
    c: {
      sources: ready(suite) === undefined ? sources(suite) : [],
      cflags: [...instrument.cflags, ...include(suite)],
      programs: [program(suite)],
      env: suite.env,
    },
  }),
};
