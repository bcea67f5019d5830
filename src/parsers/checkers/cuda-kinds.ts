/** The headlines of compute-sanitizer and what they mean. */
import type { Access, StackRole } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { isZeroPage } from '../engine/signals.js';

/** Facts of a report that decide its hazard. */
type Circumstances = { access: Access | undefined; region: string; address: string | undefined };

export type Kind = {
  shape: RegExp;
  rule: string;
  hazard: HazardId | ((c: Circumstances) => HazardId);
  /** What the stack of the host is. */
  host: StackRole;
  /** The headline alone tells everything. */
  isWhole?: true;
};

const inHeap = ({ access }: Circumstances): HazardId =>
  access?.kind === 'read' ? 'bounds/heap-overread' : 'bounds/heap-overflow';

function globalAccess(c: Circumstances): HazardId {
  if (/\bmisaligned\b/.test(c.region)) return 'ub/misaligned';
  if (/\bfree(?:d|-race)?\b|\bafter free\b/.test(c.region)) return 'ownership/use-after-free';
  if (isZeroPage(c.address)) return 'null/dereference';
  return inHeap(c);
}

const sharedAccess = ({ region }: Circumstances): HazardId =>
  /\bmisaligned\b/.test(region)
    ? 'ub/misaligned'
    : /\bblock that might\b/.test(region)
      ? 'threading/other'
      : 'bounds/other';

/** In the order in which they are tried. */
export const KINDS: readonly Kind[] = [
  {
    shape: /^(?:Potential i|I)nvalid (?:__)?global(?:__)? /,
    rule: 'invalid-global-access',
    hazard: globalAccess,
    host: 'related',
  },
  {
    shape: /^(?:Potential i|I)nvalid (?:__)?local(?:__)? /,
    rule: 'invalid-local-access',
    hazard: ({ region }) => (/\bmisaligned\b/.test(region) ? 'ub/misaligned' : 'bounds/stack-overflow'),
    host: 'related',
  },
  {
    shape: /^(?:Potential i|I)nvalid (?:__\w{1,20}__|shared|Address|address) ?/,
    rule: 'invalid-access',
    hazard: sharedAccess,
    host: 'related',
  },
  {
    shape: /^Malloc\/Free error encountered ?: ?Double free/,
    rule: 'double-free',
    hazard: 'ownership/double-free',
    host: 'related',
  },
  {
    shape: /^Malloc\/Free error encountered ?: ?Invalid pointer/,
    rule: 'invalid-free',
    hazard: 'ownership/invalid-free',
    host: 'related',
  },
  {
    shape: /^Malloc\/Free error encountered ?: ?Heap corruption/,
    rule: 'heap-corruption',
    hazard: 'crash/heap-corruption',
    host: 'related',
  },
  {
    shape: /^Malloc\/Free error encountered/,
    rule: 'malloc-free',
    hazard: 'ownership/other',
    host: 'related',
  },
  {
    shape: /^(?:Leaked \d|Found unfreed )/,
    rule: 'leak',
    hazard: 'ownership/leak',
    host: 'allocated',
    isWhole: true,
  },
  {
    shape: /^Uninitialized (?:__\w{1,20}__ )?(?:memory )?(?:read|access)/i,
    rule: 'uninitialized-read',
    hazard: 'init/uninitialised-read',
    host: 'related',
  },
  {
    shape: /^Host API (?:uninitialized )?memory access error|^Host API uninitialized/i,
    rule: 'uninitialized-read',
    hazard: 'init/uninitialised-read',
    host: 'fault',
  },
  {
    shape: /^Unused memory in allocation/,
    rule: 'unused-memory',
    hazard: 'resource/other',
    host: 'allocated',
    isWhole: true,
  },
  {
    shape: /^(?:(?:ERROR|WARNING|Error|Warning): )?Race reported between /,
    rule: 'race',
    hazard: 'threading/data-race',
    host: 'related',
  },
  {
    shape: /^(?:(?:ERROR|WARNING|Error|Warning): )?(?:Potential )?(?:WAW|WAR|RAW) hazard detected/,
    rule: 'race-hazard',
    hazard: 'threading/data-race',
    host: 'related',
  },
  { shape: /^Barrier error detected/, rule: 'barrier', hazard: 'threading/lock-misuse', host: 'related' },
  { shape: /^Deadlock detected/, rule: 'deadlock', hazard: 'threading/deadlock', host: 'related' },
  {
    shape: /^(?:Lane User |Device Hardware |Warp - )?Stack Overflow/i,
    rule: 'stack-overflow',
    hazard: 'resource/exhausted',
    host: 'related',
  },
  {
    shape: /^(?:Warp|Lane) Misaligned Address/i,
    rule: 'misaligned-address',
    hazard: 'ub/misaligned',
    host: 'related',
  },
  {
    shape:
      /^(?:Warp|Lane|Device|Cluster) (?:Illegal|Invalid|Out-of-range|Assert|Hardware|User|Block|Target)/i,
    rule: 'hardware-exception',
    hazard: 'crash/signal',
    host: 'related',
  },
  { shape: /^Tensor Memory |^tcgen05\b/, rule: 'tensor-memory', hazard: 'bounds/other', host: 'related' },
  {
    shape: /^Program hit .*(?:\(error 2\)|out of memory|MemoryAllocation)/,
    rule: 'api-error',
    hazard: 'resource/exhausted',
    host: 'fault',
    isWhole: true,
  },
  {
    shape: /^Program hit .*\(error \d{1,4}\)/,
    rule: 'api-error',
    hazard: 'rules/other',
    host: 'fault',
    isWhole: true,
  },
  {
    shape: /^Internal (?:Sanitizer|Memcheck) Error/i,
    rule: 'internal-error',
    hazard: 'tool/internal-error',
    host: 'related',
    isWhole: true,
  },
];
