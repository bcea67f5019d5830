/** Declarations written anew, by language: what is wrong changes, everything else stays as it was written. */
import { describe, expect, test } from 'vitest';
import type { FieldFix, FunctionFix, RecordFix } from '../../src/declarations/fix/fix.js';
import { rewriteFunction, rewriteRecord, type Rewritten } from '../../src/declarations/fix/rewrite.js';
import { typeText } from '../../src/declarations/fix/type-text.js';
import type { CType, Language } from '../../src/model/declaration.js';

const int = (size: number, signed = true, name = ''): CType => ({ kind: 'int', size, signed, name });
const pointer = (to: CType): CType => ({ kind: 'pointer', to });
const long = int(8, true, 'long');
const VOID: CType = { kind: 'void' };
const box = pointer({ kind: 'record', name: 'struct box' });
const callback = pointer({ kind: 'function', result: int(4, true, 'int'), parameters: [pointer(VOID)] });
const after = (source: string, r: Rewritten): string =>
  'why' in r
    ? r.why
    : r.edits
        .toSorted((a, b) => b.from - a.from)
        .reduce((s, e) => s.slice(0, e.from) + e.text + s.slice(e.to), source);

type Row = [string, Language, string, Partial<Record<'result' | 'all', CType | (CType | null)[]>>, string];
/** The declaration of `f` in line 1. */
const FUNCTIONS: Row[] = [
  ['a result of C', 'c', 'extern int f(int a);', { result: long }, 'extern long f(int a);'],
  ['a pointer to a struct', 'c', 'int f(void);', { result: box }, 'void *f(void);'],
  ['a parameter of C', 'c', 'int f(int a, char *b);', { all: [long, null] }, 'int f(long a, char *b);'],
  ['a parameter without a name', 'c', 'int f(int);', { all: [long] }, 'int f(long);'],
  [
    'a callback of C',
    'c',
    'int f(void *cb, int n);',
    { all: [callback, null] },
    'int f(int (*cb)(void *), int n);',
  ],
  ['all parameters', 'c', 'int f(int a);', { all: [long, int(4, true, 'int')] }, 'int f(long a, int);'],
  [
    'a comment stays',
    'c',
    '/* int f(x) */ int f(int a); // f(',
    { result: long },
    '/* int f(x) */ long f(int a); // f(',
  ],
  [
    'a result of Rust',
    'rust',
    'pub fn f(a: c_int) -> c_int;',
    { result: int(8) },
    'pub fn f(a: c_int) -> i64;',
  ],
  ['no result of Rust', 'rust', 'fn f(a: i32);', { result: long }, 'fn f(a: i32) -> core::ffi::c_long;'],
  ['a result too many', 'rust', 'fn f(a: i32) -> i32;', { result: VOID }, 'fn f(a: i32);'],
  [
    'a parameter of Rust',
    'rust',
    'fn f(a: i32, cb: unsafe extern "C" fn(i32) -> i32);',
    { all: [int(8), null] },
    'fn f(a: i64, cb: unsafe extern "C" fn(i32) -> i32);',
  ],
  [
    'a lifetime',
    'rust',
    "fn f(a: &'static Box, b: i32) -> i32;",
    { all: [null, long] },
    "fn f(a: &'static Box, b: core::ffi::c_long) -> i32;",
  ],
  [
    'more parameters',
    'rust',
    'fn f(a: i32) -> i32;',
    { all: [int(4), pointer(VOID)] },
    'fn f(a: i32, a2: *mut core::ffi::c_void) -> i32;',
  ],
  [
    'a result of C#',
    'csharp',
    '[DllImport("x")] public static extern int f(int a);',
    { result: long },
    '[DllImport("x")] public static extern long f(int a);',
  ],
  [
    'a parameter of C#',
    'csharp',
    '[DllImport("x")] static extern int f([In] int a, string b);',
    { all: [box, null] },
    '[DllImport("x")] static extern int f(IntPtr a, string b);',
  ],
];

