/** What Go does to results and structures of C, as `plugins/declared/go` reports it. */
import { describe, expect, test } from 'vitest';
import { compareExported } from '../../src/declarations/compare/function.js';
import {
  compareCasts,
  comparePointers,
  compareResults,
} from '../../src/declarations/hosts/go-conversions.js';
import type { CType, Field, HostFunction, NativeFunction } from '../../src/model/declaration.js';

const at = { file: '/repo/x.go', line: 3 };
const int = (size: number, signed: boolean) => ({ kind: 'int' as const, size, signed, name: `${size}` });

describe('a result that is converted', () => {
  test.each([
    ['to itself', int(4, true), int(4, true), []],
    ['to a wider integer', int(4, true), int(8, true), []],
    ['unsigned to a wider signed one', int(4, false), int(8, true), []],
    ['to a narrower one', int(8, true), int(4, true), ['warning abi/wrong-width']],
    ['to the other sign', int(4, false), int(4, true), ['warning abi/wrong-signedness']],
    ['signed to unsigned', int(8, true), int(8, false), ['warning abi/wrong-signedness']],
    ['signed to a wider unsigned one', int(4, true), int(8, false), ['warning abi/wrong-signedness']],
    ['a size to an int', int(8, false), int(8, true), ['info abi/wrong-signedness']],
  ])('%s', (_, from, to, expected) => {
    const [one] = compareResults([{ name: 'f', at, from, to }]);
    expect(one?.findings.map((f) => `${f.tier} ${f.hazard}`)).toEqual(expected);
  });

  test('says what happens to a value', () => {
    const effect = (from: ReturnType<typeof int>, to: ReturnType<typeof int>): string | undefined =>
      compareResults([{ name: 'f', at, from, to }])[0]?.findings[0]?.effect;
    expect(effect(int(8, true), int(4, true))).toBe('4294967297 arrives as 1');
    expect(effect(int(4, true), int(8, false))).toBe('-1 arrives as 18446744073709551615');
  });
});

describe('a structure that is cast', () => {
  const field = (name: string, offset: number, type: CType): Field => ({ name, bit: 8 * offset, type });
  const real = { size: 8, fields: [field('kind', 0, int(1, false)), field('count', 4, int(4, true))] };
  const cast = { at, host: 'mine', native: 'C.theirs' };
  test.each<[string, { size: number; fields: Field[] }, string[]]>([
    ['alike', real, []],
    [
      'under other names',
      { size: 8, fields: [field('a', 0, int(1, false)), field('b', 4, int(4, true))] },
      [],
    ],
    [
      'without padding',
      { size: 5, fields: [field('kind', 0, int(1, false)), field('count', 1, int(4, true))] },
      ['error abi/struct-layout'],
    ],
    [
      'shorter, and Go’s own',
      { size: 4, fields: [field('kind', 0, int(1, false))] },
      ['error abi/struct-layout'],
    ],
  ])('%s', (_, mine, expected) => {
    const [one] = compareCasts([{ ...cast, owned: true }], { mine, 'C.theirs': real });
    expect(one?.findings.map((f) => `${f.tier} ${f.hazard}`)).toEqual(expected);
  });
});

describe('a pointer to a number', () => {
  const c = (size: number, signed: boolean, name: string) => ({ ...int(size, signed), name: `C.${name}` });
  test.each<[string, CType, CType, string[]]>([
    ['alike', int(4, true), c(4, true, 'int'), []],
    ['of fewer bytes', int(4, true), c(8, false, 'size_t'), ['error abi/pointee-size']],
    ['of more bytes', int(8, true), c(4, true, 'int'), ['error abi/pointee-size']],
    ['of the other sign', int(4, true), c(4, false, 'uint'), ['warning abi/wrong-signedness']],
    ['to bytes', int(8, true), c(1, true, 'char'), []],
    ['to UTF-16, as text', int(2, false), c(1, true, 'char'), ['warning abi/encoding']],
    ['to samples of 16 bits, as bytes', int(2, true), c(1, true, 'char'), []],
    [
      'a float as one of 8 bytes',
      { kind: 'float', size: 4, name: 'float32' },
      { kind: 'float', size: 8, name: 'C.double' },
      ['error abi/pointee-size'],
    ],
  ])('%s', (_, host, native, expected) => {
    const [one] = comparePointers([{ at, host, native }]);
    expect(one?.findings.map((f) => `${f.tier} ${f.hazard}`)).toEqual(expected);
  });
});

describe('a function that Go exports', () => {
  const c: NativeFunction = {
    kind: 'function',
    result: int(4, true),
    parameters: [int(4, true)],
    source: 'C',
  };
  test.each<[string, CType, CType[], string[]]>([
    ['as C declares it', int(4, true), [int(4, true)], []],
    ['with Go’s int', int(4, true), [int(8, true)], ['error abi/wrong-width parameter 1']],
    [
      'with too many parameters',
      int(4, true),
      [int(4, true), int(4, true)],
      ['error abi/arity the function'],
    ],
    ['with too few', int(4, true), [], ['warning abi/arity the function']],
    ['without a result', { kind: 'void' }, [int(4, true)], ['error abi/no-result the result']],
  ])('%s', (_, result, parameters, expected) => {
    const host: HostFunction = { name: 'f', at, result, parameters, calls: [] };
    const found: string[] = [];
    compareExported(
      host,
      c,
      { records: {}, native: { functions: {}, records: {}, notSeen: {} }, allocated: new Set() },
      new Set(),
      (x) => found.push(`${x.tier} ${x.hazard} ${x.part}`),
      (x) => found.push(x.why),
    );
    expect(found).toEqual(expected);
  });
});
