/** All evidence from the launches of a cell. `execute/` gathers it as a draft; after that it is read-only. */
import type { PreparedSuite, Uncollected } from '../bindings/binding.js';
import type { Copy } from '../build/source-files.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Unproven } from '../model/launch.js';
import type { ProjectCode } from '../model/project-code.js';
import type { TestEvent } from '../model/test-event.js';
import type { ReadLog } from '../parsers/read-logs.js';
import type { Cell } from '../plan/plan.js';
import type { Exit } from '../process/launch.js';

/** A diagnostic with its log, its test if known, and the command that reproduces it. */
export type Observation = { readonly diagnostic: Diagnostic; log: string; test?: string; repro: string };

/** How many calls could fail, and of how many it was tried. */
export type FailingCalls = {
  /** Calls that the tests reach, told apart by what leads to them. */
  found: number;
  /** Those that failed in a test, and after which the test came to an end of some kind. */
  driven: number;
  /** Those that were to fail and were not reached again, or whose test did not end. */
  lost: number;
  /** Those that failed in earlier runs without a finding, and not again, as the run goes on with those. */
  before?: number;
};

/** One launch. */
export type Attempt = {
  readonly requested: readonly string[] | 'all';
  readonly exit: Exit;
  readonly events: readonly TestEvent[];
  readonly logs: readonly ReadLog[];
  /** Tests that began and did not end. */
  readonly unfinished: readonly string[];
  /** Why the gate's check at the end of a process may not have run. Only for gates that have one. */
  readonly unchecked?: string;
  /** What the test process printed last, if it ended by itself with a status that no report explains. */
  readonly lastWords?: string;
  /** For a guard: how much its processes say that they watched, if any did, and why it may be nothing. */
  readonly watched?: { readonly sum?: number; readonly none: string };
  /** For a guard that repeats tests. Absent if all were. */
  readonly unproven?: Unproven;
  /** Why its logs may lack something that was written to them. */
  readonly lost?: string;
};

export type Evidence = {
  readonly cell: Cell;
  readonly failed?: string;
  readonly listed: readonly string[];
  /** Why `listed` may be incomplete: the listing failed. */
  readonly listingFailed?: string;
  /** Files whose tests could not be listed. The others are judged without them. */
  readonly uncollected?: readonly Uncollected[];
  readonly wanted: readonly string[];
  readonly attempts: readonly Attempt[];
  /** Launches in which calls of the project failed. What becomes of their tests is no result of the suite. */
  readonly driven?: readonly Attempt[];
  /** What is known of the calls that can fail. Only for a gate that `fails`. */
  readonly failing?: FailingCalls;
  /** The launch of tests that a guard had passed over. Whether they pass there is no result of the suite. */
  readonly closer?: Attempt;
  readonly seen: readonly Observation[];
  readonly own: ProjectCode;
  /** Copies of sources that were made for the build. */
  readonly copies: readonly Copy[];
  /** Shared objects and addons of the suite's targets, as built. */
  readonly products: readonly string[];
  readonly maps: ReadonlySet<string>;
  /** Whether the processes recorded their mapped objects themselves. */
  readonly recorded: boolean;
  /** The prepared suite. Absent if preparing it failed. */
  readonly prepared?: PreparedSuite;
  /** The directory of the suite's compiled tests. */
  readonly out: string;
  /** Number of schedules tried, for a gate that has several. */
  readonly seeds?: number;
  /** How often a thread of the project was made to wait. Only where the matrix says `perturb`. */
  readonly waits?: number;
  /** Why reports lack the host's own stack, where the gate asks for it. */
  readonly noHostLines?: string;
  /** When the canary ran of which this is the evidence (ISO 8601), if it was an earlier run's. */
  readonly provenAt?: string;
  /** Milliseconds from the first build to the last launch. */
  readonly ms: number;
  readonly logs: readonly string[];
};

/** All launches, also those whose tests are no results of the suite. */
export const attemptsOf = ({ attempts, driven = [], closer }: Evidence): readonly Attempt[] => [
  ...attempts,
  ...driven,
  ...(closer ? [closer] : []),
];

/** Evidence that is still being gathered. */
export type EvidenceDraft = {
  -readonly [K in keyof Evidence]: Evidence[K] extends ReadonlySet<infer T>
    ? Set<T>
    : Evidence[K] extends readonly (infer T)[]
      ? T[]
      : Evidence[K];
};
