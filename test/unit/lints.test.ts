/** What lints mean at the boundary, by messages as Cargo prints them, and where in a source they count. No compiler runs. */
import { describe, expect, test } from 'vitest';
import { isHandle, sameInC, unsafeKind } from '../../src/lints/c-types.js';
import { findingsOf } from '../../src/lints/findings.js';
import { readMessages } from '../../src/lints/messages.js';
import { offsetOf, readSource } from '../../src/lints/rust-source.js';
import { LINTS, LINT_FLAGS } from '../../src/lints/table.js';
import { HAZARDS } from '../../src/model/hazards.js';

const ROOT = '/repo';
/** A message of Cargo's about the text between `«` and `»` in a source. */
const message = (
  lint: string,
  marked: string,
  more: { file?: string; text?: string; notes?: string[]; package?: string; kind?: string } = {},
): string => {
  const before = marked.slice(0, marked.indexOf('«')).split('\n');
  const line = marked.replace(/[«»]/g, '').split('\n')[before.length - 1]!;
  const from = before.at(-1)!.length + 1;
  const length = marked.slice(marked.indexOf('«') + 1, marked.indexOf('»')).length;
  return JSON.stringify({
    reason: 'compiler-message',
    package_id: more.package ?? 'path+file:///repo#it@0.1.0',
    target: { name: 'it', kind: [more.kind ?? 'lib'] },
    message: {
      message: more.text ?? 'something is wrong',
      level: 'warning',
      code: { code: lint },
      spans: [
        {
          file_name: more.file ?? 'src/lib.rs',
          line_start: before.length,
          column_start: from,
          is_primary: true,
          label: null,
          text: [{ text: line, highlight_start: from, highlight_end: from + length }],
          expansion: null,
        },
      ],
      children: (more.notes ?? []).map((n) => ({ level: 'note', message: n })),
    },
  });
};
const seenIn = (lint: string, marked: string, more: Parameters<typeof message>[2] = {}) => {
  const text = marked.replace(/[«»]/g, '');
  const checked = readMessages(message(lint, marked, more));
  return findingsOf(checked, { root: ROOT, files: ['/repo/src/lib.rs'], read: () => text });
};

test('each lint has one row, with a hazard of the catalogue and a reason', () => {
  const names = LINTS.flatMap((l) => l.names);
  expect(new Set(names).size).toBe(names.length);
  for (const l of LINTS) {
    expect(HAZARDS.map((h) => h.id)).toContain(l.hazard);
    expect(l.why.length).toBeGreaterThan(20);
  }
  for (const name of names) expect(LINT_FLAGS).toContain(name);
});

describe('a message', () => {
  const CODE = 'fn keep() { «CString::new("a").unwrap().as_ptr()»; }';
  test('is a finding in its function, at its place', () => {
    expect(
      seenIn('dangling_pointers_from_temporaries', CODE, { notes: ['see X', '`#[warn(x)]` on by default'] }),
    ).toEqual([
      {
        lint: 'dangling_pointers_from_temporaries',
        hazard: 'ownership/use-after-free',
        tier: 'error',
        message: 'something is wrong: see X',
        at: { function: 'keep', file: '/repo/src/lib.rs', line: 1, column: 13 },
        others: [],
        why: expect.stringContaining('dropped') as string,
      },
    ]);
  });
  test.each<[string, string, Parameters<typeof message>[2]]>([
    ['of another lint', 'unused_variables', {}],
    ['of a package of a registry', 'invalid_value', { package: 'registry+https://example.org#x@1.0.0' }],
    ['of a build script', 'invalid_value', { kind: 'custom-build' }],
  ])('%s is none', (_, lint, more) => {
    expect(seenIn(lint, CODE, more)).toEqual([]);
  });
  test('of a library that is checked twice is one', () => {
    const twice = `${message('invalid_value', CODE)}\n${message('invalid_value', CODE)}\n`;
    expect(findingsOf(readMessages(twice), { root: ROOT, files: [], read: () => CODE })).toHaveLength(1);
  });
});

test('targets are counted, and the first error is kept', () => {
  const artifact = (id: string, kind: string): string =>
    JSON.stringify({ reason: 'compiler-artifact', package_id: id, target: { name: 'it', kind: [kind] } });
  const error = JSON.stringify({
    reason: 'compiler-message',
    package_id: 'path+file:///repo#it@0.1.0',
    target: { name: 'it', kind: ['lib'] },
    message: { message: 'expected `;`', level: 'error', code: null, spans: [], children: [] },
  });
  const checked = readMessages(
    [
      '   Compiling it v0.1.0',
      artifact('path+file:///repo#it@0.1.0', 'lib'),
      artifact('path+file:///repo#it@0.1.0', 'lib'),
      artifact('it 0.1.0 (path+file:///repo)', 'test'),
      artifact('path+file:///repo#it@0.1.0', 'custom-build'),
      artifact('registry+https://example.org#x@1.0.0', 'lib'),
      error,
      error,
    ].join('\n'),
  );
  expect([checked.targets.size, checked.error]).toEqual([2, 'expected `;` (it)']);
});

