/**
 * Rust, with tests run by libtest. Cargo compiles into the suite's scratch directory. At run time it only
 * starts the test executables, through a `runner` with the arm, so that cargo and rustc are never armed. Test
 * ids are those of output.ts.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Base, Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Launch, Step, Tools } from '../../model/launch.js';
import { envWords, flagText, includeFlags, linkedEnv, list } from '../link.js';
import { isFuzzing } from '../../model/fuzz-plan.js';
import { progressFile, readEvents } from '../progress.js';
import { fuzzLaunch, variant } from '../fuzz-targets.js';
import {
  fuzzDir,
  instrumented,
  PROFILE,
  seedsOf,
  shippedLibFuzzer,
  targetNames,
  targetProgram,
} from './fuzz.js';
import { wrapping } from '../rustc-wrapper.js';
import { missing } from './missing.js';
import { loadOf } from '../loading.js';
import { LOADS, parseRustDeath, parseRustEvents, parseRustList, parseRustLoad } from './output.js';

/** Links with the instrument's compiler, but lets rustc choose the linker behind it. */
const LINKER = fileURLToPath(new URL('../../../plugins/rust/cc', import.meta.url));

/**
 * Cargo of the given toolchain. Only rustup's shim understands `+toolchain`, so rustup is called directly.
 */
const cargo = (tools: Tools, toolchain: string | undefined): [string, ...string[]] =>
  toolchain === undefined
    ? [tools['cargo']?.path ?? 'cargo']
    : [tools['rustup']?.path ?? 'rustup', 'run', toolchain, 'cargo'];

const buildOptions = (suite: PreparedSuite, { rust }: Instrument, tools: Tools): string[] => [
  ...['--target-dir', join(suite.out, 'target')],
  // Keeps RUSTFLAGS away from build scripts and procedural macros.
  ...(rust?.miri ? [] : ['--target', tools['rustHost']?.version ?? 'host-tuple']),
  ...(rust?.std ? ['-Zbuild-std'] : []),
];

const testCommand = (suite: PreparedSuite, instrument: Instrument, tools: Tools): [string, ...string[]] => [
  ...cargo(tools, instrument.rust?.toolchain ?? (instrument.rust?.miri ? 'nightly' : undefined)),
  ...(instrument.rust?.miri ? ['miri', 'test'] : ['test']),
  ...buildOptions(suite, instrument, tools),
  ...list(suite, 'args'),
];

/** `--tests` omits documentation tests, which are compiled at run time. */
const ALL_TARGETS = ['--tests'];

const targetFlag = (target: string): string[] => {
  if (target === 'lib') return ['--lib'];
  return target.startsWith('bin:') ? ['--bin', target.slice(4)] : ['--test', target];
};

/** The targets that `with.test` names, else all. */
const wanted = (suite: PreparedSuite): string[] => {
  const names = loadOf(suite) ? ['lib'] : list(suite, 'test');
  return names.length === 0 ? ALL_TARGETS : names.flatMap(targetFlag);
};

/**
 * rustc links with -nodefaultlibs, so gcc does not add the runtime for `-fsanitize`. Without these, C code
 * inside the test executable (a bundled library of a `-sys` crate) would lack its runtime.
 */
const RUNTIMES: Record<string, string> = {
  '-fsanitize=address': '-lasan',
  '-fsanitize=thread': '-ltsan',
  '-fsanitize=undefined': '-lubsan',
};
const runtimes = ({ compiler, ldflags }: Instrument): string[] =>
  compiler === 'gcc' ? ldflags.flatMap((flag) => RUNTIMES[flag] ?? []) : [];

/** rustc's flags, beside those of the project's own (RUSTFLAGS, `.cargo/config.toml`), which stay. */
const flagsOf = (instrument: Instrument): string[] => [
  `-Clinker=${LINKER}`,
  // Sanitizers unwind allocations by frame pointers. Without them, stacks of leaks miss the project's
  // functions.
  '-Cforce-frame-pointers=yes',
  ...[...instrument.ldflags, ...runtimes(instrument)].map((flag) => `-Clink-arg=${flag}`),
  ...(instrument.rust?.rustflags ?? []),
];

/** Of a build below `out`. Miri is a wrapper of rustc itself, and links nothing. */
const wrapped = (out: string, instrument: Instrument): ReturnType<typeof wrapping> =>
  instrument.rust?.miri ? { steps: [], env: {} } : wrapping(out, flagsOf(instrument));

