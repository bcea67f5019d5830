/**
 * What is reachable only through a leaked block is leaked with it: one loss of a tree is one finding, not one for each kind of
 * node. Such reports stay, as remarks that make no cell red; once the block that they hang on is released, what is still lost is
 * reported as a leak of its own. Pure.
 */
import { frameName } from '../model/function-name.js';
import { projectFrames, type ProjectCode } from '../model/project-code.js';
import type { Diagnostic } from '../model/diagnostic.js';
import type { Origin } from '../model/report.js';
import type { Observation } from './evidence.js';

const EFFECT = 'only another leaked block refers to it: it is released, or is lost, together with that one';

type Seen = Observation & { origin: Origin };

/** The project's function that the host called when the block was allocated. */
const entryOf = (d: Diagnostic, own: ProjectCode): string | undefined => {
  const allocated = d.stacks.find((k) => k.role === 'allocated');
  const last = allocated && projectFrames(allocated.frames, own).at(-1);
  return last && frameName(last);
};

/** The observations, in which each indirect leak behind a direct one that counts is marked as a remark. */
export const withoutIndirect = (seen: readonly Seen[], own: ProjectCode): Seen[] => {
  const roots = seen.filter(
    (s) => s.diagnostic.leak?.kind === 'direct' && (s.origin === 'own' || s.origin === 'host'),
  );
  // Of one process: a test has one of its own, or both were allocated in the same call.
  const isBehind = (s: Seen): boolean =>
    roots.some(
      (r) =>
        r.log === s.log &&
        r.diagnostic.pid === s.diagnostic.pid &&
        (s.test === undefined
          ? entryOf(s.diagnostic, own) !== undefined &&
            entryOf(r.diagnostic, own) === entryOf(s.diagnostic, own)
          : r.test === s.test),
    );
  return seen.map((s) =>
    s.diagnostic.leak?.kind === 'indirect' && isBehind(s)
      ? { ...s, diagnostic: { ...s.diagnostic, tier: 'info', effect: EFFECT } }
      : s,
  );
};
