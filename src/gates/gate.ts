/** The seam of a gate: what to compile with, how to run, which logs it writes. A gate is one value in `registry.ts`. */
import type { BindingId, GateId } from '../model/ids.js';
import type { Arm, Compiler, Instrument, Missing } from '../model/launch.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Host } from '../host/probe.js';

export type ArmRequest = {
  host: Host;
  binding: BindingId;
  compiler: Compiler;
  logDir: string;
  /** Walk stacks by unwind tables at any cost; for gates that `cutsStacks`. */
  fullUnwind?: boolean;
  /** Leave out what only explains a report, at a price in time. Nothing may go unseen for it. */
  skipExplanations?: boolean;
  /** Go on after a report, so that one process shows many; for gates that have `goesOn`. */
  goesOn?: boolean;
  /** Tests have processes forked from the host's: each is to be examined as the host's own is. */
  forks?: boolean;
  /** Which of the gate's schedules to run; for gates that have `seeds`. */
  seed?: number;
};

/** A sentence or more in Markdown, and the bindings that it holds for. */
export type Limit = { bindings: readonly BindingId[]; text: string };

export type Gate = {
  id: GateId;
  title: string;
  /** What `init` writes of it: `on`, or as a comment, and in either case why. */
  offer: { on: boolean; why: string };
  /** What it cannot do with some bindings, for `docs/lanes.md`, which is generated. */
  limits?: readonly Limit[];
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
  mayLackHooks?: true;
  /** True when host frames alone are noise in this gate's reports: compare with the lane's no-op run. */
  noisyHosts?: true;
  /** True when stacks of allocations end at a host's function without a frame pointer, unless armed with `wholeStacks`. */
  truncatesStacks?(binding: BindingId): boolean;
  /**
   * Number of schedules that are tried unless the matrix says otherwise, for a gate that draws thread interleavings and
   * addresses from a seed: what one schedule does not show proves nothing. Each is a launch of its own, armed with its seed.
   */
  seeds?: number;
  /** What the user can do about a report that is no hazard; undefined where nothing is known. */
  remedy?(s: Diagnostic): string | undefined;
  /** Tools, by their names in `Host.tools`, whose versions decide what the gate sees, besides the compiler. */
  tools?: readonly string[];
  /** GiB that one launch may take beyond the host's own. */
  memory: number;
};
