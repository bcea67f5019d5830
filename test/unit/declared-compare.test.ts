/** The rules by which two declarations of one function are compared, each with the twin that it must leave alone. */
import { describe, expect, test } from 'vitest';
import { compareFunction, type Finding, type Skip } from '../../src/declarations/compare/function.js';
import { withoutGeneral } from '../../src/declarations/compare/general-callback.js';
import type {
  CType,
  HostFunction,
  NativeFunction,
  RecordType,
  Records,
} from '../../src/model/declaration.js';

const int = (size: number, signed: boolean | 'open' = true): CType => ({
  kind: 'int',
  size,
  ...(signed === 'open' ? {} : { signed }),
  name: `${signed === false ? 'u' : ''}int${size * 8}`,
});
const float = (size: number): CType => ({ kind: 'float', size, name: `float${size * 8}` });
const bool: CType = { kind: 'bool', size: 1, name: 'bool' };
const enumeration = (size: number): CType => ({ kind: 'enum', size, name: 'colour' });
const VOID: CType = { kind: 'void' };
const pointer = (to: CType = VOID): CType => ({ kind: 'pointer', to });
const record = (name: string): CType => ({ kind: 'record', name });
const array = (of: CType, count?: number): CType => ({ kind: 'array', of, ...(count ? { count } : {}) });
const fn = (result: CType, ...parameters: CType[]): CType => ({ kind: 'function', result, parameters });
const untyped = (wide: boolean): CType => ({ kind: 'untyped', name: 'int', wide });
const text = (size: number): CType => pointer({ kind: 'int', size, name: 'text' });
const wchar: CType = { kind: 'int', size: 4, signed: true, name: 'wchar_t' };

const at = { file: '/repo/host.py', line: 3 };
const native = (result: CType, ...parameters: CType[]): NativeFunction => ({
  kind: 'function',
  result,
  parameters,
  source: 'debug information',
});
const host = (more: Partial<HostFunction>): HostFunction => ({
  name: 'f',
  object: '/x.so',
  at,
  calls: [],
  ...more,
});

type Sides = { host?: Records; native?: Records; allocated?: string[] };
const compared = (
  h: HostFunction,
  n: NativeFunction,
  sides: Sides = {},
): { found: string[]; skipped: Skip[] } => {
  const found: Finding[] = [];
  const skipped: Skip[] = [];
  compareFunction(
    h,
    n,
    {
      records: sides.host ?? {},
      native: { functions: { f: n }, records: sides.native ?? {}, notSeen: {} },
      allocated: new Set(sides.allocated),
    },
    new Set(),
    (x) => found.push(x),
    (x) => skipped.push(x),
  );
  return { found: found.map((f) => `${f.tier} ${f.hazard}`), skipped };
};
const result = (h: CType, n: CType, sides?: Sides): string[] =>
  compared(host({ result: h }), native(n), sides).found;
const parameter = (h: CType, n: CType, sides?: Sides): string[] =>
  compared(host({ parameters: [h] }), native(VOID, n), sides).found;

const ADDRESS: CType = { kind: 'pointer', to: VOID, name: 'ctypes.c_void_p' };

