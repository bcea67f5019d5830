/**
 * What C does with memory of Go's heap, under `go build -asan`. Go poisons what lies behind each object, and each object that its
 * collector takes back. Sources: Go src/runtime/malloc.go (`redZoneSize`), mgcsweep.go and mheap.go (`asanpoison`).
 */
import type { Frame, Stack } from '../../model/diagnostic.js';
import type { HazardId } from '../../model/hazard.js';

/** A line of shadow bytes, that of the fault with an arrow. Each byte stands for eight of memory. */
const SHADOW = /^(=>| {2})0x[0-9a-f]{8,16}:((?:[ [\]]{0,2}[0-9a-f]{2}){1,32})\]?\s*$/;
const MAX_LINES = 16;
const POISONED = 'f7';

/** Whether the shadow bytes of a report decide what it is, and have not come. They stand behind the SUMMARY. */
export const owesShadow = ({ kind, shadow }: { kind: string; shadow: readonly string[] }): boolean =>
  kind === 'use-after-poison' && shadow.at(-1)?.startsWith('=>') !== true;

/** Keeps a line of shadow bytes up to that of the fault. */
export const takeShadow = (lines: string[], text: string): void => {
  if (lines.length < MAX_LINES && !lines.at(-1)?.startsWith('=>') && SHADOW.test(text)) lines.push(text);
};

/** How many bytes of shadow before that of the fault are poisoned, without a gap. Undefined if the fault is not shown. */
const poisonedBefore = (lines: readonly string[]): number | undefined => {
  const fault = SHADOW.exec(lines.at(-1) ?? '');
  if (fault?.[1] !== '=>') return undefined;
  const text = fault[2]!;
  const at = text.indexOf('[');
  if (at < 0) return undefined;
  const bytes = [...lines.slice(0, -1).map((l) => SHADOW.exec(l)?.[2] ?? ''), text.slice(0, at)]
    .join(' ')
    .split(/[ [\]]+/)
    .filter((b) => b !== '');
  return bytes.length - 1 - bytes.findLastIndex((b) => b !== POISONED);
};

/** Where Go's heap is on 64-bit machines; under ASan above its shadow. Source: Go src/runtime/malloc.go (`arenaHint`). */
const HEAP = /^0x0{0,8}[0-9a-f]{0,3}c[0-9a-f]{9}$/;
const isGo = (f: Frame): boolean =>
  (f.kind === 'source' && f.file.endsWith('.go')) ||
  ('function' in f && /^_cgo_[0-9a-f]{12}_C/.test(f.function ?? ''));

/** Redzones have at least sixteen bytes, and an access behind an object usually begins at its end. */
const REDZONE = 2;

/**
 * The hazard of an access by C to poisoned memory of Go's heap: behind an object, or in one that the collector has taken back.
 * Undefined for any other.
 */
export const goHazard = (c: {
  address?: string | undefined;
  shadow?: readonly string[];
  stacks: readonly Stack[];
}): HazardId | undefined => {
  const frames = c.stacks[0]?.frames ?? [];
  const [top] = frames;
  // Go's own accesses are by `unsafe`.
  if (top === undefined || isGo(top) || !frames.some(isGo) || !HEAP.test(c.address ?? '')) return undefined;
  const before = poisonedBefore(c.shadow ?? []);
  if (before === undefined) return undefined;
  return before < REDZONE ? 'bounds/host-buffer-too-small' : 'lifetime/go-pointer-kept';
};
