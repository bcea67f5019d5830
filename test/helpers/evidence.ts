/** Evidence made by hand, for the tests of judging: cells as they are planned, and what their launches could have left behind. */
import fc from 'fast-check';
import type { Expectation } from '../../src/config/annotations.js';
import { parseMatrix } from '../../src/config/matrix.js';
import type { Attempt, Evidence, Observation } from '../../src/judge/evidence.js';
import type { Diagnostic, Frame, Stack } from '../../src/model/diagnostic.js';
import type { ProjectCode } from '../../src/model/project-code.js';
import type { TestEvent } from '../../src/model/test-event.js';
import { makePlan, type Cell } from '../../src/plan/plan.js';
import { madeHost } from './made-host.js';

/** The cells of a matrix in `/repo`, on a host that has everything. */
export const cellsOf = (matrix: string): Cell[] =>
  makePlan(parseMatrix(`version: 1\n${matrix}`, '/repo/ffi-gates.yaml'), madeHost()).cells;

/** The cell of this id; throws with the ids that there are. */
export const pick = (cells: readonly Cell[], id: string): Cell => {
  const found = cells.find((c) => c.id === id);
  if (!found) throw new Error(`no cell ${id}: ${cells.map((c) => c.id).join(' ')}`);
  return found;
};

/** `native/` is what the bindings share; each has its own code in a directory of its name. */
export const own: ProjectCode = {
  dirs: ['/repo/native', '/repo/c', '/repo/py', '/repo/go'],
  shared: ['/repo/native'],
  objects: new Set(['libx.so']),
};

export const at = (fn: string, file = '/repo/native/x.c', line = 7): Frame => ({
  kind: 'source',
  function: fn,
  file,
  line,
});
/** A frame of the host's. */
export const host = (fn: string): Frame => ({ kind: 'module', module: '/usr/bin/host', function: fn });
export const stack = (role: Stack['role'], ...frames: Frame[]): Stack => ({ role, frames });

/** A use after free in `use`, as ASan reports it. */
export const diagnostic = (more: Partial<Diagnostic> = {}): Diagnostic => ({
  tool: 'asan',
  rule: 'asan/heap-use-after-free',
  hazard: 'ownership/use-after-free',
  message: 'heap-use-after-free',
  stacks: [stack('fault', at('use'))],
  complete: true,
  log: { line: 1, endLine: 9 },
  ...more,
});

export const leak = (...frames: Frame[]): Diagnostic =>
  diagnostic({
    tool: 'lsan',
    rule: 'lsan/direct-leak',
    hazard: 'ownership/leak',
    message: '8 bytes leaked',
    stacks: [stack('allocated', ...frames)],
    leak: { kind: 'direct', bytes: 8, objects: 1 },
  });

export const seen = (d: Diagnostic, test?: string, log = '/repo/out/logs/asan.1'): Observation => ({
  diagnostic: d,
  log,
  ...(test === undefined ? {} : { test }),
  repro: `repro ${test ?? 'all'}`,
});

export const ended = (test: string, outcome: TestEvent['outcome'] = 'passed'): TestEvent[] => [
  { test, outcome: 'started', pid: 1 },
  { test, outcome },
];

/** A launch in which these tests passed. */
export const attempt = (tests: readonly string[], more: Partial<Attempt> = {}): Attempt => ({
  requested: tests,
  exit: { kind: 'code', code: 0 },
  events: tests.flatMap((t) => ended(t)),
  logs: [],
  unfinished: [],
  ...more,
});

/** A cell whose listed tests passed in one launch. */
export const evidence = (cell: Cell, more: Partial<Evidence> = {}): Evidence => {
  const listed = more.listed ?? ['a'];
  return {
    cell,
    listed,
    wanted: listed,
    attempts: [attempt(listed)],
    seen: [],
    own,
    products: [],
    copies: [],
    maps: new Set(),
    recorded: false,
    out: '/repo/out/cell',
    ms: 1,
    logs: [],
    ...more,
  };
};

/** A use after free in `name`, planted for ASan and memcheck in every binding. */
export const planted = (name: string, more: Partial<Expectation> = {}): Expectation => ({
  case: name,
  bindings: [],
  gates: [{ gate: 'asan' }, { gate: 'memcheck' }],
  blind: false,
  hazard: 'ownership/use-after-free',
  file: '/repo/native/x.c',
  line: 7,
  ...more,
});

/** Orders of the same things, the given one first. */
export const shuffles = <T>(all: readonly T[], n = 12): T[][] => [
  [...all],
  [...all].reverse(),
  ...fc.sample(fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length }), n),
];
