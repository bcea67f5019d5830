/**
 * The habits of a host under a gate that sees the whole process: what its lane's canary shows while it does nothing. That is a
 * launch of its own, of a host that takes a minute to start, so it is made where a report is to be compared with it only.
 */
import { caseOf } from '../config/annotations.js';
import { instrumentOf } from '../build/prepare-suite.js';
import { runAttempt, type CellOptions } from './attempt.js';
import type { Evidence, EvidenceDraft } from '../judge/evidence.js';

/** What the process of a canary reports when it runs nothing but the empty case; undefined when that cannot be run. */
export const runNoop = async (canary: Evidence, room: CellOptions): Promise<Evidence | undefined> => {
  const { cell, place } = canary;
  const noop = canary.listed.find((t) => caseOf(t) === 'noop');
  if (place === undefined || noop === undefined || room.signal.aborted) return undefined;
  const { listed, wanted, copies, products } = canary;
  const evidence: EvidenceDraft = {
    ...canary,
    listed: [...listed],
    wanted: [...wanted],
    copies: [...copies],
    products: [...products],
    attempts: [],
    seen: [],
    logs: [],
    maps: new Set(),
    ms: 0,
  };
  const instrument = instrumentOf(cell, room.host);
  const n = canary.attempts.length;
  const watch = new Set<string>();
  // Noise is compared by where it was made: it needs no reasons.
  await runAttempt(
    { cell, room, place, instrument, evidence, watch, n, skipExplanations: true },
    [noop],
    true,
  );
  return evidence;
};
