/** The one document that every reporter is derived from: `report.json`, `version: 1`. Arrays are in a fixed order. */
import type { Role } from './role.js';
import type { ExitCode } from './exit-codes.js';
import type { BindingId } from './ids.js';
import type { Frame, Stack } from './diagnostic.js';
import type { HazardId } from './hazard.js';
import type { Verdict } from './verdict.js';

export type Report = {
  version: 1;
  /** ISO time of the run's start, and its whole length in milliseconds. */
  started: string;
  ms: number;
  matrix: string;
  host: {
    os: string;
    cores: number;
    tools: Record<string, string>;
    /** The system's load average over a minute, when the run began and when it ended. */
    load?: { start: number; end: number };
  };
  exitCode: ExitCode;
  cells: CellReport[];
  lanes: LaneReport[];
  findings: FindingReport[];
  runtimeBucket: FindingReport[];
  fixtures?: FixturesReport;
  /** Absent without a baseline. */
  baseline?: BaselineReport;
  /** Absent without suppressions; in the order of their file. */
  suppressions?: SuppressionRow[];
  unavailable: { lane: string; why: string; remedy: string }[];
  /** Hazards of the catalogue that no gate of this matrix can see. */
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
  /** Schedules that were tried, for a gate that draws them from a seed (Miri). */
  seeds?: number;
  ms: number;
  /**
   * `plain`: how the test ends without any gate, where a cell of the same suite says so. `flaky`: it passed when it was run once
   * more, alone, which makes it no less failed.
   */
  failedTests: { test: string; message?: string; plain?: 'passed' | 'failed'; flaky?: true }[];
  /** Planted cases that were seen as declared; absent for other cells. */
  caught?: string[];
  /** Tests that were running when a process died or was stopped. */
  diedIn: string[];
  /** Log files, relative to the report. */
  logs: string[];
  /** Lines that smelled of a checker and were not understood. */
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
};

export type Origin = 'own' | 'host' | 'runtime' | 'tool';

/** A frame with the judgement whether it lies in the user's own objects; own source files are relative to the repository. */
export type ReportedFrame = Frame & { own?: true };
export type ReportedStack = Omit<Stack, 'frames'> & {
  frames: ReportedFrame[];
  /** The lines around the first own frame. */
  source?: { file: string; line: number; lines: { no: number; text: string }[] };
};

export type Witness = {
  cell: string;
  /** Relative to the report. */
  log: string;
  line: number;
  gate: string;
  binding: BindingId;
  test?: string;
  count: number;
};

/** `core`: several bindings show it, so it lies in the code they share. `binding`: one does, although others could have. */
export type Scope = 'core' | 'binding';

export type FindingReport = {
  fingerprint: string;
  hazard: HazardId;
  rule: string;
  origin: Origin;
  /** Absent where only one binding ran over the native code. */
  scope?: Scope;
  message: string;
  complete: boolean;
  stacks: ReportedStack[];
  /** The crossing: the outermost own frame that host code called. `stack` and `frame` are indexes. */
  boundary?: { stack: number; frame: number; function: string };
  leak?: { bytes: number; objects: number };
  /** Planted: seen only in hazard and canary cells, as declared. */
  planted: boolean;
  witnesses: Witness[];
  /** One shell line that shows this finding again. */
  repro: string;
  /** The seed of the schedule that showed it, for a gate that tries several (Miri). */
  seed?: number;
  /** What the baseline says of it; absent for a fresh finding. */
  known?: Accepted;
};

/** Why a finding is accepted for now, and who looks after it until when (a day, the last on which that holds). */
export type Accepted = { reason: string; owner?: string; expires?: string };

export type BaselineRow = Accepted & { fingerprint: string; hazard: HazardId; where: string };

/** How the committed baseline stood in this run. A `gone` or `expired` entry makes exit code 1 until it is pruned. */
export type BaselineReport = {
  /** Name of the file beside the matrix. */
  file: string;
  /** Findings in it, and not in it. */
  known: number;
  fresh: number;
  gone: BaselineRow[];
  expired: BaselineRow[];
  /** Not seen, by cells that could have shown them but did not run to a proven end. */
  unchecked: BaselineRow[];
};

/** What a committed suppression did in this run. */
export type SuppressionRow = Accepted & {
  /** `lsan ownership/leak in function old_init`. */
  name: string;
  /** How many reports it dropped, where a checker counts (UBSan does not) and one that reads it ran. */
  matched?: number;
  /** True when checkers that count ran to their end and it dropped nothing. */
  unused: boolean;
  /** Hazards of planted bugs that it would have hidden: it is too broad, and makes exit code 6. */
  hides: HazardId[];
  /** Past its day: no checker was given it, and it makes exit code 1. */
  expired?: true;
};

export type FixturesReport = {
  /** Where something went wrong with what is planted: whose fault it is, and what to do. */
  blame?: { who: 'machine' | 'toolchain' | 'gate' | 'fixture'; says: string; remedy: string };
  declared: number;
  caught: number;
  missed: { cell: string; case: string; hazard: HazardId; gate: string; at: string }[];
  twins: number;
  noisyTwins: { cell: string; finding: string; test?: string }[];
  blind: { case: string; hazard: HazardId; bindings: BindingId[]; seenBy: string[] }[];
  /** hazard → binding → gates that saw it (`asan`, or `asan/gcc` where only one compiler did). */
  detection: { hazard: HazardId; bindings: Partial<Record<BindingId, string[]>>; blind: BindingId[] }[];
};
