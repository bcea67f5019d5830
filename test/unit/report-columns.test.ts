/** Findings as columns, read back by the page's own script. */
import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnText } from '../../src/reporters/html/columns.js';
import { plainDeep } from '../../src/reporters/escape.js';
import { manyFindings, sampleReport } from '../helpers/sample-report.js';

type Reader = {
  indexes: Int32Array;
  get: (record: number) => unknown;
  where: (path: string[], fits: (value: unknown) => boolean) => Uint8Array;
};

const script = readFileSync(new URL('../../reports/html/columns.js', import.meta.url), 'utf8');
const readColumn = vm.runInNewContext(`${script};readColumn`, { atob }) as (json: unknown) => Reader;
const read = (values: readonly unknown[]): Reader => readColumn(JSON.parse([...columnText(values)].join('')));
/** Without the prototypes of another realm. */
const all = (values: readonly unknown[]): unknown => {
  const reader = read(values);
  return JSON.parse(JSON.stringify(values.map((_, i) => reader.get(i) ?? null)));
};

const stack = fc.array(
  fc.record(
    {
      kind: fc.constantFrom('a', 'b'),
      fn: fc.string({ maxLength: 4 }),
      line: fc.integer({ min: 1, max: 9 }),
      own: fc.boolean(),
    },
    { requiredKeys: ['kind'] },
  ),
  { maxLength: 5 },
);
const record = fc.record(
  {
    id: fc.string(),
    n: fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x || 0),
    stacks: fc.array(stack, { maxLength: 3 }),
    known: fc.record({ why: fc.string() }),
  },
  { requiredKeys: ['id'] },
);

test('any records read back the same, but for characters that nobody sees', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 30 }), (values) => {
      // Numbers are written as differences, which are exact for integers only.
      const whole = values.map((v) => (v.n === undefined ? v : { ...v, n: Math.trunc(v.n % 2 ** 40) || 0 }));
      expect(all(whole)).toEqual(plainDeep(whole));
    }),
    { numRuns: 200 },
  );
});

test('findings read back the same, however many there are', () => {
  for (const findings of [[], sampleReport().findings, manyFindings(300).findings])
    expect(all(findings)).toEqual(JSON.parse(JSON.stringify(findings)));
});

test('fingerprints are kept as numbers, and anything else as text', () => {
  for (const ids of [
    ['0123456789abcdef', 'ffffffffffffffff', '0000000000000000'],
    ['0123456789abcdef', 'x'],
    ['0123456789ABCDEF'],
  ])
    expect(all(ids)).toEqual(ids);
});

test('a search finds the records that a look at each would find', () => {
  const { findings } = manyFindings(200);
  const reader = read(findings);
  const rows: [string[], RegExp, (f: (typeof findings)[number]) => string[]][] = [
    [['message'], /variant 1\d$/, (f) => [f.message]],
    [
      ['stacks', 'frames', 'function'],
      /^f1/,
      (f) => f.stacks.flatMap((s) => s.frames.flatMap((x) => ('function' in x && x.function) || [])),
    ],
    [['witnesses', 'gate'], /tsan/, (f) => f.witnesses.map((w) => w.gate)],
    [['nothing'], /./, () => []],
  ];
  for (const [path, word, texts] of rows)
    expect([...reader.where(path, (v) => word.test(String(v)))], path.join('.')).toEqual(
      findings.map((f) => (texts(f).some((t) => word.test(t)) ? 1 : 0)),
    );
});
