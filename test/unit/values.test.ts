/** Vectors, explanations and verdicts of the gate `values`, with an oracle in JavaScript in place of C. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parseSignature, slotNames, slotsOf, type Signature } from '../../src/model/signature.js';
import { readAnswers, type Asked, type Outcome } from '../../src/values/answers.js';
import { compareFunction, type Compared } from '../../src/values/compare.js';
import { sameResult, type Native } from '../../src/values/native.js';
import { oracleSource } from '../../src/values/oracle-source.js';
import type { OracleAnswer } from '../../src/values/oracle.js';
import { SCAFFOLDS } from '../../src/values/scaffold.js';
import { double, numberOf, spellValue, stringOf, vectorsOf } from '../../src/values/vectors.js';

const signature = (text: string): Signature => {
  const read = parseSignature(text);
  if (typeof read === 'string') throw new Error(read);
  return read;
};

describe('a signature', () => {
  const KINDS: [string, string[], string][] = [
    ['int f(void)', [], 'int'],
    ['void f()', [], 'void'],
    ['long long f(unsigned long int a, const short b);', ['int', 'int'], 'int'],
    ['float f(double x, float y)', ['float', 'float'], 'float'],
    ['const char *f(const char *s)', ['text'], 'text'],
    ['uint32_t crc(uint32_t crc, const uint8_t *buf, size_t len)', ['int', 'bytes'], 'int'],
    ['int f(const void *data, uint32_t data_len, int level)', ['bytes', 'int'], 'int'],
    ['int f(const char *data, size_t n)', ['bytes'], 'int'],
    ['int f(const char *text, int level)', ['text', 'int'], 'int'],
    ['int f(const point *p {double x, int8_t y}, bool on)', ['float', 'int', 'int'], 'int'],
    ['int f(const char *text, double *out)', ['text'], 'float'],
    ['void f(uint16_t *out, int level)', ['int'], 'int'],
  ];
  test.each(KINDS)('%s', (text, kinds, result) => {
    const s = signature(text);
    expect([slotsOf(s).map((p) => p.kind), s.result.kind]).toEqual([kinds, result]);
    expect(slotNames(s)).toHaveLength(kinds.length);
  });

  test.each([
    ['f', /no signature/],
    ['int f(int a', /no signature/],
    ['box *f(int a)', /result 'box \*'/],
    ['int f(char *out)', /written to/],
    ['int f(uint8_t *out)', /written to/],
    ['int f(int *out, size_t count)', /written to/],
    ['int f(box *out)', /written to/],
    ['int f(int *x, int *y)', /writes through 'x' and 'y'/],
    ['int f(const box *b)', /spell its fields/],
    ['int f(const box *b {box *inner})', /no values can be made/],
    ['int f(int)', /no values can be made/],
    ['int f(const char **all)', /pointer to a pointer/],
  ])('%s is refused', (text, why) => expect(parseSignature(text)).toMatch(why));
});

describe('vectors', () => {
  const wordsOf = (text: string, slot = 0): Set<string> =>
    new Set(vectorsOf(signature(text)).map((v) => v.args[slot]!));

  test('are the same for one seed, and others for another', () => {
    const s = signature('int f(int64_t a, const char *b, const uint8_t *c, size_t len)');
    expect(vectorsOf(s, 7)).toEqual(vectorsOf(s, 7));
    expect(vectorsOf(s, 8)).not.toEqual(vectorsOf(s, 7));
  });

  test.each([
    ['int8_t', ['-129', '-128', '-1', '0', '1', '127', '128'], ['-130', '129', '255']],
    ['uint8_t', ['-1', '0', '255', '256'], ['-2', '257']],
    ['uint16_t', ['255', '256', '65535', '65536'], ['65537']],
    ['int32_t', ['-2147483649', '2147483647', '2147483648'], ['4294967296']],
    ['uint64_t', ['9007199254740993', '18446744073709551615', '18446744073709551616'], []],
    ['bool', ['0', '1'], ['2', '-1']],
  ])('of %s', (type, there, absent) => {
    const words = wordsOf(`int f(${type} a)`);
    expect(there.filter((n) => !words.has(`i:${n}`))).toEqual([]);
    expect(absent.filter((n) => words.has(`i:${n}`))).toEqual([]);
  });

  test('of float are floats, those of double more', () => {
    const floats = [...wordsOf('int f(float x)')].map(numberOf);
    expect(floats.every((x) => Object.is(Math.fround(x), x))).toBe(true);
    const doubles = [...wordsOf('int f(double x)')].map(numberOf);
    for (const x of [-0, Number.NaN, Infinity, 5e-324, Number.MAX_VALUE, 2 ** 24 + 1])
      expect(doubles.some((y) => Object.is(x, y))).toBe(true);
  });

  test('of text hold NUL, each length of UTF-8 and half a pair', () => {
    const texts = [...wordsOf('int f(const char *s)')].map(stringOf);
    for (const s of ['', 'é', '€', '\u{1f600}', '\ud800', 'a\0b']) expect(texts).toContain(s);
  });

  test('come with the simplest first', () => {
    const first = vectorsOf(signature('int f(int64_t a)')).map((v) => BigInt(v.args[0]!.slice(2)));
    const size = first.slice(1).map((n) => (n < 0n ? -n : n));
    expect(size).toEqual(size.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
  });
});

type Call = (args: string[], native: Native[]) => Outcome | string;
const numbers = (words: readonly string[]): bigint[] => words.map((w) => BigInt(w.slice(2)));

/** Runs a wrapper over all vectors and compares it with `c`. */
const compared = (
  s: Signature,
  wrapper: Call,
  c: (native: readonly Native[]) => string | undefined,
): Promise<Compared> => {
  const outcomes = new Map<number, Outcome>();
  for (const v of vectorsOf(s)) {
    const said = wrapper(v.args, v.args);
    outcomes.set(v.id, typeof said === 'string' ? { kind: 'ok', word: said } : said);
  }
  const asked: Asked = { function: s.name, file: 'x.py', line: 3, outcomes };
  const call = async (calls: readonly (readonly Native[])[]): Promise<OracleAnswer[]> =>
    calls.map((n) => {
      const word = c(n);
      return word === undefined ? { died: '11' } : { word };
    });
  return compareFunction(s, { vectors: vectorsOf(s) }, asked, call);
};

