import type { BUILDERS } from '../../src/builders/index.js';
import type { parseMatrix } from '../../src/config/matrix.js';
import type { secondsOf } from '../../src/execute/attempt.js';
import type { Host } from '../../src/host/probe.js';
import type { Failure } from '../../src/model/failure.js';
import type { cellIds, makePlan, targetsOf } from '../../src/plan/plan.js';

export type MatrixChange = { kind: string; at: number; hostile: number };
export type Product = {
  parseMatrix: typeof parseMatrix;
  Failure: typeof Failure;
  makePlan: typeof makePlan;
  cellIds: typeof cellIds;
  targetsOf: typeof targetsOf;
  BUILDERS: typeof BUILDERS;
  secondsOf: typeof secondsOf;
  MAX_TIMER_MS: number;
  SLOW_FACTOR: number;
  host: Host;
};
export const HOSTILE: readonly string[];
export const CHANGES: Record<string, unknown>;
export function mutateMatrix(text: string, changes: readonly MatrixChange[]): string;
export function brokenMatrix(product: Product, text: string): string | undefined;
