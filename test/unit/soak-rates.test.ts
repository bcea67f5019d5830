/** Exact intervals and Fisher's test, against figures of SciPy 1.x (`scipy.stats.beta.ppf`, `fisher_exact`), made once. */
import { describe, expect, test } from 'vitest';
import { fisher, intervalOf, isGone, neededFor } from '../../src/soak/rates.js';

const near = (value: number, reference: number): void =>
  expect(Math.abs(value - reference) / reference).toBeLessThan(1e-8);

describe('the interval of Clopper and Pearson', () => {
  test.each([
    [1, 10, 0.0025285785444617848, 0.4450161170281954],
    [5, 100, 0.016431879182052155, 0.11283491110546275],
    [10, 50, 0.10030223747257107, 0.33718310838348775],
    [49, 50, 0.8935304542885001, 0.9994937720169592],
    [1, 3000, 8.439233717563405e-6, 0.001855799994491922],
    [1, 100_000, 2.531780477933314e-7, 5.571516034774275e-5],
    [5000, 100_000, 0.048657255207270746, 0.05136892088058044],
    [299, 300, 0.9815687479519322, 0.9999156108676822],
  ])('of %i of %i', (seen, of, low, high) => {
    const found = intervalOf({ seen, of });
    near(found.low, low);
    near(found.high, high);
  });

  test.each([
    [59, 0.05],
    [299, 0.01],
    [2995, 0.001],
  ])('of none of %i ends below %d, and so many are needed for it', (of, rate) => {
    const { low, high } = intervalOf({ seen: 0, of });
    expect(low).toBe(0);
    expect(high).toBeLessThanOrEqual(rate);
    expect(intervalOf({ seen: 0, of: of - 1 }).high).toBeGreaterThan(rate);
    expect(neededFor(rate)).toBe(of);
  });

  test('of nothing says nothing', () => expect(intervalOf({ seen: 0, of: 0 })).toEqual({ low: 0, high: 1 }));
});

test.each([
  [0, 50, 10, 50, 0.0011868393451716576],
  [0, 50, 6, 50, 0.026661076308390465],
  [3, 7, 2, 100, 0.0016628105020248319],
  [25, 50, 20, 50, 0.4215517724615269],
  [1, 1000, 12, 1000, 0.003323491788793139],
  [0, 5, 5, 5, 0.007936507936507938],
  [2, 30, 2, 40, 1],
  [120, 4000, 60, 4000, 7.243508977338491e-6],
])('Fisher’s test of %i of %i and %i of %i', (a, b, c, d, p) => {
  near(fisher({ seen: a, of: b }, { seen: c, of: d }), p);
  near(fisher({ seen: c, of: d }, { seen: a, of: b }), p);
});

test.each([
  [0, 0, 3, 7],
  [0, 9, 0, 9],
  [9, 9, 9, 9],
])('nothing differs between %i of %i and %i of %i', (a, b, c, d) =>
  expect(fisher({ seen: a, of: b }, { seen: c, of: d })).toBe(1),
);

test.each([
  [10, 50, 28, false],
  [10, 50, 29, true],
  [1, 10, 100, false],
  [50, 50, 1, false],
  [50, 50, 2, true],
  [0, 50, 1_000_000, false],
])('what was seen %i of %i times and then not in %i is gone: %s', (seen, of, silent, gone) =>
  expect(isGone({ seen, of }, silent)).toBe(gone),
);
