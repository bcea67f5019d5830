/** The words of AddressSanitizer and its siblings for an error, and the hazard each one means. */
import type { Frame, Access, Stack } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';
import { goHazard } from './asan-go.js';

/** Headlines that do not begin with the kind's name. Source: compiler-rt `asan_errors.cpp`, `sanitizer_allocator_report.cpp`. */
const PHRASES: readonly [RegExp, string][] = [
  [/^attempting double-free\b/, 'double-free'],
  [/^attempting free on address which was not malloc/, 'bad-free'],
  [/^attempting to call (\w+)\(\) for pointer which is not owned/, 'bad-$1'],
  [/^(\w+) parameters overflow:/, '$1-overflow'],
  [/^invalid allocation alignment:/, 'invalid-allocation-alignment'],
  [/^invalid alignment requested in aligned_alloc:/, 'invalid-aligned-alloc-alignment'],
  [/^invalid alignment requested in posix_memalign:/, 'invalid-posix-memalign-alignment'],
  [/^requested allocation size\b/, 'allocation-size-too-big'],
  [/^specified RSS limit exceeded\b/, 'rss-limit-exceeded'],
  [/^(?:allocator is out of memory|out of memory|failed to allocate)\b/, 'out-of-memory'],
  [/^bad parameters to (\w+)/, 'bad-$1'],
  [/^UNKNOWN SIGNAL\b/, 'unknown-signal'],
  [/^unknown exception\b/, 'unknown-exception'],
  [/^([A-Za-z_][\w-]*)/, '$1'],
];

/** The kind's name as the runtime's own SUMMARY spells it, from the text behind `Sanitizer: `. */
export function kindOf(headline: string): string {
  for (const [phrase, name] of PHRASES) {
    const m = phrase.exec(headline);
    if (m) return name.replace('$1', m[1] ?? '');
  }
  return 'unknown';
}

/** Facts of a report that decide its hazard. */
export type Circumstances = {
  access: Access | undefined;
  /** The fault is in the first page. */
  zeroPage: boolean;
  /** HWASan's `Cause:` line. */
  cause: string | undefined;
  region: string | undefined;
  stacks: readonly Stack[];
  address?: string | undefined;
  /** The lines of shadow bytes, from the first to that of the fault. */
  shadow?: readonly string[];
};
type Meaning = HazardId | ((c: Circumstances) => HazardId);

const heap: Meaning = ({ access }) =>
  access?.kind === 'write' ? 'bounds/heap-overflow' : 'bounds/heap-overread';
/** The runtime's own code, by its names and, where it has none, by its object; and its functions that take a block back. */
const OF_RUNTIME =
  /__(?:asan|hwasan|sanitizer|interceptor_)|^(?:c?free|realloc|reallocarray|operator delete)\b/;
const RUNTIME = /(?:^|\/)lib(?:clang_rt\.)?(?:hw)?asan[-.\w]{0,40}$/;
const TAKES_BACK = /::(?:asan_(?:c?free|delete|realloc)|Deallocate|Reallocate)\b/;
const FREES = /^(?:_{2,3}interceptor_)?(?:c?free|realloc|reallocarray|operator delete)\b/;
/**
 * The runtime itself faults where it takes a block back, at the header that it writes before each of its own: it was given a
 * pointer to read-only memory, such as a literal, or to nothing.
 */
const freesOther = (stacks: readonly Stack[]): boolean => {
  const frames = stacks[0]?.frames ?? [];
  const nameOf = (f: Frame): string => ('function' in f && f.function) || '';
  const isRuntimes = (f: Frame): boolean =>
    OF_RUNTIME.test(nameOf(f)) || ('module' in f && RUNTIME.test(f.module ?? ''));
  const end = frames.findIndex((f) => !isRuntimes(f));
  const inside = frames.slice(0, end < 0 ? frames.length : end).map(nameOf);
  return inside.some((name, i) => TAKES_BACK.test(name) || (i > 0 && FREES.test(name)));
};
const fault: Meaning = ({ zeroPage, stacks }) => {
  if (freesOther(stacks)) return 'ownership/invalid-free';
  return zeroPage ? 'null/dereference' : 'crash/signal';
};

/** HWASan knows a tag that differs; why it differs is in the `Cause:` line. */
const CAUSES: readonly [RegExp, Meaning][] = [
  [/use-after-free/, 'ownership/use-after-free'],
  [/heap-buffer-overflow/, heap],
  [/global-overflow/, 'bounds/global-overflow'],
  [/use-after-scope|stack tag-mismatch|stack-use-after/, 'lifetime/stack-escape'],
  [/stack-buffer-overflow/, 'bounds/stack-overflow'],
];
/** LLVM 10 and 11 have no `Cause:` line; the description of the address tells as much. */
const DESCRIPTIONS: readonly [RegExp, Meaning][] = [
  [/global variable/, 'bounds/global-overflow'],
  [/in stack of thread/, 'lifetime/stack-escape'],
  [/ (?:before|after|to the left of|to the right of) /, heap],
];
const byCause: Meaning = (c) => {
  const described = c.stacks.some((s) => s.role === 'freed')
    ? 'ownership/use-after-free'
    : DESCRIPTIONS.find(([d]) => d.test(c.region ?? ''))?.[1];
  const meaning = CAUSES.find(([cause]) => cause.test(c.cause ?? ''))?.[1] ?? described ?? 'ownership/other';
  return typeof meaning === 'string' ? meaning : meaning(c);
};

