/** What `init` proposes for Python projects: those without tests, those that load libraries, and what their tests need. */
import { parse } from 'yaml';
import { describe, expect, test } from 'vitest';
import { filesOf } from '../../src/init/init.js';
import { propose } from '../../src/init/propose.js';
import { treeOf } from '../../src/init/tree.js';
import { GATES } from '../../src/gates/index.js';

type Files = Record<string, string>;
type Suite = { gates?: string[] } & Record<string, unknown>;

const written = async (files: Files): Promise<{ suites: Suite[]; text: string; unclear: string[] }> => {
  const p = await propose(treeOf(files));
  const text = filesOf(p, '/repo')[0]!.text;
  return { ...(parse(text) as { suites: Suite[] }), text, unclear: p.unclear };
};

const EXTENSION = 'setup(name="fast", ext_modules=[Extension("fast._core", ["f.c"])])';
const LOADER = 'import ctypes\nlib = ctypes.CDLL("libmagic.so.1")\n';

describe('an archive without tests is loaded', () => {
  const ROWS: Record<string, { files: Files; suite: Record<string, unknown> }> = {
    'an extension: all that its build holds': {
      files: { 'setup.py': EXTENSION, 'f.c': '', 'fast/__init__.py': '' },
      suite: { id: 'fast', binding: 'pyx', dir: '.', with: { package: '.', load: true } },
    },
    'an extension in Rust': {
      files: { 'pyproject.toml': '[build-system]\nbuild-backend = "maturin"\n[project]\nname = "ox"\n' },
      suite: { id: 'ox', binding: 'pyx', dir: '.', with: { package: '.', load: true } },
    },
    'a package below another directory': {
      files: { 'python/setup.py': EXTENSION, 'python/fast/__init__.py': '', 'README.md': '' },
      suite: { binding: 'pyx', dir: 'python', with: { package: '.', load: true } },
    },
    'ctypes: the modules that load libraries': {
      files: {
        'setup.py': 'setup(name="mag")',
        'mag/__init__.py': 'import mag.loader',
        'mag/loader.py': LOADER,
        'mag/compat.py': LOADER,
        'mag/other.py': '',
      },
      suite: { binding: 'py', dir: '.', with: { load: ['mag.compat', 'mag.loader'] } },
    },
    'ctypes below src, and a module without a package': {
      files: {
        'pyproject.toml': '[project]\nname = "mag"\n',
        'src/mag/__init__.py': LOADER,
        'src/one.py': LOADER,
      },
      suite: { binding: 'py', dir: '.', with: { path: ['src'], load: ['mag', 'one'] } },
    },
  };
  test.each(Object.entries(ROWS))('%s', async (_, { files, suite }) => {
    const { suites, text, unclear } = await written(files);
    expect(suites).toEqual([expect.objectContaining(suite)]);
    expect(text).toMatch(/only loads the code\. It proves that .*\n.*proves nothing about any/);
    expect(unclear.join('\n')).toMatch(/no test_\*\.py; add a suite with binding pyx?$/m);
    // Under the gates alone that see something in that.
    const { gates = [] } = suites[0]!;
    expect(gates).toContain('memcheck');
    expect(gates.filter((g) => !GATES[g as keyof typeof GATES].seesLoading)).toEqual([]);
    expect(text).toMatch(/^ {2}# fdguard: .*it sees nothing in loading alone$/m);
  });

  test.each(['mag-tool/run.py', 'setup.py', 'scripts/run.py', 'mag/__main__.py'])(
    '%s is a script, which is not imported',
    async (path) => {
      const files: Files = { 'pyproject.toml': '[project]\n', 'mag/__init__.py': '', [path]: LOADER };
      expect((await propose(treeOf(files))).suites).toEqual([]);
    },
  );

  test('only for want of tests: a suite that has some is proposed alone, and the other said', async () => {
    const { suites, text, unclear } = await written({
      'a/setup.py': EXTENSION,
      'a/tests/test_a.py': 'def test_a(): pass\n',
      'b/setup.py': EXTENSION.replace('"fast"', '"slow"'),
    });
    expect(suites.map((s) => s['dir'])).toEqual(['a/tests']);
    expect(text).not.toContain('only loads the code');
    expect(unclear).toEqual([expect.stringMatching(/^b\/setup\.py: .*no test_\*\.py/)]);
  });
});

describe('libraries that are loaded at run time', () => {
  const TESTS = { 'tests/test_a.py': 'import mag\ndef test_a(): pass\n' };
  const ROWS: Record<string, { files: Files; suite: Record<string, unknown>; own?: string[] }> = {
    'of the system are under test': {
      files: { 'setup.py': 'setup(name="mag")', 'mag/__init__.py': LOADER, ...TESTS },
      suite: { id: 'mag', binding: 'py', dir: 'tests', with: { path: ['..'], root: '..' } },
      own: ['libmagic.so*'],
    },
    'by find_library, by whole names, and not those of Windows': {
      files: {
        'setup.py': 'setup(name="mag")',
        'mag/__init__.py':
          'from ctypes.util import find_library\nfind_library("archive") or find_library("libarchive.dll")\nnames = {"linux": "libusb-1.0.so.0", "win32": "usb.dll"}\n',
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'py' },
      own: ['libarchive.so*', 'libusb-1.0.so*'],
    },
    'of which the C library is none under test': {
      files: {
        'setup.py': 'setup(name="mag")',
        'mag/__init__.py': 'import ctypes\nctypes.CDLL("libc.so.6")\n',
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'py' },
    },
    'but not where the repository builds what they load': {
      files: {
        'setup.py': 'setup(name="mag")',
        'mag/__init__.py': LOADER,
        'native/CMakeLists.txt': 'project(magic)\nadd_library(magic SHARED a.c)\n',
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'py', targets: ['native'] },
    },
    'cffi in ABI mode: its modules are generated, and nothing is compiled': {
      files: {
        'setup.py': 'setup(name="snd", cffi_modules=["build_snd.py:ffi"])',
        'build_snd.py': 'from cffi import FFI\nffi = FFI()\nffi.set_source("_snd",\n    None)\n',
        'snd.py': 'from _snd import ffi\nlib = ffi.dlopen("libsndfile.so.1")\n',
        ...TESTS,
      },
      suite: { id: 'snd', binding: 'py', dir: 'tests', inputs: ['.'], with: { package: '..' } },
      own: ['libsndfile.so*'],
    },
    'cffi in API mode is an extension': {
      files: {
        'setup.py': 'setup(name="snd", cffi_modules=["build_snd.py:ffi"])',
        'build_snd.py': 'ffi.set_source("_snd", "#include <x.h>")\nffi2.set_source("_y", None)\n',
        ...TESTS,
      },
      suite: { id: 'snd', binding: 'pyx', with: { package: '..' } },
    },
    'an Extension without sources: a library that the build fetches': {
      files: {
        'setup.py':
          'class Shared(Extension):\n  pass\nsetup(name="mag", ext_modules=[Shared("mag.libmagic", sources=[])])',
        'mag/__init__.py': LOADER,
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'py', dir: 'tests', inputs: ['.'], with: { package: '..' } },
      own: ['libmagic.so*'],
    },
    'an Extension with sources, where a library is loaded, too': {
      files: {
        'setup.py': 'setup(name="mag", ext_modules=[Extension("mag._x", ["x.c"])])',
        'x.c': 'PyMODINIT_FUNC PyInit__x(void);',
        'mag/__init__.py': LOADER,
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'pyx', with: { package: '..' } },
    },
    'one whose sources are made by its build': {
      files: {
        'setup.py': 'setup(name="mag", ext_modules=[Extension("mag._x", ["made.c"])])',
        'mag/__init__.py': LOADER,
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'pyx', with: { package: '..' } },
    },
    'one whose sources lie above it': {
      files: {
        'python/setup.py': 'setup(name="mag", ext_modules=[Extension("mag._x", ["../core/x.c"])])',
        'core/x.c': 'PyMODINIT_FUNC PyInit__x(void);',
        'python/mag/__init__.py': LOADER,
        ...Object.fromEntries(Object.entries(TESTS).map(([p, text]) => [`python/${p}`, text])),
      },
      suite: { id: 'mag', binding: 'pyx', with: { package: '..' } },
    },
    'and a package that needs others is installed with them': {
      files: {
        'pyproject.toml': '[project]\nname = "mag"\ndependencies = ["cffi>=1.1"]\n',
        'mag/__init__.py': LOADER,
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'py', dir: 'tests', with: { package: '..' } },
      own: ['libmagic.so*'],
    },
    'and so is one whose tests need others': {
      files: {
        'setup.py': 'setup(name="mag")',
        'mag/__init__.py': LOADER,
        'tests/test_a.py': 'import numpy\n',
      },
      suite: { binding: 'py', with: { package: '..', requires: ['numpy'] } },
      own: ['libmagic.so*'],
    },
    'a script in a directory of its own is a part of the project': {
      files: {
        'setup.py': 'setup(name="mag")',
        'mag/__init__.py': LOADER,
        'utils/tests.py': 'ctypes.CDLL("libgdk.so")',
        ...TESTS,
      },
      suite: { id: 'mag', binding: 'py', dir: 'tests' },
      own: ['libmagic.so*', 'libgdk.so*'],
    },
  };
  test.each(Object.entries(ROWS))('%s', async (_, { files, suite, own = [] }) => {
    const p = await propose(treeOf(files));
    expect(p.suites).toEqual([expect.objectContaining({ id: p.suites[0]?.id })]);
    const { suites, text } = await written(files);
    expect(suites).toEqual([expect.objectContaining(suite)]);
    expect((parse(text) as { own?: string[] }).own ?? []).toEqual(own);
    // What is compiled in sees nothing of the system's libraries.
    if (own.length) expect(Object.keys((parse(text) as { gates: object }).gates)).not.toContain('asan');
  });
});

describe('tools of developers are not installed', () => {
  const PROJECT = '[build-system]\nbuild-backend = "mesonpy"\n[project]\nname = "x"\n';
  const ROWS: Record<string, { files: Files; expected: Record<string, unknown> }> = {
    'of a group': {
      files: {
        'pyproject.toml': `${PROJECT}[dependency-groups]\ntest = ["mypy>=1", "Sphinx_RTD.theme", "trio", "types-cffi; python_version>'3'"]\n`,
      },
      expected: { requires: ['trio'] },
    },
    'of a requirements file for developers': {
      files: {
        'pyproject.toml': PROJECT,
        'requirements-dev.txt':
          'black==24.1\nruff-lsp>=0.0.62\njedi_language_server\nflake8\nflake8-bugbear\nbuild\nattrs\nsphinx\n',
      },
      expected: { requires: ['attrs'] },
    },
    'of a requirements file that was compiled, without what other packages need': {
      files: {
        'pyproject.toml': PROJECT,
        'requirements-dev.txt': [
          '# This file is autogenerated by pip-compile',
          'alabaster==0.7.13 \\\n    --hash=sha256:00',
          '    # via sphinx',
          'attrs==23.1\n    # via\n    #   -r requirements-dev.in\n    #   trio',
          'idna==3.4             # via requests',
          'trio==0.22            # via -r requirements-dev.in',
          'sniffio==1.3\n    # via\n    #   anyio\n    #   trio',
          'numpy==1.26\n    # via x (pyproject.toml)',
          'pillow==10\n    # pinned by hand',
          'sphinx==7.2\n    # via -r requirements-dev.in',
          '',
        ].join('\n'),
      },
      expected: { requires: ['attrs==23.1', 'trio==0.22', 'numpy==1.26', 'pillow==10'] },
    },
    'of an extra, which is taken apart': {
      files: {
        'pyproject.toml': `${PROJECT}[project.optional-dependencies]\ntest = ["pytest", "ruff", "trio"]\n`,
      },
      expected: { requires: ['trio'] },
    },
    'of an extra of an sdist': {
      files: {
        'pyproject.toml': PROJECT,
        'PKG-INFO':
          'Name: x\nProvides-Extra: test\nRequires-Dist: isort; extra == "test"\nRequires-Dist: trio>=1; python_version < "4" and extra == "test"\nRequires-Dist: furo; extra == "docs"\n',
      },
      expected: { requires: ['trio>=1; python_version < "4"'] },
    },
    'but an extra without them stays one': {
      files: {
        'pyproject.toml': `${PROJECT}[project.optional-dependencies]\ntest = ["pytest", "trio"]\n`,
      },
      expected: { extras: ['test'] },
    },
    'nor does one that includes others fall apart': {
      files: {
        'pyproject.toml': `${PROJECT}[project.optional-dependencies]\nall = []\ntest = ["x[all]", "mypy"]\n`,
      },
      expected: { extras: ['test'] },
    },
    'but what tests import is': {
      files: {
        'pyproject.toml': `${PROJECT}[dependency-groups]\ntest = ["mypy", "build"]\n`,
        'tests/conftest.py': 'import mypy.api\n',
      },
      expected: { requires: ['mypy'] },
    },
  };
  test.each(Object.entries(ROWS))('%s', async (_, { files, expected }) => {
    const { suites } = await written({ 'tests/test_a.py': 'def test_a(): pass\n', ...files });
    expect(suites[0]!['with']).toEqual({ package: '..', ...expected });
  });
});
