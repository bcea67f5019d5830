/** What makes two diagnostics one finding, and where such a finding crosses the boundary. Pure. */
import { frameName } from '../model/function-name.js';
import { base, isProjectFrame, type ProjectCode, projectFrames } from '../model/project-code.js';
import { createHash } from 'node:crypto';
import type { Frame, Diagnostic, Stack } from '../model/diagnostic.js';

const withFile = (f: Frame): string =>
  f.kind === 'source' ? `${frameName(f)}@${base(f.file)}` : frameName(f);

/** The frames that identify a stack: the shared library's own first, else any own, else the top of the host's. */
const identity = (stack: Stack | undefined, own: ProjectCode, depth: number): string => {
  const frames = stack?.frames ?? [];
  const shared: ProjectCode = { ...own, dirs: own.shared };
  for (const set of [shared, own]) {
    const mine = projectFrames(frames, set);
    if (mine.length) return mine.slice(0, depth).map(withFile).join('<');
  }
  return frames.slice(0, 3).map(frameName).join('<');
};

/** Stable identity: hazard and own frames; no address, pid, line or build path. A race's two sides are unordered. */
export const fingerprintOf = (s: Diagnostic, own: ProjectCode): string => {
  const leak = s.hazard.includes('leak');
  const sides = s.stacks.filter(
    (k) => k.role === 'fault' || k.role === 'other-access' || (leak && k.role === 'allocated'),
  );
  const stacks = sides.length ? sides : s.stacks.slice(0, 1);
  const keys = stacks.map((k) => identity(k, own, leak ? 2 : 1)).sort();
  const text = keys.join(' | ') || s.message.replace(/0x[0-9a-f]+|\d+/g, '#');
  return createHash('sha256').update(`${s.hazard}\n${text}`).digest('hex').slice(0, 16);
};

/** The crossing: going outwards from the fault, the last own frame before the first frame of the host. */
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
