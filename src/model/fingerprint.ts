/** The stable identity of a finding: one algorithm, whatever is known of the project. */
import { createHash } from 'node:crypto';
import type { Diagnostic, Frame, Stack } from './diagnostic.js';
import { frameName } from './function-name.js';
import { base } from './project-code.js';

/** Of a stack's frames, those that may identify it. */
export type Choice = (frames: readonly Frame[]) => readonly Frame[];

/** What a frame is called in an identity: nothing that changes from build to build. */
export type FrameNamer = (frame: Frame) => string;

/** Frames of the host that identify a stack in which nothing was chosen. */
const HOST_FRAMES = 3;
/** Chosen frames that identify a stack; two where memory was allocated, since one function allocates for many. */
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
 * Hazard and telling frames; no address, pid, line or build path. `choices` say whose frames tell, the best first. The two
 * sides of a race are unordered.
 */
export const fingerprintBy = (
  d: Diagnostic,
  choices: readonly Choice[],
  nameOf: FrameNamer = frameName,
): string => {
  const leak = d.hazard.includes('leak');
  const sides = d.stacks.filter(
    (k) => k.role === 'fault' || k.role === 'other-access' || (leak && k.role === 'allocated'),
  );
  const stacks = sides.length > 0 ? sides : d.stacks.slice(0, 1);
  const keys = stacks.map((k) => sideOf(k, choices, leak ? FRAMES.leak : FRAMES.other, nameOf)).sort();
  const text = keys.join(' | ') || d.message.replace(/0x[0-9a-f]+|\d+/g, '#');
  return createHash('sha256').update(`${d.hazard}\n${text}`).digest('hex').slice(0, 16);
};
