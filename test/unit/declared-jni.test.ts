/** Native methods of Java: how their symbols are named, how a class file is read, and how objects are compared. */
import { describe, expect, test } from 'vitest';
import { compareFunction } from '../../src/declarations/compare/function.js';
import { readClass, symbolsOf, typesOf } from '../../src/declarations/hosts/class-file.js';
import { declarationsOf, codeOf } from '../../src/declarations/source-text.js';
import type { CType, NativeFunction } from '../../src/model/declaration.js';

test.each([
  ['org/Example', 'run', '(I)V', 'Java_org_Example_run', 'I'],
  ['a/B', 'under_score', '()V', 'Java_a_B_under_1score', ''],
  ['a/B$C', 'f', '(Ljava/lang/String;[J)V', 'Java_a_B_00024C_f', 'Ljava_lang_String_2_3J'],
  ['a/B', 'größe', '()V', 'Java_a_B_gr_000f6_000dfe', ''],
])('%s.%s%s', (name, method, descriptor, short, types) => {
  expect(symbolsOf(name, { name: method, descriptor, isStatic: true })).toEqual([
    short,
    `${short}__${types}`,
  ]);
});

test.each([
  ['()V', [], 'V'],
  [
    '(IJ[[BLjava/util/List;Z)[Ljava/lang/String;',
    ['I', 'J', '[[B', 'Ljava/util/List;', 'Z'],
    '[Ljava/lang/String;',
  ],
])('the types of %s', (descriptor, parameters, result) => {
  expect(typesOf(descriptor)).toEqual({ parameters, result });
});

/** The bytes of `class a.B { native int f(long); static native void g(); int h() }`, compiled from B.java. */
const classBytes = (): Buffer => {
  const bytes: number[] = [];
  const u2 = (...all: number[]): void => all.forEach((n) => bytes.push(n >> 8, n & 255));
  const utf8 = (text: string): void => {
    bytes.push(1);
    u2(Buffer.byteLength(text));
    bytes.push(...Buffer.from(text));
  };
  u2(0xcafe, 0xbabe, 0, 61);
  u2(13);
  utf8('a/B'); // 1
  bytes.push(7);
  u2(1); // 2
  bytes.push(5, 0, 0, 0, 0, 0, 0, 0, 9); // 3 and 4
  ['f', '(J)I', 'g', '()V', 'SourceFile', 'B.java', 'h', 'Code'].forEach(utf8); // 5 to 12
  u2(0x21, 2, 2, 0, 0);
  u2(3);
  u2(0x101, 5, 6, 0);
  u2(0x109, 7, 8, 0);
  u2(0x1, 11, 6, 1, 12, 0, 3);
  bytes.push(9, 9, 9);
  u2(1, 9, 0, 2, 10);
  return Buffer.from(bytes);
};

describe('a class file', () => {
  test('has its native methods and the name of its source', () => {
    expect(readClass(classBytes())).toEqual({
      name: 'a/B',
      source: 'B.java',
      natives: [
        { name: 'f', descriptor: '(J)I', isStatic: false },
        { name: 'g', descriptor: '()V', isStatic: true },
      ],
    });
  });
  test('that is cut anywhere, or is none, is no class', () => {
    const whole = classBytes();
    for (let n = 0; n < whole.length; n++) expect(readClass(whole.subarray(0, n))).toBeUndefined();
    expect(readClass(Buffer.from('PK\x03\x04 no class at all'))).toBeUndefined();
  });
});

describe('the place of a declaration in a source', () => {
  const source = `class B {
  // native int f(int commented);
  /* native int f(); */ String s = "native int f(";
  public static native int f(int a,
      java.util.Map<String, Integer> b);
  native void ff();
  native int f();
  int call() { return f(1, null) + this.f(); }
}
`;
  test.each([
    [
      'f',
      'native',
      [
        { line: 4, parameters: 2 },
        { line: 7, parameters: 0 },
      ],
    ],
    ['ff', 'native', [{ line: 6, parameters: 0 }]],
    ['f', 'extern', []],
    ['none', 'native', []],
  ])('%s, by %s', (name, word, expected) => {
    const found = declarationsOf(codeOf(source), name, word);
    expect(found.map(({ line, parameters }) => ({ line, parameters }))).toEqual(expected);
  });
});

const int = (size: number, signed = true): CType => ({ kind: 'int', size, signed, name: `int${size * 8}` });
const bool: CType = { kind: 'bool', size: 1, name: 'boolean' };
const object = (as: string, name = 'x'): CType => ({ kind: 'reference', as, name });
const handle = (name: string): CType => ({
  kind: 'pointer',
  to: { kind: 'record', name: 'struct _jobject' },
  name,
});
const VOID: CType = { kind: 'void' };

