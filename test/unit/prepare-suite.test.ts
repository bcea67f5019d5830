import { expect, test } from 'vitest';
import { makeCaches } from '../../src/process/caches.js';
import type { BuildSpec } from '../../src/build/build-cache.js';
import { parseMatrix } from '../../src/config/matrix.js';
import { buildTargets, instrumentOf } from '../../src/build/prepare-suite.js';
import { makePlan } from '../../src/plan/plan.js';
import { madeHost } from '../helpers/made-host.js';

const host = madeHost();

/** Target builds that a matrix asks for, told apart as the builder tells them. */
const targetsOf = async (builder: string, suite: string, gates: string): Promise<string[]> => {
  const matrix = parseMatrix(
    `version: 1
targets: { lib: { builder: ${builder}, dir: native, produces: [lib.so] } }
suites: [${suite}]
gates: ${gates}
`,
    'm.yaml',
  );
  const requested = new Map<string, string>();
  const build = (spec: BuildSpec): Promise<{ dir: string; key: string }> => {
    requested.set(JSON.stringify([spec.id, spec.facts, spec.commands('OUT', 'DIR')]), spec.id);
    return Promise.resolve({ dir: '/out', key: 'k' });
  };
  for (const cell of makePlan(matrix, host, []).cells)
    await buildTargets(cell, { host, build, caches: makeCaches() }, instrumentOf(cell, host));
  return [...requested.values()].sort();
};

test('gates that differ in what the tests are compiled with share a target', async () => {
  const suite = '{ id: a, binding: go, dir: go, targets: [lib] }';
  expect(await targetsOf('make', suite, '{ plain: , gorace: , cgocheck2: }')).toEqual(['lib-makegcc']);
  expect(await targetsOf('make', suite, '{ asan: { compilers: [gcc] }, goasan: , gorace: }')).toEqual([
    'lib-makegcc',
    'lib-makegcc-address',
  ]);
});

test('a target that cargo builds is another one for each flag of rustc', async () => {
  const suite = '{ id: a, binding: rs, dir: rs, targets: [lib] }';
  expect(await targetsOf('cargo', suite, '{ plain: , rsasan: }')).toHaveLength(2);
});