const REFUSED: Outcome = { kind: 'threw', why: 'out of range' };
const ADD = signature('int64_t add(int64_t a, int32_t b)');
const sum = (native: readonly string[]): bigint => {
  const [a = 0n, b = 0n] = numbers(native);
  return BigInt.asIntN(64, BigInt.asIntN(64, a) + BigInt.asIntN(32, b));
};
const addInC = (native: readonly Native[]): string => `i:${sum(native)}`;
const fits = ([a = 0n, b = 0n]: bigint[]): boolean =>
  a === BigInt.asIntN(64, a) && b === BigInt.asIntN(32, b);
/** A wrapper that refuses what C cannot hold. */
const careful =
  (f: (args: string[]) => string): Call =>
  (args) =>
    fits(numbers(args)) ? f(args) : REFUSED;

const POINTS = signature('size_t points(const char *text)');
const pointsInC = ([text = '']: readonly Native[]): string => {
  const bytes = Buffer.from(text.slice(2), 'hex');
  const end = bytes.indexOf(0);
  const used = end < 0 ? bytes : bytes.subarray(0, end);
  return `i:${used.reduce((h, b) => (h * 31n + BigInt(b)) % 1_000_003n, 7n)}`;
};
const encoded =
  (encode: (s: string) => Buffer): Call =>
  (args) => {
    const s = stringOf(args[0]!);
    return s.includes('\0') || /[\ud800-\udfff]/.test(s.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''))
      ? REFUSED
      : pointsInC([`b:${encode(s).toString('hex')}`]);
  };

const SUM = signature('uint64_t sum(const uint8_t *data, size_t len)');
const sumInC = ([data = '', len = '']: readonly Native[]): string =>
  `i:${Buffer.from(data.slice(2), 'hex')
    .subarray(0, Number(len.slice(2)))
    .reduce((all, b) => (all * 31n + BigInt(b) + 1n) % 1_000_003n, 0n)}`;
