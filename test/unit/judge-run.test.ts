/** Cells are judged once, when all that their verdict depends on is known: their lane's canary, and the host's habits. */
import { expect, test } from 'vitest';
import type { Expectation } from '../../src/config/annotations.js';
import type { Frame, Diagnostic } from '../../src/model/diagnostic.js';
import { makeJudging } from '../../src/judge/judge-run.js';
import { mayBeNoise } from '../../src/judge/noise.js';
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
  expect(mayBeNoise(evidence('subject', [HABIT]), [])).toBe(true);
  expect(mayBeNoise(evidence('twin', [OWN, HABIT]), [])).toBe(true);
  expect(mayBeNoise(evidence('subject', [OWN, USUAL]), [])).toBe(false);
  expect(mayBeNoise(evidence('subject', [HABIT], {}, GATES.helgrind), [])).toBe(false);
});

test('what was planted is known for what it is, and a canary is not compared with itself', () => {
  expect(mayBeNoise(evidence('hazard', [HABIT], { test: 'T#planted' }), [DUE])).toBe(false);
  expect(mayBeNoise(evidence('hazard', [HABIT], { test: 'T#other' }), [DUE])).toBe(true);
  expect(mayBeNoise(evidence('canary', [HABIT]), [])).toBe(false);
});

const NOOP = 'T#noop';
const judged = async (cells: Evidence[], noops: Record<string, Evidence> = {}) => {
  const heard: string[] = [];
  const judging = makeJudging({
    expectationsOf: () => [],
    lanes: new Set(['jni_cc-memcheck']),
    known: new Set(),
    tools: {},
    symbols: () => Promise.resolve(''),
    onVerdict: ({ evidence: e, verdict }) => heard.push(`${e.cell.suite.role} ${verdict.kind}`),
  });
  for (const e of cells) await judging.add(e);
  const before = [...heard];
  const waiting = judging.waiting().map((e) => e.cell.suite.role);
  const all = await judging.finish(new Map(Object.entries(noops)));
  return { before, waiting, heard, all };
};
const ran = (e: Evidence): Evidence => ({
  ...e,
  listed: ['T#a'],
  wanted: ['T#a'],
  attempts: [
    {
      requested: ['T#a'],
      exit: { kind: 'code', code: 0 },
      events: [
        { test: 'T#a', outcome: 'started' },
        { test: 'T#a', outcome: 'passed' },
      ],
      logs: [],
      unfinished: [],
    },
  ],
  logs: [],
  products: [],
  maps: new Set(),
  ms: 1,
});

test('a verdict waits for its lane’s canary and is told once', async () => {
  const canary = ran(evidence('canary', []));
  const { before, waiting, heard } = await judged([ran(evidence('subject', [USUAL])), canary]);
  expect(waiting).toEqual([]);
  // No canary was planted in this made-up lane: it proves nothing, and the verdict says so at once.
  expect(before).toEqual(['canary as-declared', 'subject inconclusive']);
  expect(heard).toEqual(before);
});

test('a report that may be the host’s habit waits for the no-op run, and is noise if that shows it too', async () => {
  const cells = [ran(evidence('canary', [])), ran(evidence('subject', [HABIT]))];
  const without = await judged(cells);
  expect(without.waiting).toEqual(['subject']);
  expect(without.heard).toEqual(['canary as-declared', 'subject hazard']);
  const noop = ran(evidence('canary', [HABIT], { test: NOOP }));
  const compared = await judged(cells, { 'jni_cc-memcheck': noop });
  expect(compared.heard).toEqual(['canary as-declared', 'subject inconclusive']);
  // The habit is reported with the canary that showed it, and excuses nothing else.
  const canary = compared.all.find((j) => j.evidence.cell.suite.role === 'canary');
  expect(canary?.seen.map((s) => s.origin)).toEqual(['runtime']);
});
