/**
 * The noise of a host under a gate that examines the entire process: the reports of a lane's canary when it
 * does nothing. A host may take a minute to start, so this launch is made only if there is a report to
 * compare with it.
 */
import { caseOf } from '../config/annotations.js';
import { instrumentOf } from '../build/prepare-suite.js';
import { runAttempt } from './attempt.js';
import type { CellOptions } from './runner.js';
import type { Evidence, EvidenceDraft } from '../judge/evidence.js';

/** Runs only the empty case of a canary, and returns its evidence. Undefined if it cannot be run. */
export const runNoop = async (canary: Evidence, options: CellOptions): Promise<Evidence | undefined> => {
  const { cell, prepared } = canary;
  const noop = canary.listed.find((t) => caseOf(t) === 'noop');
  if (prepared === undefined || noop === undefined || options.signal.aborted) return undefined;
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
  const instrument = instrumentOf(cell, options.host);
  const n = canary.attempts.length + (canary.driven?.length ?? 0);
  const watch = new Set<string>();
  // Noise is compared by its stacks and needs no explanations.
  await runAttempt(
    { cell, options, prepared, instrument, evidence, watch, n, preloads: [], skipExplanations: true },
    [noop],
    true,
  );
  return evidence;
};
