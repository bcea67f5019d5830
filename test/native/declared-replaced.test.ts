/**
 * A library that something replaces after it was built is not what the suite was built against. In every language such a cell is
 * inconclusive and says so, whatever the new library has.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { pom } from '../helpers/maven.js';
import { declared as gate } from '../../src/gates/declared.js';

const BIN = fileURLToPath(new URL('../../bin/ffi-gates.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-declared-replaced-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const NATIVE = `typedef const struct JNINativeInterface_ *JNIEnv;
typedef struct _jclass *jclass;
long wide(long x) { return x; }
long Java_p_BoxTest_wide(JNIEnv *e, jclass c, long x) { return x; }
`;
const JNA =
  '<dependency><groupId>net.java.dev.jna</groupId><artifactId>jna</artifactId><version>5.14.0</version></dependency>';
const java = (members: string, imports = ''): string => `package p;
import org.junit.jupiter.api.Test;
${imports}
class BoxTest {
${members}
}
`;

/** A suite of each language that declares too narrow a result, the rest of its entry in the matrix, and its files. */
const SUITES: Record<string, { suite: string; files: Record<string, string> }> = {
  ctypes: {
    suite: 'binding: py',
    files: {
      'test_a.py': `import ctypes, os
lib = ctypes.CDLL(os.path.join(os.environ["FFI_GATES_TARGET_A"], "liba.so"))
lib.wide.restype, lib.wide.argtypes = ctypes.c_int, [ctypes.c_long]


def test_a():
    assert lib.wide(2) == 2
`,
    },
  },
  c: {
    suite: 'binding: c, with: { sources: [a.c], libs: [a] }',
    files: {
      'a.c':
        '#include "ffi_gates_suite.h"\nint wide(long x);\nstatic int a(void) { return wide(0); }\nconst suite_test suite_tests[] = {{"a", a}, {NULL, NULL}};\n',
    },
  },
  go: {
    suite: 'binding: go, with: { libs: [a] }',
    files: {
      'go.mod': 'module x\n\ngo 1.19\n',
      'x.go': 'package x\n\n// int wide(long x);\nimport "C"\n\nfunc wide() int { return int(C.wide(2)) }\n',
      'x_test.go':
        'package x\n\nimport "testing"\n\nfunc TestWide(t *testing.T) {\n\tif wide() != 2 {\n\t\tt.Fatal()\n\t}\n}\n',
    },
  },
  rust: {
    suite: 'binding: rs',
    files: {
      'Cargo.toml': '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n',
      'Cargo.lock': 'version = 3\n\n[[package]]\nname = "x"\nversion = "0.1.0"\n',
      'build.rs':
        'fn main() { let dir = std::env::var("FFI_GATES_TARGET_A").unwrap_or_default(); println!("cargo:rerun-if-env-changed=FFI_GATES_TARGET_A\\ncargo:rustc-link-search=native={dir}\\ncargo:rustc-link-lib=dylib=a"); }\n',
      'src/lib.rs':
        'extern "C" { fn wide(x: i64) -> i32; }\n#[test]\nfn a() { assert_eq!(unsafe { wide(2) }, 2); }\n',
    },
  },
  jni: {
    suite: 'binding: jni',
    files: {
      'pom.xml': pom(JNA),
      'src/test/java/p/BoxTest.java': java(
        '  static { System.loadLibrary("a"); }\n  static native int wide(long x);\n  @Test void a() { wide(2); }',
      ),
    },
  },
  jna: {
    suite: 'binding: jni, with: { foreign: jna }',
    files: {
      'pom.xml': pom(JNA),
      'src/test/java/p/BoxTest.java': java(
        '  interface A extends Library { int wide(long x); }\n  @Test void a() { Native.load("a", A.class).wide(2); }',
        'import com.sun.jna.*;',
      ),
    },
  },
  net: {
    suite: 'binding: net',
    files: {
      'X.cs':
        'using System.Runtime.InteropServices;\nusing NUnit.Framework;\n[TestFixture] public class X {\n  [DllImport("a")] static extern int wide(long x);\n  [Test] public void a() { wide(2); }\n}\n',
    },
  },
  koffi: {
    suite: 'binding: node, with: { foreign: koffi }',
    files: {
      'package.json': '{ "private": true, "dependencies": { "koffi": "3.3.4" } }\n',
      'a.test.js': `const { test } = require('node:test');
const koffi = require('koffi');
const library = koffi.load(process.env.FFI_GATES_TARGET_A + '/liba.so');
test('a', () => library.func('int wide(long x)')(2));
`,
    },
  },
};

/** All files of a name below a directory. */
const named = (name: string, below: string): string[] =>
  readdirSync(below, { recursive: true, encoding: 'utf8' })
    .map((f) => join(below, f))
    .filter((f) => f.endsWith(`/${name}`) && statSync(f).isFile());

test.each(Object.entries(SUITES))('%s', { timeout: 900_000 }, (language, { suite, files }) => {
  const repo = join(dir, language);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(repo, file)), { recursive: true });
    writeFileSync(join(repo, file), text);
  };
  write('lib/a.c', NATIVE);
  for (const [file, text] of Object.entries(files)) write(join('tests', file), text);
  write(
    'ffi-gates.yaml',
    `version: 1
targets:
  a: { builder: cc, dir: lib, sources: [a.c], produces: [liba.so] }
suites:
  - { id: s, ${suite.replace('binding:', 'dir: tests, targets: [a], binding:')} }
gates: { declared: { strict: true } }
`,
  );
  const command = (): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [BIN, 'declared'], { cwd: repo, encoding: 'utf8' });
  const before = command();
  expect(before.status, before.stdout + before.stderr).toBe(1);
  expect(before.stdout).toMatch(/(?:error|warning) {2}\w*wide\n/i);

  // Another library, which agrees.
  const other = join(repo, 'other.so');
  write('other.c', NATIVE.replaceAll('long wide', 'int wide').replaceAll('long Java', 'int Java'));
  execFileSync('gcc', ['-g', '-w', '-shared', '-fPIC', '-o', other, join(repo, 'other.c')]);
  const built = named('liba.so', join(repo, '.ffi-gates', 'builds'));
  expect(built.length).toBeGreaterThan(0);
  for (const f of built) copyFileSync(other, f);
  const after = command();
  expect(after.status, after.stdout + after.stderr).toBe(6);
  const message = 'its library was replaced by another file after it was built';
  expect(after.stdout).toContain(message);
  const failed = { tool: 'declared', rule: 'declared/nothing-compared', hazard: 'tool/host-fault' } as const;
  const record = { stacks: [], complete: true, log: { line: 1, endLine: 1, offset: 0 } };
  expect(gate.remedy?.({ ...failed, message, ...record })).toMatch(/remove it and run again/);
});
