/**
 * The interface of a gate: what to compile with, what to run with, and which logs it writes. The table of
 * gates is in `index.ts`.
 */
import type { BindingId, GateId, ErrorResult } from '../model/ids.js';
import type { Arm, Compiler, Instrument, Launch, Missing } from '../model/launch.js';
import type { WorkerFault } from '../model/containment.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Host } from '../host/probe.js';

export type ArmRequest = {
  host: Host;
  binding: BindingId;
  compiler: Compiler;
  logDir: string;
  /** Unwind stacks by tables at any cost. For gates with `truncatesStacks`. */
  fullUnwind?: boolean;
  /** Omit what only explains a report and takes time. The gate must still see every error. */
  skipExplanations?: boolean;
  /** Continue after a report, so that one process can show several. For gates with `goesOn`. */
  goesOn?: boolean;
  /** Tests run in processes forked from the host's. Each must be examined like the host's own. */
  forks?: boolean;
  /** Which of the gate's schedules to run. For gates with `seeds`. */
  seed?: number;
  /** The gate's own settings in the matrix. */
  settings?: GateSettings;
  /** For gates with `asksFunctions`. */
  values?: ValuesRequest;
  /** For gates with `asksErrors`: how functions of the suite's targets report errors. */
  errors?: Record<string, ErrorResult>;
  /** For gates with `watchesEntries`: groups of functions, as patterns, of each of which one may run at a time. */
  nonreentrant?: readonly (readonly string[])[];
  /** For gates with `breaksWorkers`. Absent where tests are only listed. */
  contain?: ContainRequest;
  /** The suite consists of fuzz targets, which draw their inputs themselves. For gates with `drawsInputs`. */
  targets?: true;
};

/** Which processes are workers, and what breaks them in a launch. */
export type ContainRequest = {
  /** The program that breaks them. */
  tracer: string;
  /** A glob over the name of a program or its command line. Without it each process that the host starts is one. */
  worker?: string;
  faults: readonly WorkerFault[];
};

/** Functions that a suite names, and how the oracle in C gets at them. */
export type ValuesRequest = {
  functions: readonly (string | { signature: string; c?: string | undefined; errors?: ErrorResult })[];
  /** How functions of the targets report errors, by name. */
  errors: Record<string, ErrorResult>;
  headers: string[];
  /** Absolute. */
  include: string[];
  libs: string[];
  seed: number;
  /** Output directories of the suite's targets. */
  targets: string[];
  /** The only vector to ask, `FUNCTION:NUMBER`. */
  only?: string;
  /** Whether this launch runs all tests of the suite. */
  all: boolean;
  /** What adapters answered before a vector ended them. This launch asks the vectors behind it. */
  answered?: string;
  /** For gates with `drawsInputs`. */
  inputs?: InputsRequest;
};

/** What the random inputs of one launch are made from. */
export type InputsRequest = {
  round: number;
  /** Inputs of each function, beyond those that are asked as they are. */
  count: number;
  /** Inputs that showed something, by function: others are changed from them. */
  pool: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Inputs that are asked as they are, by function. */
  exact: Readonly<Record<string, readonly (readonly string[])[]>>;
  /** Functions that are asked nothing but `exact`. */
  settled: readonly string[];
};

export type GateSettings = {
  /** Warnings are errors. */
  strict?: boolean | undefined;
  /** List what does no harm, too. */
  info?: boolean | undefined;
  /** Headers that declare what objects without debug information hold, and how to compile them. */
  headers?: readonly string[] | undefined;
  cflags?: readonly string[] | undefined;
  /** Seconds, and inputs of a function in one launch, for a gate that draws inputs. */
  time?: number | undefined;
  inputs?: number | undefined;
  /** Seconds for which a call may keep a thread of the host's runtime. */
  kept?: number | undefined;
  /** Bytes between blocks of the heap. */
  redzone?: number | undefined;
  /** The byte that blocks of the heap are filled with. */
  fill?: number | undefined;
};

/** Markdown text of one or more sentences, and the bindings that it applies to. */
export type Limit = { bindings: readonly BindingId[]; text: string };

