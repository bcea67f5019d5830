/** Out parameters for the gate `values`: the oracle in C tells what was written from what nobody wrote, and wrappers are held against it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ErrorResult } from '../../src/model/ids.js';
import { parseSignature, type Signature } from '../../src/model/signature.js';
import type { Outcome } from '../../src/values/answers.js';
import { compareFunction, type Compared } from '../../src/values/compare.js';
import { buildOracle } from '../../src/values/oracle.js';
import type { ValuesSpec } from '../../src/values/spec.js';
import { vectorsOf } from '../../src/values/vectors.js';

const missing = spawnSync('gcc', ['--version']).status !== 0;
if (missing) console.warn('SKIPPED: out parameters need gcc');

const LIBRARY = `
#include <stdbool.h>
#include <stdint.h>
int half(int n, int *out) { if (n & 1) return -1; *out = n / 2; return 0; }
void positive(int8_t n, double *out) { if (n > 0) *out = n; }
int partly(int n, int64_t *out) { *(int32_t *)out = n; return 0; }
int adds(int n, int *sum) { *sum += n; return 0; }
int both(int n, int *out) { out[0] = out[1] = n; return 0; }
int is_positive(const char *text, bool *out, int value) { *out = value > 0; return (int)text[0] * 0; }
`;
const parsed = (text: string): Signature => {
  const s = parseSignature(text);
  if (typeof s === 'string') throw new Error(s);
  return s;
};
const SIGNATURES = [
  'int half(int n, int *out)',
  'void positive(int8_t n, double *out)',
  'int partly(int n, int64_t *out)',
  'int adds(int n, int *sum)',
  'int both(int n, int *out)',
  'int is_positive(const char *text, bool *out, int value)',
].map(parsed);

describe.skipIf(missing)('an out parameter', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-values-out-'));
  let oracle: Exclude<Awaited<ReturnType<typeof buildOracle>>, string>;
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  beforeAll(async () => {
    writeFileSync(join(dir, 'x.c'), LIBRARY);
    execFileSync('gcc', ['-shared', '-fPIC', '-o', join(dir, 'libx.so'), join(dir, 'x.c')]);
    const functions = SIGNATURES.map((signature) => ({ signature }));
    const rest = { headers: [], include: [], libs: [], seed: 0, all: true } as const;
    const places = { cc: 'gcc', work: join(dir, 'work'), targets: [dir], answers: '', log: '' };
    const built = await buildOracle({
      gate: 'values',
      functions,
      ...rest,
      ...places,
    } as unknown as ValuesSpec);
    if (typeof built === 'string') throw new Error(built);
    oracle = built;
  });

  test.each([
    [0, 'i:6', { word: 'i:3', status: 'i:0' }],
    [0, 'i:7', { word: 'v:', status: 'i:-1', left: 'unset' }],
    [1, 'i:2', { word: 'f:4000000000000000', status: 'v:' }],
    [1, 'i:0', { word: 'v:', status: 'v:', left: 'unset' }],
    // Half of it is what was there before.
    [2, 'i:1', { word: 'v:', status: 'i:0', left: 'unset' }],
    [3, 'i:1', { word: 'v:', status: 'i:0', left: 'read' }],
    [4, 'i:1', { word: 'v:', status: 'i:0', left: 'longer' }],
    [5, 'b:41 i:1', { word: 'i:1', status: 'i:0' }],
    [5, 'b:41 i:-1', { word: 'i:0', status: 'i:0' }],
  ])('of function %i for %s', async (k, args, expected) => {
    expect(await oracle([{ k, args: args.split(' ') }])).toEqual([expected]);
  });

  type Wrapper = (n: number) => number | undefined;
  const asked = (k: number, wrapper: Wrapper, errors?: ErrorResult): Promise<Compared> => {
    const s = SIGNATURES[k]!;
    const vectors = vectorsOf(s);
    const [bits, least] = k === 1 ? [8, -128] : [32, -(2 ** 31)];
    const outcomes = new Map<number, Outcome>(
      vectors.map((v) => {
        const n = Number(v.args[0]!.slice(2));
        const got = n < least || n >= least + 2 ** bits ? undefined : wrapper(n);
        if (got === undefined) return [v.id, { kind: 'threw', why: 'refused' }];
        return [v.id, { kind: 'ok', word: `i:${got}` }];
      }),
    );
    const question = { vectors, ...(errors ? { errors } : {}) };
    const one = { function: s.name, file: 'x.py', line: 1, outcomes };
    return compareFunction(s, question, one, (calls) => oracle(calls.map((args) => ({ k, args }))));
  };
  const says = ({ found, failed }: Compared): string[] => [
    ...found.map((f) => `${f.hazard}: ${f.message}`),
    ...failed,
  ];
  const UNSET = 'init/uninitialised-out-parameter';

  test.each<[string, number, Wrapper, ErrorResult | undefined, string[]]>([
    ['a wrapper that looks at the status', 0, (n) => (n & 1 ? undefined : n / 2), 'negative', []],
    [
      'one that does not',
      0,
      (n) => (n & 1 ? 0 : n / 2),
      'negative',
      [`${UNSET}: half(n = 1) leaves 'out' unset in C, which returns -1, and the wrapper answers 0`],
    ],
    [
      'one that does not, of a function whose errors nobody names',
      0,
      (n) => (n & 1 ? 0 : n / 2),
      undefined,
      [`${UNSET}: half(n = 1) leaves 'out' unset in C, which returns -1, and the wrapper answers 0`],
    ],
    ['a wrapper that refuses what is not answered', 1, (n) => (n > 0 ? n : undefined), undefined, []],
    [
      'one of a function without a status',
      1,
      (n) => Math.max(0, n),
      undefined,
      [`${UNSET}: positive(n = 0) leaves 'out' unset in C and the wrapper answers 0`],
    ],
    [
      'a wrapper that narrows what was written',
      0,
      (n) => (n & 1 ? undefined : (n / 2) & 0xff),
      'negative',
      [
        'abi/wrong-width: half(n = -128) is -64 in C and 192 through the wrapper: the result arrives as uint8',
      ],
    ],
    [
      'a function that adds',
      3,
      (n) => n,
      undefined,
      [expect.stringMatching(/^adds reads what its out parameter held/)],
    ],
    [
      'a function that fills two',
      4,
      (n) => n,
      undefined,
      [expect.stringMatching(/^both writes more through/)],
    ],
  ])('%s', async (_about, k, wrapper, errors, expected) => {
    expect(says(await asked(k, wrapper, errors))).toEqual(expected);
  });
});