/**
 * The C compiler is passed to build scripts (the `cc` crate reads CC and CFLAGS) and is the linker, because
 * it knows the path of its own sanitizer runtime. A gate that instruments Rust code puts everything into
 * `rustflags`.
 */
const buildEnv = (suite: PreparedSuite, instrument: Instrument): Record<string, string> => {
  const { cc, cxx, cflags, rust } = instrument;
  const libraries = [
    ...Object.values(suite.targets),
    suite.env['LIBRARY_PATH'] ?? process.env['LIBRARY_PATH'] ?? '',
  ].filter(Boolean);
  const exported = process.env['RUSTFLAGS'];
  const c = flagText([...cflags, ...includeFlags(suite)]);
  return {
    CC: cc,
    FFI_GATES_LINKER: cc,
    CXX: cxx,
    ...(c === '' ? {} : { CFLAGS: c, CXXFLAGS: c }),
    // Not passed as linker flags: rustc's flags are part of every crate's name, and the standard library is
    // compiled once for all suites.
    ...(libraries.length ? { LIBRARY_PATH: libraries.join(':') } : {}),
    // Otherwise the cc crate splits at every blank.
    ...(c.includes("'") ? { CC_SHELL_ESCAPED_FLAGS: '1' } : {}),
    ...(exported ? { RUSTFLAGS: exported } : {}),
    ...wrapped(suite.out, instrument).env,
    ...linkedEnv(suite),
    ...rust?.env,
  };
};

/**
 * The standard library and libtest compiled with the instrument. It takes minutes and is the same for every
 * suite.
 */
const base = (suite: PreparedSuite, instrument: Instrument, tools: Tools): Base | undefined => {
  const { rust } = instrument;
  if (!rust?.std) return undefined;
  const crate = join(suite.out, 'crate');
  const env = buildEnv({ ...suite, env: {}, with: {} }, instrument);
  return {
    name: 'rust-std',
    sources: false,
    facts: [],
    steps: [
      ...wrapped(suite.out, instrument).steps,
      {
        argv: [...cargo(tools, rust.toolchain), 'init', '--lib', '--vcs', 'none', '--name', 'empty', crate],
        cwd: suite.out,
        env,
      },
      { argv: [...testCommand(suite, instrument, tools), '--no-run'], cwd: crate, env },
    ],
  };
};

/** Cargo checks contents and modification times of files, so a copy that preserves both is up to date. */
const fromBase = (suite: PreparedSuite): Step[] =>
  suite.base === undefined
    ? []
    : [{ argv: ['cp', '-a', join(suite.base, 'target'), suite.out], cwd: suite.dir, env: {} }];

/** Arguments that cargo puts before each test executable. A TOML array preserves arguments with spaces. */
const runner = ({ env, prefix }: Arm): string[] => {
  const words = ['env', ...envWords(env), ...prefix];
  return ['--config', `target.'cfg(all())'.runner=${JSON.stringify(words)}`];
};

/** Miri interprets the program. There is no process to arm, only cargo's own environment. */
const armed = (instrument: Instrument, arm: Arm): string[] => (instrument.rust?.miri ? [] : runner(arm));
const armedEnv = (suite: PreparedSuite, instrument: Instrument, arm: Arm): Record<string, string> => {
  if (!instrument.rust?.miri) return {};
  const isolation = suite.with['isolation'] === false && '-Zmiri-disable-isolation';
  const flags = [arm.env['MIRIFLAGS'], suite.env['MIRIFLAGS'], isolation];
  return { ...arm.env, MIRIFLAGS: flags.filter(Boolean).join(' ') };
};

/** After `prepare` everything is fetched and compiled. */
const offline = (env: Record<string, string>): Record<string, string> => ({
  ...env,
  CARGO_NET_OFFLINE: 'true',
});

const split = (id: string): { target: string; name: string } => {
  const at = id.indexOf('::');
  return { target: id.slice(0, at), name: id.slice(at + 2) };
};

