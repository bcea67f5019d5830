/** Gates that draw their schedules from a seed: what is started. What is found is in test/cli/schedules.test.ts. */
import { expect, test } from 'vitest';
import type { PreparedSuite } from '../../src/bindings/binding.js';
import { Failure } from '../../src/model/failure.js';
import { parseMatrix } from '../../src/config/matrix.js';
import { makePlan } from '../../src/plan/plan.js';
import { GATES } from '../../src/gates/index.js';
import { BINDINGS } from '../../src/bindings/index.js';
import { seedsOf } from '../../src/execute/run-schedules.js';
import { madeHost } from '../helpers/made-host.js';

const matrix = (gate: string): string =>
  `version: 1\nsuites:\n  - { id: mine, binding: rs, dir: . }\ngates:\n  ${gate}\n`;
const cellOf = (gate: string) => {
  const [cell] = makePlan(parseMatrix(matrix(gate), '/repo/ffi-gates.yaml'), madeHost()).cells;
  if (!cell) throw new Error('no cell');
  return cell;
};

test('Miri tries several schedules, as many as the matrix says; other gates one, without a seed', () => {
  expect(seedsOf(cellOf('miri:'))).toEqual([...Array(16).keys()]);
  expect(seedsOf(cellOf('miri: { seeds: 3 }'))).toEqual([0, 1, 2]);
  expect(seedsOf(cellOf('plain:'))).toEqual([undefined]);
});

test('seeds for a gate that takes none, and numbers of them that mean nothing, are refused with their place', () => {
  for (const gate of ['asan: { seeds: 4 }', 'miri: { seeds: 0 }', 'miri: { seeds: 1.5 }']) {
    const parse = (): unknown => parseMatrix(matrix(gate), '/repo/ffi-gates.yaml');
    expect(parse, gate).toThrow(Failure);
    expect(() => {
      try {
        parse();
      } catch (e) {
        throw new Error(String((e as Failure).at), { cause: e });
      }
    }).toThrow(/ffi-gates\.yaml:5:\d+$/);
  }
});

const launchOf = (seed: number, settings: PreparedSuite['with'] = {}, env: PreparedSuite['env'] = {}) => {
  const { tools } = madeHost();
  const arm = GATES.miri.arm({ host: madeHost(), binding: 'rs', compiler: 'gcc', logDir: '/log', seed });
  const prepared: PreparedSuite = { dir: '/repo', out: '/out', targets: {}, env, with: settings };
  const instrument = GATES.miri.instrument(madeHost(), 'rs', 'gcc');
  const plan = { tests: ['t::a'], isolate: false, arm, scratch: '/s', logDir: '/log' };
  return BINDINGS.rs.run(prepared, instrument, tools, plan);
};

test('the seed reaches Miri, which stays isolated unless the suite says that it needs the machine', () => {
  expect(launchOf(7).env['MIRIFLAGS']).toBe('-Zmiri-seed=7');
  expect(launchOf(7, { isolation: false }).env['MIRIFLAGS']).toBe('-Zmiri-seed=7 -Zmiri-disable-isolation');
  const strict = { MIRIFLAGS: '-Zmiri-strict-provenance' };
  expect(launchOf(7, {}, strict).env['MIRIFLAGS']).toBe('-Zmiri-seed=7 -Zmiri-strict-provenance');
});

test('what Miri refuses for its isolation comes with the words that lift it', () => {
  const refused = {
    tool: 'miri',
    rule: 'miri/unsupported-operation',
    hazard: 'tool/unsupported',
    message: 'unsupported operation: `open` not available when isolation is enabled',
    stacks: [],
    complete: true,
    log: { line: 1, endLine: 1 },
  } as const;
  expect(GATES.miri.remedy?.({ ...refused, stacks: [] })).toContain('with: { isolation: false }');
  expect(GATES.miri.remedy?.({ ...refused, message: "can't call foreign function `f`", stacks: [] })).toBe(
    undefined,
  );
});