describe('a panic counts', () => {
  test.each<[string, string, boolean]>([
    ['in a function that C calls', 'extern "C" fn f() { «panic!()»; }', true],
    ['of any ABI of C', 'pub unsafe extern "system" fn f() { if x { «panic!()» } }', true],
    ['without a name of the ABI', 'extern fn f() { «panic!()»; }', true],
    [
      'with a result and generics',
      'extern "C" fn f<T: Into<u8>>(a: [u8; 4]) -> Option<fn(u8) -> u8> { «panic!()» }',
      true,
    ],
    ['not in Rust', 'fn f() { «panic!()»; }', false],
    ['not where it may pass', 'extern "C-unwind" fn f() { «panic!()»; }', false],
    ['not in a function inside', 'extern "C" fn f() { fn g() { «panic!()»; } }', false],
    ['not behind the function', 'extern "C" fn f() {} fn g() { «panic!()»; }', false],
    ['not where it is caught', 'extern "C" fn f() { std::panic::catch_unwind(|| { «panic!()» }); }', false],
    ['but behind what is caught', 'extern "C" fn f() { catch_unwind(|| { g() }); «panic!()» }', true],
    [
      'whatever text and comments hold',
      'extern "C" fn f() { let a = ("}", \'}\', r#"}"}"#); /* } */ «panic!()» }',
      true,
    ],
    ['not in text', 'fn f() { g("extern \\"C\\" fn x() {"); «panic!()» }', false],
  ])('%s', (_, code, counts) => {
    expect(seenIn('clippy::panic', code).length).toBe(counts ? 1 : 0);
  });
});

describe('a cast counts', () => {
  const DECLARED = 'extern "C" { fn take(n: c_int); }\n';
  test.each<[string, string, boolean]>([
    ['in an argument of a function that is declared', 'fn f() { unsafe { take(«n as c_int») } }', true],
    ['inside of an expression there', 'fn f() { unsafe { take(1 + («n as c_int»)) } }', true],
    ['of a crate of declarations', 'fn f() { unsafe { zlib_sys::g(«n as c_int») } }', true],
    ['of a module of declarations', 'fn f() { unsafe { crate::ffi::g(«n as c_int») } }', true],
    ['not of Rust', 'fn f() { other(«n as c_int») }', false],
    ['not before the call', 'fn f() { let n = «n as c_int»; take(n) }', false],
  ])('%s', (_, code, counts) => {
    expect(seenIn('clippy::cast_possible_truncation', DECLARED + code).map((f) => f.tier)).toEqual(
      counts ? ['warning'] : [],
    );
  });
});

describe('a type that is improper', () => {
  test.each<[string, string, string, string]>([
    ['two words where C has one', 'string slices have no C equivalent', '&str', 'abi/arity error'],
    ['a trait object', 'trait objects have no C equivalent', '*mut dyn T', 'abi/arity error'],
    ['a letter', 'the `char` type has no C equivalent', 'char', 'abi/wrong-width error'],
    [
      'a function of Rust',
      'this function pointer has Rust-specific calling convention',
      'fn()',
      'abi/calling-convention error',
    ],
    ['a value without a layout', 'this struct has unspecified layout', 'Loose', 'abi/struct-layout error'],
    ['a handle', 'this struct has unspecified layout', '*mut Loose', 'abi/struct-layout warning'],
    [
      'a handle that may be null',
      'this struct has unspecified layout',
      'Option<Box<Loose>>',
      'abi/struct-layout warning',
    ],
    ['nothing', 'this struct has no fields', '*mut Empty', 'abi/struct-layout warning'],
    ['anything else', 'something new', 'T', 'abi/other error'],
  ])('%s', (_, note, code, expected) => {
    const found = seenIn('improper_ctypes', `extern "C" { fn f(a: «${code}»); }`, { notes: [note] });
    expect(found.map((f) => `${f.hazard} ${f.tier}`)).toEqual([expected]);
    expect([unsafeKind([`note: ${note}`]).hazard, isHandle(code)]).toEqual([
      expected.split(' ')[0],
      /^\*|^Option<Box|^&/.test(code),
    ]);
  });
});

describe('two declarations', () => {
  const clash = (a: string, b: string): string[] => [
    `note: expected \`unsafe extern "C" fn(${a}\`\n   found \`unsafe extern "C" fn(${b}\``,
  ];
  test.each<[string, string, string, object]>([
    ['with another number of arguments', 'i32, [u8; 2]) -> i32', 'i32) -> i32', { hazard: 'abi/arity' }],
    ['with another width', 'i32) -> i32', 'i64) -> i32', { hazard: 'abi/wrong-width' }],
    ['with another result', 'i32) -> i32', 'i32)', { hazard: 'abi/wrong-width' }],
    ['with another sign', 'u32)', 'i32)', { hazard: 'abi/wrong-signedness', listed: true }],
    ['with other pointers', '*const Foo<A, B>)', 'usize)', { hazard: 'abi/wrong-signedness', listed: true }],
    [
      'with a function for an address',
      'fn(i32, i32) -> i32)',
      '*const u8)',
      { hazard: 'abi/wrong-signedness', listed: true },
    ],
  ])('%s', (_, a, b, meaning) => {
    expect(sameInC(clash(a, b))).toEqual(meaning);
  });
  test('of which nothing is said', () => {
    expect(sameInC([])).toEqual({ hazard: 'abi/other' });
  });
});

test('columns count characters', () => {
  const source = 'a\nlet s = "😀"; x\n';
  expect(source[offsetOf(source, 2, 14)]).toBe('x');
  expect(readSource('fn f() { "😀" }').functions).toHaveLength(1);
});
