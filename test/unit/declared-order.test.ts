/** A wrong declaration is seen at each of its places, whatever else was seen before it. */
import { describe, expect, test } from 'vitest';
import type { Checked } from '../../src/declarations/check.js';
import { compareCasts, compareResults } from '../../src/declarations/hosts/go-conversions.js';
import { adopt } from '../../src/declarations/records.js';
import { reportText } from '../../src/declarations/report.js';
import type { CType, Records } from '../../src/model/declaration.js';
import { parseText } from '../../src/parsers/index.js';

const int = (size: number) => ({ kind: 'int' as const, size, signed: true, name: `int${size * 8}` });
const at = (line: number, file = '/repo/x.go') => ({ file, line });

/** The lines that a report of these comparisons shows, by file. */
const linesOf = (compared: Checked['compared']): string[] => {
  const findings = compared.flatMap((c) => c.findings);
  const checked = { compared, functions: compared.length, findings, staleErrno: [], notSeen: [] };
  const log = reportText(checked, { language: 'go', least: 'warning', strict: false }, () => undefined);
  const { diagnostics, unread } = parseText(log);
  expect(unread).toEqual([]);
  return diagnostics
    .flatMap((d) => d.stacks.flatMap((s) => s.frames))
    .flatMap((f) => (f.kind === 'source' ? [`${f.file}:${f.line}`] : []))
    .sort();
};

const permutations = <T>(all: readonly T[]): T[][] =>
  all.length < 2
    ? [[...all]]
    : all.flatMap((x, i) => permutations(all.filter((_, j) => j !== i)).map((rest) => [x, ...rest]));

describe('in any order, each place is shown', () => {
  test('of one result that is converted twice in a file, once in another, and once rightly', () => {
    const results = [at(3), at(9), at(4, '/repo/y.go')].map((p) => ({
      ...{ name: 'f', at: p, from: int(8), to: int(4) },
    }));
    for (const order of permutations([...results, { name: 'f', at: at(5), from: int(8), to: int(8) }]))
      expect(linesOf(compareResults(order))).toEqual(['/repo/x.go:3', '/repo/x.go:9', '/repo/y.go:4']);
  });

  test('of results of two functions, of which one is converted twice', () => {
    const results = [at(3), at(9)].map((p) => ({ name: 'f', at: p, from: int(8), to: int(4) }));
    for (const order of permutations([...results, { name: 'g', at: at(6), from: int(8), to: int(4) }]))
      expect(linesOf(compareResults(order))).toEqual(['/repo/x.go:3', '/repo/x.go:6', '/repo/x.go:9']);
  });

  test('of one structure that is cast twice', () => {
    const fields = (offset: number) => [{ name: 'n', bit: 8 * offset, type: int(4) }];
    const records: Records = {
      mine: { size: 8, fields: fields(2), at: at(1) },
      'C.theirs': { size: 8, fields: fields(4) },
    };
    const casts = [at(20), at(30)].map((p) => ({ at: p, host: 'mine', native: 'C.theirs' }));
    for (const order of permutations(casts))
      expect(new Set(linesOf(compareCasts(order, records)))).toEqual(
        new Set(['/repo/x.go:1', '/repo/x.go:20', '/repo/x.go:30']),
      );
  });
});

describe('tables of records', () => {
  const pointer = (name: string): CType => ({ kind: 'pointer', to: { kind: 'record', name } });
  const box = (type: CType): Records => ({ box: { size: 8, fields: [{ name: 'a', bit: 0, type }] } });

  test('a type that both have is one', () => {
    const table = box(int(4));
    expect(adopt(table, box(int(4)), pointer('box'))).toEqual(pointer('box'));
    expect(Object.keys(table)).toEqual(['box']);
  });
  test('another type of the name gets one of its own, wherever it is mentioned', () => {
    const table: Records = {
      ...box(int(4)),
      holder: { fields: [{ name: 'b', bit: 0, type: pointer('box') }] },
    };
    const more: Records = { ...box(int(8)), holder: table['holder']! };
    expect(adopt(table, more, [pointer('box'), pointer('holder')])).toEqual([
      pointer('box (2)'),
      pointer('holder (2)'),
    ]);
    expect(table['box']).toEqual(box(int(4))['box']);
    expect(table['box (2)']).toEqual(box(int(8))['box']);
    expect(table['holder (2)']?.fields[0]?.type).toEqual(pointer('box (2)'));
  });
  test('so does a third', () => {
    const table = box(int(4));
    adopt(table, box(int(8)), undefined);
    expect(adopt(table, box(int(2)), pointer('box'))).toEqual(pointer('box (3)'));
  });
});
