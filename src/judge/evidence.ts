/** Everything that a cell left behind: launches, test events, logs and what was seen in them. It is judged afterwards. */
import type { TestEvent } from '../model/test-event.js';
import type { PreparedSuite } from '../bindings/binding.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { ReadLog } from '../parsers/read-logs.js';
import type { ProjectCode } from '../model/project-code.js';
import type { Exit } from '../process/launch.js';
import type { Copy } from '../build/source-files.js';
import type { Cell } from '../plan/plan.js';

export type Observation = { diagnostic: Diagnostic; log: string; test?: string; repro: string };

export type Attempt = {
  requested: readonly string[] | 'all';
  exit: Exit;
  events: TestEvent[];
  logs: ReadLog[];
  unfinished: string[];
  /** Why the gate's check at the end of a process is not known to have been made; for gates that make one. */
  unchecked?: string;
};

export type Evidence = {
  cell: Cell;
  failed?: string;
  listed: string[];
  /** Why `listed` may be a part only: the listing itself did not end well. */
  listingFailed?: string;
  wanted: string[];
  attempts: Attempt[];
  seen: Observation[];
  /** Keys of the no-op run come from its own shot. */
  own: ProjectCode;
  /** Where sources were copied to be built. */
  copies: Copy[];
  /** The suite's targets' shared objects and addons, as built. */
  products: string[];
  maps: Set<string>;
  /** Whether processes wrote down themselves what they had mapped. */
  recorded: boolean;
  /** The suite as it was prepared; absent when that failed. */
  place?: PreparedSuite;
  /** Where the suite's compiled tests are. */
  out: string;
  /** How many schedules were tried, for a gate that has several. */
  seeds?: number;
  ms: number;
  logs: string[];
};
