export type ChangeKind =
  'drop' | 'double' | 'swap' | 'interleave' | 'insert' | 'truncate' | 'prefix' | 'glue' | 'garble' | 'cut';
export type Change = { kind: ChangeKind; at: number; n: number; other: number };
export const CHANGES: Readonly<Record<ChangeKind, unknown>>;
export function mutate(logs: readonly string[], index: number, changes: readonly Change[]): string;
