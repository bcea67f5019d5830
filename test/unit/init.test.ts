/** What `init` proposes for made repositories: each must give a matrix that the validator takes. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { filesOf, init } from '../../src/init/init.js';
import { cmakeLibraries } from '../../src/init/native.js';
import { propose } from '../../src/init/propose.js';
import { readTree, treeOf } from '../../src/init/tree.js';
import { parseMatrix, type Matrix } from '../../src/config/matrix.js';

type Made = {
  files: Record<string, string>;
  suite: Record<string, unknown>;
  target?: Record<string, unknown>;
  unclear?: RegExp;
};

const PY_TEST = 'import fast\ndef test_it():\n    assert fast\n';
const CMAKE = 'project(ledger C)\nset(NAME ledger)\nadd_library(${NAME}\n  src/a.c)\n';

const MADE: Record<string, Made> = {
  'CMake and ctypes': {
    files: {
      'native/CMakeLists.txt': CMAKE,
      'python/tests/test_l.py': 'import ctypes\nlib = ctypes.CDLL("libledger.so")\n',
    },
    suite: { id: 'python', binding: 'py', dir: 'python/tests', targets: ['native'] },
    target: { builder: 'cmake', dir: 'native', produces: ['libledger.so'] },
  },
  'make and ctypes, the library named at run time': {
    files: {
      Makefile: 'libfoo.so: foo.c\n\t$(CC) -shared -o $@ foo.c\n',
      'foo.c': '',
      'test_foo.py': 'import ctypes, os\nctypes.CDLL(os.environ["FOO"])\n',
    },
    suite: { binding: 'py', dir: '.', targets: ['foo'] },
    target: { builder: 'make', dir: '.', produces: ['libfoo.so'] },
  },
  'Meson and P/Invoke': {
    files: {
      'meson.build': "project('bar', 'c')\nlibrary('bar', 'bar.c')\n",
      'net/Tests/Tests.csproj': '<PackageReference Include="Microsoft.NET.Test.Sdk" />',
      'net/Lib/Native.cs':
        'class N { [DllImport("bar")] static extern int f(); [LibraryImport("libbar.so")] static partial int g(); }',
    },
    suite: {
      binding: 'net',
      dir: 'net/Tests',
      inputs: ['net/Lib'],
      with: { runner: 'dotnet' },
      targets: ['bar'],
    },
    target: { builder: 'meson', dir: '.', produces: ['libbar.so'] },
  },
  'Autotools and cgo': {
    files: {
      'lib/configure.ac': 'AC_INIT',
      'lib/src/Makefile.am': 'lib_LTLIBRARIES = libbaz.la\n',
      'go.mod': 'module example.org/x/baz/v2\n',
      'baz.go': 'package baz\n\n// #cgo LDFLAGS: -L. -lbaz\n// #include "baz.h"\nimport "C"\n',
      'baz_test.go': 'package baz\n',
    },
    suite: { id: 'baz', binding: 'go', dir: '.', targets: ['lib'] },
    target: { builder: 'autotools', dir: 'lib', produces: ['libbaz.so'] },
  },
  'cgo that compiles its own C, in an import block': {
    files: {
      'go.mod': 'module sqlite\n',
      'a.go': 'package a\nimport (\n\t"C"\n\t"fmt"\n)\n',
      'a_test.go': '',
      'a.c': '',
      Makefile: 'test:\n\tgo test\n',
    },
    suite: { id: 'sqlite', binding: 'go', dir: '.', targets: [] },
  },
  'setuptools with an extension': {
    files: {
      'setup.py': 'setup(name="fast-json", ext_modules=[Extension("fast", ["f.c"])])',
      'f.c': '',
      'tests/test_f.py': `import hypothesis\n${PY_TEST}`,
    },
    suite: {
      id: 'fastjson',
      binding: 'pyx',
      dir: 'tests',
      with: { package: '..', requires: ['hypothesis'] },
    },
  },
  'what tests need: extras, groups of groups, and what files include': {
    files: {
      'pyproject.toml': [
        '[build-system]',
        'build-backend = "mesonpy"',
        '[project]',
        'name = "needy"',
        '[project.optional-dependencies]',
        'docs = ["sphinx"]',
        'tests = ["cov[toml]"]',
        '[dependency-groups]',
        'base = [ # for all',
        '  "rich[jupyter]>=1", # not "this"',
        ']',
        'test = [{include-group = "base"}, "trio"]',
        '[tool.pytest.ini_options]',
      ].join('\n'),
      'requirements/test.txt': '# why\n-e .\n-r more.txt\npytest\nfoo==1 ; python_version<"4"  # pinned\n',
      'requirements/more.txt': 'bar --hash=sha256:0\nbaz @ https://example.org/baz\n',
      'tox.ini':
        '[testenv]\ndeps =\n    quux\n    py38: old\n    -r {toxinidir}/requirements/more.txt\ncommands = x\n',
      'tests/test_f.py': PY_TEST,
    },
    suite: {
      id: 'needy',
      with: {
        package: '..',
        extras: ['tests'],
        requires: ['trio', 'rich[jupyter]>=1', 'bar', 'foo==1 ; python_version<"4"', 'quux'],
      },
    },
  },
  'what developers need, where nothing is called tests': {
    files: {
      'setup.py':
        'setup(name="dv", ext_modules=[Extension("dv", [])],\n  extras_require={\n    "docs": ["x"],\n    "dev": ["y"],\n  })',
      'test_f.py': PY_TEST,
    },
    suite: { with: { package: '.', extras: ['dev'] } },
  },
  'scikit-build-core: its CMakeLists is not a target': {
    files: {
      'pyproject.toml': '[build-system]\nbuild-backend = "scikit_build_core.build"\n[project]\nname = "sk"\n',
      'CMakeLists.txt': 'project(sk)\nadd_library(_core MODULE a.c)\n',
      'tests/test_f.py': PY_TEST,
    },
    suite: { id: 'sk', binding: 'pyx', targets: [] },
  },
  'meson-python': {
    files: {
      'pyproject.toml': '[build-system]\nbuild-backend = "mesonpy"\n[project]\nname = "mp"\n',
      'meson.build': "project('mp','c')\n",
      'mp/tests/test_f.py': PY_TEST,
    },
    suite: { id: 'mp', binding: 'pyx', dir: 'mp/tests', with: { package: '../..' } },
  },
  'cffi in its API mode': {
    files: {
      'setup.py': 'setup(name="cf", cffi_modules=["build_cf.py:ffi"])',
      'build_cf.py': 'ffi.set_source("_cf", "")',
      'test/test_f.py': PY_TEST,
    },
    suite: { id: 'cf', binding: 'pyx', dir: 'test' },
  },
  'maturin, with crates that were vendored': {
    files: {
      'pyproject.toml':
        '[build-system]\nbuild-backend = "maturin"\nrequires = ["maturin>=1"]\n[project]\nname = "or-json"\n',
      'Cargo.toml': '[package]\nname = "orjson"\n[lib]\ncrate-type = ["cdylib"]\n',
      'src/lib.rs': 'extern "C" { fn f(); }\n#[test]\nfn t() {}\n',
      'include/cargo/foo-sys-1.2.3/Cargo.toml': '[package]\nname = "foo-sys"\nlinks = "foo"\n',
      'include/cargo/foo-sys-1.2.3/src/lib.rs': '#[test]\nfn t() {}\n',
      'tests/test_x.py': PY_TEST,
    },
    suite: { id: 'orjson', binding: 'pyx', dir: 'tests', with: { package: '..' }, targets: [] },
  },
  'setuptools-rust, the crate below': {
    files: {
      'pyproject.toml': '[build-system]\nrequires = ["setuptools", "setuptools-rust"]\n',
      'setup.py': 'setup(name="bc", rust_extensions=[])',
      'src/_bc/Cargo.toml': '[package]\nname = "bc-rust"\n[lib]\ncrate-type = ["cdylib"]\n',
      'src/_bc/src/lib.rs': '',
      'tests/test_x.py': PY_TEST,
    },
    suite: { id: 'bc', binding: 'pyx', dir: 'tests', with: { package: '..' }, targets: [] },
  },
  'siblings with tests: their common parent': {
    files: {
      'setup.py': 'setup(name="two", ext_modules=[Extension("two", [])])',
      'two/a/tests/test_a.py': PY_TEST,
      'two/b/tests/test_b.py': PY_TEST,
      'benchmarks/tests/test_c.py': PY_TEST,
      'examples/own/setup.py': '',
      'examples/own/tests/test_d.py': PY_TEST,
    },
    suite: { id: 'two', dir: 'two', with: { package: '..', args: ['a/tests', 'b/tests'] } },
  },
  'tests inside the package and beside it: those beside it': {
    files: {
      'setup.py': 'setup(name="two", ext_modules=[Extension("two", [])])',
      'two/__init__.py': '',
      'two/tests/test_a.py': PY_TEST,
      'tests/test_b.py': PY_TEST,
    },
    suite: { id: 'two', dir: 'tests', with: { package: '..' } },
  },
  'ctypes in a package that has its tests inside': {
    files: {
      'setup.py': 'setup(name="sdl")',
      'sdl/__init__.py': '',
      'sdl/dll.py': 'import ctypes\nctypes.CDLL("libsdl.so")',
      'sdl/test/__init__.py': '',
      'sdl/test/test_a.py': 'from .. import dll\n',
      'sdl/CMakeLists.txt': 'project(sdl)\nadd_library(sdl a.c)\n',
    },
    suite: { id: 'sdl', binding: 'py', dir: 'sdl/test', with: { root: '../..', path: ['../..'] } },
    target: { builder: 'cmake' },
  },
  'a -sys crate': {
    files: {
      'Cargo.toml': '[package]\nname = "foo-sys"\nlinks = "foo"\n',
      'build.rs': 'fn main() { cc::Build::new().file("f.c").compile("foo"); }',
      'src/lib.rs': 'extern "C" { fn f(); }\n#[test]\nfn t() {}\n',
    },
    suite: { id: 'foosys', binding: 'rs', dir: '.' },
  },
  'a -sys crate with the CMake project that its build.rs compiles': {
    files: {
      'Cargo.toml': '[package]\nname = "foo-sys"\nlinks = "foo"\n',
      'build.rs': 'fn main() {\n println!("cargo:rustc-link-lib=foo");\n cc::Build::new().compile("foo");\n}',
      'src/lib.rs': '#[test]\nfn t() {}\n',
      'src/foo/CMakeLists.txt': 'project(foo)\nadd_library(foo foo.c)\n',
    },
    suite: { id: 'foosys', binding: 'rs', dir: '.', targets: [] },
  },
  'a crate that only links the CMake project beside it': {
    files: {
      'Cargo.toml': '[package]\nname = "foo-sys"\nlinks = "foo"\n',
      'build.rs': 'fn main() {\n println!("cargo:rustc-link-lib=foo");\n}',
      'src/lib.rs': '#[test]\nfn t() {}\n',
      'foo/CMakeLists.txt': 'project(foo)\nadd_library(foo foo.c)\n',
    },
    suite: { id: 'foosys', binding: 'rs', dir: '.', targets: ['foo'] },
    target: { builder: 'cmake', dir: 'foo' },
  },
  'a crate over a -sys crate of another name': {
    files: {
      'Cargo.toml':
        '[package]\nname = "foo"\n[dependencies.ffi]\npackage = "foo-sys"\n[target."cfg(windows)".dependencies]\nwindows-sys = "1"\n',
      'src/lib.rs': '#[test]\nfn t() {}\n',
    },
    suite: { id: 'foo', binding: 'rs', dir: '.' },
  },
  'a cdylib for ctypes': {
    files: {
      'rust/Cargo.toml': '[package]\nname = "my-lib"\n[lib]\ncrate-type = ["cdylib"]\n',
      'rust/src/lib.rs': '',
      'py/test_a.py': 'import ctypes\nctypes.CDLL("libmy_lib.so")\n',
    },
    suite: { binding: 'py', targets: ['mylib'] },
    target: { builder: 'cargo', dir: 'rust', produces: ['libmy_lib.so'] },
  },
  'an addon with node:test': {
    files: {
      'package.json': '{"name":"@a/b","scripts":{"test":"node --test"}}',
      'binding.gyp': '{}',
      'b.test.js': "require('node:test')",
    },
    suite: { id: 'b', binding: 'node', dir: '.', with: {} },
  },
  'an addon with mocha': {
    files: {
      'package.json': '{"name":"b","scripts":{"test":"nyc mocha test/*.js"}}',
      'binding.gyp': '{}',
      'test/a.js': '',
    },
    suite: {
      binding: 'node',
      with: { runner: ['node_modules/mocha/bin/_mocha', '--exit'], files: ['test/*.js'] },
    },
  },
  'an addon of cmake-js': {
    files: {
      'package.json': '{"scripts":{"install":"cmake-js compile"}}',
      'CMakeLists.txt': 'project(a)\nadd_library(a SHARED a.c)',
      'setup.py': 'Extension("x", [])',
      'test_x.py': '',
    },
    suite: { binding: 'pyx' },
    unclear: /no test files are here/,
  },
  'an addon of cmake-js with tests that collect': {
    files: {
      'package.json': '{"name":"jpeg","scripts":{"install":"cmake-js compile","test":"node --test"}}',
      'CMakeLists.txt': 'project(jpeg)\nadd_library(${PROJECT_NAME} SHARED a.cc ${CMAKE_JS_SRC})',
      'test/a.test.js': "require('node:test')\nglobal.gc()",
    },
    suite: { id: 'jpeg', binding: 'node', dir: '.', with: { args: ['--expose-gc'] } },
  },
  'JNI that comes compiled in a jar': {
    files: { 'pom.xml': '<project/>', 'src/test/java/ATest.java': '@Test void x() {}' },
    suite: { id: 'java', binding: 'jni', dir: '.', with: {} },
  },
  'JNI with a shim': {
    files: {
      'pom.xml': '<project/>',
      'src/main/java/a/A.java':
        'class A {\n  static { System.loadLibrary("a"); }\n  private static native int f(byte[] b);\n}',
      'src/test/java/a/ATest.java': '@Test void x() {}',
      'src/main/c/a.c': '#include <jni.h>\nJNIEXPORT jint Java_a() {}',
    },
    suite: {
      binding: 'jni',
      dir: '.',
      with: { shim: { name: 'a', sources: ['src/main/c/a.c'], include: ['src/main/c'] } },
    },
  },
  'JNI with CMake; Gradle beside it': {
    files: {
      'java/pom.xml': '<project/>',
      'java/src/main/java/A.java':
        'class A {\n  public native void f();\n  static { System.loadLibrary("a"); }\n}',
      'java/src/test/java/T.java': '@org.junit.jupiter.api.Test void x() {}',
      'native/CMakeLists.txt': 'project(a)\nadd_library(a SHARED a.c)',
      'android/build.gradle': '',
      'android/B.java': 'class B {\n  native void g();\n}',
    },
    suite: { binding: 'jni', dir: 'java', targets: ['native'] },
    target: { builder: 'cmake', dir: 'native' },
    unclear: /Maven only/,
  },
};

const matrixOf = async (
  files: Record<string, string>,
): Promise<{ matrix: Matrix; text: string; unclear: string[] }> => {
  const p = await propose(treeOf(files));
  const [m, ...workflows] = filesOf(p, '/repo');
  expect(workflows.map((w) => w.path)).toContain('/repo/.github/workflows/ffi-gates.yml');
  for (const w of workflows) expect(() => parse(w.text) as unknown, w.path).not.toThrow();
  return { matrix: parseMatrix(m!.text, 'ffi-gates.yaml'), text: m!.text, unclear: p.unclear };
};

describe('each made repository gives a matrix that is valid', () => {
  test.each(Object.entries(MADE))('%s', async (_, made) => {
    const { matrix, text, unclear } = await matrixOf(made.files);
    expect(text.split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=/);
    expect(matrix.suites[0]).toMatchObject(made.suite);
    if (made.target) expect(Object.values(matrix.targets)[0]).toMatchObject(made.target);
    else expect(matrix.targets).toEqual({});
    if (made.unclear) expect(unclear.join('\n')).toMatch(made.unclear);
    else expect(unclear).toEqual([]);
  });
});

test('gates that are compiled in are left off where nothing is compiled', async () => {
  const { gates } = await propose(
    treeOf({ 'pom.xml': '<project/>', 'src/test/java/ATest.java': '@Test void x() {}' }),
  );
  const on = gates.filter((g) => g.on).map((g) => g.id);
  expect(on).toEqual(['plain', 'memcheck', 'xcheck', 'declared', 'fdguard', 'jniguard']);
});

test('gates that see nothing of Rust are left off where Python reaches only that', async () => {
  const { gates } = await propose(
    treeOf({
      'pyproject.toml': '[build-system]\nbuild-backend = "maturin"\n',
      'tests/test_a.py': PY_TEST,
    }),
  );
  const of = (id: string): boolean | undefined => gates.find((g) => g.id === id)?.on;
  expect([of('asan'), of('memcheck'), of('ubsan'), of('tsan')]).toEqual([true, true, false, false]);
});

test('what is not understood is said, with the file', async () => {
  const seen = async (files: Record<string, string>): Promise<string> =>
    (await propose(treeOf(files))).unclear.join('\n');
  expect(await seen({ 'CMakeLists.txt': 'project(a)\nadd_library(a STATIC a.c)' })).toMatch(
    /CMakeLists.txt: the library a is static only/,
  );
  expect(await seen({ 'go.mod': 'module a\n', 'a.go': 'import "C"\n' })).toMatch(/no _test.go/);
  expect(await seen({ 'setup.py': 'Extension("a", [])' })).toMatch(/setup.py: .* no test_/);
  expect(await seen({ 'Cargo.toml': '[package]\nname = "a-sys"\n' })).toMatch(/no #\[test\]/);
  const onlyTests =
    '[package]\nname = "a"\n[dependencies]\njs-sys = "0.3"\n[dev-dependencies]\nb-sys = "1"\n';
  expect((await propose(treeOf({ 'Cargo.toml': onlyTests, 'src/lib.rs': '#[test]\n' }))).suites).toEqual([]);
  expect(await seen({ 'binding.gyp': '{}', 'package.json': '{}' })).toMatch(/no test files/);
  expect(await seen({ Makefile: 'all:\n\tcc a.c', 'a.c': '' })).toMatch(/names no shared library/);
  expect(await seen({ 'A.cs': '[DllImport("a")] static extern void f();' })).toMatch(/no test project/);
});

test('CMake names: variables, project, OUTPUT_NAME, comments', () => {
  const text =
    'project(zed) # add_library(no SHARED)\nset(L zed2)\nadd_library(${L} SHARED a.c)\nadd_library(${PROJECT_NAME} a.c)\nset_target_properties(zed2 PROPERTIES VERSION 1 OUTPUT_NAME "zee")\nadd_library(x::y ALIAS zed)';
  expect(cmakeLibraries(text)).toEqual({ shared: ['zed', 'zee'], fixed: [], unknown: [], maybe: [] });
});

test('CMake commands in capitals, and a name that depends on the machine', async () => {
  const text = [
    'PROJECT(led)\nADD_LIBRARY(led SHARED a.c)\nset(NAME led-64)',
    'if (CMAKE_SIZEOF_VOID_P EQUAL 4)\n set(NAME led-32)\nendif()\nset(NAME ${NAME}-x)',
    'set_target_properties(led PROPERTIES LIBRARY_OUTPUT_NAME ${NAME})',
  ].join('\n');
  const names = ['led-64', 'led-32'];
  expect(cmakeLibraries(text)).toEqual({ shared: names, fixed: [], unknown: [], maybe: names });
  const { targets } = await propose(
    treeOf({ 'n/CMakeLists.txt': text, 't/test_a.py': 'import ctypes\nctypes.CDLL("libled-64.so")' }),
  );
  expect(targets).toMatchObject([{ id: 'n', produces: ['*.so'] }]);
});

describe('on disk', () => {
  const withDir = async (
    files: Record<string, string>,
    work: (dir: string) => Promise<void>,
  ): Promise<void> => {
    const dir = mkdtempSync(join(tmpdir(), 'ffi-gates-init-'));
    try {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(dir, path)), { recursive: true });
        writeFileSync(join(dir, path), text);
      }
      await work(dir);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  const quiet = (): void => undefined;
  const files = MADE['CMake and ctypes']!.files;

  test('writes both files, then refuses, then obeys --force', () =>
    withDir(files, async (dir) => {
      await init({ dir, force: false, dryRun: true }, quiet);
      await init({ dir, force: false, dryRun: false }, quiet);
      const matrix = join(dir, 'ffi-gates.yaml');
      expect(readFileSync(matrix, 'utf8')).toContain('libledger.so');
      expect(readFileSync(join(dir, '.github/workflows/ffi-gates.yml'), 'utf8')).toContain(
        'uses: ./.github/workflows/ffi-gates-shards.yml',
      );
      writeFileSync(matrix, 'mine');
      await expect(init({ dir, force: false, dryRun: false }, quiet)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining(matrix) as string,
      });
      expect(readFileSync(matrix, 'utf8')).toBe('mine');
      await init({ dir, force: true, dryRun: false }, quiet);
      expect(readFileSync(matrix, 'utf8')).toContain('libledger.so');
    }));

  test('the files of another CI system are added to a matrix that is there', () =>
    withDir(files, async (dir) => {
      const said: string[] = [];
      const say = (line: string): void => void said.push(line);
      const matrix = join(dir, 'ffi-gates.yaml');
      await init({ dir, force: false, dryRun: false }, quiet);
      writeFileSync(matrix, `${readFileSync(matrix, 'utf8')}# mine\n`);
      writeFileSync(join(dir, '.gitlab-ci.yml'), 'test: { script: [make test] }\n');
      await init({ dir, force: false, dryRun: false, ci: ['gitlab', 'slurm'] }, say);
      expect(readFileSync(matrix, 'utf8')).toContain('# mine');
      expect(readFileSync(join(dir, 'ffi-gates-slurm.sh'), 'utf8')).toContain('sbatch');
      // The file in which others' jobs are is named, and left as it is.
      expect(readFileSync(join(dir, '.gitlab-ci.yml'), 'utf8')).toBe('test: { script: [make test] }\n');
      expect(said).toContain('add to .gitlab-ci.yml:  include: [{ local: /.gitlab/ffi-gates.yml }]');
      await expect(init({ dir, force: false, dryRun: false, ci: ['slurm'] }, quiet)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringContaining('ffi-gates-slurm.sh is there already') as string,
      });
    }));

  test('nothing to gate is exit code 3, and nothing is written', () =>
    withDir({ 'a.txt': '' }, async (dir) => {
      await expect(init({ dir, force: false, dryRun: false }, quiet)).rejects.toMatchObject({ exitCode: 3 });
      expect((await readTree(dir)).paths).toEqual(['a.txt']);
    }));

  test('vendored trees are not looked into', () =>
    withDir(
      {
        'node_modules/x/binding.gyp': '',
        'third_party/z/CMakeLists.txt': '',
        'py/.venv/a.py': '',
        'go/vendor/a.go': '',
        'src/a.c': '',
      },
      async (dir) => {
        expect((await readTree(dir)).paths).toEqual(['src/a.c']);
      },
    ));
});
