/** What the launches of a cell are made with. */
import type { Expectation } from '../config/annotations.js';
import type { PreparedSuite } from '../bindings/binding.js';
import type { BuildAccess } from '../build/prepare-suite.js';
import type { InputsRequest } from '../gates/gate.js';
import type { SuppressionFiles } from '../gates/suppression-files.js';
import type { Evidence, EvidenceDraft } from '../judge/evidence.js';
import type { Disturbance } from '../model/disturbance.js';
import type { Instrument } from '../model/launch.js';
import type { Cell } from '../plan/plan.js';
import type { Redactor } from '../redaction/redactor.js';
import type { PlannedFault } from './contained-calls.js';
import type { FailingCall } from './failing-calls.js';

/** Proofs of lanes that are kept between runs. */
export type KeptProofs = {
  /** The evidence of an earlier run of this prepared canary, with its logs put back. Undefined: it has to run. */
  find: (r: Runner) => Promise<Evidence | undefined>;
  /** Keeps what a canary showed. Call it only with evidence that proves its lane. Failures cost the next run its time. */
  keep: (evidence: Evidence, logs: string) => Promise<void>;
};

/** Where and how a cell runs. */
export type CellOptions = BuildAccess & {
  /** Base environment of every process. */
  env: Record<string, string>;
  /** Takes secrets out of commands and logs. */
  redactor?: Redactor;
  /** Directory of this run's logs. */
  logs: string;
  /** Directory of what is kept for the next runs: inputs that showed something. */
  kept: string;
  /** Where proofs of lanes are kept between runs, for canaries that need not run each time. */
  proofs?: KeptProofs;
  /** Calls that failed in an earlier run without a finding do not fail again. */
  resumes?: boolean;
  signal: AbortSignal;
  suppressions: SuppressionFiles;
  expectations: readonly Expectation[];
  /** The seed of the only schedule, and that of the order of the tests, for subjects. */
  disturbance?: Pick<Disturbance, 'seed' | 'order'> | undefined;
  /** Tells people something about the cell. */
  note?: (text: string) => void;
};

/** A cell whose suite is prepared, on its way through its launches. */
export type Runner = {
  cell: Cell;
  options: CellOptions;
  prepared: PreparedSuite;
  instrument: Instrument;
  evidence: EvidenceDraft;
  watch: Set<string>;
  n: number;
  /** Whether to unwind stacks completely, which takes as long as a heavy gate unless the launch `tracesBlocks`. */
  fullUnwind?: boolean;
  /** Whether the gate omits what only explains its reports. */
  skipExplanations?: boolean;
  /** Whether a gate that would stop at its first report continues. */
  goesOn?: boolean;
  /** Time limit in milliseconds of the next launches, instead of the matrix's. */
  limitMs?: number;
  /** The schedule of the next launches, for gates that have several. */
  seed?: number;
  /** Libraries of the tool that watch or delay the project's code, or ask the host for its stack. */
  preloads: string[];
  /** Whether reports are followed by the host's own stack. */
  asksHost?: boolean;
  /**
   * Whether a launch with `fullUnwind` leaves it to the library that asks the host: it unwinds where the project allocates, and notes the
   * lines of the host.
   */
  tracesBlocks?: boolean;
  /** The agent that the JVM loads. */
  agent?: string;
  /** The calls that fail in the next launches, for a gate that `fails`, and the tests in which they do. */
  failing?: readonly FailingCall[];
  /** Calls that take a lock and keep it on purpose. */
  keepers?: readonly string[];
  /** The program that breaks workers, and the faults of the next launches. */
  tracer?: string;
  faults?: readonly PlannedFault[];
  /** What is armed is a command for people, who may start it more than once. */
  repeats?: boolean;
  /** The directories of the gate's logs, one of each attempt. */
  logDirs?: string[];
  /** What adapters answered before a vector ended them, for a launch that asks the rest. */
  answered?: string;
  /** What the random inputs of the next launches are made from, for a gate that draws them. */
  inputs?: InputsRequest;
};
