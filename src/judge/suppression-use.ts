/**
 * The effect of the committed suppressions in a run: matches, unused entries, and entries that are too broad.
 */
import { acceptance, isOver } from '../config/expiry.js';
import type { HazardId } from '../model/hazard.js';
import type { Host } from '../host/probe.js';
import type { Judged } from './judge.js';
import type { SuppressionRow } from '../model/report.js';
import { isCounted, syntaxesOf, type CountReader } from '../gates/suppression-files.js';
import { nameOf, wouldHide, type Suppression } from '../config/suppressions.js';

/** Hazards of planted bugs in canary cells whose report the entry would have dropped (Law 12). */
const hiddenCanaries = (e: Suppression, judged: readonly Judged[]): HazardId[] => {
  const seen = judged
    .filter((j) => j.evidence.cell.suite.role === 'canary')
    .flatMap((j) => j.seen)
    .filter((s) => (s.origin === 'own' || s.origin === 'host') && wouldHide(e, s.diagnostic));
  return [...new Set(seen.map((s) => s.diagnostic.hazard))].sort();
};

/**
 * One row per entry, in order. Entries that are expired on `day` were passed to no checker. Asks `countsIn`
 * for the logs of `subject` cells.
 */
export const suppressionRows = (
  all: readonly Suppression[],
  judged: readonly Judged[],
  host: Host,
  day: string,
  countsIn: CountReader,
): SuppressionRow[] => {
  // Checkers identify a suppression by its index among those that they were given.
  const entries = all.filter((e) => !isOver(e, day));
  const rows = heldRows(entries, judged, host, countsIn);
  return all.map(
    (e) =>
      rows[entries.indexOf(e)] ?? {
        name: nameOf(e),
        ...acceptance(e),
        unused: false,
        hides: [],
        expired: true,
      },
  );
};

const heldRows = (
  entries: readonly Suppression[],
  judged: readonly Judged[],
  host: Host,
  countsIn: CountReader,
): SuppressionRow[] => {
  if (entries.length === 0) return [];
  const matched = new Map<number, number>();
  const counting = new Set<number>();
  const counted = new Set<number>();
  for (const j of judged) {
    const { cell, attempts } = j.evidence;
    if (cell.suite.role !== 'subject' || attempts.length === 0) continue;
    const arm = cell.gate.arm({ host, binding: cell.suite.binding, compiler: cell.compiler, logDir: '.' });
    const syntaxes = syntaxesOf(arm);
    entries.forEach((e, i) => {
      if (!syntaxes.some((s) => isCounted(e, s))) return;
      counting.add(i);
      // A process that ended early did not report what it had dropped.
      if ((j.verdict.kind === 'clean' || j.verdict.kind === 'hazard') && j.verdict.why === undefined)
        counted.add(i);
    });
    for (const log of attempts.flatMap((s) => s.logs))
      for (const [i, n] of countsIn(log.path, entries)) matched.set(i, (matched.get(i) ?? 0) + n);
  }
  return entries.map((e, i) => ({
    name: nameOf(e),
    ...acceptance(e),
    ...(counting.has(i) ? { matched: matched.get(i) ?? 0 } : {}),
    unused: counted.has(i) && !matched.get(i),
    hides: hiddenCanaries(e, judged),
  }));
};