export type Gate = {
  id: GateId;
  title: string;
  /** Its entry in the matrix that `init` writes: active if `on`, else as a comment, with the reason. */
  offer: { on: boolean; why: string };
  /** Its limits in some bindings, for `docs/lanes.md`, which is generated. */
  limits?: readonly Limit[];
  /** Why this gate does not fit a binding, or a suite of it by its `with`. Undefined if it does. */
  unfit(binding: BindingId, settings?: Readonly<Record<string, unknown>>): string | undefined;
  compilers: readonly Compiler[];
  /** The compiler where the matrix names none: the first, unless a binding needs another. */
  usualCompiler?(binding: BindingId): Compiler;
  missing(host: Host, binding: BindingId, compiler: Compiler): Missing | undefined;
  instrument(host: Host, binding: BindingId, compiler: Compiler): Instrument;
  arm(request: ArmRequest): Arm;
  /** Exit statuses by which the checker itself reports an error. */
  exitCodes: readonly number[];
  /** True if its first report ends the process. Several hazards then need several launches. */
  halts: boolean;
  /** True if a gate that halts can be armed with `goesOn`. */
  goesOn?: true;
  /** True if starting a host under it takes seconds. Tests are then batched wherever possible. */
  heavy: boolean;
  /**
   * Symbols that an object must import to be visible to this gate. Undefined if it sees uninstrumented code.
   */
  hook?: RegExp;
  /**
   * True if an object compiled for this gate may lack hooks because it contains nothing that the gate checks.
   */
  mayLackHooks?: true;
  /** True if reports with host frames only are noise, and are compared with the lane's no-op run. */
  noisyHosts?: true;
  /**
   * True if stacks of allocations end at a host function without a frame pointer, unless armed with
   * `fullUnwind`.
   */
  truncatesStacks?(binding: BindingId): boolean;
  /**
   * Default number of schedules, for a gate that draws thread interleavings and addresses from a seed. One
   * schedule proves nothing about others. Each is a launch of its own with its seed.
   */
  seeds?: number;
  /** The remedy for a report that is no hazard. Undefined if none is known. */
  remedy?(s: Diagnostic): string | undefined;
  /**
   * Tools besides the compiler, by their names in `Host.tools`, whose versions influence what the gate sees.
   */
  tools?: readonly string[];
  /** A library of `plugins/preload` that is compiled and loaded before everything else. */
  preload?: string;
  /**
   * True if its library lists the calls that could fail, and then makes one of them fail in each further launch
   * (`execute/run-failing.ts`).
   */
  fails?: true;
  /** What that library is compiled with where it runs, besides its own source: generated headers. */
  preloadInputs?: (
    host: Host,
    cc: string,
    out: string,
  ) => { commands: Launch[]; flags: string[]; objects?: string[]; facts: unknown };
  /**
   * True if its reports show the stack of the host's own language in this binding (`plugins/preload/hoststack.c`).
   */
  hostStacks?(binding: BindingId): boolean;
  /**
   * True if the host is asked at its calls of native code (`plugins/preload/hosttsan.c`): the gate's runtime holds locks while it
   * reports.
   */
  asksAtCalls?: true;
  /** True if its library asks the host of this binding for its lines (`plugins/preload/hoststack.c`). */
  asksForLines?(binding: BindingId): boolean;
  /** Whether the JVM loads the agent `plugins/jniguard`, which is compiled for it. */
  agent?: true;
  /** True if it is for suites alone that name functions (`values`). */
  asksFunctions?: true;
  /**
   * True if those functions get random inputs, round after round, until its time is over (`execute/run-fuzz.ts`). Suites of fuzz
   * targets (`with.fuzz`) are for such gates alone.
   */
  drawsInputs?: true;
  /** True if it is for suites alone of which a target says how its functions report errors (`errors`). */
  asksErrors?: true;
  /** True if targets tell it which functions may run once at a time (`nonreentrant`). */
  watchesEntries?: true;
  /** Whether it watches something in this binding, though no target of the suite names such functions. */
  watchesAnyway?(binding: BindingId): boolean;
  /** True if it is for suites alone that have workers (`contain`), which it breaks (`execute/run-contained.ts`). */
  breaksWorkers?: true;
  /** True if it sees faults of what runs while code is loaded, without any call by a test. */
  seesLoading?: true;
  /** GiB of memory that one launch may need beyond the host's own. */
  memory: number;
};
