/** The identity of a finding in a project, and the frame at which it crosses into native code. Pure. */
import type { Diagnostic } from '../model/diagnostic.js';
import { fingerprintBy } from '../model/fingerprint.js';
import { frameName } from '../model/function-name.js';
import { isProjectFrame, projectFrames, type ProjectCode } from '../model/project-code.js';

/**
 * The fingerprint of a diagnostic in a project: made from frames in code that bindings share, else from any
 * frames of the project's code.
 */
export const fingerprintOf = (d: Diagnostic, own: ProjectCode): string => {
  const shared: ProjectCode = { ...own, dirs: own.shared };
  return fingerprintBy(d, [
    (frames) => projectFrames(frames, shared),
    (frames) => projectFrames(frames, own),
  ]);
};

/**
 * The crossing: going outwards from the fault, the last frame of the project's code before the first frame of
 * the host.
 */
export const boundaryOf = (
  s: Diagnostic,
  own: ProjectCode,
): { stack: number; frame: number; function: string } | undefined => {
  for (const [i, k] of s.stacks.entries()) {
    if (k.role === 'managed' || k.role === 'thread-created') continue;
    const first = k.frames.findIndex((f) => isProjectFrame(f, own));
    if (first < 0) continue;
    let last = first;
    while (last + 1 < k.frames.length && isProjectFrame(k.frames[last + 1]!, own)) last++;
    if (last + 1 < k.frames.length) return { stack: i, frame: last, function: frameName(k.frames[last]!) };
  }
  return undefined;
};
