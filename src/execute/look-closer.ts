/**
 * Tests that a guard passed over, since close looks take long in a process in which many tests have left something. Each runs
 * again in a process of its own, forked from one in which no test has run.
 */
import { unprovenOf } from '../judge/unproven.js';
import type { EvidenceDraft } from '../judge/evidence.js';
import { SLOW_FACTOR } from '../model/duration.js';
import { runAttempt } from './attempt.js';
import { secondsOf } from './limits.js';
import type { Runner } from './runner.js';

/** Number of tests that are looked at again in one run, unless the matrix says otherwise. */
const LOOKS = 200;

/** Milliseconds that each may add to the limit of a usual launch. */
const PATIENCE = 10_000;

/** A test's function: those of one function, with other parameters, do much the same. */
const functionOf = (test: string): string => test.replace(/\[.*$/s, '');

/** In an order in which each beginning holds tests of as many functions as it can. */
export const spread = (tests: readonly string[]): string[] => {
  const taken = new Map<string, number>();
  const turns = tests.map((test) => {
    const turn = taken.get(functionOf(test)) ?? 0;
    taken.set(functionOf(test), turn + 1);
    return { test, turn };
  });
  return turns.sort((a, b) => a.turn - b.turn).map((t) => t.test);
};

/** Looks at them. A test that stays open makes the cell inconclusive. */
export const lookCloser = async (r: Runner): Promise<void> => {
  const { cell, evidence, options } = r;
  const tests = spread(unprovenOf(evidence).open).slice(0, cell.matrix.gates[cell.gate.id]?.looks ?? LOOKS);
  if (tests.length === 0 || options.signal.aborted) return;
  options.note?.(`${tests.length} tests leave memory in use; each is repeated in a process of its own`);
  // What they do alone is no result of the suite.
  const aside: EvidenceDraft = { ...evidence, attempts: [], seen: [] };
  const limitMs = secondsOf(cell) * 1000 * SLOW_FACTOR + tests.length * PATIENCE;
  const apart: Runner = { ...r, evidence: aside, limitMs };
  evidence.closer = await runAttempt(apart, tests, true);
  r.n = apart.n;
  evidence.seen.push(...aside.seen);
};
