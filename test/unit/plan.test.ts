import { expect, test } from 'vitest';
import { NO_HOST } from '../../src/host/probe.js';
import { targetPart } from '../../src/plan/cxx-sources.js';
import { loadMatrix, parseMatrix, type Matrix } from '../../src/config/matrix.js';
import { canaryCells, makePlan } from '../../src/plan/plan.js';
import { madeHost, TOOLS, without } from '../helpers/made-host.js';

const matrix = (more = ''): Matrix =>
  parseMatrix(
    `version: 1
targets: { lib: { builder: make, dir: native, produces: [lib.so] } }
suites:
  - { id: ledger, binding: py, dir: py, targets: [lib] }
  - { id: ledger, binding: go, dir: go, targets: [lib] }
  - { id: own, binding: rs, dir: rs, gates: [plain, asan] }
gates:
  tsan:
  asan: { compilers: [clang, gcc] }
  gorace:
  plain:
${more}`,
    'm.yaml',
  );
const ids = (m: Matrix, host = madeHost(), selectors: string[] = []): string[] =>
  makePlan(m, host, selectors).cells.map((c) => c.id);

test('suite × gate × compiler, sorted by id; a gate that fits no binding gives no cell', () => {
  expect(ids(matrix())).toEqual([
    'ledger-go_makeclang-asan',
    'ledger-go_makegcc-asan',
    'ledger-go_makegcc-gorace',
    'ledger-go_makegcc-plain',
    'ledger-go_makegcc-tsan',
    'ledger-py_makeclang-asan',
    'ledger-py_makegcc-asan',
    'ledger-py_makegcc-plain',
    'ledger-py_makegcc-tsan',
    'own-rs_ownclang-asan',
    'own-rs_owngcc-asan',
    'own-rs_owngcc-plain',
  ]);
});

test('two plans of one matrix are the same', () => {
  expect(ids(matrix())).toEqual(ids(matrix()));
});

test('what the host lacks is skipped with reason and remedy, never dropped', () => {
  const plan = makePlan(matrix(), without('clang', 'go'));
  const all = [...plan.cells, ...plan.skipped].map((c) => c.id).sort();
  expect(all).toEqual(ids(matrix()));
  for (const s of plan.skipped) {
    expect(s.why).toMatch(/\S/);
    expect(s.remedy).toMatch(/\S/);
  }
  expect(plan.cells.map((c) => c.id)).not.toContain('own-rs_ownclang-asan');
});

test('a build system that is absent costs the cells that it builds, whatever they need it for', () => {
  const { skipped, cells } = makePlan(matrix(), without('make'));
  expect(cells.every((c) => c.id.startsWith('own-'))).toBe(true);
  expect(skipped.find((s) => s.id === 'ledger-py_makegcc-asan')).toMatchObject({
    why: "make is not installed, and target 'lib' is built with it",
    remedy: expect.any(String),
  });
});

test('C++ sources cost the cells of a compiler that has no C++ half', () => {
  const { skipped } = makePlan(matrix(), without('g++'), [], new Set([targetPart('lib')]));
  expect(skipped.map((s) => s.id)).toEqual(ids(matrix()).filter((id) => /_makegcc/.test(id)));
  expect(makePlan(matrix(), without('g++')).skipped).toEqual([]);
});

test('on a machine without anything every id is there, skipped', () => {
  const { skipped, cells } = makePlan(matrix(), NO_HOST);
  expect([cells, skipped.map((s) => s.id)]).toEqual([[], ids(matrix())]);
});

test('an exclusion gives its reason; one that matches nothing is told', () => {
  const plan = makePlan(
    matrix("exclude: [{ cells: '*-go_*', why: slow here }, { cells: '*-msan', why: gone }]\n"),
    madeHost(),
  );
  expect(plan.skipped).toHaveLength(5);
  expect(plan.skipped[0]).toMatchObject({
    id: 'ledger-go_makeclang-asan',
    lane: 'go_makeclang-asan',
    why: 'excluded: slow here',
  });
  expect(plan.deadSelectors).toEqual(['exclude: *-msan']);
});

test('selectors choose among cells and skips; a dead one is told, one that names a skip is not dead', () => {
  const plan = makePlan(matrix(), without('clang'), ['*clang-asan', '*-nothing']);
  expect(plan.cells).toEqual([]);
  expect(plan.skipped.map((s) => s.id)).toHaveLength(3);
  expect(plan.deadSelectors).toEqual(['*-nothing']);
});

test('a selector may name canaries: theirs are the lanes of the matrix, and a lane that is skipped says why', () => {
  const idsOf = (all: { id: string }[]): string[] => all.map((x) => x.id);
  const here = makePlan(matrix(), madeHost(), ['canary-go_*clang-asan']);
  expect(here.cells).toEqual([]);
  expect([...new Set(here.proofs.map((c) => c.lane))]).toEqual(['go_makeclang-asan']);
  expect(here.deadSelectors).toEqual([]);
  const lacking = makePlan(matrix(), without('clang'), ['canary-go_*clang-asan']);
  expect([idsOf(lacking.proofs), idsOf(lacking.skipped)]).toEqual([[], ['canary-go_makeclang-asan']]);
  expect(makePlan(matrix(), madeHost(), ['canary-zig_*']).deadSelectors).toEqual(['canary-zig_*']);
});

test('one canary cell a lane, with the lane’s own builder', async () => {
  const canaries = await loadMatrix(new URL('../../matrices/canaries.yaml', import.meta.url).pathname);
  const { cells } = makePlan(matrix(), madeHost());
  const proofs = canaryCells([...cells, ...cells], canaries);
  expect(proofs.map((c) => c.lane).sort()).toEqual([...new Set(cells.map((c) => c.lane))].sort());
  expect(proofs.every((c) => c.suite.role === 'canary' && c.matrix.file === canaries.file)).toBe(true);
  // What the user's gate settings disarm must show in the proof.
  expect(proofs.every((c) => c.matrix.gates === cells[0]?.matrix.gates)).toBe(true);
  expect(proofs.find((c) => c.suite.binding === 'py')?.canaryBuilder).toBe('make');
  expect(proofs.find((c) => c.suite.binding === 'rs')?.canaryBuilder).toBe('cc');
});

test('a Rust too old for the canaries is skipped by its version', () => {
  const old = madeHost({ tools: { ...TOOLS, cargo: { path: '/usr/bin/cargo', version: '1.63.0' } } });
  const { skipped, cells } = makePlan(matrix(), old);
  expect(skipped.map((s) => s.id)).toEqual(ids(matrix()).filter((id) => id.startsWith('own-rs')));
  expect(skipped.every((s) => s.why.includes('needs Rust 1.66 or newer, found 1.63.0'))).toBe(true);
  expect(cells).toHaveLength(9);
});
