/**
 * Rust, tests run by libtest. Cargo compiles into the suite's scratch directory; at run time it only starts the test
 * executables, through a `runner` that carries the arm, so that cargo and rustc are never armed themselves.
 * Ids are those of rs-output.ts.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Base, Binding, RunPlan, PreparedSuite } from '../binding.js';
import type { Arm, Instrument, Launch, Missing, Step, Tools } from '../../model/launch.js';
import { envWords, flagText, includeFlags, linkedEnv, list } from '../link.js';
import { parseRustDeath, parseRustEvents, parseRustList } from './output.js';

/** Links by the instrument's compiler, with rustc's own choice of a linker behind it. */
const LINKER = fileURLToPath(new URL('../../../plugins/rust/cc', import.meta.url));

/** Cargo of the wanted toolchain. `+toolchain` is understood by rustup's shim only, so rustup itself is asked. */
const cargo = (tools: Tools, toolchain: string | undefined): [string, ...string[]] =>
  toolchain === undefined
    ? [tools['cargo']?.path ?? 'cargo']
    : [tools['rustup']?.path ?? 'rustup', 'run', toolchain, 'cargo'];

const testCommand = (place: PreparedSuite, { rust }: Instrument, tools: Tools): [string, ...string[]] => [
  ...cargo(tools, rust?.toolchain ?? (rust?.miri ? 'nightly' : undefined)),
  ...(rust?.miri ? ['miri', 'test'] : ['test']),
  ...['--target-dir', join(place.out, 'target')],
  // It keeps RUSTFLAGS away from build scripts and procedural macros.
  ...(rust?.miri ? [] : ['--target', tools['rustHost']?.version ?? 'host-tuple']),
  ...(rust?.std ? ['-Zbuild-std'] : []),
];

/** `--tests` leaves out documentation tests, which are compiled at run time. */
const ALL_TARGETS = ['--tests'];

const targetFlag = (target: string): string[] => {
  if (target === 'lib') return ['--lib'];
  return target.startsWith('bin:') ? ['--bin', target.slice(4)] : ['--test', target];
};

/** The targets that `with.test` names, else all. */
const wanted = (place: PreparedSuite): string[] => {
  const names = list(place, 'test');
  return names.length === 0 ? ALL_TARGETS : names.flatMap(targetFlag);
};

/**
 * rustc links with -nodefaultlibs, which takes away what gcc would add for `-fsanitize`: C code inside the test
 * executable (a bundled library of a `-sys` crate) would be without its runtime.
 */
const RUNTIMES: Record<string, string> = {
  '-fsanitize=address': '-lasan',
  '-fsanitize=thread': '-ltsan',
  '-fsanitize=undefined': '-lubsan',
};
const runtimes = ({ compiler, ldflags }: Instrument): string[] =>
  compiler === 'gcc' ? ldflags.flatMap((flag) => RUNTIMES[flag] ?? []) : [];

/**
 * The C compiler is given to build scripts (the `cc` crate reads CC and CFLAGS) and is the linker, because it knows where
 * its own sanitizer runtime lies. A gate that instruments Rust code itself says everything in `rustflags`.
 */
const buildEnv = (place: PreparedSuite, instrument: Instrument): Record<string, string> => {
  const { cc, cxx, cflags, ldflags, rust } = instrument;
  const link = [...ldflags, ...runtimes(instrument)];
  const libraries = [
    ...Object.values(place.targets),
    place.env['LIBRARY_PATH'] ?? process.env['LIBRARY_PATH'] ?? '',
  ].filter(Boolean);
  const flags = [
    `-Clinker=${LINKER}`,
    // Sanitizers walk the stacks of allocations by them: without, a leak's stack passes by the user's functions.
    '-Cforce-frame-pointers=yes',
    ...link.map((flag) => `-Clink-arg=${flag}`),
    ...(rust?.rustflags ?? []),
  ];
  const c = flagText([...cflags, ...includeFlags(place)]);
  return {
    CC: cc,
    FFI_GATES_LINKER: cc,
    CXX: cxx,
    ...(c === '' ? {} : { CFLAGS: c, CXXFLAGS: c }),
    // Not as flags of the linker: rustc's flags name every crate, and the standard library is compiled once for all suites.
    ...(libraries.length ? { LIBRARY_PATH: libraries.join(':') } : {}),
    // Else the cc crate splits at every blank.
    ...(c.includes("'") ? { CC_SHELL_ESCAPED_FLAGS: '1' } : {}),
    // The encoded form alone keeps flags with spaces whole; build scripts' own flags stay cargo's.
    ...(rust?.miri ? {} : { CARGO_ENCODED_RUSTFLAGS: flags.join('\x1f') }),
    ...linkedEnv(place),
    ...rust?.env,
  };
};

