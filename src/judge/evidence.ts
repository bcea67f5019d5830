/** All that the launches of a cell left behind. `execute/` gathers it as a draft; from then on it is read only. */
import type { PreparedSuite } from '../bindings/binding.js';
import type { Copy } from '../build/source-files.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ProjectCode } from '../model/project-code.js';
import type { TestEvent } from '../model/test-event.js';
import type { ReadLog } from '../parsers/read-logs.js';
import type { Cell } from '../plan/plan.js';
import type { Exit } from '../process/launch.js';

/** A diagnostic with its log, its test where that is known, and the command that shows it again. */
export type Observation = { readonly diagnostic: Diagnostic; log: string; test?: string; repro: string };

/** One launch. */
export type Attempt = {
  readonly requested: readonly string[] | 'all';
  readonly exit: Exit;
  readonly events: readonly TestEvent[];
  readonly logs: readonly ReadLog[];
  /** Tests that began and did not end. */
  readonly unfinished: readonly string[];
  /** Why the gate's check at the end of a process is not known to have been made; for gates that make one. */
  readonly unchecked?: string;
};

export type Evidence = {
  readonly cell: Cell;
  readonly failed?: string;
  readonly listed: readonly string[];
  /** Why `listed` may be a part only: the listing itself did not end well. */
  readonly listingFailed?: string;
  readonly wanted: readonly string[];
  readonly attempts: readonly Attempt[];
  readonly seen: readonly Observation[];
  readonly own: ProjectCode;
  /** Where sources were copied to be built. */
  readonly copies: readonly Copy[];
  /** The suite's targets' shared objects and addons, as built. */
  readonly products: readonly string[];
  readonly maps: ReadonlySet<string>;
  /** Whether processes wrote down themselves what they had mapped. */
  readonly recorded: boolean;
  /** The suite as it was prepared; absent when that failed. */
  readonly place?: PreparedSuite;
  /** Where the suite's compiled tests are. */
  readonly out: string;
  /** How many schedules were tried, for a gate that has several. */
  readonly seeds?: number;
  /** Milliseconds from the first build to the last launch. */
  readonly ms: number;
  readonly logs: readonly string[];
};

/** Evidence that is still being gathered. */
export type EvidenceDraft = {
  -readonly [K in keyof Evidence]: Evidence[K] extends ReadonlySet<infer T>
    ? Set<T>
    : Evidence[K] extends readonly (infer T)[]
      ? T[]
      : Evidence[K];
};
