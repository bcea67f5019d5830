/**
 * Leaks of blocks that the host allocated for the user's code. Sanitizers walk the stack of each allocation by frame
 * pointers, which CPython's functions do not keep: it ends before it reaches the user, and the leak would be nobody's.
 * Walking by unwind tables takes a multiple of the time, so it is done where such a leak was seen only.
 */
import { fingerprintOf } from '../judge/fingerprint.js';
import { isProjectFrame, type ProjectCode } from '../model/project-code.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { runAttempt, type Runner } from './attempt.js';
import type { EvidenceDraft } from '../judge/evidence.js';

/** A leak of which no stack reaches code of the user's. */
export const isTruncatedLeak = (s: Diagnostic, own: ProjectCode): boolean =>
  s.leak !== undefined && !s.stacks.some((k) => k.frames.some((f) => isProjectFrame(f, own)));

const UNKNOWN =
  'the stacks of some end inside the host, and a slower launch that walks them whole did not tell of them';

/**
 * Launches once more what left such leaks, with whole stacks. What is then known of its leaks stands in the place of what
 * was not; test results of the slower launch count for nothing, for its time is no test's fault.
 */
export const rerunTruncatedLeaks = async (r: Runner): Promise<void> => {
  const { cell, evidence, room } = r;
  if (!cell.gate.truncatesStacks?.(cell.suite.binding)) return;
  for (const [i, attempt] of evidence.attempts.entries()) {
    const logs = new Set(attempt.logs.map((l) => l.path));
    const cut = evidence.seen.filter((s) => logs.has(s.log) && isTruncatedLeak(s.diagnostic, evidence.own));
    if (cut.length === 0 || room.signal.aborted) continue;
    const aside: EvidenceDraft = { ...evidence, attempts: [], seen: [] };
    const slow: Runner = { ...r, evidence: aside, fullUnwind: true };
    const again = await runAttempt(slow, attempt.requested, false);
    r.n = slow.n;
    const leaks = aside.seen.filter((s) => s.diagnostic.leak !== undefined);
    // What the first launch told must be told again, and be read: silence here would make it clean.
    const unread = again.logs.some((l) => l.parsed.unread.length > 0);
    if (again.unchecked !== undefined || leaks.length === 0 || unread) {
      evidence.attempts[i] = { unchecked: UNKNOWN, ...attempt };
      continue;
    }
    const kept = evidence.seen.filter((s) => !cut.includes(s));
    const known = new Set(kept.map((s) => fingerprintOf(s.diagnostic, evidence.own)));
    const fresh = leaks.filter((s) => !known.has(fingerprintOf(s.diagnostic, evidence.own)));
    evidence.seen = [...kept, ...fresh];
  }
};