const summed =
  (length: (n: number) => number): Call =>
  ([data = '']) =>
    sumInC([data, `i:${length((data.length - 2) / 2)}`]);

const HALF = signature('double half(float x)');
const halfInC = ([x = '']: readonly Native[]): string => double(numberOf(x) / 2);

const ROWS: [string, Signature, Call, (n: readonly Native[]) => string | undefined, string[]][] = [
  ['agrees', ADD, careful((a) => `i:${sum(a)}`), addInC, []],
  [
    'returns int32',
    ADD,
    careful((a) => `i:${BigInt.asIntN(32, sum(a))}`),
    addInC,
    ['abi/wrong-width: the result arrives as int32'],
  ],
  [
    'returns the other sign',
    ADD,
    careful((a) => `i:${BigInt.asUintN(64, sum(a))}`),
    addInC,
    ['abi/wrong-signedness: the result arrives as uint64'],
  ],
  [
    'returns a double',
    ADD,
    careful((a) => double(Number(sum(a)))),
    addInC,
    ['abi/wrong-width: the result arrives as a double'],
  ],
  [
    'passes one argument in 16 bits',
    ADD,
    careful(([a = '', b = '']) => `i:${sum([`i:${BigInt.asIntN(16, BigInt(a.slice(2)))}`, b])}`),
    addInC,
    ["abi/wrong-width: 'a' arrives as int16"],
  ],
  [
    'loses an argument',
    ADD,
    careful(([a = '']) => `i:${sum([a, 'i:0'])}`),
    addInC,
    ["abi/arity: 'b' does not arrive (0 in its place)"],
  ],
  [
    'differs as no type does',
    ADD,
    careful((a) => `i:${sum(a) ^ 5n}`),
    addInC,
    ['abi/other: no single wrong type explains it'],
  ],
  ['takes what has no int32', ADD, (a) => `i:${sum(a)}`, addInC, ['abi/wrong-width']],
  [
    'takes a negative number for unsigned',
    signature('uint32_t same(uint32_t a)'),
    ([a = '']) =>
      BigInt(a.slice(2)) < 0n
        ? `i:${BigInt.asUintN(32, BigInt(a.slice(2)))}`
        : BigInt(a.slice(2)) >> 32n
          ? REFUSED
          : a,
    ([a = '']) => a,
    ['abi/wrong-signedness'],
  ],
  ['passes UTF-8', POINTS, encoded((s) => Buffer.from(s, 'utf8')), pointsInC, []],
  [
    'passes UTF-16',
    POINTS,
    encoded((s) => Buffer.from(s, 'utf16le')),
    pointsInC,
    ["abi/encoding: 'text' arrives as UTF-16"],
  ],
  [
    'passes Latin-1',
    POINTS,
    encoded((s) => Buffer.from(s, 'latin1')),
    pointsInC,
    ["abi/encoding: 'text' arrives as Latin-1"],
  ],
  [
    'cuts text at its NUL',
    POINTS,
    ([t = '']) => pointsInC([`b:${Buffer.from(stringOf(t), 'utf8').toString('hex')}`]),
    pointsInC,
    ['abi/encoding'],
  ],
  ['passes bytes', SUM, summed((n) => n), sumInC, []],
  [
    'cuts a length to 16 bits',
    SUM,
    summed((n) => n & 0xffff),
    sumInC,
    ["bounds/length-arithmetic: 'data' arrives with its length in 16 bits"],
  ],
  [
    'forgets the last byte',
    SUM,
    summed((n) => Math.max(0, n - 1)),
    sumInC,
    ["bounds/length-arithmetic: 'data' arrives with one less than its length"],
  ],
  [
    'passes a double for a float',
    HALF,
    ([x = '']) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, numberOf(x));
      return halfInC([double(view.getFloat32(4))]);
    },
    halfInC,
    ["abi/calling-convention: 'x' is passed as a double where C takes a float"],
  ],
  [
    'passes on what C does not bear',
    ADD,
    careful((a) => (numbers(a)[0]! < 0n ? 'i:0' : `i:${sum(a)}`)),
    (n) => (numbers(n)[0]! < 0n ? undefined : addInC(n)),
    ['trust/validation-gap'],
  ],
  ['refuses what C does not bear', ADD, careful((a) => `i:${sum(a)}`), addInC, []],
];