/** The standard library compiled with the instrument, and libtest: minutes of work, the same for every suite. */
const base = (place: PreparedSuite, instrument: Instrument, tools: Tools): Base | undefined => {
  const { rust } = instrument;
  if (!rust?.std) return undefined;
  const crate = join(place.out, 'crate');
  const env = buildEnv({ ...place, env: {}, with: {} }, instrument);
  return {
    name: 'rust-std',
    sources: false,
    facts: [],
    steps: [
      {
        argv: [...cargo(tools, rust.toolchain), 'init', '--lib', '--vcs', 'none', '--name', 'empty', crate],
        cwd: place.out,
        env,
      },
      { argv: [...testCommand(place, instrument, tools), '--no-run'], cwd: crate, env },
    ],
  };
};

/** Cargo goes by what files hold and when they were written: a copy that keeps both is as good as its own work. */
const fromBase = (place: PreparedSuite): Step[] =>
  place.base === undefined
    ? []
    : [{ argv: ['cp', '-a', join(place.base, 'target'), place.out], cwd: place.dir, env: {} }];

/** What cargo puts before each test executable. A TOML array, so that words with spaces stay words. */
const runner = ({ env, prefix }: Arm): string[] => {
  const words = ['env', ...envWords(env), ...prefix];
  return ['--config', `target.'cfg(all())'.runner=${JSON.stringify(words)}`];
};

/** Miri interprets the program: there is no process to put an arm around, only cargo's own environment. */
const armed = (instrument: Instrument, arm: Arm): string[] => (instrument.rust?.miri ? [] : runner(arm));
const armedEnv = (place: PreparedSuite, instrument: Instrument, arm: Arm): Record<string, string> => {
  if (!instrument.rust?.miri) return {};
  const isolation = place.with['isolation'] === false && '-Zmiri-disable-isolation';
  const flags = [arm.env['MIRIFLAGS'], place.env['MIRIFLAGS'], isolation];
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

const run = (place: PreparedSuite, instrument: Instrument, tools: Tools, { tests, arm }: RunPlan): Launch => {
  const chosen = tests === 'all' ? undefined : tests.map(split);
  const targets = chosen ? [...new Set(chosen.map((t) => t.target))].flatMap(targetFlag) : wanted(place);
  const names = chosen ? ['--exact', ...chosen.map((t) => t.name)] : [];
  return {
    argv: [
      ...testCommand(place, instrument, tools),
      ...targets,
      '--no-fail-fast',
      ...armed(instrument, arm),
      ...['--', '--test-threads=1', '--nocapture', ...names],
    ],
    cwd: place.dir,
    env: { ...offline(buildEnv(place, instrument)), ...armedEnv(place, instrument, arm) },
  };
};

/** The canaries keep the optimiser away by `black_box`, which is as old as this. */
const OLDEST = 66;

const missing = (tools: Tools): Missing | undefined => {
  const remedy = 'install Rust from https://rustup.rs';
  if (!tools['cargo'] && !tools['rustup'])
    return { what: 'cargo', why: 'it compiles and starts the tests', remedy };
  const version = tools['cargo']?.version ?? '';
  const [major, minor = 0] = version.split('.').map(Number);
  if (major !== 1 || minor >= OLDEST) return undefined;
  return { what: 'cargo', why: `needs Rust 1.${OLDEST} or newer, here is ${version}`, remedy };
};

/** Test executables below `out/target`: files of a `deps` directory without an extension. */
const executables = (place: PreparedSuite): string[] => {
  const root = join(place.out, 'target');
  return readdirSync(root, { withFileTypes: true, recursive: true })
    .filter((e) => e.isFile() && e.parentPath.endsWith('/debug/deps') && /-[0-9a-f]{16}$/.test(e.name))
    .map((e) => join(e.parentPath, e.name))
    .sort();
};

/**
 * The Rust binding. `with`: `test` (targets: `lib`, `bin:x` or an integration test's name), `include`, `isolation` (false lets a
 * suite under Miri reach this machine).
 */
export const rs: Binding = {
  id: 'rs',
  title: 'Rust (FFI)',
  attributes: false,
  missing,
  base,
  prepare: (place, instrument, tools) => [
    ...fromBase(place),
    {
      argv: [...testCommand(place, instrument, tools), ...wanted(place), '--no-run'],
      cwd: place.dir,
      env: buildEnv(place, instrument),
    },
  ],
  // Cargo names the targets on stderr: one stream for both, whatever the caller reads.
  list: (place, instrument, tools, arm) => ({
    argv: [
      ...['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh'],
      ...testCommand(place, instrument, tools),
      ...wanted(place),
      ...armed(instrument, arm),
      ...['--', '--list'],
    ] as [string, ...string[]],
    cwd: place.dir,
    env: { ...offline(buildEnv(place, instrument)), ...armedEnv(place, instrument, arm) },
  }),
  parseList: (stdout) => parseRustList(stdout),
  run,
  events: (_scratch, output) => parseRustEvents(output),
  killed: parseRustDeath,
  ownObjects: executables,
};