const run = (suite: PreparedSuite, instrument: Instrument, tools: Tools, { tests, arm }: RunPlan): Launch => {
  const chosen = tests === 'all' || loadOf(suite) ? undefined : tests.map(split);
  const targets = chosen ? [...new Set(chosen.map((t) => t.target))].flatMap(targetFlag) : wanted(suite);
  const names = chosen ? ['--exact', ...chosen.map((t) => t.name)] : [];
  return {
    argv: [
      ...testCommand(suite, instrument, tools),
      ...targets,
      '--no-fail-fast',
      ...armed(instrument, arm),
      ...['--', '--test-threads=1', '--nocapture', ...names],
    ],
    cwd: suite.dir,
    env: { ...offline(buildEnv(suite, instrument)), ...armedEnv(suite, instrument, arm) },
  };
};

/** Targets of cargo-fuzz are built as it builds them, without it. */
const buildTargets = (suite: PreparedSuite, instrument: Instrument, tools: Tools): Step => ({
  argv: [
    ...cargo(tools, instrument.rust?.toolchain),
    ...['build', '--release', ...buildOptions(suite, instrument, tools)],
    ...list(suite, 'args'),
  ],
  cwd: fuzzDir(suite),
  env: { ...shippedLibFuzzer(tools), ...buildEnv(suite, instrument), ...PROFILE },
});

/** Test executables below `out/target`: files in a `deps` directory without an extension. */
const executables = (suite: PreparedSuite): string[] => {
  const root = join(suite.out, 'target');
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.parentPath.endsWith('/debug/deps') && /-[0-9a-f]{16}$/.test(e.name))
    .map((e) => join(e.parentPath, e.name))
    .sort();
};

/**
 * The Rust binding. `with`: `test` (targets: `lib`, `bin:x` or an integration test's name), `args` (of cargo test:
 * features), `load` (there are none: the crate is only linked and loaded), `fuzz` (targets of cargo-fuzz: `fuzz.ts`), `include`, `isolation` (false lets a suite under Miri access this machine).
 */
export const rs: Binding = {
  id: 'rs',
  title: 'Rust (FFI)',
  toolchains: ['rust'],
  attributes: false,
  missing,
  base,
  variant,
  prepare: (suite, instrument, tools) => [
    ...fromBase(suite),
    ...wrapped(suite.out, instrumented(suite, instrument)).steps,
    isFuzzing(suite)
      ? buildTargets(suite, instrumented(suite, instrument), tools)
      : {
          argv: [...testCommand(suite, instrument, tools), ...wanted(suite), '--no-run'],
          cwd: suite.dir,
          env: buildEnv(suite, instrument),
        },
  ],
  list: (suite, instrument, tools, arm) =>
    isFuzzing(suite)
      ? { argv: ['printf', '%s\\n', ...targetNames(suite)], cwd: suite.dir, env: {} }
      : {
          // Cargo prints target names to stderr, so both streams are merged.
          argv: [
            ...['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh'],
            ...testCommand(suite, instrument, tools),
            ...wanted(suite),
            ...armed(instrument, arm),
            ...['--', '--list'],
          ] as [string, ...string[]],
          cwd: suite.dir,
          env: { ...offline(buildEnv(suite, instrument)), ...armedEnv(suite, instrument, arm) },
        },
  parseList: (stdout, suite) =>
    isFuzzing(suite)
      ? stdout.split('\n').filter((line) => line !== '')
      : loadOf(suite)
        ? [LOADS]
        : parseRustList(stdout),
  run: (suite, instrument, tools, plan) =>
    isFuzzing(suite)
      ? fuzzLaunch(plan, {
          engine: 'libfuzzer',
          cwd: fuzzDir(suite),
          seeds: seedsOf(suite, String(plan.tests[0] ?? '')),
          command: [targetProgram(suite, String(plan.tests[0] ?? '')), ...plan.arm.hostArgs],
          env: linkedEnv(suite),
        })
      : run(suite, instrument, tools, plan),
  events: (scratch, output, suite) =>
    isFuzzing(suite)
      ? readEvents(progressFile(scratch))
      : loadOf(suite)
        ? parseRustLoad(output)
        : parseRustEvents(output),
  killed: parseRustDeath,
  ownObjects: (suite) =>
    isFuzzing(suite) ? targetNames(suite).map((t) => targetProgram(suite, t)) : executables(suite),
  declarations: (suite, instrument, tools) => ({
    language: 'rust',
    rust: {
      dir: suite.dir,
      cargo: cargo(tools, instrument.rust?.toolchain),
      options: buildOptions(suite, instrument, tools),
      args: list(suite, 'args'),
      targets: wanted(suite),
      env: offline(buildEnv(suite, instrument)),
      programs: executables(suite),
    },
  }),
};