test.each(ROWS)('a wrapper that %s', async (_about, s, wrapper, c, expected) => {
  const { found, failed } = await compared(s, wrapper, c);
  const said = found.map((f) => `${f.hazard}: ${f.message.split(': ').at(-1)}`);
  expect(failed).toEqual([]);
  expect(said).toHaveLength(expected.length);
  for (const [i, e] of expected.entries()) expect(said[i]!.startsWith(e), said[i]).toBe(true);
});

test('the finding has the first vector that differs', async () => {
  const { found } = await compared(
    ADD,
    careful((a) => `i:${BigInt.asIntN(32, sum(a))}`),
    addInC,
  );
  expect(found[0]?.message).toContain('add(a = 2147483647, b = 1) is 2147483648 in C and -2147483648');
  const id = Number(found[0]?.vector.split(':')[1]);
  expect(vectorsOf(ADD)[id]?.args).toEqual(['i:2147483647', 'i:1']);
});

describe('proves nothing', () => {
  const ask = (outcomes: Map<number, Outcome>): Promise<Compared> =>
    compareFunction(
      ADD,
      { vectors: vectorsOf(ADD) },
      { function: 'add', file: 'x.py', line: 3, outcomes },
      async (calls) => calls.map((n) => ({ word: addInC(n) })),
    );

  test('no answer', async () => {
    const { failed } = await ask(new Map());
    expect(failed[0]).toMatch(/^add answered 0 of \d+ vectors$/);
  });
  test('fewer answers than vectors', async () => {
    const { failed } = await ask(new Map([[0, { kind: 'ok', word: 'i:2' }]]));
    expect(failed[0]).toMatch(/^add answered 1 of \d+ vectors$/);
  });
  test('a wrapper that takes no vector', async () => {
    const { failed } = await ask(
      new Map(vectorsOf(ADD).map((v) => [v.id, { kind: 'threw', why: 'TypeError: no' } as const])),
    );
    expect(failed).toEqual(['add took no vector at all: TypeError: no']);
  });
  test('a host that ended is a finding of the vector in which it did', async () => {
    const { failed, found } = await ask(
      new Map<number, Outcome>([
        [0, { kind: 'ok', word: 'i:2' }],
        [1, { kind: 'died' }],
      ]),
    );
    expect([failed, found.map((f) => [f.hazard, f.vector])]).toEqual([[], [['crash/signal', 'add:1']]]);
  });
});

describe('answers', () => {
  test('are read by test, function and vector', () => {
    const { asked, strange } = readAnswers(
      'at f /a b/x.py:7\nbegin 0\nok i:-5\nbegin 1\nthrew no: way\nbegin 2\nunable\nbegin 3\nat g y.go:1\nbegin 0\nok b:00ff\n',
    );
    expect(strange).toEqual([]);
    expect(
      asked.map((a) => [a.function, a.file, a.line, [...a.outcomes.values()].map((o) => o.kind)]),
    ).toEqual([
      ['f', '/a b/x.py', 7, ['ok', 'threw', 'unable', 'died']],
      ['g', 'y.go', 1, ['ok']],
    ]);
  });
  test.each(['ok i:x\n', 'ok f:12\n', 'ok b:0\n', 'ok', 'hello\n'])('%j is none', (line) => {
    expect(readAnswers(`at f x:1\nbegin 0\n${line}`).strange).toHaveLength(1);
  });
});

