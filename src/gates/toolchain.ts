/** Shared by gates: compilers, flags of the plain build, runtimes, options of sanitizers. */
import { noErrors } from './optimiser-warnings.js';
import type { Host } from '../host/probe.js';
import type { Compiler, Instrument, Missing } from '../model/launch.js';
import type { BindingId } from '../model/ids.js';
import type { ArmRequest } from './gate.js';

/**
 * Tail calls are off because a forwarder (`return strdup(s)`) would otherwise be missing from every stack.
 */
const DEBUG_FLAGS = ['-g', '-O1', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls'];

/** The uninstrumented build, shared by plain, Valgrind and the runtime checks. */
export const plainInstrument = (
  host: Host,
  compiler: Compiler,
  extra: string[] = [],
  link: string[] = extra,
): Instrument => ({
  compiler,
  cc: host.tools[compiler]?.path ?? compiler,
  cxx: host.tools[compiler === 'gcc' ? 'g++' : 'clang++']?.path ?? (compiler === 'gcc' ? 'g++' : 'clang++'),
  cflags: [...DEBUG_FLAGS, ...extra, ...noErrors(compiler, host.tools[compiler]?.version ?? '')],
  ldflags: [...link],
});

/** Functions tell when they begin and end: plugins/preload/crossings.h and callers.h. */
export const INSTRUMENTED = ['-finstrument-functions'];
/** cgo compiles the runtime's own C with the same flags. */
export const NOT_GOS_OWN = (binding: BindingId): string[] =>
  binding === 'go' ? ['-finstrument-functions-exclude-function-list=x_cgo_,_cgo_,threadentry,crosscall'] : [];

const APT: Record<Compiler, string> = {
  gcc: 'apt-get install -y gcc g++ libc6-dev',
  clang: 'apt-get install -y clang-19 llvm-19 libclang-rt-19-dev  # or the newest that your release has',
};

const CXX: Record<Compiler, string> = { gcc: 'apt-get install -y g++', clang: APT.clang };

/** The compiler as missing, if this machine does not have it. */
export const missingCompiler = (host: Host, compiler: Compiler): Missing | undefined =>
  host.tools[compiler]
    ? undefined
    : { what: compiler, why: `${compiler} is not installed`, remedy: APT[compiler] };

/** The C++ part of a compiler, which distributions package separately. */
export const missingCxx = (host: Host, compiler: Compiler): Missing | undefined => {
  const what = compiler === 'gcc' ? 'g++' : 'clang++';
  return host.tools[what]
    ? undefined
    : { what, why: `${what} is not installed, and there are C++ sources`, remedy: CXX[compiler] };
};

/** The compiler, or its shared sanitizer runtime `name`, as missing. */
export const missingRuntime = (host: Host, compiler: Compiler, name: string): Missing | undefined =>
  missingCompiler(host, compiler) ??
  (host.runtimes[`${compiler}/${name}`]
    ? undefined
    : {
        what: `${compiler} ${name} runtime`,
        why: `the shared ${name} runtime of ${compiler} is not installed`,
        remedy: APT[compiler],
      });

/**
 * `LD_PRELOAD` of a sanitizer runtime, followed by libstdc++, without which C++ exceptions cannot be
 * intercepted.
 */
export const preload = (host: Host, compiler: Compiler, name: string): string =>
  [host.runtimes[`${compiler}/${name}`], host.runtimes[`${compiler}/stdcxx`]].filter(Boolean).join(':');

/**
 * A value of a sanitizer option. Options are separated by blanks, commas or colons (sanitizer_flag_parser.cpp,
 * `is_space`), so a value with one of these is quoted; it must not contain quotes itself.
 */
export const optionValue = (value: string | number): string =>
  /[\s,:]/.test(String(value)) ? `"${value}"` : String(value);

/** Joins sanitizer options. */
export const options = (o: Record<string, string | number>): string =>
  Object.entries(o)
    .map(([k, v]) => `${k}=${optionValue(v)}`)
    .join(':');

/**
 * How allocation stacks are unwound where leaks are checked at exit. Go frames are found only by C's unwind
 * tables; the fast unwinder stops at the edge of the thread's stack. Code that mostly allocates takes up to
 * 3.4 times the processor time.
 */
const leakStacks = (b: BindingId): Record<string, number> =>
  b === 'go' && process.arch === 'x64' ? { fast_unwind_on_malloc: 0 } : {};

/**
 * Line that LeakSanitizer's `log_threads` prints when it checks for leaks: lsan_common.cpp, `ProcessThreads`.
 */
export const LEAKS_SOUGHT = /==\d+==Processing thread \d+/;

/**
 * Node cuts small buffers out of one block of 8 KiB, where an overflow of one ends in the next. Without that pool each has
 * a block of its own.
 */
export const withoutPool = (b: BindingId): string[] =>
  b === 'node' ? ['--import', 'data:text/javascript,Buffer.poolSize=0'] : [];

/** Blocks larger than this are filled up to here, in bytes. */
const MOST_FILLED = 1 << 28;

/** What the matrix says about ASan's heap. */
export const heapOptions = ({ settings }: ArmRequest): Record<string, number> => ({
  ...(settings?.redzone === undefined
    ? {}
    : { redzone: settings.redzone, max_redzone: Math.max(2048, settings.redzone) }),
  ...(settings?.fill === undefined
    ? {}
    : {
        max_malloc_fill_size: MOST_FILLED,
        malloc_fill_byte: settings.fill,
        max_free_fill_size: MOST_FILLED,
        free_fill_byte: settings.fill,
      }),
});

/** ASan's environment for an executable that contains the runtime, with leak check. */
export const asanEnv = (r: ArmRequest, more: Record<string, string> = {}): Record<string, string> => ({
  ASAN_OPTIONS: options({
    detect_leaks: 1,
    exitcode: 99,
    log_path: `${r.logDir}/asan`,
    detect_stack_use_after_return: 1,
    strict_string_checks: 1,
    ...leakStacks(r.binding),
    ...heapOptions(r),
    ...more,
  }),
  LSAN_OPTIONS: options({ exitcode: 99, log_path: `${r.logDir}/lsan`, log_threads: 1 }),
});