describe('a result', () => {
  test.each<[string, CType, CType, string[]]>([
    ['an address for a small integer', ADDRESS, int(4), ['error abi/wrong-width']],
    ['the same integer', int(4), int(4), []],
    ['a pointer in 32 bits', int(4), pointer(), ['error abi/truncated-pointer']],
    ['a pointer in 64 bits', int(8), pointer(), []],
    ['narrower', int(4), int(8), ['warning abi/wrong-width']],
    ['wider', int(8), int(4), ['error abi/wrong-width']],
    ['a wider integer for a bool', int(4), bool, ['warning abi/wrong-width']],
    ['a much wider integer for a bool', int(8), bool, ['error abi/wrong-width']],
    ['a bool for an int', bool, int(4), ['info abi/wrong-width']],
    ['signed for unsigned', int(4), int(4, false), ['warning abi/wrong-signedness']],
    ['unsigned for signed', int(4, false), int(4), ['warning abi/wrong-signedness']],
    ['char has either sign', int(1, 'open'), int(1, false), []],
    ['an enum has either sign', int(4), enumeration(4), []],
    ['an enum of another width', int(8), enumeration(4), ['error abi/wrong-width']],
    ['an integer for a float', int(8), float(8), ['error abi/calling-convention']],
    ['a float for a double', float(4), float(8), ['error abi/calling-convention']],
    ['of nothing', int(4), VOID, ['info abi/wrong-width']],
    ['ignored', VOID, int(4), []],
    ['a pointer for a pointer', pointer(), pointer(record('x')), []],
  ])('%s', (_, h, n, expected) => expect(result(h, n)).toEqual(expected));

  test('that nobody declares is an int', () => {
    const undeclared = host({ defaultResult: int(4), calls: [{ at, arguments: [] }] });
    expect(compared(undeclared, native(pointer())).found).toEqual(['error abi/truncated-pointer']);
    expect(compared(undeclared, native(VOID)).found).toEqual([]);
    expect(compared(undeclared, native(int(4))).found).toEqual([]);
  });
});

describe('a parameter', () => {
  test.each<[string, CType, CType, string[]]>([
    ['wider than the library reads', int(8), int(4), ['info abi/wrong-width']],
    ['narrower', int(4), int(8), ['warning abi/wrong-width']],
    ['of another sign', int(4), int(4, false), ['info abi/wrong-signedness']],
    ['an array for a pointer', array(int(4), 3), pointer(int(4)), []],
    ['an array that C declares', pointer(int(4)), array(int(4), 3), []],
    ['a pointer for a small integer', pointer(), int(4), ['error abi/wrong-width']],
    ['a pointer for a large integer', pointer(), int(8), []],
    ['a number that ctypes takes for an address', ADDRESS, int(2), ['warning abi/wrong-width']],
    ['bytes for anything', pointer(int(1, 'open')), pointer(int(4)), []],
    ['a variable that is too small', pointer(int(4)), pointer(int(8)), ['error abi/pointee-size']],
    ['a variable for a pointer', pointer(int(4)), pointer(pointer()), ['error abi/pointee-size']],
    [
      'a variable of the other sign',
      pointer(int(4)),
      pointer(int(4, false)),
      ['warning abi/wrong-signedness'],
    ],
    [
      'a double for a float behind a pointer',
      pointer(float(8)),
      pointer(float(4)),
      ['error abi/pointee-size'],
    ],
    [
      'an integer for a float behind a pointer',
      pointer(int(4)),
      pointer(float(4)),
      ['error abi/calling-convention'],
    ],
    ['wide text for bytes', text(4), pointer(int(1, 'open')), ['error abi/encoding']],
    ['bytes for wide text', text(1), pointer(wchar), ['error abi/encoding']],
    ['wide text for wide text', text(4), pointer(wchar), []],
    ['text for bytes', text(1), pointer(int(1, 'open')), []],
    ['a callback without a result', pointer(fn(VOID)), pointer(fn(int(4))), ['error abi/no-result']],
    [
      'a callback whose result nobody reads',
      pointer(fn(int(4))),
      pointer(fn(VOID)),
      ['info abi/wrong-width'],
    ],
    [
      'a callback with too many parameters',
      pointer(fn(VOID, int(4))),
      pointer(fn(VOID)),
      ['error abi/arity'],
    ],
    ['a callback for a function of any kind', pointer(fn(int(4), pointer())), pointer(fn(VOID)), []],
    [
      'a callback with too few parameters',
      pointer(fn(VOID)),
      pointer(fn(VOID, int(4))),
      ['warning abi/arity'],
    ],
    [
      'a callback that reads too much',
      pointer(fn(VOID, int(8))),
      pointer(fn(VOID, int(4))),
      ['error abi/wrong-width'],
    ],
    [
      'a callback that returns too little',
      pointer(fn(int(4))),
      pointer(fn(int(8))),
      ['error abi/wrong-width'],
    ],
  ])('%s', (_, h, n, expected) => expect(parameter(h, n)).toEqual(expected));
});