const found = (host: [CType, ...CType[]], native: [CType, ...CType[]]): string[] => {
  const n: NativeFunction = {
    kind: 'function',
    result: native[0],
    parameters: native.slice(1),
    source: 'debug information',
  };
  const all: string[] = [];
  compareFunction(
    {
      name: 'f',
      at: { file: '/repo/B.java', line: 1 },
      result: host[0],
      parameters: host.slice(1),
      compiled: true,
      calls: [],
    },
    n,
    { records: {}, native: { functions: { f: n }, records: {}, notSeen: {} }, allocated: new Set() },
    new Set(),
    (x) => all.push(`${x.tier} ${x.hazard} ${x.part}`),
    (x) => all.push(`skipped ${x.why}`),
  );
  return all;
};

describe('a native method against its function', () => {
  test.each<[string, [CType, ...CType[]], [CType, ...CType[]], string[]]>([
    ['alike', [int(4), int(8), object('jstring')], [int(4), int(8), handle('jstring')], []],
    ['an int that C reads as a long', [VOID, int(4)], [VOID, int(8)], ['error abi/wrong-width parameter 1']],
    [
      'a long that C reads as an int',
      [VOID, int(8)],
      [VOID, int(4)],
      ['warning abi/wrong-width parameter 1'],
    ],
    ['a long that C returns as an int', [int(8)], [int(4)], ['error abi/wrong-width the result']],
    [
      'an address in an int',
      [int(4)],
      [{ kind: 'pointer', to: VOID }],
      ['error abi/truncated-pointer the result'],
    ],
    [
      'an address in a long',
      [int(8), int(8)],
      [
        { kind: 'pointer', to: VOID },
        { kind: 'pointer', to: VOID },
      ],
      [],
    ],
    [
      'a boolean as an int',
      [bool, bool],
      [int(4), int(4)],
      ['info abi/wrong-width the result', 'info abi/wrong-width parameter 1'],
    ],
    ['an unsigned result', [int(4)], [int(4, false)], ['warning abi/wrong-signedness the result']],
    [
      'an unsigned argument',
      [VOID, int(4)],
      [VOID, int(4, false)],
      ['info abi/wrong-signedness parameter 1'],
    ],
    [
      'an object as a general one',
      [object('jstring'), object('jintArray')],
      [handle('jobject'), handle('jarray')],
      [],
    ],
    ['any object as text', [VOID, object('jobject')], [VOID, handle('jstring')], []],
    [
      'text for bytes',
      [VOID, object('jstring')],
      [VOID, handle('jbyteArray')],
      ['warning rules/jni-wrong-type parameter 1'],
    ],
    [
      'an array of other elements',
      [VOID, object('jbyteArray')],
      [VOID, handle('jintArray')],
      ['warning rules/jni-wrong-type parameter 1'],
    ],
    [
      'an object as a number',
      [VOID, object('jstring')],
      [VOID, int(8)],
      ['error rules/jni-wrong-type parameter 1'],
    ],
    [
      'an object in an int',
      [VOID, object('jstring')],
      [VOID, int(4)],
      ['error abi/truncated-pointer parameter 1'],
    ],
    [
      'an object for characters',
      [VOID, object('jstring')],
      [VOID, { kind: 'pointer', to: int(1) }],
      ['error rules/jni-wrong-type parameter 1'],
    ],
    [
      'a number as an object',
      [VOID, int(8)],
      [VOID, handle('jobject')],
      ['error rules/jni-wrong-type parameter 1'],
    ],
    ['an object that C does not return', [object('jobject')], [VOID], ['error abi/wrong-width the result']],
    ['a number that C does not return', [int(4)], [VOID], ['warning abi/wrong-width the result']],
    ['the class of a static method as an object', [VOID, object('jclass')], [VOID, handle('jobject')], []],
    [
      'an object as a class',
      [VOID, object('jobject', 'this')],
      [VOID, handle('jclass')],
      ['info rules/jni-wrong-type parameter 1'],
    ],
    ['a parameter too many in C', [VOID], [VOID, int(4)], ['error abi/arity the parameters']],
    ['a parameter too few in C', [VOID, int(4)], [VOID], ['warning abi/arity the parameters']],
  ])('%s', (_, host, native, expected) => {
    expect(found(host, native)).toEqual(expected);
  });
});
