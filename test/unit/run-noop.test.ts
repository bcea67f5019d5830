/** When the lane's no-op run is made: only where it could tell the host's habit from a complaint about the user's code. */
import { expect, test } from 'vitest';
import type { Expectation } from '../../src/config/annotations.js';
import type { Frame, Diagnostic } from '../../src/model/diagnostic.js';
import { canariesToCompare, wantsNoise } from '../../src/execute/run-noop.js';
import { GATES } from '../../src/gates/index.js';
import type { Evidence, Observation } from '../../src/judge/evidence.js';

const at = (fn: string, object: string): Frame => ({
  kind: 'module',
  function: fn,
  module: `/usr/lib/${object}`,
  offset: '0x1',
});
const report = (rule: string, ...frames: Frame[]): Diagnostic => ({
  tool: 'memcheck',
  rule,
  hazard: 'ownership/invalid-free',
  message: rule,
  stacks: [{ role: 'fault', frames }],
  complete: true,
  log: { line: 1, endLine: 2 },
});
const HABIT = report('memcheck/InvalidFree', at('free', 'vgpreload.so'), at('close', 'libhost.so'));
const OWN = report('memcheck/InvalidFree', at('free', 'vgpreload.so'), at('mine', 'libmine.so'));
const USUAL = report('memcheck/UninitCondition', at('strlen', 'libhost.so'));

const evidence = (
  role: string,
  diagnostics: Diagnostic[],
  more: Partial<Observation> = {},
  gate = GATES.memcheck,
): Evidence =>
  ({
    cell: {
      gate,
      compiler: 'gcc',
      lane: 'jni_cc-memcheck',
      suite: { role, binding: 'jni', dir: 't' },
      matrix: { root: '/r' },
    },
    listed: ['T#planted'],
    own: { dirs: [], shared: [], objects: new Set(['libmine.so']) },
    seen: diagnostics.map((diagnostic) => ({ diagnostic, log: 'l', repro: 'r', ...more })),
  }) as unknown as Evidence;

const DUE: Expectation = {
  case: 'planted',
  bindings: ['jni'],
  gates: [{ gate: 'memcheck' }],
  blind: false,
  hazard: 'ownership/invalid-free',
  file: '/r/t/x.c',
  line: 1,
};

test('a host’s own invalid free may be a habit; what is the user’s, or never more than noise, needs no comparison', () => {
  expect(wantsNoise(evidence('subject', [HABIT]), [])).toBe(true);
  expect(wantsNoise(evidence('twin', [OWN, HABIT]), [])).toBe(true);
  expect(wantsNoise(evidence('subject', [OWN, USUAL]), [])).toBe(false);
  expect(wantsNoise(evidence('subject', [HABIT], {}, GATES.helgrind), [])).toBe(false);
});

test('what was planted is known for what it is, and a canary is not compared with itself', () => {
  expect(wantsNoise(evidence('hazard', [HABIT], { test: 'T#planted' }), [DUE])).toBe(false);
  expect(wantsNoise(evidence('hazard', [HABIT], { test: 'T#other' }), [DUE])).toBe(true);
  expect(wantsNoise(evidence('canary', [HABIT]), [])).toBe(false);
});

test('it is the lane’s canary that is asked', () => {
  const canary = evidence('canary', []);
  const all = [canary, evidence('twin', [USUAL])];
  expect(canariesToCompare(all, () => [])).toEqual([]);
  expect(canariesToCompare([...all, evidence('twin', [HABIT])], () => [])).toEqual([canary]);
});