describe('a function that takes functions of any kind', () => {
  const takes = (callback: CType): HostFunction => host({ parameters: [int(4), callback] });
  const one = takes(pointer(fn(VOID, int(4))));
  test.each<[string, HostFunction[], CType, string[]]>([
    ['declared for several', [one, takes(pointer(fn(VOID, pointer())))], pointer(fn(VOID)), []],
    ['declared for one', [one, one], pointer(fn(VOID)), ['error abi/arity']],
    [
      'whose callback has a type',
      [one, takes(pointer(fn(VOID)))],
      pointer(fn(VOID, float(8))),
      ['error abi/calling-convention'],
    ],
  ])('%s', (_, hosts, callback, expected) => {
    const real = withoutGeneral(native(VOID, int(4), callback), hosts);
    expect(compared(one, real).found).toEqual(expected);
  });
});

describe('a call', () => {
  const call = (given: CType[], n: NativeFunction, more: Partial<HostFunction> = {}): string[] =>
    compared(host({ calls: [{ at, arguments: given }], ...more }), n).found;
  test.each<[string, string[], string[]]>([
    [
      'an integer for a pointer',
      call([untyped(false)], native(VOID, pointer())),
      ['warning abi/truncated-pointer'],
    ],
    [
      'a large one for a pointer',
      call([untyped(true)], native(VOID, pointer())),
      ['error abi/truncated-pointer'],
    ],
    ['a large one for 64 bits', call([untyped(true)], native(VOID, int(8))), ['error abi/wrong-width']],
    ['a small one for 64 bits', call([untyped(false)], native(VOID, int(8))), ['info abi/wrong-width']],
    [
      'an integer for a float',
      call([untyped(false)], native(VOID, float(8))),
      ['error abi/calling-convention'],
    ],
    ['too few', call([], native(VOID, int(4))), ['error abi/arity']],
    ['too many', call([untyped(false)], native(VOID)), ['warning abi/arity']],
    [
      'more for variadic',
      call([untyped(false), untyped(false)], { ...native(VOID, int(4)), variadic: true }),
      [],
    ],
    [
      'fewer declared than given',
      call([untyped(false), untyped(false)], native(VOID, int(4), int(4)), { parameters: [int(4)] }),
      ['info abi/arity'],
    ],
    [
      'a small variable through void *',
      call([pointer(int(2))], native(VOID, pointer(int(4))), { parameters: [pointer()] }),
      ['error abi/pointee-size'],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
});

type Fields = [name: string, bit: number, type: CType, bits?: number][];
const rec = (size: number, fields: Fields, union?: true): RecordType => ({
  size,
  ...(union ? { union } : {}),
  fields: fields.map(([name, bit, type, bits]) => ({ name, bit, type, ...(bits ? { bits } : {}) })),
});
const layout = (h: RecordType, n: RecordType, allocated = false, more: Records = {}): string[] =>
  parameter(pointer(record('H')), pointer(record('N')), {
    host: { ...more, H: h },
    native: { ...more, N: n },
    allocated: allocated ? ['H'] : [],
  });
const received = (h: RecordType, n: RecordType): string[] =>
  result(pointer(record('H')), pointer(record('N')), { host: { H: h }, native: { N: n } });

describe('a record', () => {
  const good = rec(16, [
    ['kind', 0, int(1)],
    ['weight', 64, float(8)],
  ]);
  const newer = rec(24, [
    ...good.fields.map((f): Fields[number] => [f.name, f.bit, f.type]),
    ['more', 128, int(8)],
  ]);
  test.each<[string, string[], string[]]>([
    ['the same', layout(good, good), []],
    [
      'packed',
      layout(
        rec(9, [
          ['kind', 0, int(1)],
          ['weight', 8, float(8)],
        ]),
        good,
      ),
      ['error abi/struct-layout'],
    ],
    [
      'other names',
      layout(
        rec(16, [
          ['a', 0, int(1)],
          ['b', 64, float(8)],
        ]),
        good,
      ),
      [],
    ],
    [
      'swapped',
      layout(
        rec(16, [
          ['weight', 0, float(8)],
          ['kind', 64, int(1)],
        ]),
        good,
      ),
      ['error abi/struct-layout'],
    ],
    [
      'a wider field',
      layout(
        rec(16, [
          ['kind', 0, int(4)],
          ['weight', 64, float(8)],
        ]),
        rec(16, [
          ['kind', 0, int(1)],
          ['more', 16, int(1)],
          ['weight', 64, float(8)],
        ]),
      ),
      ['error abi/struct-layout'],
    ],
    [
      'the other sign',
      layout(
        rec(16, [
          ['kind', 0, int(1, false)],
          ['weight', 64, float(8)],
        ]),
        good,
      ),
      ['warning abi/wrong-signedness'],
    ],
    ['shorter, made by the library', layout(rec(8, [['kind', 0, int(1)]]), good), ['info abi/struct-layout']],
    [
      'shorter, made by the host',
      layout(rec(8, [['kind', 0, int(1)]]), good, true),
      ['error abi/struct-layout'],
    ],
    [
      'longer',
      layout(
        rec(24, [
          ...([
            ['kind', 0, int(1)],
            ['weight', 64, float(8)],
          ] as Fields),
          ['reserved', 128, int(8)],
        ]),
        good,
      ),
      ['info abi/struct-layout'],
    ],
    [
      'longer by the last field of a newer header, made by the host',
      layout(newer, good, true),
      ['info abi/struct-layout'],
    ],
    [
      'longer by such a field, in memory that the host passes',
      layout(newer, good),
      ['info abi/struct-layout'],
    ],
    [
      'longer by a field that is used, made by the library',
      received(newer, good),
      ['error abi/struct-layout'],
    ],
    [
      'longer by a field that is used, behind two pointers',
      parameter(pointer(pointer(record('H'))), pointer(pointer(record('N'))), {
        host: { H: newer },
        native: { N: good },
      }),
      ['error abi/struct-layout'],
    ],
    [
      'wider by what is padding',
      layout(
        rec(16, [
          ['kind', 0, int(4)],
          ['weight', 64, float(8)],
        ]),
        good,
      ),
      ['warning abi/struct-layout'],
    ],
    ['an opaque handle', layout({ fields: [] }, good), []],
    [
      'room that is reserved',
      layout(
        rec(16, [
          ['kind', 0, int(1)],
          ['padding', 8, array(int(1), 7)],
          ['weight', 64, float(8)],
        ]),
        good,
      ),
      [],
    ],
    [
      'parts of what the library reserves',
      layout(
        rec(16, [
          ['kind', 0, int(1)],
          ['pad2', 64, int(4)],
          ['pad2_as_well', 96, int(4)],
        ]),
        rec(16, [
          ['kind', 0, int(1)],
          ['pad2', 64, int(8)],
        ]),
      ),
      [],
    ],
    [
      'what bindgen calls padding',
      layout(
        rec(4, [
          ['kind', 0, int(1)],
          ['__bindgen_padding_0', 8, array(int(1), 3)],
        ]),
        rec(4, [['kind', 0, int(1)]]),
      ),
      [],
    ],
    [
      'nested on one side',
      layout(
        rec(16, [
          ['head', 0, record('I')],
          ['weight', 64, float(8)],
        ]),
        good,
        false,
        { I: rec(1, [['kind', 0, int(1)]]) },
      ),
      [],
    ],
    [
      'bits',
      layout(rec(4, [['a', 0, int(4), 3]]), rec(4, [['a', 0, int(4), 4]])),
      ['error abi/struct-layout'],
    ],
    [
      'a bit field as a whole field of its name',
      layout(rec(4, [['a', 0, int(4)]]), rec(4, [['a', 0, int(4), 3]])),
      ['error abi/struct-layout'],
    ],
    [
      'bit fields as the unit that holds them',
      layout(
        rec(8, [
          ['flags', 0, int(4)],
          ['x', 32, int(4)],
        ]),
        rec(8, [
          ['a', 0, int(4), 3],
          ['b', 3, int(4), 9],
          ['x', 32, int(4)],
        ]),
      ),
      [],
    ],
    [
      'bit fields as a unit that reaches into the next field',
      layout(
        rec(8, [['flags', 0, int(8)]]),
        rec(8, [
          ['a', 0, int(4), 3],
          ['x', 32, int(4)],
        ]),
      ),
      ['error abi/struct-layout'],
    ],
    [
      'a field of fewer bytes',
      layout(
        rec(8, [
          ['a', 0, int(1)],
          ['z', 32, int(4)],
        ]),
        rec(8, [
          ['a', 0, int(4)],
          ['z', 32, int(4)],
        ]),
      ),
      ['warning abi/struct-layout'],
    ],
    [
      'a flag of one byte',
      layout(
        rec(8, [
          ['a', 0, bool],
          ['z', 32, int(4)],
        ]),
        rec(8, [
          ['a', 0, int(4)],
          ['z', 32, int(4)],
        ]),
      ),
      ['info abi/struct-layout'],
    ],
    [
      'a shorter member of a union, whose room is its',
      layout(
        rec(
          16,
          [
            ['s', 0, record('I')],
            ['padding', 0, array(int(1), 16)],
          ],
          true,
        ),
        rec(
          16,
          [
            ['s', 0, record('J')],
            ['padding', 0, int(4)],
          ],
          true,
        ),
        true,
        {
          I: rec(8, [['i', 0, int(8)]]),
          J: rec(16, [
            ['i', 0, int(8)],
            ['j', 64, int(8)],
          ]),
        },
      ),
      ['info abi/struct-layout'],
    ],
    ['the same bits', layout(rec(4, [['a', 0, int(4), 3]]), rec(4, [['a', 0, int(4), 3]])), []],
    [
      'an array of any length',
      layout(
        rec(8, [
          ['n', 0, int(4)],
          ['data', 32, array(int(1), 4)],
        ]),
        rec(4, [
          ['n', 0, int(4)],
          ['data', 32, array(int(1))],
        ]),
      ),
      [],
    ],
    [
      'a union of another size',
      layout(
        rec(4, [['i', 0, int(4)]], true),
        rec(
          16,
          [
            ['i', 0, int(4)],
            ['s', 0, array(int(1), 16)],
          ],
          true,
        ),
        true,
      ),
      ['error abi/struct-layout'],
    ],
    [
      'a member of a union',
      layout(
        rec(8, [['i', 0, int(8)]], true),
        rec(
          8,
          [
            ['i', 0, int(4)],
            ['d', 0, float(8)],
          ],
          true,
        ),
      ),
      ['error abi/wrong-width'],
    ],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));

  const one = { W: rec(8, [['value', 0, pointer()]]) };
  test('by value around one scalar travels as the scalar', () => {
    expect(result(record('W'), pointer(), { host: one })).toEqual([]);
    expect(result(record('W'), float(8), { host: one })).toEqual(['error abi/calling-convention']);
  });
  test('by value against a scalar or a pointer travels elsewhere', () => {
    const two = {
      W: rec(16, [
        ['a', 0, int(8)],
        ['b', 64, int(8)],
      ]),
    };
    expect(parameter(record('W'), pointer(), { host: two })).toEqual(['error abi/calling-convention']);
    expect(parameter(pointer(), record('W'), { native: two })).toEqual(['error abi/calling-convention']);
  });
});

test('what cannot be compared is said, never passed over', () => {
  const unprototyped = compared(host({ result: int(4) }), { ...native(int(4)), unprototyped: true });
  expect(unprototyped).toEqual({
    found: [],
    skipped: [{ name: 'f', part: 'the parameters', why: 'it has no prototype' }],
  });
  const custom = compared(host({ result: { kind: 'unknown', name: 'callable check' } }), native(int(4)));
  expect(custom.skipped).toEqual([{ name: 'f', part: 'the result', why: 'callable check' }]);
});
