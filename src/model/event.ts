/** Events of a run, for those who display its progress. One member per thing that can happen. */
import type { Verdict } from './verdict.js';

export type RunEvent =
  /** The plan is made; `cells` is the number of cells that will run. */
  | { kind: 'plan'; cells: number }
  | { kind: 'build-started'; id: string }
  /** `failed`: the reason in one line, absent when the build succeeded. `reused`: nothing had changed. */
  | { kind: 'build-finished'; id: string; ms: number; reused: boolean; failed?: string }
  | { kind: 'cell-started'; id: string }
  /**
   * All its launches have ended. Its verdict waits for the lane's canary, or for the no-op run that shows the
   * host's noise.
   */
  | { kind: 'cell-waits'; id: string; ms: number }
  | { kind: 'cell-finished'; id: string; verdict: Verdict; ms: number }
  /** Estimated time left, from how long its cells took before. Updated as cells finish. */
  | { kind: 'left'; ms: number }
  /** A message for people that concerns no single cell. */
  | { kind: 'note'; text: string };
