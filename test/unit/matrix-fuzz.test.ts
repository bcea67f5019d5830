/**
 * Any change to a valid matrix ends in a plan or in a refusal with its places, never in a stack trace. `npm run fuzz` does
 * this for as long as one likes.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BUILDERS } from '../../src/builders/index.js';
import { parseMatrix } from '../../src/config/matrix.js';
import { secondsOf } from '../../src/execute/limits.js';
import { MAX_TIMER_MS, SLOW_FACTOR } from '../../src/model/duration.js';
import { Failure } from '../../src/model/failure.js';
import { cellIds, makePlan, targetsOf } from '../../src/plan/plan.js';
import { brokenMatrix, CHANGES, mutateMatrix, type Product } from '../fuzz/matrices.mjs';
import { madeHost } from '../helpers/made-host.js';
import { GOOD } from './malformed/row.js';

const product: Product = {
  ...{ parseMatrix, Failure, makePlan, cellIds, targetsOf, BUILDERS, secondsOf, MAX_TIMER_MS, SLOW_FACTOR },
  host: madeHost(),
};
const shipped = (name: string): string =>
  readFileSync(new URL(`../../matrices/${name}.yaml`, import.meta.url), 'utf8');
const MATRICES = [GOOD, shipped('canaries'), shipped('smoke')];

const change = fc.record({
  kind: fc.constantFrom(...Object.keys(CHANGES)),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  hostile: fc.nat(1_000),
});

test('any change of a matrix ends in a plan or in a refusal with its places', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...MATRICES),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      (matrix, changes) => {
        expect(brokenMatrix(product, mutateMatrix(matrix, changes))).toBeUndefined();
      },
    ),
    { numRuns: 150 },
  );
});

test('any text ends in a plan or in a refusal with its places', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(brokenMatrix(product, text)).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});
