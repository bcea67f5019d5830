/** The words of KASAN, KFENCE and KMSAN for an error, and the hazard each one means. */
import type { Access } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';

const heap = (access: Access | undefined): HazardId =>
  access?.kind === 'write' ? 'bounds/heap-overflow' : 'bounds/heap-overread';

/** By a part of the kind's name; the first that it holds. */
const KINDS: readonly [part: string, HazardId | ((access: Access | undefined) => HazardId)][] = [
  ['use-after-free', 'ownership/use-after-free'],
  // 4.6 to 5.19 did not tell these two apart.
  ['double-free', 'ownership/double-free'],
  ['invalid-free', 'ownership/invalid-free'],
  ['null-ptr-deref', 'null/dereference'],
  ['stack-out-of-bounds', 'bounds/stack-overflow'],
  ['alloca-out-of-bounds', 'bounds/stack-overflow'],
  ['use-after-scope', 'lifetime/stack-escape'],
  ['global-out-of-bounds', 'bounds/global-overflow'],
  ['out-of-bounds', heap],
  ['uninit', 'init/uninitialised-read'],
  ['infoleak', 'init/uninitialised-read'],
  ['user-memory-access', 'crash/signal'],
  ['wild-memory-access', 'crash/signal'],
  ['invalid-read', 'crash/signal'],
  ['invalid-write', 'crash/signal'],
  ['memory-corruption', 'bounds/heap-overflow'],
];

/** The kind's name, `slab-use-after-free`. */
export const kindOf = (words: string): string => words.toLowerCase().replace(/[^a-z0-9]+/g, '-');

/** The hazard of a kind; one that is new to us is still a finding. */
export function hazardOf(words: string, access: Access | undefined): HazardId {
  const direction = access ?? directionOf(words);
  const meaning = KINDS.find(([part]) => kindOf(words).includes(part))?.[1] ?? 'ownership/other';
  return typeof meaning === 'string' ? meaning : meaning(direction);
}

const directionOf = (words: string): Access | undefined => {
  if (words.endsWith('read')) return { kind: 'read' };
  return words.endsWith('write') ? { kind: 'write' } : undefined;
};
