/** `report.json`, version 1: the document from which every reporter is derived. Arrays have a fixed order. */
import type { Role } from './role.js';
import type { ExitCode } from './exit-codes.js';
import type { BindingId } from './ids.js';
import type { Frame, Stack } from './diagnostic.js';
import type { HazardId } from './hazard.js';
import type { Verdict } from './verdict.js';

export type Report = {
  version: 1;
  /** Start of the run in ISO format, and its duration in milliseconds. */
  started: string;
  ms: number;
  matrix: string;
  /** The version of ffi-gates that made it. Absent in reports of versions that did not say. */
  tool?: { name: 'ffi-gates'; version: string };
  /** The commit of the repository with the matrix. Absent outside of git. */
  commit?: string;
  /** Whether tracked files differed from that commit when the run began. */
  dirty?: boolean;
  /** URL of the repository, without credentials. Absent without a remote. */
  repository?: string;
  host: {
    os: string;
    cores: number;
    tools: Record<string, string>;
    /** The system's load average over one minute, at the start and at the end of the run. */
    load?: { start: number; end: number };
  };
  exitCode: ExitCode;
  /** The run was interrupted: only so many of its cells were judged. */
  cut?: { judged: number; cells: number };
  cells: CellReport[];
  lanes: LaneReport[];
  findings: FindingReport[];
  runtimeBucket: FindingReport[];
  /** Frames that stacks of the runtime bucket share (`more`). Only in the file, and only if that bucket is large. */
  sharedFrames?: ReportedFrame[];
  /** Commands of the runtime bucket (`sharedRepro`). Only in the file, and only if that bucket is large. */
  sharedRepros?: string[];
  fixtures?: FixturesReport;
  /** Absent without a baseline. */
  baseline?: BaselineReport;
  /** Absent without suppressions. In the order of their file. */
  suppressions?: SuppressionRow[];
  unavailable: { lane: string; why: string; remedy: string }[];
  /** Hazards of the catalogue that no gate of this matrix can detect. */
  unseenHazards: { hazard: HazardId; title: string; bindings: BindingId[] }[];
  builds: { id: string; ms: number; reused: boolean; failed?: string }[];
};

export type CellReport = {
  id: string;
  suite: string;
  binding: BindingId;
  builder: string;
  gate: string;
  role: Role;
  verdict: Verdict;
  tests: { passed: number; failed: number; skipped: number };
  /** Number of schedules tried, for a gate that draws them from a seed (Miri) or is perturbed. */
  seeds?: number;
  /**
   * The probability with which threads of the project were made to wait, and how often one did. Absent without
   * `perturb` in the matrix.
   */
  perturbed?: { share: number; waits: number };
  /** When it ran (ISO 8601), for a canary of an earlier run that was believed. */
  provenAt?: string;
  /**
   * Calls of the project that could fail: those that tests reach, those that failed in a launch of their own, and those
   * that were to fail and did not, or whose test did not end. `before`: with `--resume`, those that failed in earlier runs, without a
   * finding. The others are left for later runs. Absent for other gates.
   */
  failing?: { found: number; driven: number; lost: number; before?: number };
  ms: number;
  /**
   * `plain`: the result of the test without any gate, if a cell of the same suite has it. `flaky`: it passed
   * when it was run again alone; it still counts as failed (Law 9).
   */
  failedTests: { test: string; message?: string; plain?: 'passed' | 'failed'; flaky?: true }[];
  /** Planted cases that were seen as declared. Absent for other cells. */
  caught?: string[];
  /** Files of tests that the framework could not load. The verdict is about the others. */
  uncollected?: { file: string; why: string }[];
  /** Tests that were running when a process died or was stopped. */
  diedIn: string[];
  /** Log files, relative to the report. */
  logs: string[];
  /** Lines that look like a checker's and that no reader took. */
  unread: { log: string; line: number; text: string }[];
  /** Objects mapped into the process that ran the tests. */
  objects?: { instrumented: string[]; runtime: string[]; opaque: string[]; blind: string[] };
};

export type LaneReport = {
  binding: BindingId;
  builder: string;
  gate: string;
  proven: boolean;
  canaries: { class: string; seen: boolean; why?: string }[];
  /** When its canary ran (ISO 8601), if that was an earlier run under the same conditions. */
  provenAt?: string;
  /** Why its reports lack the host's own lines, for a gate that asks the host for them. */
  noHostLines?: string;
};

export type Origin = 'own' | 'host' | 'runtime' | 'tool';

/**
 * A frame; `own` marks those in the project's code. Source files of the project are relative to the
 * repository.
 */
