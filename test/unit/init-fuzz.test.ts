import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';
import { matrixText } from '../../src/init/write.js';

type Written = {
  suites: { id: string; binding: string; dir: string; with?: Record<string, unknown>; targets?: string[] }[];
  gates: Record<string, unknown>;
};
const written = async (files: Record<string, string>): Promise<Written> =>
  parse(matrixText(await propose(treeOf(files)))) as Written;
const fuzzed = ({ suites }: Written) =>
  suites
    .filter((s) => s.with?.['fuzz'] === true)
    .map(({ binding, dir, with: w }) => ({ binding, dir, with: w }));

const GO = {
  'go.mod': 'module x\n\ngo 1.21\n',
  'x.go': 'package x\n\n// #include <zlib.h>\nimport "C"\n',
};
const CMAKE = {
  'CMakeLists.txt': 'project(baz C)\nadd_library(baz SHARED src/baz.c)\n',
  'src/baz.c': 'int baz(void) { return 0; }\n',
  'include/baz.h': 'int baz(void);\n',
  'tests/test_baz.py': 'import ctypes\nlib = ctypes.CDLL("libbaz.so")\ndef test_x(): pass\n',
};
const TARGET =
  '#include "baz.h"\nint LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return 0; }\n';

test('Go’s targets are a suite beside that of the tests, and the gate fuzz is on', async () => {
  const w = await written({ ...GO, 'x_test.go': 'package x\nfunc FuzzX(f *testing.F) {}\n' });
  expect(fuzzed(w)).toEqual([{ binding: 'go', dir: '.', with: { fuzz: true } }]);
  expect(w.suites).toHaveLength(2);
  expect(Object.keys(w.gates)).toContain('fuzz');
});

test('a repository without targets has neither', async () => {
  const w = await written({ ...GO, 'x_test.go': 'package x\nfunc TestFuzzX(t *testing.T) {}\n' });
  expect(fuzzed(w)).toEqual([]);
  expect(Object.keys(w.gates)).not.toContain('fuzz');
});

test('properties of Hypothesis are targets', async () => {
  const text =
    'from hypothesis import given\nimport ctypes\nlib = ctypes.CDLL("libbaz.so")\ndef test_x(): pass\n';
  const [suite] = fuzzed(await written({ ...CMAKE, 'tests/test_baz.py': text }));
  expect(suite).toMatchObject({ binding: 'py', with: { fuzz: true } });
});

test('libFuzzer’s sources are compiled with the directories of their headers and linked with what is built', async () => {
  const w = await written({ ...CMAKE, 'fuzz/baz_fuzzer.c': TARGET });
  expect(fuzzed(w)).toEqual([
    {
      binding: 'c',
      dir: 'fuzz',
      with: { fuzz: true, sources: ['baz_fuzzer.c'], include: ['../include'], libs: ['baz'] },
    },
  ]);
});

test('a target whose header is generated is named, not proposed', async () => {
  const p = await propose(treeOf({ ...CMAKE, 'fuzz/x.c': TARGET.replace('baz.h', 'config.h') }));
  expect(p.suites.filter((s) => s.binding === 'c')).toEqual([]);
  expect(p.unclear.join('\n')).toContain('fuzz/x.c: a target of libFuzzer, and its "config.h" was not found');
});

test('targets of a library that was brought along with its licence are named, not proposed', async () => {
  const files = {
    ...CMAKE,
    'other/COPYING': 'Theirs.',
    'other/tests/fuzz/x.c': TARGET,
    'other/fuzz/y.c': TARGET,
  };
  const p = await propose(treeOf({ ...files, LICENSE: 'Mine.' }));
  expect(p.suites.filter((s) => s.binding === 'c')).toEqual([]);
  expect(p.unclear.filter((u) => u.includes('other/COPYING'))).toEqual([
    expect.stringContaining('other/fuzz/y.c: a target of libFuzzer'),
  ]);
  // The same licence in a part of the repository, alone or beside another, makes it nobody else's.
  for (const shared of [{ 'other/COPYING': ' Mine.\n' }, { 'other/LICENSE-MIT': 'Mine.' }]) {
    const mine = await propose(treeOf({ ...files, LICENSE: 'Mine.', ...shared }));
    expect(mine.suites.filter((s) => s.binding === 'c').map((s) => s.dir)).toEqual([
      'other/fuzz',
      'other/tests/fuzz',
    ]);
  }
  const without = await propose(treeOf(files));
  expect(without.suites.filter((s) => s.binding === 'c')).toHaveLength(2);
});

test('packages of cargo-fuzz below a crate that reaches native code are targets', async () => {
  const crate = {
    'Cargo.toml': '[package]\nname = "x"\nversion = "0.1.0"\n[build-dependencies]\ncc = "1"\n',
    'build.rs': 'fn main() { cc::Build::new().file("x.c").compile("x"); }\n',
    'src/lib.rs': 'extern "C" { fn x(); }\n#[test]\nfn t() {}\n',
    'x.c': 'void x(void) {}\n',
    'fuzz/Cargo.toml':
      '[package]\nname = "x-fuzz"\nversion = "0.0.0"\n[dependencies]\nlibfuzzer-sys = "0.4"\n',
  };
  expect(fuzzed(await written(crate))).toEqual([{ binding: 'rs', dir: 'fuzz', with: { fuzz: true } }]);
});
