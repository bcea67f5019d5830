/**
 * The interface of a builder: how a build system is driven out of tree, with flags for every object of the
 * project.
 */
import { cpus } from 'node:os';
import type { Instrument, Launch, Missing, Tools } from '../model/launch.js';
import type { Target } from '../config/matrix.js';
import type { BuilderId } from '../model/ids.js';
import type { Toolchain } from '../host/tools.js';

export type BuildInput = {
  dir: string;
  out: string;
  target: Target;
  instrument: Instrument;
  needs: Record<string, string>;
};
/** `copies`: the build system writes into its source tree, so it gets a copy of it. */
export type Builder = {
  id: BuilderId;
  /** What is looked for on a machine whose matrix has this builder. */
  toolchains?: readonly Toolchain[];
  /** It compiles Rust, so rustc's flags change its result. */
  rust?: true;
  copies?: true;
  /**
   * The tool that it needs to start; compilers are checked separately. `target` may select one of several
   * tools.
   */
  missing(tools: Tools, target?: Target): Missing | undefined;
  commands(p: BuildInput): Launch[];
};

/** The tool as missing, if this machine does not have it. */
export const lacks = (tools: Tools, what: string, remedy: string): Missing | undefined =>
  tools[what] ? undefined : { what, why: `${what} is not installed`, remedy };

export const JOBS = String(cpus().length);

const flags = (p: BuildInput): Record<string, string> => ({
  CC: p.instrument.cc,
  CXX: p.instrument.cxx,
  CFLAGS: p.instrument.cflags.join(' '),
  CXXFLAGS: p.instrument.cflags.join(' '),
  LDFLAGS: p.instrument.ldflags.join(' '),
});

/** Programs that a configuration tries out must not fail because of their leaks. */
export const LEAKS_IGNORED: Record<string, string> = { ASAN_OPTIONS: 'detect_leaks=0' };

/**
 * Compilers and flags for tools that read them from the environment. Programs run by a configuration must not
 * fail because they leak.
 */
export const env = (p: BuildInput): Record<string, string> => ({
  ...flags(p),
  ...LEAKS_IGNORED,
  ...p.target.env,
});

/**
 * Flags of CMake's configuration `None`, in addition to those from the environment. A project that overwrites
 * CMAKE_C_FLAGS would otherwise be built without the gate, and no project sets flags of this configuration.
 */
export const cmakeFlags = (cflags: string, ldflags: string): string[] => [
  ...['C', 'CXX'].map((language) => `-DCMAKE_${language}_FLAGS_NONE=${cflags}`),
  ...['SHARED', 'MODULE', 'EXE'].map((kind) => `-DCMAKE_${kind}_LINKER_FLAGS_NONE=${ldflags}`),
];

const FIND_RUNTIME =
  'LD_LIBRARY_PATH=$(dirname "$("$0" -print-file-name=libclang_rt.asan-$(uname -m).so)") exec "$@"';

/**
 * A command whose children run programs that they have just compiled (configuration tests, generators).
 * clang's shared runtimes are where no loader looks.
 */
export const running = (
  { compiler, cc, ldflags }: Instrument,
  argv: [string, ...string[]],
): [string, ...string[]] =>
  compiler === 'clang' && ldflags.includes('-shared-libsan') ? ['sh', '-c', FIND_RUNTIME, cc, ...argv] : argv;

/** Copies shared objects that a build system put below `from` to `out`, where suites look for them. */
export const collect = (p: BuildInput, from: string): Launch => ({
  argv: [
    'find',
    from,
    '-mindepth',
    from === p.out ? '2' : '1',
    '(',
    '-name',
    '*.so',
    '-o',
    '-name',
    '*.so.[0-9]*',
    ')',
    '-exec',
    'cp',
    '-Pn',
    '{}',
    p.out,
    ';',
  ],
  cwd: p.out,
  env: {},
});
