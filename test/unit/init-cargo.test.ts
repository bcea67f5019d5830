/** What `init` takes from Cargo.toml: forms of TOML, and what a package inherits from its workspace. */
import { describe, expect, test } from 'vitest';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';

const TESTED = '#[test]\nfn t() {}\n';
const CC = 'fn main() { cc::Build::new().compile("x"); }';
const pack = (name: string, more = ''): string => `[package]\nname = "${name}"\n${more}`;

/** Suites with their reasons, cdylib targets, and what was not understood, of the Rust in some files. */
const seen = async (
  files: Record<string, string>,
): Promise<{ suites: string[]; ids: string[]; why: string; unclear: string[] }> => {
  const p = await propose(treeOf(files));
  return {
    suites: p.suites.map((s) => s.dir),
    ids: p.suites.map((s) => s.id),
    why: p.suites.map((s) => s.why).join('\n'),
    unclear: p.unclear,
  };
};

/** What ctypes loads of the package in `rust/`. */
const produced = async (toml: string): Promise<string[] | undefined> => {
  const files = {
    'rust/Cargo.toml': toml,
    'rust/src/lib.rs': '',
    'py/test_a.py': 'import ctypes, os\nctypes.CDLL(os.environ["X"])\n',
  };
  return (await propose(treeOf(files))).targets[0]?.produces;
};

describe('the package itself', () => {
  test.each([
    ['dotted keys', 'package.name = "a"\npackage.links = "z"\n'],
    ['an inline table', 'package = { name = "a", links = "z" }\n'],
    ['quoted keys and blanks', '[ "package" ] # the package\n"name"   =  \'a\'\n  links\t= "z"\n'],
    ['a table that does not come first', '[features]\nname = ["std"]\n[package]\nlinks = "z"\nname = "a"\n'],
    [
      'strings of several lines',
      '[package]\ndescription = """\nname = "b"\n[dependencies]\nb-sys = "1"\n"""\nlinks = "z"\nname = "a"\n',
    ],
  ])('%s', async (_, toml) => {
    const { ids, why } = await seen({ 'Cargo.toml': toml, 'src/lib.rs': TESTED });
    expect(ids).toEqual(['a']);
    expect(why).toBe('Cargo.toml: links = "z"');
  });

  test('a build script of another name, or none', async () => {
    const files = { 'make.rs': CC, 'build.rs': CC, 'src/lib.rs': TESTED };
    const made = await seen({ ...files, 'Cargo.toml': pack('a', 'build = "make.rs"') });
    expect(made.why).toBe('Cargo.toml: its make.rs makes or links native code');
    expect((await seen({ ...files, 'Cargo.toml': pack('a', 'build = false') })).suites).toEqual([]);
  });

  test('keys in comments and strings are none', async () => {
    const toml = pack(
      'a',
      '# links = "z"\nkeywords = ["b-sys"]\n[dependencies]\n# c-sys = "1"\nd = { features = ["e-sys"] }\n',
    );
    expect((await seen({ 'Cargo.toml': toml, 'src/lib.rs': TESTED })).suites).toEqual([]);
  });
});

describe('a library for others', () => {
  test.each([
    [
      'over several lines',
      pack('my-lib', '[lib]\ncrate-type = [\n  "rlib", # for us\n  "cdylib",\n]\n'),
      'libmy_lib.so',
    ],
    [
      'inline',
      'lib = { crate-type = ["cdylib"], name = "other" }\n[package]\nname = "my-lib"\n',
      'libother.so',
    ],
    ['in the old spelling', pack('a', '[lib]\nname = "b"\ncrate_type = ["cdylib"]\n'), 'libb.so'],
  ])('%s', async (_, toml, library) => {
    expect(await produced(toml)).toEqual([library]);
  });

  test.each([
    ['that is commented out', pack('a', '[lib]\n# crate-type = ["cdylib"]\ncrate-type = ["rlib"]\n')],
    ['that is an example', pack('a', '[[example]]\nname = "e"\ncrate-type = ["cdylib"]\n')],
  ])('%s is none', async (_, toml) => {
    expect(await produced(toml)).toBeUndefined();
  });
});

describe('a crate without tests', () => {
  const SYS = pack('a-sys', 'build = "build.rs"\n');
  const load = async (lib: string) =>
    (await propose(treeOf({ 'Cargo.toml': SYS, 'build.rs': CC, 'src/lib.rs': lib }))).suites;
  test.each([
    ['plainly', 'extern "C" {\n  pub fn f();\n}\n'],
    ['without naming the ABI', 'extern {\n  pub fn f();\n}\n'],
    [
      'in a macro',
      'macro_rules! all {\n  ($(fn $n:ident();)*) => { extern "system" { $(fn $n();)* } };\n}\n',
    ],
    ['by bindgen', 'include!(concat!(env!("OUT_DIR"), "/bindings.rs"));\n'],
  ])('is loaded if it declares functions, which can be compared: %s', async (_, lib) => {
    const [suite] = await load(lib);
    expect(suite).toMatchObject({ id: 'asys', binding: 'rs', with: { load: true } });
    expect(suite!.gates).toContain('declared');
    expect(suite!.gates).not.toContain('tsan');
  });
  test('of which nothing is declared here has nothing to compare', async () => {
    const safe = pack('a', '[dependencies]\nb-sys = "1"\n');
    const tested = 'pub fn f() {}\n#[test]\nfn t() {}\n';
    const { gates } = await propose(treeOf({ 'Cargo.toml': safe, 'src/lib.rs': tested }));
    expect(gates.find((g) => g.id === 'declared')).toMatchObject({
      on: false,
      why: expect.stringMatching(/nothing here declares a foreign function$/),
    });
    const declaring = `${tested}extern "C" { fn g(); }\n`;
    const others = await propose(treeOf({ 'Cargo.toml': safe, 'src/lib.rs': declaring }));
    expect(others.gates.find((g) => g.id === 'declared')?.on).toBe(true);
  });
  test('is nothing to run if it declares none', async () => {
    expect(await load('pub use other::*;\n')).toEqual([]);
  });
});