describe('functions', () => {
  test.each(FUNCTIONS)('%s', (_, language, source, { result, all }, expected) => {
    const fix: FunctionFix = { kind: 'function', language, name: 'f', at: { file: '/x', line: 1 } };
    if (result) fix.result = typeText(language, result as CType)!;
    if (all) fix.parameters = (all as (CType | null)[]).map((t) => t && typeText(language, t, true)!);
    expect(after(source, rewriteFunction(source, fix))).toBe(expected);
  });
  test('JNI: the function of C takes what Java passes, under its own names', () => {
    const source =
      'JNIEXPORT jint JNICALL\nJava_p_f(JNIEnv *env, jclass cls, jint handle) {\n  return handle;\n}\n';
    const fix: FunctionFix = {
      ...{ kind: 'function', language: 'java', name: 'Java_p_f', at: { file: '/x', line: 2 } },
      ...{ result: 'jlong', parameters: ['JNIEnv *', 'jclass', 'jlong'] },
    };
    expect(after(source, rewriteFunction(source, fix)).replace(/\s+/g, ' ')).toBe(
      'JNIEXPORT jlong JNICALL Java_p_f(JNIEnv *env, jclass cls, jlong handle) { return handle; } ',
    );
  });
  test('the nearest of two of one name', () => {
    const source = 'int f(int a);\n\n\nint g(void);\nint f(int b);\n';
    const fix: FunctionFix = {
      kind: 'function',
      language: 'c',
      name: 'f',
      at: { file: '/x', line: 5 },
      result: 'long',
    };
    expect(after(source, rewriteFunction(source, fix))).toBe(
      'int f(int a);\n\n\nint g(void);\nlong f(int b);\n',
    );
  });
  test.each<[string, string, FunctionFix['parameters'], RegExp]>([
    ['nothing is there', 'int g(int a);', ['long'], /no declaration is found at line 1/],
    ['a body loses a parameter', 'int f(int a, int b) { return a + b; }', ['long'], /its body has to follow/],
    ['it is right as it is', 'int f(long a);', ['long'], /not the wrong one/],
  ])('is left alone: %s', (_, source, parameters, why) => {
    const fix: FunctionFix = { kind: 'function', language: 'c', name: 'f', at: { file: '/x', line: 1 } };
    expect(after(source, rewriteFunction(source, { ...fix, parameters: parameters! }))).toMatch(why);
  });
});

const RECORDS: [string, Language, string, FieldFix[], number | undefined, string][] = [
  [
    ...(['Rust, in lines', 'rust'] as const),
    '#[repr(C)]\npub struct R {\n    pub a: u8, // first\n    pub n: [u8; 4],\n}\n',
    [{ name: 'a' }, { name: 'n', type: 'u32' }],
    undefined,
    '#[repr(C)]\npub struct R {\n    pub a: u8,\n    pub n: u32,\n}\n',
  ],
  [
    ...(['Rust, packed', 'rust'] as const),
    '#[repr(C)] struct R { a: u8, n: u32 }',
    [{ name: 'a' }, { name: 'n' }],
    1,
    '#[repr(C, packed)] struct R { a: u8, n: u32 }',
  ],
  [
    ...(['C#', 'csharp'] as const),
    '[StructLayout(LayoutKind.Sequential, Pack = 1)]\npublic struct R {\n  public byte a;\n  public int n;\n}\n',
    [{ name: 'a' }, { name: 'more', type: 'long' }, { name: 'n' }],
    undefined,
    '[StructLayout(LayoutKind.Sequential)]\npublic struct R {\n  public byte a;\n  public long more;\n  public int n;\n}\n',
  ],
  [
    ...(['C', 'c'] as const),
    'struct R { char a; int n; };',
    [{ name: 'a' }, { name: 'n', type: typeText('c', long)! }],
    undefined,
    'struct R { char a; long n; };',
  ],
  [
    ...(['C, packed', 'c'] as const),
    'struct R { char a; int n; };',
    [{ name: 'a' }, { name: 'n' }],
    1,
    'struct R { char a; int n; } __attribute__((packed));',
  ],
  [
    ...(['members that are no fields', 'csharp'] as const),
    '[StructLayout(LayoutKind.Sequential)] struct R { public int a; public int Sum() { return a; } }',
    [{ name: 'a', type: 'long' }],
    undefined,
    'it has members that are no fields of their own: change it by hand',
  ],
];
describe('structures', () => {
  test.each(RECORDS)('%s', (_, language, source, fields, pack, expected) => {
    const line = source.split('\n').findIndex((l) => /\bstruct R\b/.test(l)) + 1;
    const fix: RecordFix = {
      ...{ kind: 'record', language, name: 'R', at: { file: '/x', line }, fields },
      ...(pack === undefined ? {} : { pack }),
    };
    expect(after(source, rewriteRecord(source, fix))).toBe(expected);
  });
});
