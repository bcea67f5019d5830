/**
 * Leaks of blocks that the host allocated for project code. Sanitizers unwind each allocation by frame
 * pointers, which CPython's functions do not keep, so the stack ends before it reaches the project. Unwinding
 * by tables takes several times as long, so it is done only when such a leak was seen.
 */
import { fingerprintOf } from '../judge/fingerprint.js';
import { isProjectFrame, type ProjectCode } from '../model/project-code.js';
import type { Diagnostic } from '../model/diagnostic.js';
import { runAttempt } from './attempt.js';
import type { Runner } from './runner.js';
import type { EvidenceDraft } from '../judge/evidence.js';

/** A leak whose stacks never reach the project's code. */
export const isTruncatedLeak = (s: Diagnostic, own: ProjectCode): boolean =>
  s.leak !== undefined && !s.stacks.some((k) => k.frames.some((f) => isProjectFrame(f, own)));

const UNKNOWN =
  'the stacks of some end inside the host, and a slower launch with full unwinding did not report them';

/**
 * Reruns such launches with full unwinding and replaces the incomplete leak records. Test results of the
 * rerun are ignored, since it is much slower.
 */
export const rerunTruncatedLeaks = async (r: Runner): Promise<void> => {
  const { cell, evidence, options } = r;
  if (!cell.gate.truncatesStacks?.(cell.suite.binding)) return;
  for (const [i, attempt] of evidence.attempts.entries()) {
    const logs = new Set(attempt.logs.map((l) => l.path));
    const cut = evidence.seen.filter((s) => logs.has(s.log) && isTruncatedLeak(s.diagnostic, evidence.own));
    if (cut.length === 0 || options.signal.aborted) continue;
    const aside: EvidenceDraft = { ...evidence, attempts: [], seen: [] };
    const slow: Runner = { ...r, evidence: aside, fullUnwind: true };
    const again = await runAttempt(slow, attempt.requested, false);
    r.n = slow.n;
    const leaks = aside.seen.filter((s) => s.diagnostic.leak !== undefined);
    // The rerun must report leaks and be read completely; otherwise silence would make the cell clean.
    const unread = again.logs.some((l) => l.parsed.unread.length > 0);
    // Full unwinding tells records apart and never merges them: fewer of them means that one was lost.
    const before = evidence.seen.filter((s) => logs.has(s.log) && s.diagnostic.leak !== undefined);
    if (again.unchecked !== undefined || leaks.length < before.length || unread) {
      evidence.attempts[i] = { unchecked: UNKNOWN, ...attempt };
      continue;
    }
    const others = evidence.seen.filter((s) => !cut.includes(s));
    const known = new Set(others.map((s) => fingerprintOf(s.diagnostic, evidence.own)));
    const fresh = leaks.filter((s) => !known.has(fingerprintOf(s.diagnostic, evidence.own)));
    evidence.seen = [...others, ...fresh];
  }
};
