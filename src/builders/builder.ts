/** The seam of a builder: how a build system is driven out of tree, with flags to every object of the user's project. */
import { cpus } from 'node:os';
import type { Instrument, Launch, Missing, Tools } from '../model/launch.js';
import type { Target } from '../config/matrix.js';
import type { BuilderId } from '../model/ids.js';

export type BuildInput = {
  dir: string;
  out: string;
  target: Target;
  instrument: Instrument;
  needs: Record<string, string>;
};
/** `copies`: the build system writes into its source tree, so `build.ts` hands it a copy of it. */
export type Builder = {
  id: BuilderId;
  /** It compiles Rust: flags of rustc change what it makes. */
  rust?: true;
  copies?: true;
  /** The tool without which it cannot start; compilers are asked for apart. `target` says which of several it takes. */
  missing(tools: Tools, target?: Target): Missing | undefined;
  commands(p: BuildInput): Launch[];
};

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
 * Compilers and flags for tools that read them from the environment. Programs that a configuration tries out must not
 * fail for what they leak.
 */
export const env = (p: BuildInput): Record<string, string> => ({
  ...flags(p),
  ...LEAKS_IGNORED,
  ...p.target.env,
});

/**
 * Flags of CMake's configuration `None`, beside those from the environment: a project that sets CMAKE_C_FLAGS anew would be
 * built without the gate, and no project knows this configuration.
 */
export const cmakeFlags = (cflags: string, ldflags: string): string[] => [
  ...['C', 'CXX'].map((language) => `-DCMAKE_${language}_FLAGS_NONE=${cflags}`),
  ...['SHARED', 'MODULE', 'EXE'].map((kind) => `-DCMAKE_${kind}_LINKER_FLAGS_NONE=${ldflags}`),
];

const FIND_RUNTIME =
  'LD_LIBRARY_PATH=$(dirname "$("$0" -print-file-name=libclang_rt.asan-$(uname -m).so)") exec "$@"';

/**
 * A command whose children run what they have just compiled (configuration tests, generators). clang's shared runtimes
 * lie where no loader looks.
 */
export const running = (
  { compiler, cc, ldflags }: Instrument,
  argv: [string, ...string[]],
): [string, ...string[]] =>
  compiler === 'clang' && ldflags.includes('-shared-libsan') ? ['sh', '-c', FIND_RUNTIME, cc, ...argv] : argv;

/** Puts shared objects that a build system left below `from` beside those in `out`, where suites look for them. */
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
