/** Random inputs of the gate `fuzz`, what a round teaches, and how a finding is reduced. C is JavaScript here. */
import { describe, expect, test } from 'vitest';
import type { ErrorResult } from '../../src/model/ids.js';
import { parseSignature, slotsOf, type Signature } from '../../src/model/signature.js';
import type { Asked, Outcome } from '../../src/values/answers.js';
import { compareFunction, type CallC, type Question } from '../../src/values/compare.js';
import { inputsOf, shrink, sizeOf, type Args } from '../../src/values/inputs.js';
import { kindOf, learn } from '../../src/values/learn.js';
import { beyondC, isError } from '../../src/values/native.js';

const signature = (text: string): Signature => {
  const read = parseSignature(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
};
const MIXED = signature(
  'int f(int8_t a, uint64_t b, bool on, float x, double y, const char *t, const uint8_t *d, size_t len)',
);
const drawn = (s: Signature, seed = 0, round = 0, pool: readonly Args[] = []): string[] =>
  inputsOf(s, { seed, round, count: 100 }, pool).map((v) => v.args.join(' '));

describe('inputs', () => {
  test('are the same for one seed and round, and others for another', () => {
    expect(drawn(MIXED, 7)).toEqual(drawn(MIXED, 7));
    expect(drawn(MIXED, 8)).not.toEqual(drawn(MIXED, 7));
    expect(drawn(MIXED, 7, 1)).not.toEqual(drawn(MIXED, 7, 0));
  });

  test('are these on every machine', () => {
    const s = signature('int f(int32_t a, double x, bool on)');
    expect(drawn(s, 1, 2, [['i:7', 'f:3ff0000000000000', 'i:1']]).slice(0, 5)).toEqual([
      'i:-5393588 f:96a9647bb1584a87 i:0',
      'i:-2147483648 f:4000000000000000 i:0',
      'i:-120 f:41a160e764000000 i:1',
      'i:-7 f:4000000000000000 i:1',
      'i:16 f:3ff0000000000000 i:0',
    ]);
  });

  test('are values that C has, each once', () => {
    for (const pool of [[], inputsOf(MIXED, { seed: 3, round: 0, count: 9 }).map((v) => v.args)]) {
      const all = inputsOf(MIXED, { seed: 1, round: 1, count: 500 }, pool);
      expect(new Set(all.map((v) => v.args.join(' '))).size).toBe(all.length);
      expect(all.length).toBeGreaterThan(400);
      const beyond = all.map((v) => beyondC(slotsOf(MIXED), v.args)?.what);
      expect(beyond).not.toContain('range');
    }
  });

  test('of a type with two values end', () => {
    expect(drawn(signature('int f(bool on)')).sort()).toEqual(['i:0', 'i:1']);
    expect(drawn(signature('int f(void)'))).toEqual(['']);
  });

  test('begin with what is kept, as it is', () => {
    const s = signature('int f(const char *t)');
    const exact = [['s:00610062'], ['s:']];
    expect(inputsOf(s, { seed: 0, round: 4, count: 5 }, [], exact).slice(0, 2)).toEqual([
      { id: 0, args: ['s:00610062'] },
      { id: 1, args: ['s:'] },
    ]);
    expect(inputsOf(s, { seed: 0, round: 4, count: 0 }, [], exact)).toHaveLength(2);
  });

  test('are changed from the pool more often than not', () => {
    const s = signature('int f(const uint8_t *d, size_t n)');
    const kept = `b:${'5a'.repeat(40)}`;
    const near = drawn(s, 0, 1, [[kept]]).filter((w) => w.includes('5a'.repeat(8)));
    expect(near.length).toBeGreaterThan(30);
  });
});

const SHRINKS: [string, string, Args, (args: Args) => boolean, Args][] = [
  ['a number to a limit', 'int f(int32_t a)', ['i:90210'], ([a = '']) => BigInt(a.slice(2)) > 64n, ['i:65']],
  ['a negative number', 'int f(int32_t a)', ['i:-777'], ([a = '']) => BigInt(a.slice(2)) < 0n, ['i:-1']],
  [
    'bytes to those that matter',
    'int f(const uint8_t *d, size_t n)',
    ['b:11223344ff556677ff88'],
    ([d = '']) =>
      d
        .slice(2)
        .match(/../g)
        ?.filter((b) => b === 'ff').length === 2,
    ['b:ffff'],
  ],
  [
    'text, and the number beside it',
    'int f(const char *t, int level)',
    ['s:0078007900250079', 'i:12'],
    ([t = '']) => t.slice(2).match(/.{4}/g)?.includes('0025') === true,
    ['s:0025', 'i:0'],
  ],
];
test.each(SHRINKS)('reduces %s', async (_about, text, from, shows, to) => {
  const trail = await shrink(signature(text), from, async (inputs) => inputs.map(shows));
  expect(trail[0]).toEqual(to);
  expect(trail.at(-1)).toEqual(from);
  expect(trail.every(shows)).toBe(true);
  const sizes = trail.map(sizeOf);
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
});

test.each<[ErrorResult, string, boolean]>([
  ['negative', 'i:-1', true],
  ['negative', 'i:0', false],
  ['errno', 'i:-1', true],
  ['errno', 'i:-2', false],
  ['zero', 'i:0', true],
  ['nonzero', 'i:3', true],
  ['nonzero', 'i:0', false],
  ['null', 'n:', true],
  ['null', 'b:', false],
  ['negative', 'f:bff0000000000000', false],
])('%s says of %s whether C refused: %s', (how, word, says) => expect(isError(how, word)).toBe(says));

// C refuses what is negative, and does not survive 13.
const HALF = signature('int half(int n)');
const inC: CallC = async (calls) =>
  calls.map(([n = '']) => {
    const x = BigInt(n.slice(2));
    return x === 13n ? { died: 'exit 99' } : { word: x < 0n ? 'i:-1' : `i:${x / 2n}` };
  });

/** A question of these numbers, and what a wrapper answers. */
const put = (
  numbers: readonly number[],
  wrapper: (n: number) => Outcome | string,
): { question: Question; asked: Asked } => {
  const vectors = numbers.map((n, id) => ({ id, args: [`i:${n}`] }));
  const outcomes = new Map<number, Outcome>(
    numbers.map((n, id) => {
      const said = wrapper(n);
      return [id, typeof said === 'string' ? { kind: 'ok', word: said } : said];
    }),
  );
  return {
    question: { vectors, errors: 'negative', random: true },
    asked: { function: 'half', file: 'x.py', line: 3, outcomes },
  };
};
const no: Outcome = { kind: 'threw', why: 'ValueError: no' };
const half = (n: number): string => `i:${Math.trunc(n / 2)}`;

const GAPS: [string, readonly number[], (n: number) => Outcome | string, RegExp[], RegExp[]][] = [
  ['refuses what C does', [4, -3, 13], (n) => (n < 0 || n === 13 ? no : half(n)), [], []],
  [
    'returns the error as a value',
    [4, -3],
    (n) => (n < 0 ? 'i:-1' : half(n)),
    [/^half\(n = -3\) is refused by C, which returns -1, and the wrapper answers -1$/],
    [],
  ],
  [
    'returns what it had before',
    [4, -3],
    (n) => (n < 0 ? 'i:0' : half(n)),
    [/is refused by C, which returns -1, and the wrapper answers 0$/],
    [],
  ],
  [
    'lets through what C does not survive',
    [4, 13],
    (n) => (n === 13 ? { kind: 'died' } : half(n)),
    [/^half\(n = 13\) is an error of memory in C, and the wrapper does not refuse it$/],
    [],
  ],
  ['refuses all, as C does', [-3, -4], () => no, [], []],
  ['refuses all, of which C takes some', [-3, 4], () => no, [], [/^half took none of 2 inputs, of which C/]],
  ['is asked nothing', [], () => no, [], []],
];
test.each(GAPS)('a wrapper that %s', async (_about, numbers, wrapper, gaps, failures) => {
  const { question, asked } = put(numbers, wrapper);
  const { found, failed } = await compareFunction(HALF, question, asked, inC);
  expect(found.map((f) => f.hazard)).toEqual(gaps.map(() => 'trust/validation-gap'));
  for (const [i, words] of gaps.entries()) expect(found[i]?.message).toMatch(words);
  expect(failed).toHaveLength(failures.length);
  for (const [i, words] of failures.entries()) expect(failed[i]).toMatch(words);
});

test('a round teaches the smallest input of each kind of answer, and smaller ones of a finding', async () => {
  const { question, asked } = put([400, 4, 5, -300, -20], (n) => (n < 0 ? 'i:0' : half(n)));
  const { found } = await compareFunction(HALF, question, asked, inC);
  const learnt = await learn(HALF, question, asked, { found, callC: inC, seed: 0 });
  expect(Object.values(learnt.kinds)).toEqual(expect.arrayContaining([['i:400'], ['i:4']]));
  expect(learnt.found).toEqual({ 'trust/validation-gap': ['i:-300'] });
  expect(learnt.smaller[0]).toEqual(['i:-1']);
  expect(learnt.died).toBe(false);
});

test('a round looks in C alone for what the wrapper has to refuse', async () => {
  const { question, asked } = put([400, 4], half);
  const learnt = await learn(HALF, question, asked, { found: [], callC: inC, seed: 0 });
  const suspects = learnt.suspects.map(([n = '']) => BigInt(n.slice(2)));
  expect(suspects.some((n) => n < 0n)).toBe(true);
  expect(suspects.every((n) => n < 0n || n === 13n)).toBe(true);
  // A wrapper that is known to let something through is asked that first.
  const gap = put([400, -3], (n) => (n < 0 ? 'i:0' : half(n)));
  const { found } = await compareFunction(HALF, gap.question, gap.asked, inC);
  const known = await learn(HALF, gap.question, gap.asked, { found, callC: inC, seed: 0 });
  expect(known.suspects).toEqual([]);
});

test.each<[Outcome, Outcome, boolean]>([
  [no, { kind: 'threw', why: 'ValueError: yes' }, false],
  [{ kind: 'threw', why: 'at 12 of "a"' }, { kind: 'threw', why: 'at 7 of "b"' }, true],
  [{ kind: 'ok', word: 'i:5' }, { kind: 'ok', word: 'i:6' }, true],
  [{ kind: 'ok', word: 'i:5' }, { kind: 'ok', word: 'i:-5' }, false],
  [{ kind: 'ok', word: 'b:0000' }, { kind: 'ok', word: 'b:' }, false],
  [{ kind: 'died' }, { kind: 'unable' }, false],
])('answers %j and %j are of one kind: %s', (a, b, same) => expect(kindOf(a) === kindOf(b)).toBe(same));
