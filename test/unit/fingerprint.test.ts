/** One identity for a finding: `parse` and `run` give the same bug the same fingerprint, as far as the project is known. */
import { expect, test } from 'vitest';
import { fingerprinterFor, guessFingerprint } from '../../src/cli/parse/identity.js';
import { parseMatrix } from '../../src/config/matrix.js';
import { fingerprintOf } from '../../src/judge/fingerprint.js';
import type { Diagnostic, Frame, Stack } from '../../src/model/diagnostic.js';

const MATRIX = parseMatrix(
  `version: 1
targets: { lib: { builder: make, dir: native, produces: [libx.so] } }
suites: [{ id: x, binding: c, dir: tests, targets: [lib] }]
gates: { asan: }
`,
  '/repo/ffi-gates.yaml',
);
/** What a run knows of the same project. */
const OWN = {
  dirs: ['/repo/native', '/repo/tests'],
  shared: ['/repo/native'],
  objects: new Set(['libx.so']),
};

const at = (fn: string, file: string): Frame => ({ kind: 'source', function: fn, file, line: 7 });
const checker: Frame = at('__interceptor_memcpy', '/build/compiler-rt/lib/asan/x.cpp');
const stack = (role: Stack['role'], ...frames: Frame[]): Stack => ({ role, frames });
const report = (hazard: Diagnostic['hazard'], ...stacks: Stack[]): Diagnostic => ({
  tool: 'asan',
  rule: 'asan/x',
  hazard,
  message: 'x',
  stacks,
  complete: true,
  log: { line: 1, endLine: 2 },
});
const LIB = at('copy', '/repo/native/copy.c');
const TEST = at('test_copy', '/repo/tests/t.c');
const FOREIGN = at('png_read', '/usr/src/libpng/png.c');

const REPORTS: Record<string, Diagnostic> = {
  'a fault in the library': report('bounds/heap-overflow', stack('fault', checker, LIB, TEST)),
  'a fault in a test': report('bounds/heap-overflow', stack('fault', checker, TEST)),
  'a leak': report('ownership/leak', stack('allocated', checker, LIB, TEST)),
  'a race': report('threading/data-race', stack('fault', LIB), stack('other-access', TEST)),
  'a fault in a library of others': report('bounds/heap-overflow', stack('fault', FOREIGN, LIB, TEST)),
};

test.each(Object.entries(REPORTS))('%s has the fingerprint of `run` where the matrix is known', (_, d) => {
  expect(fingerprinterFor(MATRIX)(d)).toBe(fingerprintOf(d, OWN));
});

test('without a matrix a fault in own code has the same; only whose code it is may be guessed wrongly', () => {
  const same = Object.entries(REPORTS).filter(([, d]) => guessFingerprint(d) === fingerprintOf(d, OWN));
  expect(same.map(([name]) => name)).toEqual(['a fault in the library', 'a fault in a test', 'a race']);
});

test('lines, addresses and the order of a race’s sides change nothing', () => {
  const race = REPORTS['a race']!;
  const moved: Diagnostic = {
    ...race,
    message: 'other',
    stacks: [...race.stacks]
      .reverse()
      .map((k) => ({ ...k, frames: k.frames.map((f) => ({ ...f, line: 99 })) })),
  };
  expect(guessFingerprint(moved)).toBe(guessFingerprint(race));
  expect(fingerprinterFor(MATRIX)(moved)).toBe(fingerprintOf(race, OWN));
});

test('frames without a name are told apart by their place', () => {
  const nameless = (offset: string): Diagnostic =>
    report('bounds/heap-overflow', stack('fault', { kind: 'module', module: '/x/libx.so', offset }));
  expect(guessFingerprint(nameless('0x10'))).not.toBe(guessFingerprint(nameless('0x20')));
});