export type ReportedFrame = Frame & { own?: true };
export type ReportedStack = Omit<Stack, 'frames'> & {
  frames: ReportedFrame[];
  /** Indexes in `sharedFrames` of the frames that follow `frames`. Only in the file. */
  more?: number[];
  /** The lines around the stack's first frame in the project's code. */
  source?: { file: string; line: number; lines: { no: number; text: string }[] };
};

/** A log in which one test of one cell showed a finding. */
export type Witness = {
  cell: string;
  /** Relative to the report. */
  log: string;
  /** Where its first report begins. */
  line: number;
  /** Where its further reports begin. Absent if there is one. */
  lines?: number[];
  gate: string;
  binding: BindingId;
  test?: string;
  /** How often the checker reported it there. */
  count: number;
  /** The innermost line of the project's code in the host's own language that called there. */
  caller?: Caller;
};

/** `core`: several bindings show it, so it lies in their shared code. `binding`: only one of several does. */
export type Scope = 'core' | 'binding';

export type FindingReport = {
  fingerprint: string;
  hazard: HazardId;
  rule: string;
  origin: Origin;
  /** Absent if only one binding ran the native code. */
  scope?: Scope;
  /** Set for a finding that alone makes no cell red. */
  tier?: 'warning' | 'info';
  message: string;
  /** What it does to a value, and the line that mends it, where the tool says so. */
  effect?: string;
  mend?: string;
  complete: boolean;
  stacks: ReportedStack[];
  /**
   * The crossing: the outermost frame of the project's code that host code called. `stack` and `frame` are
   * indexes.
   */
  boundary?: { stack: number; frame: number; function: string };
  /** The innermost line of the project's code in the host's own language that called, where that is known. */
  caller?: Caller;
  leak?: { bytes: number; objects: number };
  /** Planted: seen only in hazard and canary cells, as declared. */
  planted: boolean;
  witnesses: Witness[];
  /** One shell line that reproduces the finding. */
  repro: string;
  /** The index of its command in `sharedRepros`; `repro` is then empty. Only in the file. */
  sharedRepro?: number;
  /** The seed of the schedule in which it was seen, for a gate that tries several (Miri). */
  seed?: number;
  /** Its entry in the baseline. Absent for a fresh finding. */
  known?: Accepted;
};

/** A line in the language of a host. */
export type Caller = { function: string; file: string; line: number };

/** Why a finding is accepted for now, by whom, and until which day (inclusive). */
export type Accepted = { reason: string; owner?: string; expires?: string };

export type BaselineRow = Accepted & { fingerprint: string; hazard: HazardId; where: string };

/**
 * The state of the committed baseline in this run. A `gone` or `expired` entry gives exit code 1 until it is
 * pruned.
 */
export type BaselineReport = {
  /** Name of the file, which is next to the matrix. */
  file: string;
  /** Number of findings that are in it, and that are not. */
  known: number;
  fresh: number;
  gone: BaselineRow[];
  expired: BaselineRow[];
  /** Not seen, but the cells that could have shown them did not run to a proven end. */
  unchecked: BaselineRow[];
};

/** The effect of a committed suppression in this run. */
export type SuppressionRow = Accepted & {
  /** For example `lsan ownership/leak in function old_init`. */
  name: string;
  /**
   * Number of reports that it dropped. Absent unless a checker ran that reads and counts it (UBSan does not
   * count).
   */
  matched?: number;
  /** True when checkers that count ran to their end and dropped nothing. */
  unused: boolean;
  /**
   * Hazards of planted bugs that it would have hidden. Any of them makes it too broad and gives exit code 6.
   */
  hides: HazardId[];
  /** Past its expiry day: it was passed to no checker, and gives exit code 1. */
  expired?: true;
};

export type FixturesReport = {
  /** The cause of a failed run of planted bugs, and the remedy. */
  blame?: { who: 'machine' | 'toolchain' | 'gate' | 'fixture'; says: string; remedy: string };
  declared: number;
  caught: number;
  missed: { cell: string; case: string; hazard: HazardId; gate: string; at: string }[];
  twins: number;
  noisyTwins: { cell: string; finding: string; test?: string }[];
  blind: { case: string; hazard: HazardId; bindings: BindingId[]; seenBy: string[] }[];
  /**
   * For gates that ask the host: of the hazards that it saw (`seen`), how many show the annotated line of the host. Leaks are
   * counted apart, as they are reported when the host has ended.
   */
  hostLines?: { binding: BindingId; gate: string; seen: number; shown: number; leaks: number }[];
  /** Those that do not: `at` is the line that they had to show, absent if none is annotated. */
  hostLinesLost?: { cell: string; case: string; at?: string; instead?: string }[];
  /** hazard → binding → gates that saw it (`asan`, or `asan/gcc` where only one compiler did). */
  detection: { hazard: HazardId; bindings: Partial<Record<BindingId, string[]>>; blind: BindingId[] }[];
};
