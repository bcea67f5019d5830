/** What a run tells whoever watches it. The union is the glossary: one member per thing that can happen. */
import type { Verdict } from './verdict.js';

export type RunEvent =
  /** The plan is made: how many cells will run. */
  | { kind: 'plan'; cells: number }
  | { kind: 'build-started'; id: string }
  /** `failed` is the reason, one line; absent when the build succeeded. `reused`: nothing had changed. */
  | { kind: 'build-finished'; id: string; ms: number; reused: boolean; failed?: string }
  | { kind: 'cell-started'; id: string }
  /** Its launches are over; it is judged when its lane's canary is, or when the host's habits are known. */
  | { kind: 'cell-waits'; id: string; ms: number }
  | { kind: 'cell-finished'; id: string; verdict: Verdict; ms: number }
  /** How long the rest will take, by what its cells took before. Said again as cells end. */
  | { kind: 'left'; ms: number }
  /** A sentence for people that belongs to no cell. */
  | { kind: 'note'; text: string };
