/** Where a source of Rust reads errno too late. */
import { expect, test } from 'vitest';
import { staleErrnoInRust } from '../../src/declarations/hosts/rust-errno.js';

const FOREIGN = new Set(['open_it', 'close_it']);
const READ = 'io::Error::last_os_error()';
test.each<[string, string, string[]]>([
  ['at once', `unsafe { open_it() }; let e = ${READ};`, []],
  ['in its own test', `if unsafe { open_it() } < 0 { return Err(${READ}); }`, []],
  ['behind a test of the result', `let fd = unsafe { open_it() }; if fd < 0 { return Err(${READ}); }`, []],
  ['as an argument of what is printed', `unsafe { open_it() }; println!("{}", ${READ});`, []],
  [
    'as an argument of an assertion',
    `assert_eq!(unsafe { open_it() }, -1); assert_eq!(${READ}.raw_os_error(), Some(2));`,
    [],
  ],
  [
    'behind a branch that returned',
    `let fd = unsafe { open_it() }; if fd >= 0 { println!("open"); return Ok(fd); } Err(${READ})`,
    [],
  ],
  ['without a foreign call', `fs::read("x"); ${READ};`, []],
  [
    'of the second of two calls',
    `unsafe { open_it(); } let n = unsafe { close_it() }; if n < 0 { ${READ}; }`,
    [],
  ],
  ['in another function', `unsafe { open_it() }; } fn g() { fs::read("x"); ${READ};`, []],
  ['in a comment', `unsafe { open_it() }; /* println!() */ ${READ};`, []],
  [
    'behind a file',
    `unsafe { open_it() }; let _ = std::fs::read_dir("/x"); ${READ};`,
    ['open_it: fs::read_dir'],
  ],
  ['behind output', `let fd = unsafe { open_it() };\nprintln!("{fd}");\n${READ};`, ['open_it: println!']],
  [
    'behind output in the branch itself',
    `let fd = unsafe { open_it() }; if fd < 0 { warn!("no"); return Err(${READ}); }`,
    ['open_it: warn!'],
  ],
  [
    'behind another foreign call',
    `let fd = unsafe { open_it() }; unsafe { close_it() }; if fd < 0 { ${READ}; }`,
    ['open_it: close_it'],
  ],
])('%s', (_, body, expected) => {
  const found = staleErrnoInRust('/x.rs', `fn f<'a>(s: &'a str) { ${body} }\n`, FOREIGN);
  expect(found.map((e) => `${e.after}: ${e.how.split(' ')[0]}`)).toEqual(expected);
});

test('a finding is at the line of the read', () => {
  const source = 'fn f() {\n  let fd = unsafe { open_it() };\n  println!("{fd}");\n  last_os_error();\n}\n';
  expect(staleErrnoInRust('/x.rs', source, FOREIGN).map((e) => e.at)).toEqual([{ file: '/x.rs', line: 4 }]);
});
