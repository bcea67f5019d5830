/**
 * The names by which each checker can be told to drop reports. Sources: compiler-rt `lsan_common.cpp`,
 * `tsan_suppressions.cpp` and `ubsan_checks.inc`; Valgrind's manual, "Writing suppression files" of memcheck
 * and helgrind. AddressSanitizer is absent: it ends at the first fault and has no suppressions for it.
 */
import type { HazardId } from '../model/hazard.js';

export const SUPPRESSING_TOOLS = ['lsan', 'tsan', 'ubsan', 'memcheck', 'helgrind'] as const;
export type Suppressing = (typeof SUPPRESSING_TOOLS)[number];
export type KindRow = { tool: Suppressing; hazard: HazardId; kinds: readonly string[] };

const row = (tool: Suppressing, hazard: HazardId, ...kinds: string[]): KindRow => ({ tool, hazard, kinds });

const ACCESS = ['Addr1', 'Addr2', 'Addr4', 'Addr8', 'Addr16', 'Addr32'];
const VALUES = ['Cond', 'Value1', 'Value2', 'Value4', 'Value8', 'Value16', 'Value32'];
const MISUSE = ['UnlockUnlocked', 'UnlockForeign', 'UnlockBogus', 'PthAPIerror', 'Misc'];

export const KINDS: readonly KindRow[] = [
  row('lsan', 'ownership/leak', 'leak'),
  row('tsan', 'threading/data-race', 'race'),
  row('tsan', 'threading/host-memory-race', 'race'),
  row('tsan', 'ownership/use-after-free', 'race'),
  row('tsan', 'threading/lock-order', 'deadlock'),
  row('tsan', 'threading/lock-misuse', 'mutex'),
  row('tsan', 'threading/thread-leak', 'thread'),
  row('tsan', 'threading/signal-unsafe', 'signal'),
  row('ubsan', 'ub/integer-overflow', 'signed-integer-overflow', 'unsigned-integer-overflow'),
  row('ubsan', 'ub/shift', 'shift-base', 'shift-exponent'),
  row('ubsan', 'ub/misaligned', 'alignment'),
  row('ubsan', 'ub/invalid-enum-or-bool', 'bool', 'enum'),
  row('ubsan', 'ub/vla-bound', 'vla-bound'),
  row('ubsan', 'ub/function-type', 'function'),
  row('ubsan', 'ub/array-index', 'bounds'),
  row('ubsan', 'ub/null-argument', 'nonnull-attribute', 'returns-nonnull-attribute'),
  row('ubsan', 'null/dereference', 'null'),
  row('ubsan', 'ub/pointer-overflow', 'pointer-overflow'),
  row('ubsan', 'ub/object-type', 'object-size', 'vptr'),
  row('ubsan', 'ub/float-cast', 'float-cast-overflow'),
  row('ubsan', 'ub/division-by-zero', 'integer-divide-by-zero', 'float-divide-by-zero'),
  row('memcheck', 'ownership/leak', 'Leak'),
  row('memcheck', 'init/uninitialised-read', ...VALUES),
  row('memcheck', 'bounds/heap-overflow', ...ACCESS),
  row('memcheck', 'bounds/heap-overread', ...ACCESS),
  row('memcheck', 'bounds/other', ...ACCESS),
  row('memcheck', 'lifetime/stack-escape', ...ACCESS),
  row('memcheck', 'ownership/use-after-free', ...ACCESS),
  row('memcheck', 'null/dereference', ...ACCESS),
  row('memcheck', 'ownership/double-free', 'Free'),
  row('memcheck', 'ownership/invalid-free', 'Free'),
  row('memcheck', 'ownership/allocator-mismatch', 'Free'),
  row('helgrind', 'threading/data-race', 'Race'),
  row('helgrind', 'threading/host-memory-race', 'Race'),
  row('helgrind', 'threading/lock-order', 'LockOrder'),
  row('helgrind', 'threading/lock-misuse', ...MISUSE),
];

/** The rows that match an entry's hazard and tool. None if no checker can drop such a report. */
export const kindsOf = (e: { tool?: Suppressing | undefined; hazard?: string | undefined }): KindRow[] =>
  KINDS.filter(
    (r) => (e.tool === undefined || r.tool === e.tool) && (e.hazard === undefined || r.hazard === e.hazard),
  );