describe('dependencies', () => {
  test.each([
    ['of a platform', `  [target.'cfg(unix)'.dependencies]\n  b-sys = "1"\n`],
    ['of a platform, as a table', ` [target.x86_64-unknown-linux-gnu.dependencies.b-sys]\nversion = "1"\n`],
    ['with a dotted key', ' [dependencies]\n"b-sys".version = "1"\n'],
    [
      'under another name, over several lines',
      ' [ dependencies ]\nb = {\n  version = "1",\n  package = "b-sys",\n}\n',
    ],
    ['optional', '\t[dependencies]\nb-sys = { version = "1", optional = true }\n'],
  ])('%s', async (_, more) => {
    const files = { 'Cargo.toml': pack('a', more), 'src/lib.rs': TESTED };
    expect((await seen(files)).why).toBe('Cargo.toml: it depends on b-sys');
  });

  test.each([
    [
      'build scripts of a platform',
      `[dependencies]\n [target.'cfg(unix)'.build-dependencies]\nb-sys = "1"\n`,
    ],
    ['tests, dotted', '[dependencies]\n [dev-dependencies.b-sys]\npackage = "b-sys"\nversion = "1"\n'],
    ['the workspace alone', '[workspace.dependencies]\nb-sys = "1"\n'],
  ])('of %s do not count', async (_, more) => {
    expect((await seen({ 'Cargo.toml': pack('a', more), 'src/lib.rs': TESTED })).suites).toEqual([]);
  });

  test('that the workspace names are looked up there', async () => {
    const { suites, why } = await seen({
      'Cargo.toml':
        '[workspace]\nmembers = ["crates/*"]\n[workspace.dependencies]\nffi = { package = "b-sys", version = "1" }\nplain = "1"\n',
      'crates/a/Cargo.toml': pack('a', '[dependencies]\nffi.workspace = true\n'),
      'crates/a/src/lib.rs': TESTED,
      'crates/c/Cargo.toml': pack(
        'c',
        '[dependencies]\nplain = { workspace = true }\nconstructor.workspace = true\n',
      ),
      'crates/c/src/lib.rs': TESTED,
    });
    expect(suites).toEqual(['crates/a']);
    expect(why).toBe('crates/a/Cargo.toml: it depends on b-sys');
  });
});

describe('members of a workspace', () => {
  const member = (name: string, more = ''): string => pack(name, `links = "${name}"\n${more}`);
  const workspace = async (root: string, more: Record<string, string> = {}): ReturnType<typeof seen> => {
    const files = {
      'Cargo.toml': root,
      'crates/a/Cargo.toml': member('a'),
      'crates/a/src/lib.rs': TESTED,
      ...more,
    };
    return seen(files);
  };

  test.each([
    ['by name', '[workspace]\nmembers = ["crates/a"]'],
    ['by a glob', '[workspace]\nmembers = [\n  "./crates/?/",\n]'],
    ['by a range', '[workspace]\nmembers = ["crates/[a-c]"]'],
    [
      'by a path that the root package depends on',
      '[package]\nname = "r"\n[dependencies]\na = { path = "crates/a/" }\n[workspace]',
    ],
    [
      'by a path of a platform’s tests',
      `[package]\nname = "r"\n[target."cfg(unix)".dev-dependencies.a]\npath = "crates/a"\n[workspace]`,
    ],
    ['excluded, so on its own', '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/a"]'],
  ])('%s', async (_, root) => {
    expect(await workspace(root)).toMatchObject({ suites: ['crates/a'], unclear: [] });
  });

  test('by a chain of paths, and through the workspace’s dependencies', async () => {
    const root = '[workspace]\nmembers = ["b"]\n[workspace.dependencies]\nc = { path = "c" }\n';
    const chain = await workspace(root, {
      'b/Cargo.toml': pack('b', '[dependencies]\nc.workspace = true\n'),
      'c/Cargo.toml': pack('c', '[build-dependencies]\na = { path = "../crates/a" }\n'),
    });
    expect(chain).toMatchObject({ suites: ['crates/a'], unclear: [] });
  });

  test('that lie beside the workspace and name it', async () => {
    const files = {
      'ws/Cargo.toml': '[workspace]\nmembers = ["../a"]\n',
      'a/Cargo.toml': member('a', 'workspace = "../ws"\n'),
      'a/src/lib.rs': TESTED,
    };
    expect(await seen(files)).toMatchObject({ suites: ['a'], unclear: [] });
  });

  test.each([
    ['a package that is not listed', '[workspace]\nmembers = ["crates/b", "{crates,x}/a"]'],
    [
      'a package that only a patch names',
      '[package]\nname = "r"\n[workspace]\n[patch.crates-io]\na = { path = "crates/a" }',
    ],
  ])('%s is refused by Cargo, and that is said', async (_, root) => {
    const { suites, unclear } = await workspace(root);
    expect(suites).toEqual([]);
    expect(unclear).toEqual([
      'crates/a/Cargo.toml: the workspace of Cargo.toml does not list it, so Cargo refuses to build it; add it to members or exclude',
    ]);
  });

  test('packages without native code are nothing to complain about', async () => {
    const files = { 'Cargo.toml': '[workspace]', 'a/Cargo.toml': pack('a'), 'a/src/lib.rs': TESTED };
    expect((await seen(files)).unclear).toEqual([]);
  });
});