const KINDS: Readonly<Record<string, Meaning>> = {
  'heap-buffer-overflow': heap,
  'heap-use-after-free': 'ownership/use-after-free',
  'double-free': 'ownership/double-free',
  'bad-free': 'ownership/invalid-free',
  'alloc-dealloc-mismatch': 'ownership/allocator-mismatch',
  'new-delete-type-mismatch': 'ownership/allocator-mismatch',
  'stack-use-after-return': 'lifetime/stack-escape',
  'stack-use-after-scope': 'lifetime/stack-escape',
  'stack-buffer-overflow': 'bounds/stack-overflow',
  'stack-buffer-underflow': 'bounds/stack-overflow',
  'dynamic-stack-buffer-overflow': 'bounds/stack-overflow',
  'global-buffer-overflow': 'bounds/global-overflow',
  'container-overflow': 'bounds/other',
  'intra-object-overflow': 'bounds/other',
  'unknown-crash': 'bounds/other',
  // The memory of an allocator of the host's own: outside an object, or one that it took back. Only of Go's is it known which.
  'use-after-poison': (c) => goHazard(c) ?? 'bounds/other',
  'initialization-order-fiasco': 'init/uninitialised-read',
  'negative-size-param': 'bounds/length-arithmetic',
  'allocation-size-too-big': 'bounds/length-arithmetic',
  'calloc-overflow': 'bounds/length-arithmetic',
  'reallocarray-overflow': 'bounds/length-arithmetic',
  'pvalloc-overflow': 'bounds/length-arithmetic',
  'invalid-allocation-alignment': 'ub/other',
  'invalid-aligned-alloc-alignment': 'ub/other',
  'invalid-posix-memalign-alignment': 'ub/other',
  'out-of-memory': 'resource/exhausted',
  'rss-limit-exceeded': 'resource/exhausted',
  'stack-overflow': 'resource/exhausted',
  'odr-violation': 'abi/other',
  'invalid-pointer-pair': 'ub/other',
  'bad-malloc_usable_size': 'ownership/other',
  'bad-__sanitizer_get_allocated_size': 'ownership/other',
  'bad-__sanitizer_annotate_contiguous_container': 'bounds/other',
  'bad-__sanitizer_annotate_double_ended_contiguous_container': 'bounds/other',
  'bad-__sanitizer_copy_contiguous_container_annotations': 'bounds/other',
  // HWASan
  'tag-mismatch': byCause,
  'invalid-free': (c) =>
    /use-after-free/.test(c.cause ?? '') || c.stacks.some((s) => s.role === 'freed')
      ? 'ownership/double-free'
      : 'ownership/invalid-free',
  'allocation-tail-overwritten': 'bounds/heap-overflow',
  // signals, and Windows exceptions
  SEGV: fault,
  BUS: fault,
  FPE: 'crash/signal',
  ILL: 'crash/signal',
  TRAP: 'crash/signal',
  ABRT: 'crash/abort',
  'unknown-signal': 'crash/signal',
  'access-violation': fault,
  'in-page-error': 'crash/signal',
  'int-divide-by-zero': 'ub/division-by-zero',
  'int-overflow': 'ub/integer-overflow',
  'array-bounds-exceeded': 'bounds/other',
  'datatype-misalignment': 'ub/misaligned',
  'illegal-instruction': 'crash/signal',
  'priv-instruction': 'crash/signal',
  breakpoint: 'crash/abort',
};

/** True for a kind that the tables know by name. */
export const isKnown = (kind: string): boolean =>
  Object.hasOwn(KINDS, kind) || SHAPES.some(([s]) => s.test(kind));

/** Kinds with an open first part, and what is new since this was written. */
const SHAPES: readonly [RegExp, Meaning][] = [
  [/-param-overlap$/, 'bounds/other'],
  [/^flt-/, 'crash/signal'],
  [/overflow|underflow|bounds|-size/, 'bounds/other'],
  [/^(?:flt|int)-|exception$|signal/i, 'crash/signal'],
];

/** The hazard of a kind; a kind that is new to us is still a finding (`ownership/other`). */
export function hazardOf(kind: string, c: Circumstances): HazardId {
  const known = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  const meaning = known ?? SHAPES.find(([s]) => s.test(kind))?.[1] ?? 'ownership/other';
  return typeof meaning === 'string' ? meaning : meaning(c);
}
