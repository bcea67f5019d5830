/**
 * Leaks of blocks that the host allocated for the user's code. Sanitizers walk the stack of each allocation by frame
 * pointers, which CPython's functions do not keep: it ends before it reaches the user, and the leak would be nobody's.
 * Walking by unwind tables takes a multiple of the time, so it is done where such a leak was seen only.
 */
import { fingerprintOf } from '../judge/fingerprint.js';
import { isOwnFrame, type Own } from '../model/project-code.js';
import type { Sighting } from '../model/diagnostic.js';
import { shoot, type Runner } from './attempt.js';
import type { Evidence } from '../judge/evidence.js';

/** A leak of which no stack reaches code of the user's. */
export const isNobodysLeak = (s: Sighting, own: Own): boolean =>
  s.leak !== undefined && !s.stacks.some((k) => k.frames.some((f) => isOwnFrame(f, own)));

const UNKNOWN =
  'the stacks of some end inside the host, and a slower launch that walks them whole did not tell of them';

/**
 * Launches once more what left such leaks, with whole stacks. What is then known of its leaks stands in the place of what
 * was not; test results of the slower launch count for nothing, for its time is no test's fault.
 */
export const runForWholeLeaks = async (r: Runner): Promise<void> => {
  const { cell, evidence, room } = r;
  if (!cell.gate.cutsStacks?.(cell.suite.binding)) return;
  for (const shot of evidence.shots) {
    const logs = new Set(shot.logs.map((l) => l.path));
    const cut = evidence.seen.filter((s) => logs.has(s.log) && isNobodysLeak(s.sighting, evidence.own));
    if (cut.length === 0 || room.signal.aborted) continue;
    const aside: Evidence = { ...evidence, shots: [], seen: [] };
    const slow: Runner = { ...r, evidence: aside, wholeStacks: true };
    const again = await shoot(slow, shot.asked, false);
    r.n = slow.n;
    const leaks = aside.seen.filter((s) => s.sighting.leak !== undefined);
    // What the first launch told must be told again, and be read: silence here would make it clean.
    const unread = again.logs.some((l) => l.parsed.unread.length > 0);
    if (again.unchecked !== undefined || leaks.length === 0 || unread) {
      shot.unchecked ??= UNKNOWN;
      continue;
    }
    const kept = evidence.seen.filter((s) => !cut.includes(s));
    const known = new Set(kept.map((s) => fingerprintOf(s.sighting, evidence.own)));
    const fresh = leaks.filter((s) => !known.has(fingerprintOf(s.sighting, evidence.own)));
    evidence.seen = [...kept, ...fresh];
  }
};
