/** The seam of a gate: what to compile with, how to run, which logs it writes. A gate is one value in `registry.ts`. */
import type { Arm, BindingId, Instrument, Missing } from '../bindings/binding.js';
import type { Sighting } from '../model/diagnostic.js';
import type { Host } from '../host/probe.js';
import type { GateId } from '../model/ids.js';
import { noErrors } from './optimiser-warnings.js';

export type Compiler = 'gcc' | 'clang';

export type ArmRequest = {
  host: Host;
  binding: BindingId;
  compiler: Compiler;
  logDir: string;
  /** Walk stacks by unwind tables at any cost; for gates that `cutsStacks`. */
  wholeStacks?: boolean;
  /** Leave out what only explains a report, at a price in time. Nothing may go unseen for it. */
  terse?: boolean;
  /** Go on after a report, so that one process shows many; for gates that have `goesOn`. */
  goesOn?: boolean;
  /** Tests have processes forked from the host's: each is to be examined as the host's own is. */
  forks?: boolean;
  /** Which of the gate's schedules to run; for gates that have `seeds`. */
  seed?: number;
};

export type Gate = {
  id: GateId;
  title: string;
  /** Why this gate does not fit a binding; undefined when it does. */
  unfit(binding: BindingId): string | undefined;
  compilers: readonly Compiler[];
  missing(host: Host, binding: BindingId, compiler: Compiler): Missing | undefined;
  instrument(host: Host, binding: BindingId, compiler: Compiler): Instrument;
  arm(request: ArmRequest): Arm;
  /** Exit statuses by which the checker itself says "I found something". */
  exitCodes: readonly number[];
  /** True when its first report ends the process: a batch then needs one launch per hazard. */
  halts: boolean;
  /** True when a gate that halts can be armed with `goesOn`. */
  goesOn?: true;
  /** True when starting a host under it takes seconds: batch wherever possible. */
  heavy: boolean;
  /** Symbols that an object must import to be visible to this gate; undefined when it sees uninstrumented code. */
  hook?: RegExp;
  /** True when an object compiled for this gate may carry no hook, because nothing in it can go wrong in its sense. */
  sparse?: true;
  /** True when host frames alone are noise in this gate's reports: compare with the lane's no-op run. */
  noisyHosts?: true;
  /** True when stacks of allocations end at a host's function without a frame pointer, unless armed with `wholeStacks`. */
  cutsStacks?(binding: BindingId): boolean;
  /**
   * Number of schedules that are tried unless the matrix says otherwise, for a gate that draws thread interleavings and
   * addresses from a seed: what one schedule does not show proves nothing. Each is a launch of its own, armed with its seed.
   */
  seeds?: number;
  /** What the user can do about a report that is no hazard; undefined where nothing is known. */
  remedy?(s: Sighting): string | undefined;
  /** Tools, by their names in `Host.tools`, whose versions decide what the gate sees, besides the compiler. */
  tools?: readonly string[];
  /** GiB that one launch may take beyond the host's own. */
  memory: number;
};

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

export const NO_ARM: Arm = { prefix: [], env: {}, hostArgs: [] };
