/** What gates share: compilers, flags of the plain build, runtimes, options of sanitizers. */
import { noErrors } from './optimiser-warnings.js';
import type { Host } from '../host/probe.js';
import type { Compiler, Instrument, Missing } from '../model/launch.js';
import type { BindingId } from '../model/ids.js';
import type { ArmRequest } from './gate.js';

/** Tail calls are off because a forwarder (`return strdup(s)`) would else be missing from every stack. */
const DEBUG_FLAGS = ['-g', '-O1', '-fno-omit-frame-pointer', '-fno-optimize-sibling-calls'];

/** The uninstrumented build that plain runs, Valgrind and runtime switches share. */
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

const APT: Record<Compiler, string> = {
  gcc: 'apt-get install -y gcc g++ libc6-dev',
  clang: 'apt-get install -y clang-19 llvm-19 libclang-rt-19-dev  # or the newest that your release has',
};

const CXX: Record<Compiler, string> = { gcc: 'apt-get install -y g++', clang: APT.clang };

export const missingCompiler = (host: Host, compiler: Compiler): Missing | undefined =>
  host.tools[compiler]
    ? undefined
    : { what: compiler, why: `${compiler} is not installed`, remedy: APT[compiler] };

/** The C++ half of a compiler, which distributions package apart. */
export const missingCxx = (host: Host, compiler: Compiler): Missing | undefined => {
  const what = compiler === 'gcc' ? 'g++' : 'clang++';
  return host.tools[what]
    ? undefined
    : { what, why: `${what} is not installed, and there are C++ sources`, remedy: CXX[compiler] };
};

export const missingRuntime = (host: Host, compiler: Compiler, name: string): Missing | undefined =>
  missingCompiler(host, compiler) ??
  (host.runtimes[`${compiler}/${name}`]
    ? undefined
    : {
        what: `${compiler} ${name} runtime`,
        why: `the shared ${name} runtime of ${compiler} is not installed`,
        remedy: APT[compiler],
      });

/** `LD_PRELOAD` of a sanitizer runtime with libstdc++ behind it (else C++ exceptions cannot be intercepted). */
export const preload = (host: Host, compiler: Compiler, name: string): string =>
  [host.runtimes[`${compiler}/${name}`], host.runtimes[`${compiler}/stdcxx`]].filter(Boolean).join(':');

/** A value of a sanitizer option: blanks would end it but in quotes, which it must not hold itself. */
export const optionValue = (value: string | number): string =>
  /\s/.test(String(value)) ? `"${value}"` : String(value);

/** Joins sanitizer options. */
export const options = (o: Record<string, string | number>): string =>
  Object.entries(o)
    .map(([k, v]) => `${k}=${optionValue(v)}`)
    .join(':');

/**
 * How blocks get their stacks where leaks are sought at exit: Go frames are found by C's tables only, not by the fast walk, which
 * ends at the edge of the thread's stack. What does little but allocate takes up to 3.4 times the processor time.
 */
const leakStacks = (b: BindingId): Record<string, number> =>
  b === 'go' && process.arch === 'x64' ? { fast_unwind_on_malloc: 0 } : {};

/** What LeakSanitizer's `log_threads` prints when it looks for leaks: lsan_common.cpp, `ProcessThreads`. */
export const LEAKS_SOUGHT = /==\d+==Processing thread \d+/;

/** ASan's environment in an executable that carries the runtime itself, leak check included. */
export const asanEnv = (r: ArmRequest, more: Record<string, string> = {}): Record<string, string> => ({
  ASAN_OPTIONS: options({
    detect_leaks: 1,
    exitcode: 99,
    log_path: `${r.logDir}/asan`,
    detect_stack_use_after_return: 1,
    strict_string_checks: 1,
    ...leakStacks(r.binding),
    ...more,
  }),
  LSAN_OPTIONS: options({ exitcode: 99, log_path: `${r.logDir}/lsan`, log_threads: 1 }),
});