test.each([
  ['int f()', 'i:5', 'i:5', true],
  ['int f()', 'i:5', double(5), true],
  ['uint64_t f()', 'i:18446744073709551615', 'i:-1', false],
  ['double f()', double(Number.NaN), double(-Number.NaN), true],
  ['double f()', double(0), double(-0), false],
  ['double f()', double(3), 'i:3', true],
  ['const char *f()', 'b:c3a9', 's:00e9', true],
  ['const char *f()', 'b:c3a9', 'b:e9', false],
  ['const char *f()', 'n:', 'n:', true],
  ['const char *f()', 'n:', 'b:', false],
  ['void f()', 'v:', 'n:', true],
])('%s: %s and %s', (text, inC, host, same) => {
  expect(sameResult(signature(text).result, inC, host)).toBe(same);
});

test('the oracle calls each function with what its signature says', () => {
  const source = oracleSource(
    [
      { signature: signature('int64_t digest(const rec *r {uint8_t kind, double weight})') },
      { signature: signature('int twice(int a)'), body: 'return 2 * a;' },
    ],
    [],
  );
  expect(source).toContain('typedef struct { uint8_t kind; double weight; } rec;');
  expect(source).toContain('extern int64_t digest(const rec *r);');
  expect(source).toContain('static int oracle_body_1(int a) { return 2 * a; }');
  expect(source).not.toContain('extern int twice');
});

test('values are spelt for people', () => {
  const spelt = [
    'i:-5',
    double(-0),
    double(Number.NaN),
    's:00610000',
    'b:',
    'b:00ff',
    `b:${'00'.repeat(300)}`,
    'n:',
  ];
  expect(spelt.map(spellValue)).toEqual([
    '-5',
    '-0.0',
    'NaN',
    String.raw`"a\u0000"`,
    'bytes (none)',
    'bytes 00ff',
    '300 bytes 00000000…',
    'null',
  ]);
});

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** The helper, where its copy is in the fixtures, and its package. */
const COPIES: [string, string, string?][] = [
  ['ffi_gates_values.py', 'py/ffi_gates_values.py'],
  ['ffi_gates_values.py', 'canary/py/ffi_gates_values.py'],
  ['ffi_gates_values.py', 'canary/pyx/ffi_gates_values.py'],
  ['ffi_gates_values_test.go', 'go/ffi_gates_values_test.go', 'fixture'],
  ['ffi_gates_values_test.go', 'canary/go/ffi_gates_values_test.go', 'fficanary'],
  ['ffi_gates_values.cjs', 'node/ffi_gates_values.cjs'],
  ['ffi_gates_values.cjs', 'canary/node/ffi_gates_values.cjs'],
  ['ffi_gates_values.rs', 'rs/hazard/tests/ffi_gates_values/mod.rs'],
  ['ffi_gates_values.rs', 'rs/twin/tests/ffi_gates_values/mod.rs'],
  ['ffi_gates_values.rs', 'canary/rs/tests/ffi_gates_values/mod.rs'],
  ['FfiGatesValues.java', 'jni/hazard/src/test/java/hazard/FfiGatesValues.java', 'hazard'],
  ['FfiGatesValues.java', 'jni/twin/src/test/java/twin/FfiGatesValues.java', 'twin'],
  ['FfiGatesValues.java', 'canary/jni/src/test/java/canary/FfiGatesValues.java', 'canary'],
  ['FfiGatesValues.cs', 'net/FfiGatesValues.cs'],
  ['FfiGatesValues.cs', 'canary/net/FfiGatesValues.cs'],
];
test.each(COPIES)('%s is shipped as it is in %s', (name, copy, pack = '') => {
  const shipped = readFileSync(`${ROOT}plugins/values/${name}`, 'utf8').replace('PACKAGE', pack);
  expect(readFileSync(`${ROOT}native-fixtures/${copy}`, 'utf8')).toBe(shipped);
});

test.each(Object.entries(SCAFFOLDS))(
  'an adapter for %s has one line to fill in for each function',
  (_binding, s) => {
    const text = s.text([ADD, POINTS, SUM], 'pack');
    for (const name of ['add', 'points', 'sum']) expect(text).toContain(`"${name}"`);
    expect(text.split('\n').filter((l) => /todo\(/i.test(l))).toHaveLength(3);
  },
);
