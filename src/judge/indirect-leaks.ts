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
import { fingerprintOf } from './fingerprint.js';

const EFFECT = 'only another leaked block refers to it: it is released, or is lost, together with that one';

type Seen = Observation & { origin: Origin };

/** The project's function that the host called when the block was allocated. */
const entryOf = (d: Diagnostic, own: ProjectCode): string | undefined => {
  const allocated = d.stacks.find((k) => k.role === 'allocated');
  const last = allocated && projectFrames(allocated.frames, own).at(-1);
  return last && frameName(last);
};

/** What lost a block, as far as a report tells: the test of the process, else the call from the host that allocated it. */
const causeOf = (s: Seen, own: ProjectCode): string | undefined => {
  const entry = s.test === undefined ? entryOf(s.diagnostic, own) : undefined;
  if (s.test === undefined && entry === undefined) return undefined;
  return JSON.stringify([s.log, s.diagnostic.pid, s.test, entry]);
};

/**
 * The observations, in which indirect leaks that need no finding are marked as remarks: those of a cause of which there is a direct
 * one, and all but one where blocks refer to each other in a circle, so that none is direct.
 */
export const withoutIndirect = (seen: readonly Seen[], own: ProjectCode): Seen[] => {
  const direct = new Set<string>();
  const heads = new Map<string, string>();
  const counts = (s: Seen): boolean => s.origin === 'own' || s.origin === 'host';
  for (const s of seen) {
    const { leak } = s.diagnostic;
    const cause = leak && counts(s) ? causeOf(s, own) : undefined;
    if (cause === undefined) continue;
    if (leak?.kind === 'direct') direct.add(cause);
    if (leak?.kind !== 'indirect') continue;
    // Always the same one, in whatever order they are reported.
    const [fingerprint, head] = [fingerprintOf(s.diagnostic, own), heads.get(cause)];
    if (head === undefined || fingerprint < head) heads.set(cause, fingerprint);
  }
  const isRemark = (s: Seen): boolean => {
    const cause = s.diagnostic.leak?.kind === 'indirect' && counts(s) ? causeOf(s, own) : undefined;
    if (cause === undefined) return false;
    return direct.has(cause) || heads.get(cause) !== fingerprintOf(s.diagnostic, own);
  };
  return seen.map((s) =>
    isRemark(s) ? { ...s, diagnostic: { ...s.diagnostic, tier: 'info', effect: EFFECT } } : s,
  );
};
