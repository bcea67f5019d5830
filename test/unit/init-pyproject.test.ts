/** What `init` takes from pyproject.toml: the builder of an extension, its name and libraries, and what its tests need. */
import { describe, expect, test } from 'vitest';
import { propose, type ProposedSuite } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';

const TEST = { 'tests/test_f.py': 'def test_it():\n    pass\n' };

const suiteOf = async (toml: string, more: Record<string, string> = {}): Promise<ProposedSuite | undefined> =>
  (await propose(treeOf({ ...TEST, 'pyproject.toml': toml, ...more }))).suites[0];

const MESON = '[build-system]\nbuild-backend = "mesonpy"\n';

describe('the builder', () => {
  test.each([
    ['scikit-build-core', 'build-system = { build-backend = "scikit_build_core.build" }'],
    [
      'scikit-build-core',
      '[build-system]\nbuild-backend = "hatchling.build"\nrequires = [\n  "hatchling",\n  "Scikit_Build.Core>=0.10", # compiles\n]',
    ],
    ['meson-python', 'build-system.build-backend = "mesonpy"'],
    [
      'meson-python',
      '[build-system]\nbackend-path = ["."]\nbuild-backend = "wrapped"\nrequires = ["meson-python[x]>=0.16; python_version>\'3\'"]',
    ],
    [
      'py-build-cmake',
      '[build-system]\nrequires = ["py-build-cmake~=0.4"]\nbuild-backend = "py_build_cmake.build"',
    ],
    ['setuptools', '[[tool.setuptools.ext-modules]]\nname = "f"\nsources = ["f.c"]'],
    ['setuptools', '[tool.setuptools]\next-modules = [ { name = "f", sources = ["f.c"] } ]'],
  ])('%s: %s', async (builder, toml) => {
    expect((await suiteOf(toml))?.why).toMatch(
      new RegExp(`^pyproject.toml builds an extension with ${builder};`),
    );
  });

  test.each([
    ['a comment', '# was mesonpy\n[build-system]\nbuild-backend = "hatchling.build"\n'],
    ['a dependency', '[project]\nname = "a"\ndependencies = ["mesonpy"]\n'],
    ['a description', '[project]\nname = "a"\ndescription = "not ext-modules, not Extension()"\n'],
    ['an empty list', '[tool.setuptools]\next-modules = []\n'],
    [
      'a value of another type',
      '[tool]\nsetuptools = 5\n[build-system]\nrequires = "mesonpy"\nbuild-backend = ["mesonpy"]\n',
    ],
  ])('%s is none', async (_, toml) => {
    expect(await suiteOf(toml)).toBeUndefined();
  });

  test.each([
    ['maturin', 'build-system = { requires = ["maturin>=1,<2"], build-backend = "maturin" }'],
    ['setuptools-rust', '[[tool.setuptools-rust.ext-modules]]\ntarget = "f"'],
  ])('%s makes an extension in Rust', async (_, toml) => {
    const p = await propose(treeOf({ ...TEST, 'pyproject.toml': toml }));
    expect(p.suites).toMatchObject([{ binding: 'pyx', rust: true, with: { package: '..' } }]);
    expect(p.unclear).toEqual([]);
  });
});

test('the name of the project is not that of another table', async () => {
  const toml = `[[tool.uv.index]]\nname = "mirror"\n${MESON}[project]\nname = 'real'\n`;
  expect((await suiteOf(toml))?.id).toBe('real');
  expect((await suiteOf(`project.name = "dotted"\n${MESON}`))?.id).toBe('dotted');
  const script = { 'setup.py': 'e = Extension(name="ext", sources=[])' };
  expect((await suiteOf('[project]\nname = "real"', script))?.id).toBe('real');
});

test('libraries of extensions without a setup.py', async () => {
  const suite = await suiteOf(
    '[[tool.setuptools.ext-modules]]\nname = "f"\nlibraries = [\n  "foo", # "bar"\n]\n',
    { 'n/CMakeLists.txt': 'project(foo)\nadd_library(foo SHARED a.c)' },
  );
  expect(suite).toMatchObject({ links: ['foo'], targets: ['n'] });
});

