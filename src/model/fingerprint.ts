/**
 * The stable identity of a finding. `run` and `parse` use this one algorithm, with or without a matrix (Law
 * 6).
 */
import { hash } from 'node:crypto';
import type { Diagnostic, Frame, Stack } from './diagnostic.js';
import { frameName } from './function-name.js';
import { base } from './project-code.js';

/** Chooses the frames of a stack that may identify it. */
export type Choice = (frames: readonly Frame[]) => readonly Frame[];

/** The name of a frame in a fingerprint, free of everything that changes from build to build. */
export type FrameNamer = (frame: Frame) => string;

/** Number of host frames that identify a stack without a chosen frame. */
const HOST_FRAMES = 3;
/**
 * Number of chosen frames that identify a stack. Leaks take two, since one function may allocate for many
 * callers.
 */
const FRAMES = { leak: 2, other: 1 } as const;

const withFile = (f: Frame, nameOf: FrameNamer): string =>
  f.kind === 'source' ? `${nameOf(f)}@${base(f.file)}` : nameOf(f);

const sideOf = (k: Stack, choices: readonly Choice[], depth: number, nameOf: FrameNamer): string => {
  for (const choose of choices) {
    const chosen = choose(k.frames);
    if (chosen.length > 0)
      return chosen
        .slice(0, depth)
        .map((f) => withFile(f, nameOf))
        .join('<');
  }
  return k.frames.slice(0, HOST_FRAMES).map(nameOf).join('<');
};

/**
 * The stacks that identify a finding: of the fault, of both sides of a race, of the allocation of a leaked block; without any
 * of these, the first one that is not another thread's.
 */
export const tellingStacks = <S extends Pick<Stack, 'role'>>(d: {
  hazard: string;
  stacks: readonly S[];
}): readonly S[] => {
  const leak = d.hazard.includes('leak');
  const sides = d.stacks.filter(
    (k) => k.role === 'fault' || k.role === 'other-access' || (leak && k.role === 'allocated'),
  );
  if (sides.length > 0) return sides;
  // Python lists the thread that crashed last.
  const own = d.stacks.filter((k) => k.role !== 'related');
  return (own.length > 0 ? own : d.stacks).slice(0, 1);
};

/**
 * Fingerprint of a diagnostic: its hazard and its identifying frames, without addresses, process ids, lines
 * or build paths. The first of `choices` that finds frames in a stack decides. The two sides of a race have
 * no order.
 */
export const fingerprintBy = (
  d: Diagnostic,
  choices: readonly Choice[],
  nameOf: FrameNamer = frameName,
): string => {
  const leak = d.hazard.includes('leak');
  const keys = tellingStacks(d)
    .map((k) => sideOf(k, choices, leak ? FRAMES.leak : FRAMES.other, nameOf))
    .sort();
  const text = keys.join(' | ') || d.message.replace(/0x[0-9a-f]+|\d+/g, '#');
  return hash('sha256', `${d.hazard}\n${text}`, 'hex').slice(0, 16);
};