describe('what tests need', () => {
  const needs = async (toml: string, more: Record<string, string> = {}): Promise<unknown> => {
    const { package: _, ...rest } = (await suiteOf(`${toml}${MESON}`, more))?.with ?? {};
    return rest;
  };

  test.each([
    ['an inline table', '[project]\noptional-dependencies = { docs = ["a"], test = ["b"] }\n'],
    ['dotted keys', '[project]\noptional-dependencies.test = ["b"]\n'],
    ['dotted from the top', 'project.optional-dependencies.test = ["b"]\n'],
    [
      'a header with blanks and a comment',
      '[ project . optional-dependencies ] # extras\ntest = [\n  "b",\n]\n',
    ],
    [
      'read from another file',
      '[tool.setuptools.dynamic]\noptional-dependencies = { test = { file = ["t.txt"] } }\n',
    ],
  ])('extras: %s', async (_, toml) => {
    expect(await needs(toml)).toEqual({ extras: ['test'] });
  });

  test('a list of several lines is no extra, whatever stands in it', async () => {
    const toml = '[project.optional-dependencies]\ndocs = [\n  "x",\n  # test = ["y"]\n  "tests = 1",\n]\n';
    expect(await needs(toml)).toEqual({});
  });

  test.each([
    ['inline', 'dependency-groups = { test = ["a"] }\n'],
    ['with a header in other spelling', '[ "dependency-groups" ]\n"Test" = ["a"]\n'],
    ['with strings of both kinds', `[dependency-groups]\ntest = [\n  'a', # ] not the end\n]\n`],
    [
      'included from groups in other spelling',
      '[dependency-groups]\ntest = [{ include-group = "My.Base" }]\nmy_base = ["a"]\n',
    ],
    [
      'included by a quoted key',
      '[dependency-groups]\nbase = ["a"]\ntest = [{ "include-group" = "base" }]\n',
    ],
  ])('groups: %s', async (_, toml) => {
    expect(await needs(toml)).toEqual({ requires: ['a'] });
  });

  test('groups include each other deeply, twice, and in a circle', async () => {
    const chain = Array.from(
      { length: 40 },
      (_, i) => `g${i} = [{ include-group = "g${i + 1}" }, { include-group = "g${i + 1}" }]`,
    );
    const toml = `[dependency-groups]\ntest = [{ include-group = "g0" }]\n${chain.join('\n')}\ng40 = ["deep", { include-group = "test" }]\n`;
    expect(await needs(toml)).toEqual({ requires: ['deep'] });
  });

  test('what is no requirement is passed over', async () => {
    const toml =
      '[dependency-groups]\ntest = ["a", 5, { other = "b" }, ["c"], { include-group = "absent" }]\ndev = "d"\n';
    expect(await needs(toml)).toEqual({ requires: ['a'] });
  });

  test.each([
    [
      'as a tox.ini',
      '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ndeps =\n    a\n    {other}\ncommands = x\n"""\n',
    ],
    [
      'with CRLF',
      '[tool.tox]\r\nlegacy_tox_ini = """\r\n[testenv]\r\ndeps =\r\n    a\r\ncommands = x\r\n"""\r\n',
    ],
    ['in its own tables', '[tool.tox.env_run_base]\ndeps = ["a"]\n'],
  ])('tox: %s', async (_, toml) => {
    expect(await needs(toml)).toEqual({ requires: ['a'] });
  });
});

describe('sources of an extension, of which no build file speaks', () => {
  const HATCH = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n';
  const PDM = '[build-system]\nbuild-backend = "pdm.backend"\n';
  test.each<[string, string, Record<string, string>, string | undefined]>([
    ['Cython', PDM, { 'src/f/g.pyx': '' }, 'pdm'],
    ['C', HATCH, { 'src/f.c': 'PyMODINIT_FUNC PyInit_f(void) {}' }, 'hatchling'],
    ['pybind11', HATCH, { 'src/f.cpp': 'PYBIND11_MODULE(f, m) {}' }, 'hatchling'],
    ['nanobind', HATCH, { 'f.cc': 'NB_MODULE(f, m) {}' }, 'hatchling'],
    ['of an example', HATCH, { 'examples/f.c': 'PyMODINIT_FUNC PyInit_f(void) {}' }, undefined],
    ['of a library', HATCH, { 'src/f.c': 'int f(void) { return 0; }' }, undefined],
  ])('%s', async (_, toml, files, backend) => {
    const why = (await suiteOf(toml, files))?.why;
    if (backend === undefined) expect(why).toBeUndefined();
    else expect(why).toContain(`builds an extension with ${backend};`);
  });
});

describe('the environment', () => {
  const BACKEND = '[build-system]\nbuild-backend = "mesonpy"\n';
  test.each<[string, Record<string, string>, Record<string, string> | undefined]>([
    [
      'of tox.ini',
      {
        'tox.ini':
          '[testenv]\nsetenv =\n    # why\n    X_STRICT = 1\n    MODE=a=b\n    CFLAGS = -O3\n    HERE = {toxinidir}\n    py38: OLD = 1\n    PYTHONPATH = src\ncommands = pytest\n[testenv:docs]\nsetenv =\n    DOCS = 1\n',
      },
      { X_STRICT: '1', MODE: 'a=b' },
    ],
    ['of tox.ini, in one line', { 'tox.ini': '[testenv]\nset_env = X=1\n' }, { X: '1' }],
    [
      'of pyproject.toml',
      {
        'pyproject.toml': `${BACKEND}[tool.tox.env_run_base]\nset_env = { X = "1", Y = { replace = "env" } }\n`,
      },
      { X: '1' },
    ],
    [
      'of nox',
      {
        'noxfile.py':
          'def tests(session):\n    session.env["A"] = "1"\n    session.run(\n        "pytest",\n        env={"B": "2", "LD_PRELOAD": "x", "C": other},\n    )\n\ndef docs(session):\n    session.run("sphinx", env={"D": "3"})\n',
      },
      { A: '1', B: '2' },
    ],
    ['that nothing says', { 'tox.ini': '[testenv]\ncommands = pytest\n' }, undefined],
  ])('%s', async (_, files, env) => {
    const { 'pyproject.toml': toml = BACKEND, ...more } = files;
    expect((await suiteOf(toml, more))?.env).toEqual(env);
  });
});
